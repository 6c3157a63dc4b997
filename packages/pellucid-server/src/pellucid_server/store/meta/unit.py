"""A unit of work: one transaction with all repositories on it. What it wrote is committed together, or not at all."""

from sqlalchemy import Connection

from pellucid_server.store.meta.annotations import Annotations
from pellucid_server.store.meta.audit import AuditLog
from pellucid_server.store.meta.bursts import Bursts
from pellucid_server.store.meta.change_subscriptions import ChangeSubscriptions
from pellucid_server.store.meta.changes import Changes
from pellucid_server.store.meta.comments import Comments
from pellucid_server.store.meta.dashboards import Budgets, Dashboards
from pellucid_server.store.meta.dataset_rules import DatasetRules
from pellucid_server.store.meta.datasets import Datasets
from pellucid_server.store.meta.drift_runs import DriftRuns
from pellucid_server.store.meta.evaluators import Evaluators
from pellucid_server.store.meta.experiments import Experiments
from pellucid_server.store.meta.gates import Gates
from pellucid_server.store.meta.golden import GoldenSets
from pellucid_server.store.meta.guardrails import Guardrails
from pellucid_server.store.meta.incidents import AlertChannels, Incidents, Notifications
from pellucid_server.store.meta.invitations import Invitations
from pellucid_server.store.meta.keys import ApiKeys
from pellucid_server.store.meta.model_connections import ModelConnections
from pellucid_server.store.meta.monitors import MaintenanceWindows, Monitors
from pellucid_server.store.meta.organizations import Organizations, Projects
from pellucid_server.store.meta.people import Memberships, People, Sessions
from pellucid_server.store.meta.playground_drafts import PlaygroundDrafts
from pellucid_server.store.meta.prices import Prices
from pellucid_server.store.meta.probes import Probes
from pellucid_server.store.meta.prompts import Prompts
from pellucid_server.store.meta.proposals import Proposals
from pellucid_server.store.meta.runs import Runs
from pellucid_server.store.meta.score_configs import ScoreConfigs
from pellucid_server.store.meta.settings import Settings
from pellucid_server.store.meta.views import SavedViews
from pellucid_server.store.meta.watches import Watches


class UnitOfWork:
    """The repositories, on one open transaction. `MetaStore` opens and ends it."""

    def __init__(self, connection: Connection) -> None:
        self.organizations = Organizations(connection)
        self.projects = Projects(connection)
        self.people = People(connection)
        self.organization_members = Memberships.of_organizations(connection)
        self.project_members = Memberships.of_projects(connection)
        self.invitations = Invitations(connection)
        self.sessions = Sessions(connection)
        self.keys = ApiKeys(connection)
        self.prices = Prices(connection)
        self.model_connections = ModelConnections(connection)
        self.views = SavedViews(connection)
        self.comments = Comments(connection)
        self.dashboards = Dashboards(connection)
        self.budgets = Budgets(connection)
        self.settings = Settings(connection)
        self.audit = AuditLog(connection)
        self.changes = Changes(connection)
        self.change_subscriptions = ChangeSubscriptions(connection)
        self.prompts = Prompts(connection)
        self.proposals = Proposals(connection)
        self.guardrails = Guardrails(connection)
        self.datasets = Datasets(connection)
        self.dataset_rules = DatasetRules(connection)
        self.annotations = Annotations(connection)
        self.gates = Gates(connection)
        self.watches = Watches(connection)
        self.experiments = Experiments(connection)
        self.runs = Runs(connection)
        self.monitors = Monitors(connection)
        self.maintenance = MaintenanceWindows(connection)
        self.incidents = Incidents(connection)
        self.channels = AlertChannels(connection)
        self.notifications = Notifications(connection)
        self.drift_runs = DriftRuns(connection)
        self.evaluators = Evaluators(connection)
        self.playground_drafts = PlaygroundDrafts(connection)
        self.golden = GoldenSets(connection)
        self.score_configs = ScoreConfigs(connection)
        self.bursts = Bursts(connection)
        self.probes = Probes(connection)
