"""Experiments: runs over a version of a data set, their results, and what comparing two of them says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.datasets.errors import BadExperiment, NoSuchDataset, NoSuchExperiment, NotComparable
from pellucid_server.datasets.metrics import lower_is_better, means
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.stats.intervals import Estimate, mean
from pellucid_server.stats.paired import Comparison, compare
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.datasets import Item
from pellucid_server.store.meta.experiments import Experiment, Result
from pellucid_server.store.meta.unit import UnitOfWork

MARGIN = 0.05
"""A loss of this share of the baseline's mean is still accepted, unless the caller says otherwise (MISSION F4 of the product)."""
MAX_RESULTS_A_REQUEST = 1_000
MAX_REPETITIONS = 100
MAX_COMPARED = 20
"""Experiments that are laid beside one baseline."""
RUN = "run_id"
"""Under this name an experiment's metadata says which durable run does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric of two experiments on the same cases."""

    name: str
    comparison: Comparison
    confidence: float
    """Of its interval: greater where several metrics are compared, so that they together err no more often than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two experiments, case by case."""

    experiment: Experiment
    baseline: Experiment
    items: int
    """Cases that both have."""
    errors: int
    """Of the experiment: cases that raised, which have no score."""
    metrics: list[Metric]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricMean:
    """One metric of one experiment."""

    name: str
    estimate: Estimate
    lower_is_better: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One experiment by itself."""

    experiment: Experiment
    items: int
    errors: int
    means: list[MetricMean]


class Trials:
    """The verbs."""

    def __init__(self, store: MetaStore, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def start(
        self,
        scope: Scope,
        *,
        name: str,
        dataset: str,
        version: int | None = None,
        metadata: Mapping[str, JsonValue] | None = None,
        repetitions: int = 1,
        resume: bool = False,
    ) -> Experiment:
        """Begin an experiment; with `resume`, go on with the newest of that name over that data set, if there is one."""
        if not name.strip() or not 1 <= repetitions <= MAX_REPETITIONS:
            raise BadExperiment(f"An experiment needs a name and 1 to {MAX_REPETITIONS} repetitions.")
        with self._store.writing() as unit:
            found = unit.datasets.get(scope.project_id, dataset)
            if found is None:
                raise NoSuchDataset(f"There is no data set {dataset!r} in this project; create it first.")
            known = unit.experiments.newest(scope.project_id, name, found.id) if resume else None
            if known is not None:
                return known
            asked = found.version if version is None else version
            if not 0 <= asked <= found.version:
                raise BadExperiment(f"The data set {dataset!r} has versions 0 to {found.version}, not {asked}.")
            made = Experiment(
                id=self._new_id("experiment"),
                project_id=scope.project_id,
                name=name.strip(),
                dataset_id=found.id,
                dataset_version=asked,
                metadata=metadata or {},
                repetitions=repetitions,
                created_by=scope.actor,
                created_time=self._clock(),
            )
            unit.experiments.add(made)
            return made

    def note_run(self, scope: Scope, experiment: Experiment, run_id: str) -> Experiment:
        """The durable run that does it."""
        noted = replace(experiment, metadata={**experiment.metadata, RUN: run_id})
        with self._store.writing() as unit:
            unit.experiments.set_metadata(scope.project_id, experiment.id, noted.metadata)
        return noted

    def list_experiments(self, scope: Scope, *, dataset: str | None = None, limit: int = 100) -> list[Experiment]:
        """The newest first."""
        with self._store.reading() as unit:
            dataset_id = None
            if dataset is not None:
                found = unit.datasets.get(scope.project_id, dataset)
                if found is None:
                    raise NoSuchDataset
                dataset_id = found.id
            return unit.experiments.list_all(scope.project_id, dataset_id, max(1, min(limit, 500)))

    def get(self, scope: Scope, id_or_name: str) -> Experiment:
        """By id, else the newest of that name."""
        with self._store.reading() as unit:
            return self._own(unit, scope, id_or_name)

    def case(self, scope: Scope, id_or_name: str, item_id: str) -> Item:
        """A case as the experiment met it."""
        with self._store.reading() as unit:
            experiment = self._own(unit, scope, id_or_name)
            found = unit.datasets.item(experiment.dataset_id, experiment.dataset_version, item_id)
        if found is None:
            raise NoSuchExperiment(f"The experiment {experiment.name!r} runs over no case {item_id!r}.")
        return found

    def record(self, scope: Scope, experiment_id: str, results: Sequence[Result]) -> None:
        """Write results, all or none; the same item and repetition again replaces."""
        if len(results) > MAX_RESULTS_A_REQUEST:
            raise BadExperiment(f"At most {MAX_RESULTS_A_REQUEST} results go into one request; send them in parts.")
        with self._store.writing() as unit:
            self._own(unit, scope, experiment_id)
            unit.experiments.put_results(results)

    def results(
        self, scope: Scope, id_or_name: str, *, after: tuple[str, int] | None = None, limit: int = 500
    ) -> tuple[list[Result], tuple[str, int] | None]:
        """Results by item and repetition, and where the next ones begin."""
        bounded = max(1, min(limit, MAX_RESULTS_A_REQUEST))
        with self._store.reading() as unit:
            experiment = self._own(unit, scope, id_or_name)
            found = unit.experiments.results(experiment.id, after=after, limit=bounded + 1)
        shown = found[:bounded]
        return shown, (shown[-1].item_id, shown[-1].repetition) if len(found) > bounded else None

    def compare(self, scope: Scope, id_or_name: str, baseline: str, *, margin: float = MARGIN, among: int = 1) -> Compared:
        """Case by case: the mean of a case's repetitions against the baseline's. `margin` is a share of the baseline's mean; `among` says
        how many experiments are compared with the same baseline, so that together they err no more often than one."""
        if not 1 <= among <= MAX_COMPARED:
            raise BadExperiment(f"1 to {MAX_COMPARED} experiments are compared with a baseline, not {among}.")
        with self._store.reading() as unit:
            ours, base = self._own(unit, scope, id_or_name), self._own(unit, scope, baseline)
            our_results, base_results = unit.experiments.results(ours.id), unit.experiments.results(base.id)
        return Compared(
            experiment=ours,
            baseline=base,
            items=len({one.item_id for one in our_results} & {one.item_id for one in base_results}),
            errors=len({one.item_id for one in our_results if one.error}),
            metrics=_metrics(our_results, base_results, margin, among),
        )

    def summary(self, scope: Scope, id_or_name: str) -> Summary:
        """The mean of each metric over the cases, with its interval."""
        with self._store.reading() as unit:
            ours = self._own(unit, scope, id_or_name)
            results = unit.experiments.results(ours.id)
        less = lower_is_better(results)
        estimates = {name: mean(list(by.values())) for name, by in sorted(means(results).items())}
        return Summary(
            experiment=ours,
            items=len({one.item_id for one in results}),
            errors=len({one.item_id for one in results if one.error}),
            means=[
                MetricMean(name=name, estimate=estimate, lower_is_better=name in less)
                for name, estimate in estimates.items()
                if estimate is not None
            ],
        )

    def _own(self, unit: UnitOfWork, scope: Scope, id_or_name: str) -> Experiment:
        found = unit.experiments.find(scope.project_id, id_or_name)
        if found is None:
            raise NoSuchExperiment(f"There is no experiment {id_or_name!r} in this project.")
        return found


def _metrics(ours: Sequence[Result], base: Sequence[Result], margin: float, among: int) -> list[Metric]:
    our_means, base_means = means(ours), means(base)
    less = lower_is_better([*ours, *base])
    shared = {
        name: sorted(our_means[name].keys() & base_means[name].keys()) for name in sorted(our_means.keys() & base_means.keys())
    }
    named = {name: items for name, items in shared.items() if items}
    if not named:
        raise NotComparable
    confidence = 1 - 0.05 / (len(named) * among)
    found: list[Metric] = []
    for name, items in named.items():
        values, against = [our_means[name][item] for item in items], [base_means[name][item] for item in items]
        binary = all(value in (0.0, 1.0) for value in (*values, *against))
        accepted = margin * abs(sum(against) / len(against))
        comparison = compare(values, against, margin=accepted, confidence=confidence, binary=binary, lower_is_better=name in less)
        if comparison is not None:
            found.append(Metric(name=name, comparison=comparison, confidence=confidence))
    return found
