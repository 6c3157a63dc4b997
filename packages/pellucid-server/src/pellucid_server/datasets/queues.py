"""Annotation queues: made, filled with traces, changed, and how far they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pellucid_server.core.clock import Clock, Micros
from pellucid_server.core.ids import SPAN_ID_CHARS, TRACE_ID_CHARS, IdSource, is_hex
from pellucid_server.datasets.dimensions import DEFAULT_DIMENSIONS, Dimension, checked
from pellucid_server.datasets.errors import BadQueue, NoSuchQueue
from pellucid_server.datasets.traces import Mapped, TraceText, TraceTexts
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta.annotations import AnnotationItem, AnnotationQueue, QueueCounts, Rating
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.unit import UnitOfWork

MAX_RATERS = 20
MAX_GUIDELINES_CHARS = 50_000
MAX_ITEMS_A_REQUEST = 500
MAX_PAGE = 500
MAX_TEXT_CHARS = 200_000
"""Of an item's input or output as it is kept in the queue; nobody reads more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDraft:
    """A queue as it was asked for."""

    name: str
    kind: str = "queue"
    guidelines: str = ""
    dimensions: tuple[Dimension, ...] = DEFAULT_DIMENSIONS
    raters: int = 1
    blind: bool = True
    annotators: tuple[str, ...] = ()
    dataset: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToJudge:
    """A trace, or one span of it."""

    trace_id: str
    span_id: str = ""
    era: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What became of traces that were put into a queue."""

    added: int
    known: int
    """They were there already."""
    missing: tuple[str, ...]
    """Ids of traces that are not there, or not any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenItem:
    """An item with what may be shown of its ratings."""

    item: AnnotationItem
    ratings: tuple[Rating, ...]
    judged: int
    """By how many people; of a blind queue more than are shown."""


class Queues:
    """The verbs."""

    def __init__(self, store: MetaStore, texts: TraceTexts, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._texts = texts
        self._clock = clock
        self._new_id = new_id

    def create(self, scope: Scope, draft: QueueDraft) -> AnnotationQueue:
        """Make one; a taken name is a `Conflict`."""
        bare = AnnotationQueue(
            id=self._new_id("queue"),
            project_id=scope.project_id,
            name=draft.name,
            kind=draft.kind,
            created_by=scope.actor,
            created_time=self._clock(),
        )
        queue = _drawn_up(bare, draft)
        with self._store.writing() as unit:
            unit.annotations.add_queue(queue)
        return queue

    def update(self, scope: Scope, queue_id: str, draft: QueueDraft) -> AnnotationQueue:
        """Change it; what was judged stays. Dimensions that were judged stay in the ratings even where they are gone here."""
        with self._store.writing() as unit:
            changed = _drawn_up(_own(unit, scope, queue_id, for_change=True), draft)
            unit.annotations.put_queue(changed)
        return changed

    def remove(self, scope: Scope, queue_id: str) -> None:
        """Delete with its ratings; the scores that came of them stay with their traces."""
        with self._store.writing() as unit:
            if not unit.annotations.remove_queue(scope.project_id, queue_id):
                raise NoSuchQueue

    def list_queues(self, scope: Scope, kind: str | None = None) -> list[tuple[AnnotationQueue, QueueCounts]]:
        """The newest first, each with how far it is."""
        with self._store.reading() as unit:
            found = unit.annotations.queues(scope.project_id, kind)
            return [(queue, unit.annotations.counts(queue.id, queue.raters)) for queue in found]

    def get(self, scope: Scope, queue_id: str) -> tuple[AnnotationQueue, QueueCounts]:
        """One, with how far it is."""
        with self._store.reading() as unit:
            queue = _own(unit, scope, queue_id)
            return queue, unit.annotations.counts(queue.id, queue.raters)

    def fill(self, scope: Scope, queue_id: str, wanted: Sequence[ToJudge]) -> Filled:
        """Put traces into it. What is there already stays as it is; traces that are gone are named, the others are added."""
        if len(wanted) > MAX_ITEMS_A_REQUEST:
            raise BadQueue(f"At most {MAX_ITEMS_A_REQUEST} traces go into one request; send {len(wanted)} in parts.")
        for one in wanted:
            if not is_hex(one.trace_id, TRACE_ID_CHARS) or (one.span_id and not is_hex(one.span_id, SPAN_ID_CHARS)):
                raise BadQueue("`trace_id` is 32 hex digits and `span_id` 16, as in W3C Trace Context; copy them from the trace.")
        unique = {(one.trace_id.lower(), one.span_id.lower()): one for one in wanted}
        with self._store.reading() as unit:
            queue = _own(unit, scope, queue_id)
            known = unit.annotations.known_traces(queue.id, [trace_id for trace_id, _ in unique])
        new = [(key, one) for key, one in unique.items() if key not in known]
        texts = self._texts.many(scope, [trace_id for (trace_id, span_id), _ in new if not span_id], Mapped())
        made = [self._item(queue.id, key, one.era, self._text(scope, key, texts)) for key, one in new]
        items = [item for item in made if item is not None]
        with self._store.writing() as unit:
            _own(unit, scope, queue_id, for_change=True)
            # Somebody may have put some of them in meanwhile.
            known = unit.annotations.known_traces(queue.id, [item.trace_id for item in items])
            added = [item for item in items if (item.trace_id, item.span_id) not in known]
            unit.annotations.add_items(added)
        missing = tuple(key[0] for (key, _), item in zip(new, made, strict=True) if item is None)
        return Filled(added=len(added), known=len(unique) - len(added) - len(missing), missing=missing)

    def items(
        self, scope: Scope, queue_id: str, *, after: tuple[Micros, str] | None = None, limit: int = 100
    ) -> tuple[list[SeenItem], tuple[Micros, str] | None]:
        """Items with their ratings. Of a blind queue, others' ratings show once one has judged, or once enough people have."""
        bounded = max(1, min(limit, MAX_PAGE))
        with self._store.reading() as unit:
            queue = _own(unit, scope, queue_id)
            found = unit.annotations.items(queue.id, after=after, limit=bounded + 1)
            shown = found[:bounded]
            ratings = unit.annotations.ratings_of([item.id for item in shown])
        seen = [_seen(queue, item, [one for one in ratings if one.item_id == item.id], scope.actor) for item in shown]
        return seen, (shown[-1].created_time, shown[-1].id) if len(found) > bounded else None

    def assign(self, scope: Scope, queue_id: str, item_ids: Sequence[str], annotator: str) -> int:
        """Give items to one person; with an empty one, to whoever comes. How many there were."""
        if len(item_ids) > MAX_ITEMS_A_REQUEST:
            raise BadQueue(f"At most {MAX_ITEMS_A_REQUEST} items are assigned at once; send them in parts.")
        with self._store.writing() as unit:
            queue = _own(unit, scope, queue_id, for_change=True)
            if annotator and queue.annotators and annotator not in queue.annotators:
                raise BadQueue(f"`{annotator}` is not one of the annotators of `{queue.name}`; add them first.")
            return unit.annotations.assign(queue.id, item_ids, annotator)

    def _text(self, scope: Scope, key: tuple[str, str], texts: Mapping[str, TraceText]) -> TraceText | None:
        trace_id, span_id = key
        return self._texts.of(scope, trace_id, span_id) if span_id else texts.get(trace_id)

    def _item(self, queue_id: str, key: tuple[str, str], era: str, text: TraceText | None) -> AnnotationItem | None:
        if text is None:
            return None
        return AnnotationItem(
            id=self._new_id("annotation"),
            queue_id=queue_id,
            trace_id=key[0],
            span_id=key[1],
            input=_bounded(text.input),
            output=_bounded(text.output),
            era=era,
            assigned_to="",
            created_time=self._clock(),
        )


def _own(unit: UnitOfWork, scope: Scope, queue_id: str, *, for_change: bool = False) -> AnnotationQueue:
    queue = unit.annotations.queue(scope.project_id, queue_id, for_change=for_change)
    if queue is None:
        raise NoSuchQueue
    return queue


def is_open(queue: AnnotationQueue, ratings: Sequence[Rating], actor: str) -> bool:
    """Whether this person may see what the others said of an item."""
    judged = [one for one in ratings if not one.skipped]
    return not queue.blind or len(judged) >= queue.raters or any(one.annotator == actor for one in judged)


def _seen(queue: AnnotationQueue, item: AnnotationItem, ratings: Sequence[Rating], actor: str) -> SeenItem:
    shown = tuple(one for one in ratings if is_open(queue, ratings, actor) or one.annotator == actor)
    era = item.era if is_open(queue, ratings, actor) else ""
    return SeenItem(item=replace(item, era=era), ratings=shown, judged=sum(not one.skipped for one in ratings))


def _drawn_up(queue: AnnotationQueue, draft: QueueDraft) -> AnnotationQueue:
    """The queue as the draft wants it. Raises `BadQueue`."""
    name = draft.name.strip()
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise BadQueue("A queue needs a name of 1 to 200 printable characters.")
    if not 1 <= draft.raters <= MAX_RATERS:
        raise BadQueue(f"1 to {MAX_RATERS} people judge an item, not {draft.raters}.")
    if len(draft.guidelines) > MAX_GUIDELINES_CHARS:
        raise BadQueue(f"Guidelines have at most {MAX_GUIDELINES_CHARS:,} characters; shorten them, or link to a page.")
    if draft.annotators and len(set(draft.annotators)) < draft.raters:
        raise BadQueue(f"{draft.raters} people shall judge each item, and only {len(set(draft.annotators))} are named; name more.")
    return replace(
        queue,
        name=name,
        guidelines=draft.guidelines,
        dimensions=[dimension.stored() for dimension in checked(draft.dimensions)],
        raters=draft.raters,
        blind=draft.blind,
        annotators=list(draft.annotators),
        dataset=draft.dataset.strip(),
    )


def _bounded(value: JsonValue) -> JsonValue:
    if isinstance(value, str) and len(value) > MAX_TEXT_CHARS:
        return value[:MAX_TEXT_CHARS] + "…"
    return value
