"""Reactions of end users as scores: thumbs, stars, words, comments and corrections, all in the one scoring layer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pellucid_server.core.clock import Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.core.ids import IdSource
from pellucid_server.model.json import JsonValue
from pellucid_server.model.score import ScoreSource, ScoreType
from pellucid_server.query.score_drafts import Draft

DEFAULT_NAME = "user-feedback"
POSITIVE_FROM = 0.7
"""A rating from here on is positive (MISSION E10 of the product: the share of positive ratings by prompt version)."""

Rating = bool | float | str | None


class BadFeedback(BadRequest):
    """The feedback is not usable; it needs a trace or a session, and a rating, a comment or a correction."""

    code = "bad_feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One reaction."""

    id: str | None = None
    name: str = DEFAULT_NAME
    trace_id: str = ""
    span_id: str = ""
    session_id: str = ""
    rating: Rating = None
    """A thumb (boolean), a number (stars and CSAT scaled to 0…1), or a word."""
    comment: str = ""
    correction: str = ""
    """What it should have said."""
    user_id: str = ""
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    time: Micros | None = None


def drafts(feedback: Feedback, new_id: IdSource) -> Iterator[Draft]:
    """The scores that a reaction means: the rating (with the comment), a comment alone, and the correction beside them.

    Their ids follow from the reaction's, so that sending it again changes nothing. Raises `BadFeedback`.
    """
    if not feedback.trace_id and not feedback.session_id:
        raise BadFeedback("Feedback needs a `trace_id` or a `session_id` to belong to.")
    if feedback.rating is None and not feedback.comment and not feedback.correction:
        raise BadFeedback("Feedback needs a `rating`, a `comment` or a `correction`.")
    if isinstance(feedback.rating, float | int) and not isinstance(feedback.rating, bool) and not 0 <= feedback.rating <= 1:
        raise BadFeedback(f"The rating {feedback.rating} is not between 0 and 1; divide stars by their maximum.")
    id_ = feedback.id or new_id("feedback")
    if feedback.rating is not None:
        yield _draft(feedback, id_, feedback.name, value=feedback.rating, comment=feedback.comment)
    elif feedback.comment:
        yield _draft(feedback, id_, feedback.name, type_=ScoreType.TEXT, string_value=feedback.comment)
    if feedback.correction:
        yield _draft(feedback, f"{id_}:correction", "correction", type_=ScoreType.CORRECTION, string_value=feedback.correction)


def _draft(
    feedback: Feedback,
    id_: str,
    name: str,
    *,
    value: Rating = None,
    type_: ScoreType | None = None,
    string_value: str | None = None,
    comment: str = "",
) -> Draft:
    return Draft(
        id=id_,
        name=name,
        value=value,
        type=type_,
        string_value=string_value,
        comment=comment,
        trace_id=feedback.trace_id,
        span_id=feedback.span_id,
        session_id="" if feedback.trace_id else feedback.session_id,
        source=ScoreSource.FEEDBACK,
        annotator=feedback.user_id,
        metadata=feedback.metadata,
        time=feedback.time,
    )
