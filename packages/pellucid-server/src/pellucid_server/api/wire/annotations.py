"""Annotation queues, their items, and what people say of them."""

from typing import Literal

from pydantic import BaseModel, Field, JsonValue

from pellucid_server.api.wire.absent import NullIsAbsent
from pellucid_server.api.wire.times import WireTime
from pellucid_server.datasets.dimensions import DEFAULT_DIMENSIONS, Dimension, DimensionType
from pellucid_server.datasets.panel import Panel
from pellucid_server.datasets.queues import Filled, QueueDraft, SeenItem, ToJudge
from pellucid_server.datasets.rating import Judged, Turn
from pellucid_server.store.meta.annotations import AnnotationItem, AnnotationQueue, QueueCounts, Rating


class DimensionBody(NullIsAbsent):
    """One question that every rating answers."""

    name: str = Field(min_length=1, max_length=100)
    type: DimensionType = "boolean"
    categories: list[str] = Field(default_factory=list, max_length=50)
    low: float = 1
    high: float = 5
    required: bool = True
    description: str = Field(default="", max_length=2_000)

    def dimension(self) -> Dimension:
        """What the room takes."""
        return Dimension(**{**self.model_dump(), "categories": tuple(self.categories)})


class QueueBody(NullIsAbsent):
    """A queue as it shall be."""

    name: str = Field(min_length=1, max_length=200)
    guidelines: str = Field(default="", max_length=50_000)
    dimensions: list[DimensionBody] = Field(
        default_factory=list, max_length=20, description="Without any: relevance, groundedness, tone."
    )
    raters: int = Field(default=1, ge=1, le=20, description="How many people judge each item.")
    blind: bool = True
    annotators: list[str] = Field(default_factory=list, max_length=500, description="Actors; empty: whoever may score.")
    dataset: str = Field(default="", max_length=200, description="Judged items become cases of this data set.")

    def draft(self) -> QueueDraft:
        """What the room takes."""
        return QueueDraft(
            name=self.name,
            guidelines=self.guidelines,
            dimensions=tuple(one.dimension() for one in self.dimensions) or DEFAULT_DIMENSIONS,
            raters=self.raters,
            blind=self.blind,
            annotators=tuple(self.annotators),
            dataset=self.dataset,
        )


class QueueAnswer(BaseModel):
    """A queue, and how far it is."""

    id: str
    name: str
    kind: Literal["queue", "reading"]
    guidelines: str
    dimensions: list[DimensionBody]
    raters: int
    blind: bool
    annotators: list[str]
    dataset: str
    created_by: str
    created_time: WireTime
    items: int
    done: int
    """Items that enough people have judged."""
    ratings: int


class ToJudgeBody(NullIsAbsent):
    """A trace, or one span of it."""

    trace_id: str = Field(min_length=32, max_length=32)
    span_id: str = Field(default="", max_length=16)

    def wanted(self) -> ToJudge:
        """What the room takes."""
        return ToJudge(trace_id=self.trace_id, span_id=self.span_id)


class FillBody(BaseModel):
    """Traces to put into a queue."""

    items: list[ToJudgeBody] = Field(min_length=1, max_length=500)


class FilledAnswer(BaseModel):
    """What became of them."""

    added: int
    known: int
    missing: list[str]


class AssignBody(NullIsAbsent):
    """Items for one person; with an empty annotator, for whoever comes."""

    items: list[str] = Field(min_length=1, max_length=500)
    annotator: str = ""


class Assigned(BaseModel):
    """How many items changed hands."""

    assigned: int


class RatingBody(NullIsAbsent):
    """What somebody says of an item."""

    values: dict[str, JsonValue] = Field(default_factory=dict)
    comment: str = Field(default="", max_length=100_000)
    correction: str | None = Field(default=None, max_length=100_000)

    def judged(self) -> Judged:
        """What the room takes."""
        return Judged(values=self.values, comment=self.comment, correction=self.correction)


class RatingAnswer(BaseModel):
    """What one person said of an item."""

    annotator: str
    annotator_name: str
    skipped: bool
    values: dict[str, JsonValue]
    comment: str
    correction: str | None
    seconds: int
    time: WireTime


class ItemToJudge(BaseModel):
    """An item."""

    id: str
    trace_id: str
    span_id: str
    input: JsonValue
    output: JsonValue
    era: str
    assigned_to: str
    created_time: WireTime


class SeenItemAnswer(ItemToJudge):
    """An item with what may be shown of its ratings."""

    judged: int
    ratings: list[RatingAnswer]


class TurnAnswer(BaseModel):
    """What to judge next; null where nothing is left for this person."""

    item: ItemToJudge | None
    until: WireTime | None


class AgreementAnswer(BaseModel):
    """How far people agree on one dimension, beyond chance."""

    dimension: str
    measure: Literal["krippendorff_alpha"] = "krippendorff_alpha"
    level: str
    value: float | None
    low: float | None
    high: float | None
    items: int
    """Items that at least two people judged."""
    ratings: int
    raw: float | None
    """The share of pairs of ratings that are equal."""
    kappa: float | None
    """Cohen's, where exactly two people judged."""
    kappa_low: float | None
    kappa_high: float | None
    disputed: list[str]
    """Ids of the items on which people differ, the most first; at most twenty."""


class AnnotatorAnswer(BaseModel):
    """What one person did."""

    annotator: str
    name: str
    judged: int
    skipped: int
    median_seconds: float | None


class EraAnswer(BaseModel):
    """One dimension now against eight weeks ago; the difference with its 95 % interval."""

    dimension: str
    value: str
    """Of a categorical dimension: of which category the shares are."""
    now: float
    now_n: int
    before: float
    before_n: int
    difference: float
    low: float | None
    high: float | None


class PanelAnswer(BaseModel):
    """Progress and agreement of a queue."""

    agreement: list[AgreementAnswer]
    annotators: list[AnnotatorAnswer]
    eras: list[EraAnswer]


def to_queue(queue: AnnotationQueue, counts: QueueCounts) -> QueueAnswer:
    """`queue` for the wire."""
    own = {name: getattr(queue, name) for name in QueueAnswer.model_fields if hasattr(queue, name)}
    return QueueAnswer.model_validate({**own, "items": counts.items, "done": counts.done, "ratings": counts.ratings})


def to_filled(filled: Filled) -> FilledAnswer:
    """`filled` for the wire."""
    return FilledAnswer(added=filled.added, known=filled.known, missing=list(filled.missing))


def to_rating(rating: Rating) -> RatingAnswer:
    """`rating` for the wire."""
    return RatingAnswer.model_validate(rating, from_attributes=True)


def to_item_to_judge(item: AnnotationItem) -> ItemToJudge:
    """`item` for the wire."""
    return ItemToJudge.model_validate(item, from_attributes=True)


def to_seen_item(seen: SeenItem) -> SeenItemAnswer:
    """`seen` for the wire."""
    own = to_item_to_judge(seen.item).model_dump()
    return SeenItemAnswer(**own, judged=seen.judged, ratings=[to_rating(one) for one in seen.ratings])


def to_turn(turn: Turn | None) -> TurnAnswer:
    """`turn` for the wire."""
    if turn is None:
        return TurnAnswer(item=None, until=None)
    return TurnAnswer(item=to_item_to_judge(turn.item), until=turn.until)


def to_panel(panel: Panel) -> PanelAnswer:
    """`panel` for the wire."""
    return PanelAnswer.model_validate(panel, from_attributes=True)
