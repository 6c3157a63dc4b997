"""The port of a provider's language, and the small readers that all of them need."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from pellucid_server.llm.assembly import Assembly
from pellucid_server.llm.calls import ModelDelta, ModelRequest
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Part, PartType

Json: TypeAlias = dict[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request as the provider takes it."""

    path: str
    """Behind the base URL."""
    body: Json
    ignored: tuple[str, ...] = ()
    """Parameters that the provider does not have."""


class Wire(Protocol):
    """A provider's language. Without state."""

    default_base_url: str

    def headers(self, key: str) -> Mapping[str, str]:
        """Who asks."""

    def encode(self, request: ModelRequest, *, stream: bool) -> Outgoing:
        """A request."""

    def read(self, body: Json, assembly: Assembly) -> None:
        """An answer that came whole."""

    def feed(self, event: Json, assembly: Assembly) -> Iterator[ModelDelta]:
        """An event of a streamed answer."""


def words(part: Part) -> str:
    """A part as text: what was said, or the value of a tool's result."""
    if part.type is PartType.TOOL_RESULT:
        return part.result if isinstance(part.result, str) else json.dumps(part.result, ensure_ascii=False)
    return part.text or ""


def arguments_text(part: Part) -> str:
    """The arguments of a tool call as the text that providers want."""
    return part.arguments if isinstance(part.arguments, str) else json.dumps(part.arguments or {}, ensure_ascii=False)


def arguments_object(part: Part) -> Json:
    """The arguments of a tool call as an object; what is none is wrapped."""
    return part.arguments if isinstance(part.arguments, dict) else {} if part.arguments is None else {"value": part.arguments}


def object_of(value: JsonValue) -> Json:
    """The object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_of(value: JsonValue) -> list[Json]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(value: JsonValue) -> str:
    """The text, else an empty one."""
    return value if isinstance(value, str) else ""


def count_of(value: JsonValue) -> int | None:
    """A number of tokens."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
