"""`score()` and `feedback()`: judgements on a span, a trace or a session, sent in the background.

What lives here: the two verbs and how they find their target. What must not live here: the documents (`posts`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pellucid import semconv
from pellucid.frames import current_frame
from pellucid.guard import GUARD
from pellucid.posts import FEEDBACK, SCORES, ScoreType, ScoreValue, feedback_document, score_document
from pellucid.runtime import current
from pellucid.spans import current_span_id, current_trace_id


def score(
    name: str,
    value: ScoreValue,
    *,
    trace_id: str | None = None,
    span_id: str | None = None,
    session_id: str | None = None,
    type: ScoreType | None = None,  # noqa: A002 (the model's word)
    comment: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    id: str | None = None,  # noqa: A002 (the model's word)
    time: datetime | None = None,
) -> None:
    """Score a span, a trace or a session; with no target given, the current span.

    Numbers are `numeric`, True and False `boolean`, text `categorical`, unless `type` says otherwise. Sending the
    same `id` again replaces the score.
    """
    client = current()
    if client is None:
        return
    try:
        if trace_id is None and session_id is None:
            trace_id, span_id = current_trace_id(), span_id or current_span_id()
        document = score_document(
            name,
            value,
            trace_id=trace_id,
            span_id=span_id,
            session_id=session_id,
            type=type,
            comment=comment,
            metadata=metadata,
            id=id,
            source="api",
            time=time,
        )
        client.send(SCORES, document)
    except Exception as error:
        GUARD.report("send a score", error)


def feedback(
    rating: float | bool | str | None = None,
    *,
    trace_id: str | None = None,
    session_id: str | None = None,
    comment: str | None = None,
    correction: str | None = None,
    user_id: str | None = None,
    name: str = "user-feedback",
    metadata: Mapping[str, Any] | None = None,
    id: str | None = None,  # noqa: A002 (the model's word)
) -> None:
    """What a user thought of an answer: a rating (0 to 1, a boolean for thumbs, or a word), a comment, a correction.

    Without a target it is about the current trace; `user_id` defaults to the context's.
    """
    client = current()
    if client is None:
        return
    try:
        if trace_id is None and session_id is None:
            trace_id = current_trace_id()
        inherited = current_frame().attributes.get(semconv.USER_ID)
        document = feedback_document(
            trace_id=trace_id,
            session_id=session_id,
            rating=rating,
            comment=comment,
            correction=correction,
            user_id=user_id or (str(inherited) if inherited is not None else None),
            name=name,
            metadata=metadata,
            id=id,
        )
        client.send(FEEDBACK, document)
    except Exception as error:
        GUARD.report("send feedback", error)
