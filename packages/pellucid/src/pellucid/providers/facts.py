"""What is known of a model call: the types that provider modules fill in and the recorder writes down.

What lives here: the types, and small readers of plain documents. What must not live here: any provider.
Messages are in OpenTelemetry's form: {"role": …, "parts": [{"type": "text", "content": …}, …]}.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from pellucid.narrowing import is_document, is_list

Document: TypeAlias = Mapping[str, Any]
Message: TypeAlias = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request."""

    kind: str
    name: str
    model: str | None
    messages: list[Message] = field(default_factory=list[Message])
    system: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """System instructions that stand outside the messages, as parts."""
    tools: list[Any] = field(default_factory=list[Any])
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])
    """Everything else of the request."""
    is_stream: bool = False


@dataclass(slots=True, kw_only=True)
class Answered:
    """One answer, or as much of it as came."""

    messages: list[Message] = field(default_factory=list[Message])
    model: str | None = None
    response_id: str | None = None
    usage: dict[str, int] = field(default_factory=dict[str, int])
    """Canonical, disjoint parts (`pellucid.usage`)."""
    finish_reasons: list[str] = field(default_factory=list[str])
    is_refused: bool = False
    error: str | None = None
    """The provider said in the answer that it failed."""
    system_fingerprint: str | None = None
    service_tier: str | None = None


class Gatherer(Protocol):
    """Puts a stream together, chunk by chunk."""

    def add(self, chunk: Document) -> bool:
        """Take one chunk; True when it carries a part of the answer (text, reasoning, a tool call)."""
        ...

    def answered(self) -> Answered:
        """What came so far."""
        ...


class Silence:
    """A gatherer for endpoints that do not stream: it takes no part and has no answer."""

    def add(self, chunk: Document) -> bool:
        return False

    def answered(self) -> Answered:
        return Answered()


class Shape(Protocol):
    """One endpoint of one provider."""

    def asked(self, request: Document) -> Asked:
        """Read a request."""
        ...

    def answered(self, response: Document) -> Answered:
        """Read a complete answer."""
        ...

    def gatherer(self) -> Gatherer:
        """Begin to read a streamed answer."""
        ...


def plain(value: Any) -> Document:
    """A response object of any SDK as a mapping."""
    if is_document(value):
        return value
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        dumped = dump(mode="python", warnings=False)
        if is_document(dumped):
            return dumped
    to_dict = getattr(value, "to_dict", None)
    if callable(to_dict):
        converted = to_dict()
        if is_document(converted):
            return converted
    return {}


def text_part(text: object) -> dict[str, Any]:
    return {"type": "text", "content": text if isinstance(text, str) else str(text)}


def media_part(kind: str, url: str) -> dict[str, Any]:
    """Media by reference; inline data keep their type and size, because their bytes belong in no attribute."""
    if url.startswith("data:"):
        head, _, data = url.partition(",")
        return {"type": "blob", "modality": kind, "mime_type": head[5:].split(";")[0], "size": len(data) * 3 // 4}
    return {"type": "uri", "modality": kind, "uri": url}


def without(request: Document, *names: str) -> dict[str, Any]:
    """The rest of a request: its parameters, without secrets."""
    rest = {key: value for key, value in request.items() if key not in names and value is not None}
    scrubbed: dict[str, Any] = without_secrets(rest)
    return scrubbed


SECRET = re.compile(r"(^|_)(api_?key|secret|password|authorization|credentials?|access_token|authorization_token|auth_token)(_|$)")
HEADERS = ("headers", "extra_headers", "default_headers")
HIDDEN = "[SECRET]"


def without_secrets(value: Any) -> Any:
    """The same document with credentials hidden: LiteLLM takes keys as parameters, and tools of MCP servers carry them.

    Only texts under a telling name are hidden, so that a tool's schema may speak of a `password`.
    """
    if is_list(value):
        return [without_secrets(item) for item in value]
    if not is_document(value):
        return value
    return {key: _without_secret(str(key).lower(), item) for key, item in value.items()}


def _without_secret(key: str, value: Any) -> Any:
    if isinstance(value, str):
        return HIDDEN if SECRET.search(key) else value
    if key in HEADERS and is_document(value) and "type" not in value:
        return dict.fromkeys(value, HIDDEN)
    return without_secrets(value)
