"""Score configs and feedback links on the wire."""

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from pellucid_server.api.wire.times import WireTime
from pellucid_server.evals.configs import ConfigDraft
from pellucid_server.evals.feedback import DEFAULT_NAME
from pellucid_server.evals.links import DEFAULT_S, LONGEST
from pellucid_server.model.score import ScoreType
from pellucid_server.store.meta.score_configs import ScoreConfig


class ScoreConfigBody(BaseModel):
    """What scores of a name may be."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    type: ScoreType
    min: FiniteFloat | None = None
    max: FiniteFloat | None = None
    categories: list[str] = Field(default_factory=list, max_length=100)
    description: str = Field(default="", max_length=5_000)

    def draft(self) -> ConfigDraft:
        """What the room takes."""
        return ConfigDraft(
            name=self.name, type=self.type, low=self.min, high=self.max, categories=self.categories, description=self.description
        )


class ScoreConfigAnswer(BaseModel):
    """A config as it is kept."""

    id: str
    name: str
    type: ScoreType
    min: float | None
    max: float | None
    categories: list[str]
    description: str
    created_by: str
    created_time: WireTime


class FeedbackLinkBody(BaseModel):
    """What somebody shall rate without a key."""

    model_config = ConfigDict(extra="forbid")

    trace_id: str = ""
    span_id: str = ""
    session_id: str = Field(default="", max_length=500)
    name: str = Field(default=DEFAULT_NAME, min_length=1, max_length=200)
    user_id: str = Field(default="", max_length=500)
    expires_in: int = Field(default=DEFAULT_S, ge=1, le=LONGEST // 1_000_000)
    """Seconds."""


class FeedbackLinkAnswer(BaseModel):
    """A link: hand `token` to the widget of the page."""

    token: str
    expires: WireTime


class LinkedFeedbackBody(BaseModel):
    """A reaction by a link."""

    model_config = ConfigDict(extra="forbid")

    rating: bool | float | None = None
    """A thumb, or a number from 0 to 1."""
    comment: str = Field(default="", max_length=5_000)
    correction: str = Field(default="", max_length=20_000)


def to_score_config(config: ScoreConfig) -> ScoreConfigAnswer:
    """`config` for the wire."""
    return ScoreConfigAnswer(
        id=config.id,
        name=config.name,
        type=ScoreType(config.type),
        min=config.low,
        max=config.high,
        categories=list(config.categories),
        description=config.description,
        created_by=config.created_by,
        created_time=config.created_time,
    )
