"""After a deployment: every day a tenth of what the new version answered is judged as it was at the gate, and a rolling week of that is
compared with the baseline that was stored when it went out. A fall is written into the ledger of changes, once.
"""

import logging
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final, Protocol

from pellucid_server.core.clock import DAY, Clock, Micros
from pellucid_server.core.errors import PellucidError
from pellucid_server.core.ids import IdSource
from pellucid_server.datasets.drawing import count, draw
from pellucid_server.datasets.errors import NoSuchGate
from pellucid_server.datasets.metrics import MEASURED, lower_is_better, means
from pellucid_server.filters.tree import Compare, FieldRef, Filter, Text, all_of
from pellucid_server.model.change import ChangeEvent
from pellucid_server.model.scope import Role, Scope
from pellucid_server.query.facets import read_filter
from pellucid_server.query.queries import Queries
from pellucid_server.query.windows import Window
from pellucid_server.stats.gate import GateVerdict
from pellucid_server.stats.watch import WatchMetric, watched
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.experiments import Result
from pellucid_server.store.meta.gates import GateDecision, LabelGate
from pellucid_server.store.meta.unit import UnitOfWork
from pellucid_server.store.meta.watches import DeploymentDay

SHARE: Final = 0.1
"""Of a day's traces (MISSION F6 of the product)."""
MOST_A_DAY: Final = 200
"""Whoever has more traffic than this needs no tenth of it to tell."""
ROLLING: Final = 7 * DAY
KIND: Final = "gate"
ACTOR: Final = "schedule:gate-watch"
_ANSWERS: Final = "kind:generation folded:false -environment:pellucid-*"
log = logging.getLogger(__name__)


class LiveVersions(Protocol):
    """Where labels point."""

    def of(self, project_id: str, label: str) -> Sequence[tuple[str, int]]:
        """(prompt, version) of each prompt that has the label; of a rollout the greater arm."""


class ProductionJudges(Protocol):
    """Evaluators at work on production."""

    def judge(self, scope: Scope, scorers: Sequence[str], trace_ids: Sequence[str]) -> Sequence[str]:
        """Begin runs of those scorers that are evaluators; their ids."""


class ChangeRecorder(Protocol):
    """The ledger of changes, which tells the channels that listen to it."""

    def record(self, project_id: str, event: ChangeEvent) -> None:
        """Write an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentWatch:
    """How a deployment does."""

    decision: GateDecision
    baseline_id: str
    """The experiment that is compared with."""
    days: Sequence[DeploymentDay]
    """Of the rolling week, the oldest first."""
    metrics: Sequence[WatchMetric]


class GateWatch:
    """The verbs."""

    def __init__(
        self,
        store: MetaStore,
        queries: Queries,
        live: LiveVersions,
        judges: ProductionJudges,
        recorder: ChangeRecorder,
        clock: Clock,
        new_id: IdSource,
    ) -> None:
        self._store = store
        self._queries = queries
        self._live = live
        self._judges = judges
        self._recorder = recorder
        self._clock = clock
        self._new_id = new_id

    def of(self, scope: Scope, prompt: str, label: str) -> DeploymentWatch | None:
        """How the version does that the label points at; None where none went through the gate. Raises `NoSuchGate`."""
        with self._store.reading() as unit:
            gate = unit.gates.gate(scope.project_id, label)
            if gate is None:
                raise NoSuchGate
            decision = self._deployed(unit, gate, prompt)
        return None if decision is None else self._watch(scope, gate, decision)

    def run_due(self) -> None:
        """Draw yesterday where it was not drawn, and look at the week, in all projects. One that fails hinders no other."""
        for gate in self._gates():
            scope = Scope(organization_id="", project_id=gate.project_id, role=Role.MEMBER, actor=ACTOR)
            for prompt, _ in self._live.of(gate.project_id, gate.label):
                try:
                    self._look(scope, gate, prompt)
                except PellucidError as error:
                    log.warning("the deployment of %s could not be looked at: %s", prompt, error.message)

    def _gates(self) -> list[LabelGate]:
        with self._store.reading() as unit:
            return [gate for project in unit.projects.list_all() for gate in unit.gates.gates(project.id)]

    def _look(self, scope: Scope, gate: LabelGate, prompt: str) -> None:
        with self._store.reading() as unit:
            decision = self._deployed(unit, gate, prompt)
        if decision is None:
            return
        today = self._clock() // DAY * DAY
        yesterday = today - DAY
        drawn = {day.day: day for day in self._days(decision, yesterday)}
        if yesterday not in drawn and yesterday + DAY > decision.time:
            drawn[yesterday] = self._draw(scope, gate, decision, yesterday)
        if yesterday in drawn:
            self._tell(scope, gate, decision, drawn[yesterday])

    def _draw(self, scope: Scope, gate: LabelGate, decision: GateDecision, day: Micros) -> DeploymentDay:
        node, window = _answers(decision), Window(start=max(day, decision.time), end=day + DAY)
        answered = count(self._queries, scope, window, node)
        wanted = min(MOST_A_DAY, math.ceil(SHARE * answered))
        random = Random(f"{decision.id} {day}")  # which traces, not a secret
        trace_ids = draw(self._queries, scope, window, node, wanted, random) if wanted else []
        run_ids = self._judges.judge(scope, gate.scorers, trace_ids) if trace_ids else ()
        made = DeploymentDay(
            project_id=scope.project_id,
            decision_id=decision.id,
            day=day,
            answered=answered,
            trace_ids=trace_ids,
            run_ids=list(run_ids),
            time=self._clock(),
        )
        self._put(made)
        return made

    def _tell(self, scope: Scope, gate: LabelGate, decision: GateDecision, day: DeploymentDay) -> None:
        """Of a metric once for each deployment: a page shows how it goes on."""
        watch = self._watch(scope, gate, decision)
        told = {name for one in self._days(decision, 0) for name in one.fallen}
        fallen = [metric for metric in watch.metrics if metric.verdict is GateVerdict.BLOCKED and metric.name not in told]
        if not fallen:
            return
        self._put(replace(day, fallen=[*day.fallen, *(metric.name for metric in fallen)]))
        self._recorder.record(scope.project_id, self._event(decision, fallen))

    def _event(self, decision: GateDecision, fallen: Sequence[WatchMetric]) -> ChangeEvent:
        said = "; ".join(_words(metric) for metric in fallen)
        return ChangeEvent(
            id=self._new_id("event"),
            time=self._clock(),
            kind=KIND,
            title=f"{decision.prompt} v{decision.version} has fallen below its baseline since it went out: {said}"[:500],
            actor=ACTOR,
            scope={"prompt": decision.prompt, "prompt_version": str(decision.version)},
            before={metric.name: metric.baseline_mean for metric in fallen},
            after={metric.name: metric.mean for metric in fallen},
        )

    def _watch(self, scope: Scope, gate: LabelGate, decision: GateDecision) -> DeploymentWatch:
        baseline_id = decision.baseline_id or decision.experiment_id
        with self._store.reading() as unit:
            experiment = unit.experiments.find(scope.project_id, baseline_id)
            results: Sequence[Result] = [] if experiment is None else unit.experiments.results(baseline_id)
            held_out = (
                frozenset()
                if experiment is None
                else unit.datasets.item_ids(experiment.dataset_id, experiment.dataset_version, gate.split)
            )
        days = self._days(decision, self._clock() - ROLLING - DAY)
        base = [one for one in results if one.item_id in held_out]
        return DeploymentWatch(
            decision=decision,
            baseline_id=baseline_id if experiment is not None else "",
            days=days,
            metrics=self._metrics(scope, gate, base, days),
        )

    def _metrics(self, scope: Scope, gate: LabelGate, base: Sequence[Result], days: Sequence[DeploymentDay]) -> list[WatchMetric]:
        drawn = {trace_id for day in days for trace_id in day.trace_ids}
        less = lower_is_better(base)
        found: list[WatchMetric] = []
        for name, by_item in sorted(means(base).items()):
            if name in MEASURED or not drawn:
                continue
            values = self._values(scope, name, drawn, days[0].day)
            metric = watched(name, values, list(by_item.values()), margin=gate.margin, lower_is_better=name in less)
            found += [metric] if metric is not None else []
        return found

    def _values(self, scope: Scope, name: str, drawn: set[str], since: Micros) -> list[float]:
        """The mean of each drawn trace's valid scores of that name."""
        scores, _ = self._queries.scores.values(scope, name, Window(start=since - DAY))
        by_trace: dict[str, list[float]] = defaultdict(list)
        for score in scores:
            if score.trace_id in drawn and score.status == "valid" and score.value is not None:
                by_trace[score.trace_id].append(score.value)
        return [sum(values) / len(values) for values in by_trace.values()]

    def _deployed(self, unit: UnitOfWork, gate: LabelGate, prompt: str) -> GateDecision | None:
        """What the gate said when the version went out that serves now."""
        version = dict(self._live.of(gate.project_id, gate.label)).get(prompt)
        decisions = unit.gates.decisions(gate.project_id, prompt, label=gate.label)
        return next((one for one in decisions if one.version == version and (one.baseline_id or one.experiment_id)), None)

    def _days(self, decision: GateDecision, since: Micros) -> list[DeploymentDay]:
        with self._store.reading() as unit:
            return unit.watches.days(decision.project_id, decision.id, since)

    def _put(self, day: DeploymentDay) -> None:
        with self._store.writing() as unit:
            unit.watches.put(day)


def _answers(decision: GateDecision) -> Filter:
    named: Mapping[str, str] = {"prompt_name": decision.prompt, "prompt_version": str(decision.version)}
    return all_of(
        [*(Compare(field=FieldRef(name=name), value=Text(value)) for name, value in named.items()), read_filter(_ANSWERS)]
    )


def _words(metric: WatchMetric) -> str:
    low, high = metric.difference.low, metric.difference.high
    bounds = "" if low is None or high is None else f" ({low:+.3g} … {high:+.3g})"
    return f"{metric.name} {metric.mean:.3g} against {metric.baseline_mean:.3g}{bounds}, n = {metric.n} and {metric.baseline_n}"
