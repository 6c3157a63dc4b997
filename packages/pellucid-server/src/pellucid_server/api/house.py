"""What the routes of this floor need of the wired house, which `app` puts at `app.state.house`."""

import threading
from pathlib import Path
from typing import Any, Protocol

from starlette.requests import HTTPConnection

from pellucid_server.api.rates import Rates
from pellucid_server.bulk.service import BulkRuns
from pellucid_server.dashboards.boards import Boards
from pellucid_server.dashboards.budgets import BudgetBook
from pellucid_server.dashboards.comments import CommentBook
from pellucid_server.dashboards.progress import ProgressBoard
from pellucid_server.dashboards.repricing import Repricings
from pellucid_server.dashboards.sharing import Sharing
from pellucid_server.dashboards.views import Views
from pellucid_server.dashboards.what_if import WhatIfs
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.server_runs import ServerRuns
from pellucid_server.datasets.service import Annotating, Curation
from pellucid_server.datasets.trials import Trials
from pellucid_server.datasets.watching import GateWatch
from pellucid_server.evals.room import EvaluationRoom
from pellucid_server.identity.model_connections import ModelConnectionBook
from pellucid_server.identity.service import Identity
from pellucid_server.ingest.door import Door
from pellucid_server.ingest.losses import LossBoard
from pellucid_server.ingest.pipeline import Pipeline
from pellucid_server.jobs.runs import Run, Runs
from pellucid_server.journal.port import Journal
from pellucid_server.llm.models import LanguageModels
from pellucid_server.monitors.announcing import ChangeHooks
from pellucid_server.monitors.book import MonitorBook
from pellucid_server.monitors.bursts import JudgingBursts
from pellucid_server.monitors.channels import ChannelBook
from pellucid_server.monitors.drift import DriftBook
from pellucid_server.monitors.drifting import DriftRunBook
from pellucid_server.monitors.handling import IncidentBook
from pellucid_server.monitors.impact import ChangeImpact
from pellucid_server.monitors.ledger import Ledger
from pellucid_server.monitors.preview import Previewer
from pellucid_server.monitors.probes import ProbeBook
from pellucid_server.playground.service import Playground
from pellucid_server.prompts.insights import PromptInsights
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.prompts.watch import RolloutWatch
from pellucid_server.query.queries import Queries
from pellucid_server.store.blobs.store import BlobStore


class LiveSubscription(Protocol):
    """What one listener has not seen yet."""

    closed: bool
    """Whether the server stops."""

    async def wait(self, timeout_s: float) -> list[str]:
        """Ids of traces that were written since the last call; empty after `timeout_s` without any."""


class LiveFeed(Protocol):
    """Who waits for new data."""

    def subscribe(self, project_id: str) -> LiveSubscription:
        """Listen to a project."""

    def unsubscribe(self, subscription: Any) -> None:
        """Stop listening; takes what `subscribe` gave."""


class BackupManifest(Protocol):
    """What a backup holds."""

    @property
    def time(self) -> str:
        """When it was begun."""

    @property
    def parts(self) -> tuple[str, ...]:
        """What was copied."""

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """What is kept in other systems."""

    @property
    def bytes(self) -> int:
        """Its size."""


class BackupMaker(Protocol):
    """Copies the data directory."""

    def make(self, to: Path, *, anywhere: bool) -> BackupManifest:
        """Into a new folder, all or nothing; unless `anywhere`, only where the operator allows it."""


class Monitoring(Protocol):
    """Rules, incidents and channels."""

    @property
    def monitors(self) -> MonitorBook:
        """The rules."""

    @property
    def incidents(self) -> IncidentBook:
        """What went wrong."""

    @property
    def drift(self) -> DriftBook:
        """What the traffic is drawn from."""

    @property
    def impact(self) -> ChangeImpact:
        """What changes did to the traffic."""

    @property
    def bursts(self) -> JudgingBursts:
        """What is judged more often after changes."""

    @property
    def drift_runs(self) -> DriftRunBook:
        """What scheduled comparisons found."""

    @property
    def probes(self) -> ProbeBook:
        """The same prompts to a model again and again."""

    @property
    def previewer(self) -> Previewer:
        """Rules on the past."""

    @property
    def channels(self) -> ChannelBook:
        """How people are told."""


class House(Protocol):
    """The services behind the routes of identity, views and comments."""

    @property
    def identity(self) -> Identity:
        """Credentials, keys, members, projects, prices."""

    @property
    def views(self) -> Views:
        """Saved views."""

    @property
    def comments(self) -> CommentBook:
        """Comments."""

    @property
    def boards(self) -> Boards:
        """Dashboards."""

    @property
    def budgets(self) -> BudgetBook:
        """Budgets with their spend."""

    @property
    def what_ifs(self) -> WhatIfs:
        """The same traffic on another model."""

    @property
    def repricings(self) -> Repricings:
        """History at the prices of now."""

    @property
    def sharing(self) -> Sharing:
        """Links to dashboards."""

    @property
    def progress(self) -> ProgressBoard:
        """Long work that goes on."""

    @property
    def cases(self) -> Cases:
        """Data sets and their items."""

    @property
    def trials(self) -> Trials:
        """Experiments over data sets."""

    @property
    def server_runs(self) -> ServerRuns:
        """Experiments that the server runs."""

    @property
    def curation(self) -> Curation:
        """How cases come into data sets and out of them."""

    @property
    def gate_watch(self) -> GateWatch:
        """How deployments do after their gates."""

    @property
    def annotating(self) -> Annotating:
        """What people judge."""

    @property
    def evals(self) -> EvaluationRoom:
        """Evaluators, score configs and feedback links."""

    @property
    def change_hooks(self) -> ChangeHooks:
        """Channels that are told of changes."""

    @property
    def ledger(self) -> Ledger:
        """Changes that may have moved quality."""

    @property
    def monitoring(self) -> Monitoring:
        """Rules that watch the traffic, and incidents."""

    @property
    def prompts(self) -> PromptRoom:
        """Prompts, labels and rollouts."""

    @property
    def prompt_insights(self) -> PromptInsights:
        """Prompts as the traffic shows them."""

    @property
    def rollouts(self) -> RolloutWatch:
        """Rollouts of prompts, their guardrails and their evidence."""

    @property
    def queries(self) -> Queries:
        """All that is read from the analytic store."""

    @property
    def live(self) -> LiveFeed:
        """What arrives."""

    @property
    def door(self) -> Door:
        """Where exports are taken."""

    @property
    def losses(self) -> LossBoard:
        """What clients say they lost."""

    @property
    def blobs(self) -> BlobStore:
        """Media by content hash."""

    @property
    def journal(self) -> Journal:
        """What waits, and what was set aside."""

    @property
    def pipeline(self) -> Pipeline:
        """For its statistics."""

    @property
    def live_scores(self) -> LiveFeed:
        """Scores as they are written."""

    @property
    def feedback_rates(self) -> Rates:
        """Limits on reactions by link."""

    @property
    def rates(self) -> Rates:
        """Limits on export requests."""

    @property
    def backups(self) -> BackupMaker:
        """Copies of the data directory."""

    @property
    def model_connections(self) -> ModelConnectionBook:
        """How projects reach model providers."""

    @property
    def models(self) -> LanguageModels:
        """The models themselves."""

    @property
    def runs(self) -> Runs:
        """Durable runs."""

    @property
    def playground(self) -> Playground:
        """The bench to work on prompts."""

    @property
    def bulk(self) -> BulkRuns[Run]:
        """Actions on many traces."""

    @property
    def ready(self) -> threading.Event:
        """Set once the stores are open and the pipeline runs."""


def house_of(connection: HTTPConnection) -> House:
    """The house in which the request arrived."""
    house: House = connection.app.state.house
    return house
