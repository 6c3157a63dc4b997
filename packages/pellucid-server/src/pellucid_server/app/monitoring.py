"""The monitors, wired: rules and their evaluation, incidents, channels, and the two threads that they run in."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.app.carrying import AddressRule, Post
from pellucid_server.app.schedule import Job, Schedule
from pellucid_server.app.settings import Settings
from pellucid_server.core.clock import DAY, system_clock
from pellucid_server.core.ids import random_id
from pellucid_server.llm.durable import RunStarter
from pellucid_server.llm.vault import Vault
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.book import MonitorBook
from pellucid_server.monitors.bursts import JudgingBursts
from pellucid_server.monitors.channels import ChannelBook
from pellucid_server.monitors.drift import DriftBook
from pellucid_server.monitors.drifting import DriftLooker, DriftRunBook
from pellucid_server.monitors.evaluation import Evaluator
from pellucid_server.monitors.evidence import TraceEvidence
from pellucid_server.monitors.handling import IncidentBook
from pellucid_server.monitors.impact import ChangeImpact
from pellucid_server.monitors.incidents import IncidentDesk
from pellucid_server.monitors.looking import Looker
from pellucid_server.monitors.preview import Previewer
from pellucid_server.monitors.probes import ProbeBook
from pellucid_server.monitors.rules import RuleKind
from pellucid_server.monitors.sending import Dispatcher
from pellucid_server.monitors.sequence import SequentialLooker
from pellucid_server.monitors.served import ServedVersions
from pellucid_server.monitors.telling import Telling
from pellucid_server.outbound.guard import Guard
from pellucid_server.query.asking import Ask
from pellucid_server.query.facets import read_filter
from pellucid_server.query.queries import Queries
from pellucid_server.store.meta.database import MetaStore

EVALUATED_EVERY_S: Final = 30.0
SENT_EVERY_S: Final = 2.0
BURSTS_EVERY_S: Final = 30.0
PROBES_EVERY_S: Final = 10.0
SCORES_OF: Final = 60 * DAY
"""A score that nobody gave for so long is not watched any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """What `open_monitoring` made."""

    monitors: MonitorBook
    incidents: IncidentBook
    channels: ChannelBook
    evaluator: Evaluator
    dispatcher: Dispatcher
    previewer: Previewer
    drift: DriftBook
    impact: ChangeImpact
    bursts: JudgingBursts
    drift_runs: DriftRunBook
    probes: ProbeBook
    schedules: tuple[Schedule, ...]

    def start(self) -> None:
        """Begin to watch."""
        for schedule in self.schedules:
            schedule.start()

    def stop(self) -> None:
        """End after what is in hand; what was not sent waits in the outbox."""
        for schedule in self.schedules:
            schedule.stop()
        self.dispatcher.close()


def open_monitoring(settings: Settings, meta: MetaStore, queries: Queries, guard: Guard, runs: RunStarter) -> Monitoring:
    """All of it."""
    clock, new_id = system_clock, random_id
    vault = Vault.open(settings.data, settings.secret_key)
    telling = Telling(new_id, lambda path: f"{public_url(settings)}{path}")
    desk = IncidentDesk(meta, telling, clock, new_id)
    incidents = IncidentBook(meta, telling, clock, new_id)
    scores, served = ScoreNamer(queries), ServedVersions(meta, clock).of
    looker = Looker(queries.signals, scores, served)
    book = MonitorBook(meta, desk, SpanExists(queries), clock, new_id)
    drift = DriftBook(queries.signals, scores)
    drifting = DriftLooker(meta, drift, queries.signals.oldest, new_id)
    probes = ProbeBook(meta, runs, clock, new_id)
    evaluator = Evaluator(
        meta,
        book,
        desk,
        incidents,
        looker,
        TraceEvidence(queries.spans),
        {
            RuleKind.ALWAYS_VALID: SequentialLooker.of(queries.signals, looker),
            RuleKind.DRIFT: drifting,
            RuleKind.PROBES: lambda scope, rule, states, now: probes.seen(scope),
        },
        lambda: projects_of(meta),
        clock,
    )
    bursts = JudgingBursts(meta, queries.signals, lambda: projects_of(meta), clock, new_id)
    dispatcher = Dispatcher(meta, Post(guard, vault), clock)
    return Monitoring(
        monitors=book,
        incidents=incidents,
        channels=ChannelBook(meta, vault, AddressRule(guard), clock, new_id),
        evaluator=evaluator,
        dispatcher=dispatcher,
        impact=ChangeImpact(queries.signals, queries.metrics, scores, clock),
        bursts=bursts,
        previewer=Previewer(queries.signals, scores, served, drifting, clock),
        drift=drift,
        drift_runs=DriftRunBook(meta),
        probes=probes,
        schedules=(
            Schedule([Job(name="monitors", every_s=EVALUATED_EVERY_S, run=evaluator.run)], thread="monitors"),
            Schedule(
                [
                    Job(name="bursts", every_s=BURSTS_EVERY_S, run=bursts.run),
                    Job(name="probes", every_s=PROBES_EVERY_S, run=probes.run_due),
                ],
                thread="bursts",
            ),
            Schedule(
                [Job(name="notifications", every_s=SENT_EVERY_S, first_after_s=SENT_EVERY_S, run=dispatcher.begin)],
                thread="notifications",
            ),
        ),
    )


class ScoreNamer:
    """Asks the store which scores are given."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def __call__(self, scope: Scope, pattern: str) -> Sequence[str]:
        """Names, the most frequent first."""
        found = self._queries.signals.score_names(scope, since=self._queries.clock() - SCORES_OF)
        return [name for name, by_users in found if pattern == "score:*" or by_users == (pattern == "feedback:*")]


class SpanExists:
    """Whether traffic of a kind was ever seen."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def __call__(self, scope: Scope, text: str) -> bool:
        """One span is enough."""
        return bool(self._queries.spans.list_spans(scope, Ask(filter=read_filter(text), limit=1)).data)


def projects_of(meta: MetaStore) -> list[tuple[str, str]]:
    """(organisation, project) of all."""
    with meta.reading() as unit:
        return [(project.organization_id, project.id) for project in unit.projects.list_all()]


def public_url(settings: Settings) -> str:
    """Where people open the pages: the first allowed origin, else this server's own address."""
    if settings.allowed_origins:
        return settings.allowed_origins[0].rstrip("/")
    host = socket.gethostname() if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http://{host}:{settings.port}"
