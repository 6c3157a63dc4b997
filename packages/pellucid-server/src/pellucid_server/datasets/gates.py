"""Gates in front of labels: a version passes when its experiment on the held-out cases is not worse than the live version's by more than
the margin, or when a person lets it through with a reason. Both stay on record, with the baseline that was live.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.datasets.errors import BadGate, GateClosed, NoSuchGate
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.stats.gate import GateMetric, GateVerdict, at_gate, judge
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.experiments import Experiment, Result
from pellucid_server.store.meta.gates import GateDecision, LabelGate
from pellucid_server.store.meta.unit import UnitOfWork

APPROVED = "approved"
MAX_REASON_CHARS = 2_000
PROMPT, VERSION = "prompt", "prompt_version"
"""Under these names an experiment's metadata says which version it tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A version that a label shall point at, and the one that it points at now."""

    prompt: str
    label: str
    version: int
    live_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """How a version stands at the gate of a label."""

    gate: LabelGate
    candidate: Candidate
    verdict: GateVerdict
    metrics: Sequence[GateMetric]
    experiment: Experiment | None
    baseline: Experiment | None
    approved: GateDecision | None
    why: str
    """In words, with the next act."""

    @property
    def is_open(self) -> bool:
        """Whether the label may be moved."""
        return self.approved is not None or self.candidate.live_version is None or self.verdict is GateVerdict.PASSED


class GateKeeper:
    """The verbs."""

    def __init__(self, store: MetaStore, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def gates(self, scope: Scope) -> list[LabelGate]:
        """By label."""
        with self._store.reading() as unit:
            return unit.gates.gates(scope.project_id)

    def put(self, scope: Scope, gate: LabelGate) -> LabelGate:
        """Demand it from now on. Raises `BadGate` where there is no such data set."""
        if not 0 <= gate.margin < 1:
            raise BadGate(f"The margin is a share of what the live version reaches, from 0 to below 1, not {gate.margin}.")
        with self._store.writing() as unit:
            if unit.datasets.get(scope.project_id, gate.dataset) is None:
                raise BadGate(f"There is no data set {gate.dataset!r} for the gate; make it first.")
            unit.gates.put_gate(gate)
        return gate

    def remove(self, scope: Scope, label: str) -> None:
        """Demand nothing any more."""
        with self._store.writing() as unit:
            if not unit.gates.remove_gate(scope.project_id, label):
                raise NoSuchGate

    def state(self, scope: Scope, candidate: Candidate, *, experiment: str = "", baseline: str = "") -> GateState:
        """How it stands. Raises `NoSuchGate` where the label has none."""
        with self._store.reading() as unit:
            gate = unit.gates.gate(scope.project_id, candidate.label)
            if gate is None:
                raise NoSuchGate
            return self._state(unit, gate, candidate, experiment, baseline)

    def check_move(
        self, unit: UnitOfWork, scope: Scope, *, prompt: str, label: str, version: int, live_version: int | None
    ) -> None:
        """Within the transaction of a move: record what lets it through, or raise `GateClosed`."""
        candidate = Candidate(prompt=prompt, label=label, version=version, live_version=live_version)
        gate = unit.gates.gate(scope.project_id, label)
        if gate is None or candidate.version == candidate.live_version:
            return
        state = self._state(unit, gate, candidate, "", "")
        if not state.is_open:
            raise GateClosed(state.why, verdict=state.verdict, prompt=candidate.prompt, version=candidate.version)
        if state.approved is None:
            unit.gates.add_decision(self._decision(state, state.verdict))

    def approve(self, scope: Scope, candidate: Candidate, reason: str) -> GateDecision:
        """Let it through all the same; who and why stay on record."""
        if not 1 <= len(reason.strip()) <= MAX_REASON_CHARS:
            raise BadGate(f"Say why, in 1 to {MAX_REASON_CHARS:,} characters: whoever looks for the cause of a fall reads it.")
        with self._store.writing() as unit:
            gate = unit.gates.gate(scope.project_id, candidate.label)
            if gate is None:
                raise NoSuchGate
            state = self._state(unit, gate, candidate, "", "")
            decision = self._decision(state, APPROVED, approved_by=scope.actor, reason=reason.strip())
            unit.gates.add_decision(decision)
        return decision

    def decisions(self, scope: Scope, prompt: str) -> list[GateDecision]:
        """The newest first."""
        with self._store.reading() as unit:
            return unit.gates.decisions(scope.project_id, prompt)

    def _state(self, unit: UnitOfWork, gate: LabelGate, candidate: Candidate, ours_id: str, base_id: str) -> GateState:
        approved = next(
            (
                one
                for one in unit.gates.decisions(gate.project_id, candidate.prompt, label=candidate.label)
                if one.verdict == APPROVED and one.version == candidate.version
            ),
            None,
        )
        ours = _experiment(unit, gate, candidate.prompt, candidate.version, ours_id)
        live = candidate.live_version
        base = None if live is None else _experiment(unit, gate, candidate.prompt, live, base_id)
        metrics: list[GateMetric] = []
        if ours is not None and base is not None:
            splits = _items_of(unit, gate)
            pairs = paired(unit.experiments.results(ours.id), unit.experiments.results(base.id), splits)
            metrics = at_gate(pairs, margin=gate.margin)
        verdict = judge(metrics)
        why = _why(gate, candidate, ours, base, metrics, verdict)
        return GateState(
            gate=gate,
            candidate=candidate,
            verdict=verdict,
            metrics=metrics,
            experiment=ours,
            baseline=base,
            approved=approved,
            why=why,
        )

    def _decision(self, state: GateState, verdict: str, *, approved_by: str = "", reason: str = "") -> GateDecision:
        return GateDecision(
            id=self._new_id("gate"),
            project_id=state.gate.project_id,
            prompt=state.candidate.prompt,
            label=state.candidate.label,
            version=state.candidate.version,
            live_version=state.candidate.live_version or 0,
            experiment_id=state.experiment.id if state.experiment else "",
            baseline_id=state.baseline.id if state.baseline else "",
            verdict=verdict,
            metrics=[_said(metric) for metric in state.metrics],
            approved_by=approved_by,
            reason=reason,
            time=self._clock(),
        )


def paired(
    ours: Sequence[Result], base: Sequence[Result], items: frozenset[str] | None
) -> Mapping[str, Sequence[tuple[float, float]]]:
    """Metric → (new, live) of each case that both have; a case that raised counts as 0 of each metric, so that failing does not pay."""
    our_means, base_means = _means(ours), _means(base)
    failed = {one.item_id for one in ours if one.error is not None}
    pairs: dict[str, list[tuple[float, float]]] = {}
    for name, by_item in base_means.items():
        known = our_means.get(name, {})
        wanted = [item for item in sorted(by_item) if items is None or item in items]
        values = [(known.get(item, 0.0 if item in failed else None), by_item[item]) for item in wanted]
        pairs[name] = [(new, live) for new, live in values if new is not None]
    return {name: values for name, values in pairs.items() if values}


def _means(results: Sequence[Result]) -> dict[str, dict[str, float]]:
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        for score in result.scores:
            value = score.get("value")
            if score.get("status", "valid") == "valid" and isinstance(value, int | float):
                values[str(score.get("name"))][result.item_id].append(float(value))
    return {name: {item: sum(of) / len(of) for item, of in by.items()} for name, by in values.items()}


def _experiment(unit: UnitOfWork, gate: LabelGate, prompt: str, version: int, wanted: str) -> Experiment | None:
    """The newest of this version over the gate's data set; or the one that is named."""
    dataset = unit.datasets.get(gate.project_id, gate.dataset)
    if dataset is None:
        return None
    if wanted:
        return unit.experiments.find(gate.project_id, wanted)
    found = unit.experiments.list_all(gate.project_id, dataset.id, 500)
    return next(
        (one for one in found if one.metadata.get(PROMPT) == prompt and str(one.metadata.get(VERSION)) == str(version)), None
    )


def _items_of(unit: UnitOfWork, gate: LabelGate) -> frozenset[str] | None:
    """The held-out cases; None for all."""
    dataset = unit.datasets.get(gate.project_id, gate.dataset)
    if not gate.split or dataset is None:
        return None
    return frozenset(item.id for item in unit.datasets.items(dataset.id, dataset.version, split=gate.split, limit=100_000))


def _why(
    gate: LabelGate,
    candidate: Candidate,
    ours: Experiment | None,
    base: Experiment | None,
    metrics: Sequence[GateMetric],
    verdict: GateVerdict,
) -> str:
    name = f"version {candidate.version} of `{candidate.prompt}`"
    if candidate.live_version is None:
        return f"`{candidate.label}` points nowhere yet, so there is nothing to compare {name} with."
    for version, experiment in ((candidate.version, ours), (candidate.live_version, base)):
        if experiment is None:
            return (
                f"The gate of `{gate.label}` compares {name} with the live one over the data set `{gate.dataset}`, and version "
                f"{version} has no experiment there: run the gate, or an experiment with metadata {PROMPT} and {VERSION}."
            )
    if not metrics:
        return f"The two experiments over `{gate.dataset}` share no scored case, so nothing can be told; run the gate again."
    fallen = [metric.name for metric in metrics if metric.verdict is GateVerdict.BLOCKED]
    if verdict is GateVerdict.BLOCKED:
        return (
            f"{name} is worse than version {candidate.live_version} by more than {gate.margin:.0%} in {', '.join(fallen)}; "
            "improve it, or let a person approve it with a reason."
        )
    if verdict is GateVerdict.CANNOT_TELL:
        needed = max((metric.needed or 0 for metric in metrics), default=0)
        more = f"{needed} more cases" if needed else "more cases"
        return f"It cannot be told yet whether {name} is worse: {more} needed in `{gate.dataset}`, or a person's approval."
    return f"{name} is not worse than version {candidate.live_version} by more than {gate.margin:.0%} in any dimension."


def _said(metric: GateMetric) -> dict[str, JsonValue]:
    return {
        "name": metric.name,
        "verdict": metric.verdict.value,
        "n": metric.n,
        "mean": metric.mean,
        "baseline_mean": metric.baseline_mean,
        "low": metric.difference.low,
        "high": metric.difference.high,
        "margin": metric.margin,
        "needed": metric.needed,
    }
