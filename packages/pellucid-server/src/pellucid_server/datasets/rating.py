"""Judging: the next item is handed out and held, and what a person says of it becomes scores of its trace, a correction, and a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from pellucid_server.core.clock import MINUTE, Clock, Micros
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.dimensions import Dimension, check_values, read
from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.errors import BadRating, NoSuchQueue, NotAnAnnotator
from pellucid_server.datasets.queues import is_open
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import ScoreSource, ScoreTarget, ScoreType
from pellucid_server.query.score_drafts import MAX_TEXT, Draft
from pellucid_server.store.meta.annotations import AnnotationItem, AnnotationQueue, Hold, Rating
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.unit import UnitOfWork

HOLD = 10 * MINUTE
"""How long an item is kept for who opened it; each look renews it."""
MAX_SECONDS = 3_600
"""Of one item, as it is noted: whoever took longer had lunch."""
CORRECTION = "correction"
"""The name of the score that a corrected answer becomes."""


class ScoreWriter(Protocol):
    """Keeps scores."""

    def write(self, scope: Scope, drafts: Sequence[Draft]) -> Sequence[str]:
        """All or none; the same id again replaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An item that one person shall judge now."""

    queue: AnnotationQueue
    item: AnnotationItem
    until: Micros
    """So long nobody else gets it, unless more people shall judge it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What somebody says of an item."""

    values: Mapping[str, JsonValue] = field(default_factory=dict)
    comment: str = ""
    correction: str | None = None


class Judging:
    """The verbs. `name` is how the person is shown."""

    def __init__(self, store: MetaStore, scores: ScoreWriter, cases: Cases, clock: Clock) -> None:
        self._store = store
        self._scores = scores
        self._cases = cases
        self._clock = clock

    def next_item(self, scope: Scope, queue_id: str) -> Turn | None:
        """What this person judges next, held for them; None where nothing is left for them."""
        now = self._clock()
        with self._store.writing() as unit:
            queue = _for_judging(unit, scope, queue_id, for_change=True)
            item = unit.annotations.next_item(queue.id, scope.actor, queue.raters, now)
            if item is None:
                return None
            held = unit.annotations.hold(item.id, scope.actor)
            since = held.since if held is not None and held.until > now else now
            hold = Hold(item_id=item.id, annotator=scope.actor, since=since, until=now + HOLD)
            unit.annotations.put_hold(hold)
        return Turn(queue=queue, item=_blinded(queue, item), until=hold.until)

    def release(self, scope: Scope, queue_id: str, item_id: str) -> None:
        """Let others have it."""
        with self._store.writing() as unit:
            _item(unit, _for_judging(unit, scope, queue_id), item_id)
            unit.annotations.end_hold(item_id, scope.actor)

    def skip(self, scope: Scope, name: str, queue_id: str, item_id: str, *, comment: str = "") -> Rating:
        """Leave it to others; it does not come back to this person."""
        return self._rated(scope, name, queue_id, item_id, Judged(comment=comment), skipped=True)

    def judge(self, scope: Scope, name: str, queue_id: str, item_id: str, judged: Judged) -> Rating:
        """Say what one thinks of it; said again, it replaces. The scores of its trace are written first, so that none is ever missing."""
        return self._rated(scope, name, queue_id, item_id, judged, skipped=False)

    def _rated(self, scope: Scope, name: str, queue_id: str, item_id: str, judged: Judged, *, skipped: bool) -> Rating:
        if len(judged.comment) > MAX_TEXT or len(judged.correction or "") > MAX_TEXT:
            raise BadRating(f"A comment or correction has at most {MAX_TEXT:,} characters; shorten it.")
        with self._store.reading() as unit:
            queue = _for_judging(unit, scope, queue_id)
            item = _item(unit, queue, item_id)
            hold = unit.annotations.hold(item.id, scope.actor)
        dimensions = read(queue.dimensions)
        if not skipped:
            check_values(dimensions, judged.values)
            self._scores.write(scope, _drafts(queue, item, dimensions, judged, scope.actor, name))
        now = self._clock()
        rating = Rating(
            item_id=item.id,
            annotator=scope.actor,
            queue_id=queue.id,
            annotator_name=name,
            skipped=skipped,
            values=dict(judged.values),
            comment=judged.comment,
            correction=judged.correction,
            seconds=min(MAX_SECONDS, (now - hold.since) // 1_000_000) if hold is not None else 0,
            time=now,
        )
        with self._store.writing() as unit:
            _for_judging(unit, scope, queue_id, for_change=True)
            unit.annotations.put_rating(rating)
            unit.annotations.end_hold(item.id, scope.actor)
            ratings = unit.annotations.ratings_of([item.id])
        self._into_dataset(scope, queue, item, ratings)
        return rating

    def _into_dataset(self, scope: Scope, queue: AnnotationQueue, item: AnnotationItem, ratings: Sequence[Rating]) -> None:
        """Once enough people have judged it, an item is a case of the queue's data set, with what they said."""
        done = [one for one in ratings if not one.skipped]
        if not queue.dataset or len(done) < queue.raters:
            return
        corrections = [one.correction for one in done if one.correction]
        labels: dict[str, JsonValue] = {one.annotator: dict(one.values) for one in done}
        item_id = f"trace-{item.trace_id}{'-' if item.span_id else ''}{item.span_id}"
        known = self._cases.labelled(scope, queue.dataset, item_id)
        said: dict[str, JsonValue] = {"labels": labels, "queue": queue.name, **({"era": item.era} if item.era else {})}
        draft = ItemDraft(
            id=item_id,
            input=item.input if known is None else known.input,
            expected=corrections[-1] if corrections else item.output if known is None else known.expected,
            metadata=said if known is None else {**known.metadata, **said},
            split="" if known is None else known.split,
            trace_id=item.trace_id,
            span_id=item.span_id,
        )
        self._cases.create(scope, name=queue.dataset)
        self._cases.write(scope, queue.dataset, [draft])


def _drafts(
    queue: AnnotationQueue, item: AnnotationItem, dimensions: Sequence[Dimension], judged: Judged, actor: str, name: str
) -> list[Draft]:
    def draft(score: str, type_: ScoreType, value: JsonValue) -> Draft:
        return Draft(
            id=f"{item.id}.{actor}.{score}",
            name=score,
            type=type_,
            value=value if isinstance(value, bool | float | str) else float(value) if isinstance(value, int) else None,
            target=ScoreTarget.SPAN if item.span_id else ScoreTarget.TRACE,
            trace_id=item.trace_id,
            span_id=item.span_id,
            comment=judged.comment,
            source=ScoreSource.HUMAN,
            annotator=name,
            config_id=queue.id,
        )

    found = [
        draft(dimension.name, ScoreType(dimension.type), judged.values[dimension.name])
        for dimension in dimensions
        if judged.values.get(dimension.name) is not None
    ]
    if judged.correction:
        found.append(draft(CORRECTION, ScoreType.CORRECTION, judged.correction))
    return found


def _for_judging(unit: UnitOfWork, scope: Scope, queue_id: str, *, for_change: bool = False) -> AnnotationQueue:
    queue = unit.annotations.queue(scope.project_id, queue_id, for_change=for_change)
    if queue is None:
        raise NoSuchQueue
    if queue.annotators and scope.actor not in queue.annotators:
        raise NotAnAnnotator
    return queue


def _item(unit: UnitOfWork, queue: AnnotationQueue, item_id: str) -> AnnotationItem:
    item = unit.annotations.item(queue.id, item_id)
    if item is None:
        raise NoSuchQueue(f"The queue `{queue.name}` has no item {item_id!r}; ask for the next one.")
    return item


def _blinded(queue: AnnotationQueue, item: AnnotationItem) -> AnnotationItem:
    return item if is_open(queue, (), "") else replace(item, era="")
