"""A metadata store with a project, on SQLite and on PostgreSQL, and the parts of the monitors around it, with time in the test's hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

import pytest
from tests.meta_stores import migrated_file as migrated_file
from tests.meta_stores import migrated_url as migrated_url
from tests.meta_stores import postgres as postgres
from tests.meta_stores import postgres_store as postgres_store
from tests.meta_stores import sqlite_store as sqlite_store
from tests.meta_stores import store as store

from pellucid_server.core.clock import DAY, SECOND, Micros
from pellucid_server.filters.tree import Filter
from pellucid_server.identity.provision import Provision
from pellucid_server.identity.service import Identity
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Role, Scope
from pellucid_server.monitors.book import MonitorBook
from pellucid_server.monitors.channels import ChannelBook
from pellucid_server.monitors.drift import DriftBook
from pellucid_server.monitors.drifting import DriftLooker
from pellucid_server.monitors.evaluation import Evaluator
from pellucid_server.monitors.handling import IncidentBook
from pellucid_server.monitors.incidents import IncidentDesk
from pellucid_server.monitors.looking import Finding, Looker
from pellucid_server.monitors.rules import Rule, RuleKind
from pellucid_server.monitors.sending import Carried, Dispatcher
from pellucid_server.monitors.sequence import SequentialLooker
from pellucid_server.monitors.telling import Telling
from pellucid_server.query.signals import Signal, Stretch
from pellucid_server.query.windows import Window
from pellucid_server.stats.moments import Moments
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.incidents import AlertChannel

NOW = 1_790_000_000_000_000


@dataclass
class Traffic:
    """Values in time: what the store would answer."""

    values: list[tuple[Micros, str, float]] = field(default_factory=list)
    asked: list[Signal] = field(default_factory=list)

    def add(self, time: Micros, *values: float, segment: str = "") -> None:
        self.values += [(time, segment, value) for value in values]

    def stretches(self, scope: Scope, signal: Signal, window: Window, *, bucket_s: int = 0) -> Sequence[Stretch]:
        self.asked.append(signal)
        start, end = window.start or 0, window.end or 0
        sums: dict[tuple[str, int], Moments] = {}
        for time, segment, value in self.values:
            if start <= time < end:
                key = (segment, time // (bucket_s * SECOND) * bucket_s if bucket_s else 0)
                sums[key] = sums.get(key, Moments()) + Moments(n=1, total=value, squares=value * value)
        return [
            Stretch(segment=segment, start=bucket * SECOND, moments=moments) for (segment, bucket), moments in sorted(sums.items())
        ]

    def sample(self, scope: Scope, signal: Signal, window: Window, *, limit: int) -> Sequence[tuple[float, str]]:
        self.asked.append(signal)
        found = [(value, name) for time, name, value in self.values if (window.start or 0) <= time < (window.end or 0)]
        return found[:: max(1, len(found) // limit)][:limit]

    def texts(self, scope: Scope, node: Filter, window: Window, side: str, *, limit: int) -> Sequence[str]:
        return []

    def oldest(self, scope: Scope) -> Micros | None:
        return min((time for time, _, _ in self.values), default=None)


class Receiver:
    """Takes messages, or fails."""

    def __init__(self) -> None:
        self.got: list[Mapping[str, JsonValue]] = []
        self.error = ""
        self.again = True

    def __call__(self, channel: AlertChannel, message: Mapping[str, JsonValue]) -> Carried:
        if self.error:
            return Carried(error=self.error, again=self.again)
        self.got.append({"channel": channel.name, **message})
        return Carried()

    @property
    def events(self) -> list[str]:
        return [str(message["event"]) for message in self.got]


class Plain:
    """Seals nothing."""

    def seal(self, text: str, bound_to: str) -> str:
        return f"{bound_to}|{text}"

    def unseal(self, sealed: str, bound_to: str) -> str:
        return sealed.removeprefix(f"{bound_to}|")


@dataclass
class Watchtower:
    """The room, with time and the world in hand."""

    store: MetaStore
    scope: Scope
    traffic: Traffic = field(default_factory=Traffic)
    receiver: Receiver = field(default_factory=Receiver)
    now: Micros = NOW
    served: dict[str, set[str]] = field(default_factory=dict)
    scores: list[str] = field(default_factory=list)
    pack: bool = False

    def __post_init__(self) -> None:
        numbers = count(1)

        def new_id(prefix: str) -> str:
            return f"{prefix}_{self.now}_{next(numbers):06d}"

        def clock() -> Micros:
            return self.now

        telling = Telling(new_id, lambda path: f"http://pellucid.test{path}")
        self.desk = IncidentDesk(self.store, telling, clock, new_id)
        self.incidents = IncidentBook(self.store, telling, clock, new_id)
        self.looker = Looker(self.traffic, lambda scope, pattern: self.scores, lambda project_id: self.served)
        book = DriftBook(self.traffic, lambda scope, pattern: self.scores)
        self.drifting = DriftLooker(self.store, book, self.traffic.oldest, new_id)
        self.book = MonitorBook(self.store, self.desk, lambda scope, text: False, clock, new_id)
        self.channels = ChannelBook(self.store, Plain(), lambda kind, address: None, clock, new_id)
        self.dispatcher = Dispatcher(self.store, self.receiver, clock)
        self.evaluator = Evaluator(
            self.store,
            self.book,
            self.desk,
            self.incidents,
            self.looker,
            evidence,
            {RuleKind.ALWAYS_VALID: SequentialLooker.of(self.traffic, self.looker), RuleKind.DRIFT: self.drifting},
            lambda: [(self.scope.organization_id, self.scope.project_id)],
            clock,
        )

    def pass_time(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)

    def look(self) -> None:
        """What the two threads do once."""
        self.evaluator.run()
        self.dispatcher.run()

    def without_pack(self) -> None:
        """No starter pack: only what the test makes."""
        self.book.install(self.scope)
        for record in self.book.list_monitors(self.scope):
            self.book.remove(self.scope, record.monitor.id)


def evidence(scope: Scope, rule: Rule, finding: Finding) -> tuple[str, Sequence[str]]:
    return rule.filter, ["a" * 32]


@pytest.fixture
def tower(store: MetaStore) -> Watchtower:
    Identity.open(store, wanted=Provision(), local=True)
    with store.reading() as unit:
        (project,) = unit.projects.list_all()
    scope = Scope(organization_id=project.organization_id, project_id=project.id, role=Role.ADMIN, actor="user:ann")
    made = Watchtower(store=store, scope=scope)
    made.without_pack()
    made.now = NOW + DAY
    return made
