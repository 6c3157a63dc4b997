"""Score: one judgement about a span, trace, session or experiment item, whoever made it: one scoring layer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pellucid_server.model.json import JsonValue


class ScoreType(StrEnum):
    """What kind of value a score has."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    BOOLEAN = "boolean"
    TEXT = "text"
    CORRECTION = "correction"


class ScoreSource(StrEnum):
    """Who scored."""

    API = "api"
    HUMAN = "human"
    EVALUATOR = "evaluator"
    FEEDBACK = "feedback"
    GATEWAY = "gateway"


class ScoreStatus(StrEnum):
    """Whether there is a verdict. A missing one is never a zero."""

    VALID = "valid"
    INVALID = "invalid"
    REFUSED = "refused"


class ScoreTarget(StrEnum):
    """What is scored."""

    SPAN = "span"
    TRACE = "trace"
    SESSION = "session"
    EXPERIMENT_ITEM = "experiment_item"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One judgement. `time` is microseconds since the epoch, UTC; `cost` is US dollars."""

    id: str
    target: ScoreTarget
    trace_id: str = ""
    span_id: str = ""
    session_id: str = ""
    name: str
    type: ScoreType
    value: float | None = None
    string_value: str = ""
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
    time: int
