"""Stratified samples: every week so many traces that a score calls low and so many that it calls high become cases of a data set."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from pellucid_server.core.clock import DAY, Clock
from pellucid_server.core.errors import PellucidError
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.curating import Curating
from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.errors import BadSampling
from pellucid_server.datasets.readings import week_of
from pellucid_server.datasets.traces import Mapped, Take
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Role, Scope
from pellucid_server.query.asking import MAX_LIMIT, Ask
from pellucid_server.query.facets import read_filter, read_score_filter
from pellucid_server.query.queries import Queries
from pellucid_server.query.windows import Window
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.dataset_rules import Sampling

MAX_COUNT: Final = 500
"""Of one stratum: a sample is one version, written at once."""
MAX_SCORES: Final = 100_000
"""Of one period that are looked at; beyond this the newest count."""
LOW, HIGH = "low", "high"
ACTOR: Final = "schedule:sampling"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One side of a sample."""

    name: str
    wanted: int
    found: int
    taken: int
    probability: float
    """With which each of those found was taken: whoever counts on the sample weighs by its inverse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """What a sample brought."""

    scored: int
    strata: tuple[Stratum, ...]
    version: int | None
    """Which it made; None where there was too little, or nothing new."""
    added: int
    missing: int
    """Traces that were gone before their text could be read, or that say nothing of what was asked."""
    reason: str = ""
    """Why there is no sample."""


class Samplings:
    """The verbs."""

    def __init__(self, store: MetaStore, queries: Queries, cases: Cases, curating: Curating, clock: Clock) -> None:
        self._store = store
        self._queries = queries
        self._cases = cases
        self._curating = curating
        self._clock = clock

    def get(self, scope: Scope, name: str) -> Sampling | None:
        """Of a data set; None where nothing flows into it."""
        dataset = self._cases.get(scope, name)
        with self._store.reading() as unit:
            return unit.dataset_rules.sampling(dataset.id)

    def put(self, scope: Scope, name: str, sampling: Sampling) -> Sampling:
        """Let traces flow into it. When it last did is kept."""
        dataset = self._cases.get(scope, name)
        read_filter(sampling.filter)
        _check(sampling)
        with self._store.writing() as unit:
            old = unit.dataset_rules.sampling(dataset.id)
            kept = replace(sampling, dataset_id=dataset.id, project_id=scope.project_id)
            if old is not None:
                kept = replace(kept, last_time=old.last_time, last_report=old.last_report)
            unit.dataset_rules.put_sampling(kept)
        return kept

    def remove(self, scope: Scope, name: str) -> None:
        """Let nothing flow in any more; what is there stays."""
        dataset = self._cases.get(scope, name)
        with self._store.writing() as unit:
            if not unit.dataset_rules.remove_sampling(dataset.id):
                raise BadSampling(f"Nothing flows into the data set {name!r}.")

    def sample(self, scope: Scope, name: str) -> Sampled:
        """Draw now, from the traces of the last period."""
        sampling = self.get(scope, name)
        if sampling is None:
            raise BadSampling(f"The data set {name!r} has no sampling; say first what shall flow into it.")
        now = self._clock()
        drawn = self._draw(scope, name, sampling, now)
        report: dict[str, JsonValue] = {
            "scored": drawn.scored,
            "version": drawn.version,
            "added": drawn.added,
            "missing": drawn.missing,
            "reason": drawn.reason,
            "strata": [
                {"name": one.name, "wanted": one.wanted, "found": one.found, "taken": one.taken, "probability": one.probability}
                for one in drawn.strata
            ],
        }
        with self._store.writing() as unit:
            unit.dataset_rules.put_sampling(replace(sampling, last_time=now, last_report=report))
        return drawn

    def run_due(self) -> None:
        """Draw what is due, in all projects. One that fails is tried again the next time, and hinders no other."""
        with self._store.reading() as unit:
            due = unit.dataset_rules.samplings_due(self._clock(), DAY)
        for sampling, name in due:
            scope = Scope(organization_id="", project_id=sampling.project_id, role=Role.MEMBER, actor=ACTOR)
            try:
                self.sample(scope, name)
            except PellucidError as error:
                log.warning("the sample of %s could not be drawn: %s", name, error.message)

    def _draw(self, scope: Scope, name: str, sampling: Sampling, now: int) -> Sampled:
        values = self._scored(scope, sampling, now)
        if len(values) < sampling.minimum:
            reason = f"only {len(values)} scored traces in the last {sampling.every_days} days, and {sampling.minimum} are needed"
            return Sampled(scored=len(values), strata=(), version=None, added=0, missing=0, reason=reason)
        random = Random(f"{sampling.dataset_id} {now}")  # which traces, not a secret
        low = [trace_id for trace_id, value in values.items() if value < sampling.low_below]
        high = [trace_id for trace_id, value in values.items() if value >= sampling.high_from]
        strata, drafts, missing = [], [], 0
        for stratum, found, wanted in ((LOW, low, sampling.low_count), (HIGH, high, sampling.high_count)):
            taken = random.sample(sorted(found), min(wanted, len(found)))
            probability = len(taken) / len(found) if found else 0.0
            strata.append(Stratum(name=stratum, wanted=wanted, found=len(found), taken=len(taken), probability=probability))
            read = self._curating.read(scope, taken, Mapped(input=Take(sampling.input or Take.INPUT)))
            missing += len(read.missing) + len(read.empty)
            drafts += [_labelled(draft, sampling, stratum, values[draft.trace_id], probability, now) for draft in read.drafts]
        written = self._cases.write(scope, name, drafts)
        version = written.version if written.added + written.changed else None
        return Sampled(scored=len(values), strata=tuple(strata), version=version, added=written.added, missing=missing)

    def _scored(self, scope: Scope, sampling: Sampling, now: int) -> dict[str, float]:
        """Trace → the mean of its valid scores of that name, for those that match the filter."""
        window = Window(start=now - sampling.every_days * DAY, end=now)
        node = read_score_filter(f"name:{_quoted(sampling.score)}")
        values: dict[str, list[float]] = defaultdict(list)
        cursor: str | None = None
        seen = 0
        while True:
            page = self._queries.scores.list_scores(scope, Ask(filter=node, window=window, limit=MAX_LIMIT, cursor=cursor))
            for score in page.data:
                if score.trace_id and score.value is not None:
                    values[score.trace_id].append(score.value)
            seen += len(page.data)
            cursor = page.next_cursor
            if cursor is None or seen >= MAX_SCORES:
                break
        means = {trace_id: sum(of) / len(of) for trace_id, of in values.items()}
        return means if not sampling.filter else self._matching(scope, sampling.filter, means)

    def _matching(self, scope: Scope, text: str, means: dict[str, float]) -> dict[str, float]:
        node, ids = read_filter(text), list(means)
        kept: dict[str, float] = {}
        for start in range(0, len(ids), MAX_LIMIT):
            rows = self._queries.traces.rows_of(scope, ids[start : start + MAX_LIMIT], node)
            kept.update({row.trace_id: means[row.trace_id] for row in rows})
        return kept


def _labelled(draft: ItemDraft, sampling: Sampling, stratum: str, value: float, probability: float, now: int) -> ItemDraft:
    more: dict[str, JsonValue] = {
        "stratum": stratum,
        "week": week_of(now),
        "score": {"name": sampling.score, "value": value},
        "sample_probability": probability,
    }
    return replace(draft, metadata={**draft.metadata, **more})


def _check(sampling: Sampling) -> None:
    counts: Sequence[int] = (sampling.low_count, sampling.high_count)
    if any(not 0 <= number <= MAX_COUNT for number in counts) or sum(counts) == 0:
        raise BadSampling(f"A sample takes up to {MAX_COUNT} traces of each side, and some of at least one.")
    if not sampling.low_below <= sampling.high_from:
        raise BadSampling("`low_below` must not be above `high_from`: a trace would be both.")
    if not sampling.score or sampling.minimum < 1 or not 1 <= sampling.every_days <= 90:
        raise BadSampling("A sampling names a score, needs at least one scored trace, and comes every 1 to 90 days.")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
