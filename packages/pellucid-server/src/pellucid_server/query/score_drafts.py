"""From what a caller sends to a Score: what is left out is inferred, what does not fit together is refused by name."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pellucid_server.core.clock import Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.core.ids import SPAN_ID_CHARS, TRACE_ID_CHARS, is_hex
from pellucid_server.model.json import JsonValue
from pellucid_server.model.score import Score, ScoreSource, ScoreStatus, ScoreTarget, ScoreType

MAX_TEXT: Final = 100_000
"""Characters of a comment or a correction: a corrected answer may be long."""
MAX_NAME: Final = 200
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]+")

Value = bool | float | str | None


class BadScore(BadRequest):
    """A score does not fit together; `details.index` says which of the list."""

    code = "bad_score"
    title = "Bad score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A score as it was sent; None: left out."""

    name: str
    value: Value = None
    id: str | None = None
    type: ScoreType | None = None
    target: ScoreTarget | None = None
    trace_id: str = ""
    span_id: str = ""
    session_id: str = ""
    string_value: str | None = None
    comment: str = ""
    status: ScoreStatus = ScoreStatus.VALID
    source: ScoreSource = ScoreSource.API
    evaluator: str = ""
    evaluator_version: str = ""
    judge_model: str = ""
    evaluator_trace_id: str = ""
    cost: float | None = None
    annotator: str = ""
    config_id: str = ""
    sample_probability: float = 1.0
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    time: Micros | None = None


def complete(draft: Draft, *, id_: str, time: Micros) -> Score:
    """The score that `draft` means. Raises `BadScore`."""
    type_ = draft.type or _inferred_type(draft)
    value, text = _verdict(draft, type_)
    _check(draft)
    return Score(
        id=id_,
        target=draft.target or _inferred_target(draft),
        trace_id=draft.trace_id.lower(),
        span_id=draft.span_id.lower(),
        session_id=draft.session_id,
        name=draft.name,
        type=type_,
        value=value,
        string_value=text,
        comment=draft.comment,
        status=draft.status,
        source=draft.source,
        evaluator=draft.evaluator,
        evaluator_version=draft.evaluator_version,
        judge_model=draft.judge_model,
        evaluator_trace_id=draft.evaluator_trace_id,
        cost=draft.cost,
        annotator=draft.annotator,
        config_id=draft.config_id,
        sample_probability=draft.sample_probability,
        metadata=draft.metadata,
        time=time,
    )


def _inferred_type(draft: Draft) -> ScoreType:
    if isinstance(draft.value, bool):
        return ScoreType.BOOLEAN
    if isinstance(draft.value, str) or (draft.value is None and draft.string_value):
        return ScoreType.CATEGORICAL
    return ScoreType.NUMERIC


def _inferred_target(draft: Draft) -> ScoreTarget:
    if draft.span_id:
        return ScoreTarget.SPAN
    return ScoreTarget.TRACE if draft.trace_id else ScoreTarget.SESSION


def _verdict(draft: Draft, type_: ScoreType) -> tuple[float | None, str]:
    """The number and the text of a score; exactly one of them is the verdict, and none where there is no valid one."""
    number = None if isinstance(draft.value, str) or draft.value is None else float(draft.value)
    text = draft.value if isinstance(draft.value, str) else (draft.string_value or "")
    if draft.status is not ScoreStatus.VALID:
        if number is not None:
            raise BadScore(f"The score `{draft.name}` is `{draft.status}` and has a value; a missing verdict is never a number.")
        return None, text
    if type_ in (ScoreType.NUMERIC, ScoreType.BOOLEAN):
        if number is None or not math.isfinite(number):
            raise BadScore(f"The {type_} score `{draft.name}` needs a finite number as `value`, or a `status` other than valid.")
        if type_ is ScoreType.BOOLEAN and number not in (0.0, 1.0):
            raise BadScore(f"The boolean score `{draft.name}` has the value {number}; it must be true, false, 1 or 0.")
        return number, text
    if not text:
        raise BadScore(f"The {type_} score `{draft.name}` needs text as `value` or `string_value`.")
    return number, text


def _check(draft: Draft) -> None:
    _check_place(draft)
    if not 1 <= len(draft.name) <= MAX_NAME or not _NAME.fullmatch(draft.name):
        raise BadScore(f"A score's name has 1 to {MAX_NAME} characters and no control characters.")
    if max(len(draft.comment), len(draft.string_value or ""), len(draft.value) if isinstance(draft.value, str) else 0) > MAX_TEXT:
        raise BadScore(f"The comment or text of the score `{draft.name}` is longer than {MAX_TEXT} characters.")
    if not 0.0 < draft.sample_probability <= 1.0:
        raise BadScore(
            f"`sample_probability` of the score `{draft.name}` is {draft.sample_probability}; it lies above 0 and up to 1."
        )
    if draft.cost is not None and not (math.isfinite(draft.cost) and draft.cost >= 0):
        raise BadScore(f"`cost` of the score `{draft.name}` must be a finite number of US dollars, 0 or more.")


def _check_place(draft: Draft) -> None:
    target = draft.target or _inferred_target(draft)
    if draft.trace_id and not is_hex(draft.trace_id, TRACE_ID_CHARS):
        raise BadScore(f"`trace_id` of the score `{draft.name}` must be {TRACE_ID_CHARS} hex digits.")
    if draft.span_id and not is_hex(draft.span_id, SPAN_ID_CHARS):
        raise BadScore(f"`span_id` of the score `{draft.name}` must be {SPAN_ID_CHARS} hex digits.")
    missing = {
        ScoreTarget.SPAN: not (draft.trace_id and draft.span_id),
        ScoreTarget.TRACE: not draft.trace_id,
        ScoreTarget.SESSION: not draft.session_id,
        ScoreTarget.EXPERIMENT_ITEM: False,
    }
    if missing[target]:
        needs = {ScoreTarget.SPAN: "`trace_id` and `span_id`", ScoreTarget.TRACE: "`trace_id`"}.get(target, "`session_id`")
        raise BadScore(f"The score `{draft.name}` is on a {target} and needs {needs}.")
