"""The cases of a data set, and what came of them.

What lives here: frozen types and their documents. What must not live here: the network.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pellucid.posts import ScoreType, ScoreValue
from pellucid.values import map_texts, simplify, valid_text


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetItem:
    """One case."""

    id: str
    input: Any
    expected: Any = None
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])


def usable(value: object) -> tuple[ScoreValue | None, str | None]:
    """A value as a score takes it, and why it is none: a number that is none, or an object, is missing and never zero."""
    if value is None or isinstance(value, str | bool):
        return value, None
    if isinstance(value, int | float) and math.isfinite(value):
        return value, None
    return None, f"{value!r:.200} is no score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What one evaluator says about one output."""

    name: str
    value: ScoreValue | None
    """None: the evaluator cannot say; it counts for nothing, and never as zero."""
    comment: str | None = None
    type: ScoreType | None = None
    error: str | None = None
    """The evaluator raised."""

    def document(self) -> dict[str, Any]:
        """As the server takes it within an experiment item."""
        value, why = usable(self.value)
        is_text = isinstance(value, str)
        kind = self.type or ("categorical" if is_text else "boolean" if isinstance(value, bool) else "numeric")
        status = "invalid" if value is None else "valid"
        return {
            "name": self.name,
            "type": kind,
            "value": None if value is None or isinstance(value, str) else float(value),
            "string_value": value if is_text else None,
            "comment": self.error or why or self.comment,
            "status": status,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """What came of one item in one run."""

    item_id: str
    repetition: int
    output: Any
    error: str | None
    """The task raised: type and message."""
    evaluations: tuple[Evaluation, ...]
    trace_id: str
    duration_ms: float

    def document(self) -> dict[str, Any]:
        """As `POST /api/v1/experiments/{id}/items` takes it."""
        return {
            "item_id": self.item_id,
            "repetition": self.repetition,
            "output": map_texts(simplify(self.output), valid_text),
            "error": self.error,
            "trace_id": self.trace_id,
            "duration_ms": self.duration_ms,
            "scores": [evaluation.document() for evaluation in self.evaluations],
        }


def item_from(document: Mapping[str, Any]) -> DatasetItem:
    """An item as the server or a caller gives it."""
    return DatasetItem(
        id=str(document["id"]),
        input=document.get("input"),
        expected=document.get("expected"),
        metadata=document.get("metadata") or {},
    )
