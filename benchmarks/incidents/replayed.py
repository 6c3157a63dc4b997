"""The weeks that were told, lived through by the rules: the stored traffic is looked at again as if it came in, and the pager is told.

The rules, the desk of incidents, the outbox and its carrier are those of the server; the clock alone is another one, and what the store
would be asked thousands of times is read once (`monitors.past`). Threshold rules look twelve times a window, at most every five minutes
(a server: every 30 s to 10 min), always-valid ones every six hours (a server: every two minutes, over blocks of an
hour or more), those on drift twice a week (a server: every six hours).
"""

import json
import sqlite3
import sys
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from benchmarks.incidents.expected import heard_page
from benchmarks.incidents.receiver import Message, Pager
from pellucid_server.app.carrying import AddressRule, Post
from pellucid_server.app.monitoring import ScoreNamer, SpanExists
from pellucid_server.app.opening import database_url, open_driver
from pellucid_server.app.settings import read_settings
from pellucid_server.core.clock import DAY, HOUR, MINUTE, SECOND, Micros
from pellucid_server.core.ids import random_id
from pellucid_server.llm.vault import Vault
from pellucid_server.model.scope import Role, Scope
from pellucid_server.monitors.book import MonitorBook
from pellucid_server.monitors.channels import ChannelBook, ChannelContent
from pellucid_server.monitors.drift import DriftBook
from pellucid_server.monitors.drifting import DriftLooker
from pellucid_server.monitors.evidence import TraceEvidence
from pellucid_server.monitors.incidents import IncidentDesk, Seen
from pellucid_server.monitors.looking import Finding, Looker, ScoreNames
from pellucid_server.monitors.past import Past
from pellucid_server.monitors.rules import WEEK_S, Rule, RuleKind, read_rule
from pellucid_server.monitors.sending import Dispatcher
from pellucid_server.monitors.sequence import BLOCKS_S, LONGEST_PAST, SequentialLooker
from pellucid_server.monitors.served import ServedVersions
from pellucid_server.monitors.telling import Telling
from pellucid_server.monitors.verdicts import DECLINE_WEEKS, FIRING
from pellucid_server.outbound.guard import Guard
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.query.windows import Window
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.monitors import MonitorState, StoredMonitor

STEP: Micros = 5 * MINUTE
SEQUENTIAL_STEP: Micros = 6 * HOUR
LONGEST_STEP: Micros = 2 * HOUR
LOOKS_A_WINDOW = 12
DRIFT_STEP: Micros = 84 * HOUR
LIVED_BEFORE = (
    "monitors",
    "monitor_packs",
    "drift_runs",
    "monitor_states",
    "incidents",
    "incident_entries",
    "notifications",
    "alert_channels",
)
"""Tables of what the server found while the history was told, and its rules: the starter pack is installed anew, as it is now."""


@dataclass(slots=True)
class Hands:
    """The clock of the replay."""

    now: Micros = 0

    def __call__(self) -> Micros:
        return self.now


@dataclass(slots=True, kw_only=True)
class Replay:
    """One stopped data directory."""

    queries: Queries
    meta: MetaStore
    scope: Scope
    clock: Hands
    desk: IncidentDesk
    dispatcher: Dispatcher
    drift: DriftLooker
    names: ScoreNames
    served: Mapping[str, AbstractSet[str]]
    end: Micros
    days: int

    def run(self) -> None:
        """All rules of the project, moment by moment."""
        with self.meta.reading() as unit:
            found = unit.monitors.of_project(self.scope.project_id)
        watches = [self._watch(monitor) for monitor in found if monitor.enabled]
        start = (self.end - self.days * DAY) // SEQUENTIAL_STEP * SEQUENTIAL_STEP
        for now in range(start, self.end + 1, STEP):
            self.clock.now = now
            if now % (7 * DAY) == 0:
                print(f"{(self.end - now) / DAY:.0f} days to go, {time.process_time():.0f} s of CPU", file=sys.stderr, flush=True)
            reported = [watch.look(now) for watch in watches if now % watch.every == 0]
            if any(reported):
                self.dispatcher.run()

    def _watch(self, monitor: StoredMonitor) -> "Watch":
        rule = read_rule(monitor.rule)
        sequential = rule.kind is RuleKind.ALWAYS_VALID
        drift = rule.kind is RuleKind.DRIFT
        before = LONGEST_PAST if sequential else _reach(rule)
        window = Window(start=self.end - self.days * DAY - before, end=self.end + STEP)
        past = Past(self.queries.signals, window, BLOCKS_S[0] if sequential else STEP // SECOND)
        looker = Looker(past, self.names, lambda project_id: self.served)
        return Watch(
            replay=self,
            monitor=monitor,
            rule=rule,
            looker=looker,
            following=SequentialLooker.of(past, looker) if sequential else self.drift if drift else None,
            every=DRIFT_STEP if drift else SEQUENTIAL_STEP if sequential else _step(rule),
        )


@dataclass(slots=True, kw_only=True)
class Watch:
    """One rule. The desk is told of what may change something: a breach, and what follows one."""

    replay: Replay
    monitor: StoredMonitor
    rule: Rule
    looker: Looker
    following: SequentialLooker | DriftLooker | None
    every: Micros
    states: list[MonitorState] = field(default_factory=list)
    open: set[str] = field(default_factory=set)

    def look(self, now: Micros) -> bool:
        """Whether the desk was told."""
        seen = self._seen(now)
        if not self.open and not any(one.finding.verdict.status == FIRING for one in seen):
            return False
        told = [self._with_evidence(one) for one in seen]
        self.replay.desk.report(self.monitor, self.rule, told, now)
        with self.replay.meta.reading() as unit:
            kept = unit.monitors.states(self.monitor.project_id, self.monitor.id)
        self.open = {state.segment for state in kept if state.incident_id}
        return True

    def _seen(self, now: Micros) -> Sequence[Seen]:
        scope = self.replay.scope
        if self.following is None:
            return [Seen(finding=finding) for finding in self.looker.look(scope, self.rule, now)]
        seen = self.following(scope, self.rule, self.states, now)
        self.states = [self._state(one.finding, one, now) for one in seen]
        return seen

    def _state(self, finding: Finding, one: Seen, now: Micros) -> MonitorState:
        return MonitorState(
            monitor_id=self.monitor.id,
            segment=finding.segment,
            project_id=self.monitor.project_id,
            status=finding.verdict.status,
            since=now,
            evaluated_time=now,
            memory=one.memory,
        )

    def _with_evidence(self, one: Seen) -> Seen:
        if one.finding.verdict.status != FIRING or one.finding.segment in self.open:
            return one
        evidence, traces = TraceEvidence(self.replay.queries.spans)(self.replay.scope, self.rule, one.finding)
        return Seen(finding=one.finding, evidence=evidence, traces=traces, memory=one.memory, began=one.began)


def replay(data: Path, days: int) -> tuple[Micros, list[Message]]:
    """The end of the history, and what the pager heard; `body["time"]` is the time of the story."""
    settings, end, pager, clock = read_settings({}, data=data), end_of(data), Pager(), Hands()
    driver, meta = open_driver(settings), MetaStore.open(database_url(settings))
    _forget(data / "pellucid.db")
    with meta.reading() as unit:
        (project,) = unit.projects.list_all()
    scope = Scope(organization_id=project.organization_id, project_id=project.id, role=Role.ADMIN, actor="benchmark")
    guard, vault = Guard([pager.place]), Vault.open(settings.data, settings.secret_key)
    ChannelBook(meta, vault, AddressRule(guard), clock, random_id).create(scope, ChannelContent(**pager.channel))
    queries, clock.now = open_queries(driver, clock, random_id), end
    names = cache(ScoreNamer(queries))
    made = Replay(
        queries=queries,
        meta=meta,
        scope=scope,
        clock=clock,
        desk=IncidentDesk(meta, Telling(random_id, lambda path: path), clock, random_id),
        dispatcher=Dispatcher(meta, Post(guard, vault), clock),
        drift=DriftLooker(meta, DriftBook(queries.signals, names), queries.signals.oldest, random_id),
        names=names,
        served=ServedVersions(meta, clock).of(scope.project_id),
        end=end,
        days=days,
    )
    MonitorBook(meta, made.desk, SpanExists(queries), clock, random_id).install(scope)
    made.run()
    driver.close()
    meta.close()
    pager.close()
    return end, pager.heard


def end_of(data: Path) -> Micros:
    """When the history ends, by the mark that the demo leaves beside its data."""
    mark = json.loads((data / "demo-history.json").read_text(encoding="utf-8"))
    return int(datetime.fromisoformat(mark["end"]).timestamp() * SECOND)


def _step(rule: Rule) -> Micros:
    return min(LONGEST_STEP, max(STEP, rule.window_s * SECOND // LOOKS_A_WINDOW // STEP * STEP))


def _reach(rule: Rule) -> Micros:
    if rule.kind is RuleKind.DECLINE:
        return (DECLINE_WEEKS + 1) * WEEK_S * SECOND
    return (rule.window_s + max(rule.reference_s, DAY // SECOND)) * SECOND


def _forget(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        for table in LIVED_BEFORE:
            connection.execute(f"DELETE FROM {table}")


def main() -> None:
    """Print the pages of one data directory as JSON; in days before the end of its history."""
    data, days = Path(sys.argv[1]), int(sys.argv[2])
    end, heard = replay(data, days)
    pages = [heard_page(message, "past", (message.story_time - end) / DAY) for message in heard if message.is_page]
    print(json.dumps([asdict(page) for page in pages], indent=1))


if __name__ == "__main__":
    main()
