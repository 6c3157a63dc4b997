"""The guide: reads what the traffic is and what looks at it, and asks `guiding` for the next steps. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pellucid_server.core.clock import DAY, Clock
from pellucid_server.evals.analysis import Analyses
from pellucid_server.evals.candidates import Candidates, filter_of
from pellucid_server.evals.definition import Definition, EvaluatorKind, read_definition
from pellucid_server.evals.errors import NoVerdict
from pellucid_server.evals.evaluators import EvaluatorBook, Versioned
from pellucid_server.evals.gallery.catalogue import GALLERY
from pellucid_server.evals.guiding import JUDGES, JudgeOffer, KindCover, LiveJudge, Step, next_steps
from pellucid_server.evals.judges.asking import DEFAULT_PARAMETERS, Judge, variables_of
from pellucid_server.evals.judges.families import is_kin
from pellucid_server.evals.sampling import read_sampling
from pellucid_server.evals.spending import Spending
from pellucid_server.evals.subject import Subject, Subjects
from pellucid_server.llm.ports import PriceOf
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import text_of
from pellucid_server.model.scope import Scope
from pellucid_server.model.usage import Usage
from pellucid_server.query.metrics import Measure, MetricQueries, MetricsAsk
from pellucid_server.query.windows import Window

PROBED: Final = 5
"""Spans whose judge's prompt is made, to estimate what one costs."""
CHARS_A_TOKEN: Final = 4
"""Of English; a language with more tokens a character costs more than is estimated here."""
LOOKED_AT: Final = 20
"""Live evaluators whose cover is counted; each costs a query."""


class OfferedConnection(Protocol):
    """A model connection of the project, without its key."""

    @property
    def name(self) -> str:
        """By which judges name it."""

    @property
    def provider(self) -> str:
        """Whose prices count."""

    @property
    def default_model(self) -> str:
        """What is asked where no model is named."""


class Connections(Protocol):
    """Where connections are listed."""

    def list_connections(self, scope: Scope) -> Sequence[OfferedConnection]:
        """All of the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """What the panel shows."""

    kinds: Sequence[KindCover]
    """The busiest first."""
    steps: Sequence[Step]


class Guide:
    """The verb."""

    def __init__(
        self,
        book: EvaluatorBook,
        analyses: Analyses,
        candidates: Candidates,
        subjects: Subjects,
        spending: Spending,
        metrics: MetricQueries,
        connections: Connections,
        price_of: PriceOf,
        clock: Clock,
    ) -> None:
        self._book = book
        self._analyses = analyses
        self._candidates = candidates
        self._subjects = subjects
        self._spending = spending
        self._metrics = metrics
        self._connections = connections
        self._price_of = price_of
        self._clock = clock

    def guide(self, scope: Scope) -> Guidance:
        """By the last 24 hours."""
        live = [found for found in self._book.list_all(scope) if found.evaluator.enabled][:LOOKED_AT]
        totals = self._kinds(scope, "")
        seen = [(found, self._kinds(scope, found.evaluator.filter)) for found in live]
        kinds = _covers(totals, seen)
        judges = [self._judge(scope, found, counts) for found, counts in seen if found.version.kind == EvaluatorKind.JUDGE]
        open_kinds = [cover.kind for cover in kinds if cover.kind in JUDGES and not cover.judged]
        offers = {kind: self._offer(scope, kind) for kind in open_kinds[:1]}
        return Guidance(kinds=kinds, steps=next_steps(kinds, judges, offers))

    def _kinds(self, scope: Scope, text: str) -> dict[str, int]:
        now = self._clock()
        ask = MetricsAsk(
            measures=(Measure(name="spans", aggregation="count"),),
            dimensions=("kind",),
            window=Window(start=now - DAY, end=now),
            filter=filter_of(text),
        )
        rows = self._metrics.ask(scope, ask).data
        return {str(row["kind"]): int(row["spans_count"] or 0) for row in rows}

    def _judge(self, scope: Scope, found: Versioned, counts: Mapping[str, int]) -> LiveJudge:
        evaluator, sampling = found.evaluator, read_sampling(dict(found.evaluator.sampling))
        trust = self._analyses.of(scope, evaluator.id, Window()).trust
        now, calls = self._clock(), self._book.compile(dict(found.version.definition)).calls
        by_stratum = self._candidates.counts(
            scope, found.definition.target, evaluator.filter, sampling, Window(start=now - DAY, end=now)
        )
        return LiveJudge(
            id=evaluator.id,
            name=evaluator.name,
            kind=max(counts, key=lambda kind: counts[kind], default=""),
            state=trust.state,
            needed=trust.needed,
            sampling=evaluator.sampling,
            default=sampling.default,
            sampled=sampling.expected(by_stratum),
            cost_each=self._spending.lately(scope, evaluator.id).of_verdict(calls),
            budget=evaluator.daily_budget,
        )

    def _offer(self, scope: Scope, kind: str) -> JudgeOffer:
        """With a model of another family than what it would grade, where one is connected."""
        entry = next(entry for entry in GALLERY if entry.key == JUDGES[kind])
        target = read_definition(dict(entry.definition)).target
        places = self._candidates.newest(scope, target, f"kind:{kind}", PROBED)
        subjects = [one for one in self._subjects.read_many(scope, places) if one is not None]
        models = tuple({model for one in subjects for model in one.models})
        usable = [one for one in self._connections.list_connections(scope) if one.default_model]
        chosen = next((one for one in usable if not is_kin(one.default_model, models)), usable[0] if usable else None)
        if chosen is None:
            return JudgeOffer(connection="", model="", cost_each=None)
        ready = self._book.compile(with_connection(entry.definition, chosen.name))
        usage = None if ready.judge is None else _most(ready.definition, ready.judge, subjects)
        cost = (
            None if usage is None else self._price_of(scope.project_id, chosen.provider, chosen.default_model, usage, self._clock())
        )
        return JudgeOffer(connection=chosen.name, model=chosen.default_model, cost_each=None if cost is None else cost.total)


def with_connection(definition: Mapping[str, JsonValue], connection: str) -> dict[str, JsonValue]:
    """A judge of the gallery that asks by a connection's default model."""
    body = definition["body"]
    return {**definition, "body": {**(body if isinstance(body, dict) else {}), "connection": connection}}


def _most(definition: Definition, judge: Judge, subjects: Sequence[Subject]) -> Usage | None:
    """Tokens of a mean judgement at most: the prompts as they would be, and the longest answer that is allowed."""
    chars = []
    for subject in subjects:
        try:
            chars.append(len(text_of(judge.request(variables_of(definition, judge, subject.value)).messages)))
        except NoVerdict:  # nothing there to judge: it costs nothing either
            continue
    allowed = {**DEFAULT_PARAMETERS, **judge.parameters}.get("max_tokens")
    if not chars or not isinstance(allowed, int):
        return None
    return Usage(input=sum(chars) // len(chars) // CHARS_A_TOKEN, output=allowed)


def _covers(totals: Mapping[str, int], seen: Sequence[tuple[Versioned, Mapping[str, int]]]) -> list[KindCover]:
    """Each kind with what looks at it; of several evaluators that one counts that sees most."""
    spans = sum(totals.values())
    ruled: dict[str, float] = {}
    judged: dict[str, float] = {}
    for found, counts in seen:
        cover = judged if found.version.kind == EvaluatorKind.JUDGE else ruled
        drawn = read_sampling(dict(found.evaluator.sampling)).default
        for kind, count in counts.items():
            cover[kind] = max(cover.get(kind, 0.0), drawn * count / max(1, totals.get(kind, 0)))
    return [
        KindCover(kind=kind, spans=count, share=count / spans, ruled=ruled.get(kind, 0.0), judged=judged.get(kind, 0.0))
        for kind, count in sorted(totals.items(), key=lambda pair: -pair[1])
    ]
