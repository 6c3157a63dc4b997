"""Events of the ledger of changes, and the cursor of their list."""

from typing import Annotated

from pydantic import BaseModel, Field, JsonValue

from pellucid_server.api.wire.comments import from_cursor as from_cursor
from pellucid_server.api.wire.comments import to_cursor as to_cursor
from pellucid_server.api.wire.times import WireTime
from pellucid_server.model.change import ChangeEvent


class EventBody(BaseModel):
    """A change to announce: a deploy, a note, a feature flag."""

    id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    kind: str = "deploy"
    title: str = Field(min_length=1, max_length=500)
    time: WireTime | None = None
    scope: dict[str, str] = Field(default_factory=dict)
    """Which slice of traffic it touches: field → value, such as `{"environment": "production"}`."""
    before: JsonValue = None
    after: JsonValue = None


class EventAnswer(BaseModel):
    """A change."""

    id: str
    time: WireTime
    kind: str
    title: str
    actor: str
    scope: dict[str, str]
    before: JsonValue
    after: JsonValue


def to_event(event: ChangeEvent) -> EventAnswer:
    """`event` for the wire."""
    return EventAnswer.model_validate(event, from_attributes=True)
