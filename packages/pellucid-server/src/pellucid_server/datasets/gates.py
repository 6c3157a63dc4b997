"""Gates in front of labels: a version passes when its experiment on the held-out cases is not worse than the live version's by more than
the margin, or when a person lets it through with a reason. Both stay on record, with the baseline that was live.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.datasets.answering import PROMPT, VERSION
from pellucid_server.datasets.errors import BadGate, GateClosed, NoSuchGate
from pellucid_server.datasets.metrics import MEASURED, lower_is_better, means
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.stats.gate import GateMetric, GateVerdict, at_gate, judge
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.experiments import Experiment, Result
from pellucid_server.store.meta.gates import GateDecision, LabelGate
from pellucid_server.store.meta.unit import UnitOfWork

APPROVED = "approved"
MAX_REASON_CHARS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A version that a label shall point at, and the one that it points at now."""

    prompt: str
    label: str
    version: int
    live_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An experiment at the gate, and how many of the cases it has done that it is to do."""

    experiment: Experiment
    done: int
    wanted: int
    results: Sequence[Result]

    @property
    def missing(self) -> int:
        """Cases without a result: a version that was tried on the cases of its choice has not been tried."""
        return self.wanted - self.done


@dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """How a version stands at the gate of a label."""

    gate: LabelGate
    candidate: Candidate
    verdict: GateVerdict
    metrics: Sequence[GateMetric]
    tried: Tried | None
    live: Tried | None
    approved: GateDecision | None
    why: str
    """In words, with the next act."""

    @property
    def experiment(self) -> Experiment | None:
        """Of the version that shall go out."""
        return self.tried.experiment if self.tried else None

    @property
    def baseline(self) -> Experiment | None:
        """Of the live version."""
        return self.live.experiment if self.live else None

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
            metrics = compared(ours.results, base.results, gate)
        verdict = judge(metrics)
        if any(tried is not None and tried.missing for tried in (ours, base)):
            verdict = GateVerdict.CANNOT_TELL
        why = _why(gate, candidate, ours, base, metrics, verdict)
        return GateState(
            gate=gate,
            candidate=candidate,
            verdict=verdict,
            metrics=metrics,
            tried=ours,
            live=base,
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


def compared(ours: Sequence[Result], base: Sequence[Result], gate: LabelGate) -> list[GateMetric]:
    """The metrics that the gate looks at: those that it names, else all scores."""
    less = lower_is_better([*ours, *base])
    pairs = paired(ours, base, less)
    looked_at = {name: values for name, values in pairs.items() if (name in gate.metrics if gate.metrics else name not in MEASURED)}
    return at_gate(looked_at, margin=gate.margin, lower_is_better=less)


def paired(
    ours: Sequence[Result], base: Sequence[Result], less: Collection[str] = ()
) -> Mapping[str, Sequence[tuple[float, float]]]:
    """Metric → (new, live) of each case that both have. A case that raised counts as the worst there is of each score: 0, or of what shall
    be small the greatest that the live version has. So failing does not pay."""
    our_means, base_means = means(ours), means(base)
    failed = {one.item_id for one in ours if one.error is not None}
    pairs: dict[str, list[tuple[float, float]]] = {}
    for name, by_item in base_means.items():
        known = our_means.get(name, {})
        worst = None if name in MEASURED else max(by_item.values()) if name in less else 0.0
        values = [(known.get(item, worst if item in failed else None), by_item[item]) for item in sorted(by_item)]
        pairs[name] = [(new, live) for new, live in values if new is not None]
    return {name: values for name, values in pairs.items() if values}


def _experiment(unit: UnitOfWork, gate: LabelGate, prompt: str, version: int, wanted: str) -> Tried | None:
    """The newest of this version over the gate's data set; or the one that is named."""
    dataset = unit.datasets.get(gate.project_id, gate.dataset)
    if dataset is None:
        return None
    if wanted:
        found = unit.experiments.find(gate.project_id, wanted)
    else:
        found = next(
            (
                one
                for one in unit.experiments.list_all(gate.project_id, dataset.id, 500)
                if one.metadata.get(PROMPT) == prompt and str(one.metadata.get(VERSION)) == str(version)
            ),
            None,
        )
    if found is None:
        return None
    cases = unit.datasets.item_ids(found.dataset_id, found.dataset_version, gate.split)
    results = [one for one in unit.experiments.results(found.id) if one.item_id in cases]
    return Tried(experiment=found, done=len({one.item_id for one in results}), wanted=len(cases), results=results)


def _why(
    gate: LabelGate,
    candidate: Candidate,
    ours: Tried | None,
    base: Tried | None,
    metrics: Sequence[GateMetric],
    verdict: GateVerdict,
) -> str:
    name = f"version {candidate.version} of `{candidate.prompt}`"
    if candidate.live_version is None:
        return f"`{candidate.label}` points nowhere yet, so there is nothing to compare {name} with."
    for version, tried in ((candidate.version, ours), (candidate.live_version, base)):
        if tried is None:
            return (
                f"The gate of `{gate.label}` compares {name} with the live one over the data set `{gate.dataset}`, and version "
                f"{version} has no experiment there: run the gate, or an experiment with metadata {PROMPT} and {VERSION}."
            )
        if not tried.wanted:
            return (
                f"The data set `{gate.dataset}` of the gate has no such cases, so nothing can be told; add some, and run the gate."
            )
    for version, tried in ((candidate.version, ours), (candidate.live_version, base)):
        if tried is not None and tried.missing:
            return (
                f"The experiment `{tried.experiment.name}` of version {version} has done {tried.done} of {tried.wanted} cases: "
                f"{tried.missing} more cases to go; wait for its run, or resume it."
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
