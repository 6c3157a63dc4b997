"""What the client sends beside spans: scores and feedback, as documents for the REST API.

What lives here: the documents and their checks. What must not live here: the queue (`exporting`), the process's
client (`runtime`).
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias
from uuid import uuid4

from pellucid.exporting.outbox import Post
from pellucid.values import json_of

ScoreType: TypeAlias = Literal["numeric", "categorical", "boolean", "text", "correction"]
ScoreValue: TypeAlias = float | int | bool | str

SCORES = "/api/v1/scores"
FEEDBACK = "/api/v1/feedback"

POST_OVERHEAD_BYTES = 1_200
"""Memory of one waiting document beside its texts: its dict, keys and numbers."""


def score_document(
    name: str,
    value: ScoreValue,
    *,
    trace_id: str | None,
    span_id: str | None,
    session_id: str | None,
    type: ScoreType | None,  # noqa: A002 (the model's word)
    comment: str | None,
    metadata: Mapping[str, Any] | None,
    id: str | None,  # noqa: A002 (the model's word)
    source: str,
    time: datetime | None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """One score as `POST /api/v1/scores` takes it; names are the model's names."""
    if not (trace_id or session_id):
        raise ValueError("a score needs a target: call it inside a span, or give trace_id or session_id")
    is_text = isinstance(value, str)
    if not is_text and not math.isfinite(float(value)):
        raise ValueError(f"the value of score {name!r} is {value!r}; it must be finite")
    document = {
        "id": id or uuid4().hex,
        "name": name,
        "type": type or _type_of(value),
        "value": None if is_text else float(value),
        "string_value": value if is_text else None,
        "trace_id": trace_id,
        "span_id": span_id,
        "session_id": session_id,
        "comment": comment,
        "source": source,
        "metadata": dict(metadata) if metadata else None,
        "time": (time or datetime.now(UTC)).astimezone(UTC).isoformat(),
        **(extra or {}),
    }
    return {key: item for key, item in document.items() if item is not None}


def feedback_document(
    *,
    trace_id: str | None,
    session_id: str | None,
    rating: float | bool | str | None,
    comment: str | None,
    correction: str | None,
    user_id: str | None,
    name: str,
    metadata: Mapping[str, Any] | None,
    id: str | None,  # noqa: A002 (the model's word)
) -> dict[str, Any]:
    """One reaction of a user as `POST /api/v1/feedback` takes it."""
    if not (trace_id or session_id):
        raise ValueError("feedback needs a target: call it inside a span, or give trace_id or session_id")
    if rating is None and comment is None and correction is None:
        raise ValueError("feedback needs a rating, a comment or a correction")
    document = {
        "id": id or uuid4().hex,
        "name": name,
        "trace_id": trace_id,
        "session_id": session_id,
        "rating": rating,
        "comment": comment,
        "correction": correction,
        "user_id": user_id,
        "metadata": dict(metadata) if metadata else None,
        "time": datetime.now(UTC).isoformat(),
    }
    return {key: item for key, item in document.items() if item is not None}


def size_of_document(document: Mapping[str, Any]) -> int:
    """Memory that the document keeps alive while it waits, in bytes."""
    return POST_OVERHEAD_BYTES + len(json_of(document))


def post(path: str, document: dict[str, Any]) -> Post:
    """The document with its destination."""
    return Post(path=path, document=document)


def _type_of(value: ScoreValue) -> ScoreType:
    if isinstance(value, bool):
        return "boolean"
    return "categorical" if isinstance(value, str) else "numeric"
