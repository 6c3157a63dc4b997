"""Scores, as they are sent and as they are given out."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool, StrictFloat, StrictInt, StrictStr

from pellucid_server.api.wire.absent import NullIsAbsent
from pellucid_server.api.wire.times import WireTime
from pellucid_server.model.score import Score, ScoreSource, ScoreStatus, ScoreTarget, ScoreType
from pellucid_server.query.score_drafts import Draft


class ScoreBody(NullIsAbsent):
    """A score to be written. `type` follows from the value and `target` from the ids where they are left out."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(default=None, min_length=1, max_length=200)
    """The same id again replaces."""
    name: str
    value: StrictBool | StrictInt | StrictFloat | StrictStr | None = None
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
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    time: WireTime | None = None
    """When it was judged; now where it is left out."""

    def draft(self) -> Draft:
        """What the query layer takes."""
        return Draft(**dict(self))


class ScoreId(BaseModel):
    """Of a score that was written."""

    id: str


class ScoresWritten(BaseModel):
    """Ids in the order in which the scores were sent."""

    data: list[ScoreId]


class ScoreAnswer(BaseModel):
    """A score as it is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    target: ScoreTarget
    trace_id: str
    span_id: str
    session_id: str
    name: str
    type: ScoreType
    value: float | None
    string_value: str
    comment: str
    status: ScoreStatus
    source: ScoreSource
    evaluator: str
    evaluator_version: str
    judge_model: str
    evaluator_trace_id: str
    cost: float | None
    annotator: str
    config_id: str
    sample_probability: float
    metadata: Mapping[str, JsonValue]
    time: WireTime


def to_score(score: Score) -> ScoreAnswer:
    """`score` for the wire."""
    return ScoreAnswer.model_validate(score)
