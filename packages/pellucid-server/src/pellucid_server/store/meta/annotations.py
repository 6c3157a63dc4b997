"""Queues of what people shall read and judge, their items, who holds which item at the moment, and what each person said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

annotation_queues = Table(
    "annotation_queues",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("name", TextColumn, nullable=False),
    Column("kind", TextColumn, nullable=False),
    Column("guidelines", TextColumn, nullable=False),
    Column("dimensions", JsonColumn, nullable=False),
    Column("raters", Integer, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("annotators", JsonColumn, nullable=False),
    Column("dataset", TextColumn, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Index("uq_annotation_queues_name", "project_id", "name", unique=True),
)

annotation_items = Table(
    "annotation_items",
    metadata,
    id_column(),
    Column("queue_id", ForeignKey(annotation_queues.c.id, ondelete="CASCADE"), nullable=False),
    Column("trace_id", TextColumn, nullable=False),
    Column("span_id", TextColumn, nullable=False),
    Column("input", JsonColumn),
    Column("output", JsonColumn),
    Column("era", TextColumn, nullable=False),
    Column("assigned_to", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Index("uq_annotation_items_trace", "queue_id", "trace_id", "span_id", unique=True),
    Index("ix_annotation_items_queue_id", "queue_id", "created_time", "id"),
)

annotation_ratings = Table(
    "annotation_ratings",
    metadata,
    Column("item_id", ForeignKey(annotation_items.c.id, ondelete="CASCADE"), primary_key=True),
    Column("annotator", TextColumn, primary_key=True),
    Column("queue_id", TextColumn, nullable=False),
    Column("annotator_name", TextColumn, nullable=False),
    Column("skipped", Boolean, nullable=False),
    Column("values", JsonColumn, nullable=False),
    Column("comment", TextColumn, nullable=False),
    Column("correction", TextColumn),
    Column("seconds", Integer, nullable=False),
    Column("time", MicrosColumn, nullable=False),
    Index("ix_annotation_ratings_queue_id", "queue_id", "annotator"),
)

annotation_holds = Table(
    "annotation_holds",
    metadata,
    Column("item_id", ForeignKey(annotation_items.c.id, ondelete="CASCADE"), primary_key=True),
    Column("annotator", TextColumn, primary_key=True),
    Column("since", MicrosColumn, nullable=False),
    Column("until", MicrosColumn, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationQueue:
    """What shall be judged, by what, and by how many."""

    id: str
    project_id: str
    name: str
    kind: str = "queue"
    """`queue`, or `reading`: a week's random conversations."""
    guidelines: str = ""
    dimensions: Sequence[Mapping[str, JsonValue]] = ()
    raters: int = 1
    """How many people judge each item."""
    blind: bool = True
    """Nobody sees what others said, nor which era an item is from, before they have judged it."""
    annotators: Sequence[str] = ()
    """Actors; empty: whoever may score."""
    dataset: str = ""
    """The data set into which judged items flow; empty: none."""
    created_by: str
    created_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationItem:
    """A trace or span to judge. Its text is kept here, so that it can be judged after its trace was erased."""

    id: str
    queue_id: str
    trace_id: str
    span_id: str = ""
    input: JsonValue = None
    output: JsonValue = None
    era: str = ""
    assigned_to: str = ""
    created_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What one person said of one item, or that they skipped it."""

    item_id: str
    annotator: str
    queue_id: str
    annotator_name: str
    skipped: bool = False
    values: Mapping[str, JsonValue] = field(default_factory=dict)
    comment: str = ""
    correction: str | None = None
    """The answer as it should have been."""
    seconds: int = 0
    """From when it was handed out."""
    time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Somebody has an item before them; others get it only where more people shall judge it, or after `until`."""

    item_id: str
    annotator: str
    since: Micros
    until: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """How far a queue is."""

    items: int
    done: int
    """Items that enough people have judged."""
    ratings: int


_JUDGED = (
    select(annotation_ratings.c.item_id, func.count().label("n"))
    .where(annotation_ratings.c.skipped.is_(False))
    .group_by(annotation_ratings.c.item_id)
    .subquery("judged")
)


class Annotations:
    """Reads and writes queues and all that is in them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_queue(self, queue: AnnotationQueue) -> None:
        """Insert; a taken name is a `Conflict`."""
        self._connection.execute(insert(annotation_queues).values(columns(queue)))

    def put_queue(self, queue: AnnotationQueue) -> None:
        """Overwrite the queue with the same id."""
        self._connection.execute(update(annotation_queues).where(annotation_queues.c.id == queue.id).values(columns(queue)))

    def queue(self, project_id: str, queue_id: str, *, for_change: bool = False) -> AnnotationQueue | None:
        """By id, in its project only; with `for_change`, locked until the transaction ends."""
        where = (annotation_queues.c.project_id == project_id) & (annotation_queues.c.id == queue_id)
        query = select(annotation_queues).where(where)
        return first(AnnotationQueue, self._connection.execute(query.with_for_update() if for_change else query).all())

    def queues(self, project_id: str, kind: str | None = None) -> list[AnnotationQueue]:
        """Of a project, the newest first."""
        query = select(annotation_queues).where(annotation_queues.c.project_id == project_id)
        if kind is not None:
            query = query.where(annotation_queues.c.kind == kind)
        ordered = query.order_by(annotation_queues.c.created_time.desc(), annotation_queues.c.id)
        return [record(AnnotationQueue, row) for row in self._connection.execute(ordered)]

    def remove_queue(self, project_id: str, queue_id: str) -> bool:
        """Delete with its items and ratings; whether it was there."""
        ids = select(annotation_items.c.id).where(annotation_items.c.queue_id == queue_id)
        where = (annotation_queues.c.project_id == project_id) & (annotation_queues.c.id == queue_id)
        self._connection.execute(delete(annotation_ratings).where(annotation_ratings.c.item_id.in_(ids)))
        return self._connection.execute(delete(annotation_queues).where(where)).rowcount > 0

    def known_traces(self, queue_id: str, trace_ids: Iterable[str]) -> set[tuple[str, str]]:
        """Of these traces the (trace, span) that are in the queue already."""
        query = select(annotation_items.c.trace_id, annotation_items.c.span_id).where(
            (annotation_items.c.queue_id == queue_id) & annotation_items.c.trace_id.in_(list(trace_ids))
        )
        return {(row.trace_id, row.span_id) for row in self._connection.execute(query)}

    def add_items(self, items: Sequence[AnnotationItem]) -> None:
        """Insert."""
        if items:
            self._connection.execute(insert(annotation_items), [columns(item) for item in items])

    def item(self, queue_id: str, item_id: str) -> AnnotationItem | None:
        """By id, in its queue only."""
        where = (annotation_items.c.queue_id == queue_id) & (annotation_items.c.id == item_id)
        return first(AnnotationItem, self._connection.execute(select(annotation_items).where(where)).all())

    def items(self, queue_id: str, *, after: tuple[Micros, str] | None = None, limit: int) -> list[AnnotationItem]:
        """In their order, beginning behind `after`."""
        query = select(annotation_items).where(annotation_items.c.queue_id == queue_id)
        if after is not None:
            time, item_id = after
            same = (annotation_items.c.created_time == time) & (annotation_items.c.id > item_id)
            query = query.where((annotation_items.c.created_time > time) | same)
        ordered = query.order_by(annotation_items.c.created_time, annotation_items.c.id).limit(limit)
        return [record(AnnotationItem, row) for row in self._connection.execute(ordered)]

    def next_item(self, queue_id: str, annotator: str, raters: int, now: Micros) -> AnnotationItem | None:
        """What this person judges next: what they hold, then what is assigned to them, then the oldest that still needs somebody."""
        mine = (
            select(annotation_ratings.c.item_id)
            .where((annotation_ratings.c.queue_id == queue_id) & (annotation_ratings.c.annotator == annotator))
            .scalar_subquery()
        )
        held = (
            select(annotation_holds.c.item_id, func.count().label("n"))
            .where((annotation_holds.c.until > now) & (annotation_holds.c.annotator != annotator))
            .group_by(annotation_holds.c.item_id)
            .subquery("held")
        )
        own = (
            select(annotation_holds.c.item_id)
            .where((annotation_holds.c.until > now) & (annotation_holds.c.annotator == annotator))
            .subquery("own")
        )
        query = (
            select(annotation_items)
            .outerjoin(_JUDGED, _JUDGED.c.item_id == annotation_items.c.id)
            .outerjoin(held, held.c.item_id == annotation_items.c.id)
            .outerjoin(own, own.c.item_id == annotation_items.c.id)
            .where(
                and_(
                    annotation_items.c.queue_id == queue_id,
                    annotation_items.c.id.not_in(mine),
                    or_(annotation_items.c.assigned_to == "", annotation_items.c.assigned_to == annotator),
                    func.coalesce(_JUDGED.c.n, 0) + func.coalesce(held.c.n, 0) < raters,
                )
            )
            .order_by(
                own.c.item_id.is_(None),
                (annotation_items.c.assigned_to == annotator).desc(),
                annotation_items.c.created_time,
                annotation_items.c.id,
            )
            .limit(1)
        )
        return first(AnnotationItem, self._connection.execute(query).all())

    def assign(self, queue_id: str, item_ids: Iterable[str], annotator: str) -> int:
        """Give items to one person, or with an empty one to nobody; how many."""
        where = (annotation_items.c.queue_id == queue_id) & annotation_items.c.id.in_(list(item_ids))
        return self._connection.execute(update(annotation_items).where(where).values(assigned_to=annotator)).rowcount

    def put_hold(self, hold: Hold) -> None:
        """Hold an item; held again it is held longer."""
        self.end_hold(hold.item_id, hold.annotator)
        self._connection.execute(insert(annotation_holds).values(columns(hold)))

    def hold(self, item_id: str, annotator: str) -> Hold | None:
        """Whether this person holds it, or did."""
        where = (annotation_holds.c.item_id == item_id) & (annotation_holds.c.annotator == annotator)
        return first(Hold, self._connection.execute(select(annotation_holds).where(where)).all())

    def end_hold(self, item_id: str, annotator: str) -> None:
        """Let go."""
        where = (annotation_holds.c.item_id == item_id) & (annotation_holds.c.annotator == annotator)
        self._connection.execute(delete(annotation_holds).where(where))

    def put_rating(self, rating: Rating) -> None:
        """Write; the same person's again replaces."""
        where = (annotation_ratings.c.item_id == rating.item_id) & (annotation_ratings.c.annotator == rating.annotator)
        self._connection.execute(delete(annotation_ratings).where(where))
        self._connection.execute(insert(annotation_ratings).values(columns(rating)))

    def ratings(self, queue_id: str) -> list[Rating]:
        """Of a queue, by item and person."""
        query = select(annotation_ratings).where(annotation_ratings.c.queue_id == queue_id)
        ordered = query.order_by(annotation_ratings.c.item_id, annotation_ratings.c.time, annotation_ratings.c.annotator)
        return [record(Rating, row) for row in self._connection.execute(ordered)]

    def ratings_of(self, item_ids: Iterable[str]) -> list[Rating]:
        """Of some items."""
        query = select(annotation_ratings).where(annotation_ratings.c.item_id.in_(list(item_ids)))
        return [record(Rating, row) for row in self._connection.execute(query.order_by(annotation_ratings.c.time))]

    def counts(self, queue_id: str, raters: int) -> QueueCounts:
        """How far a queue is."""
        items = select(func.count()).where(annotation_items.c.queue_id == queue_id).scalar_subquery()
        ratings = (
            select(func.count())
            .where((annotation_ratings.c.queue_id == queue_id) & annotation_ratings.c.skipped.is_(False))
            .scalar_subquery()
        )
        done = (
            select(func.count())
            .select_from(annotation_items.join(_JUDGED, _JUDGED.c.item_id == annotation_items.c.id))
            .where((annotation_items.c.queue_id == queue_id) & (_JUDGED.c.n >= raters))
            .scalar_subquery()
        )
        row = self._connection.execute(select(items.label("items"), done.label("done"), ratings.label("ratings"))).one()
        return QueueCounts(items=row.items, done=row.done, ratings=row.ratings)
