"""Reactions of end users, as they are sent."""

from pydantic import ConfigDict, Field, JsonValue, StrictBool, StrictFloat, StrictInt, StrictStr

from pellucid_server.api.wire.absent import NullIsAbsent
from pellucid_server.api.wire.times import WireTime
from pellucid_server.evals.feedback import DEFAULT_NAME, Feedback


class FeedbackBody(NullIsAbsent):
    """One reaction to a trace, a span of it, or a session."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(default=None, min_length=1, max_length=180)
    """The same id again replaces."""
    name: str = Field(default=DEFAULT_NAME, min_length=1, max_length=200)
    trace_id: str = ""
    span_id: str = ""
    session_id: str = ""
    rating: StrictBool | StrictInt | StrictFloat | StrictStr | None = None
    comment: str = Field(default="", max_length=20_000)
    correction: str = Field(default="", max_length=100_000)
    user_id: str = Field(default="", max_length=500)
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    time: WireTime | None = None

    def feedback(self) -> Feedback:
        """What the room takes."""
        return Feedback(**dict(self))
