"""One span with everything that was kept of it."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired

from pydantic import BaseModel, ConfigDict, JsonValue
from typing_extensions import TypedDict

from pellucid_server.api.wire.rows import SpanSummary
from pellucid_server.api.wire.times import WireTime, to_wire_time
from pellucid_server.query.records import SpanDetail

# What is absent in a payload is left out here too, so these are dictionaries with optional keys and not models full of nulls.


class Part(TypedDict):
    """A part of a message; which keys it has follows from `type`."""

    type: str
    text: NotRequired[str | None]
    id: NotRequired[str | None]
    name: NotRequired[str | None]
    arguments: NotRequired[JsonValue]
    result: NotRequired[JsonValue]
    is_error: NotRequired[bool | None]
    modality: NotRequired[str | None]
    mime_type: NotRequired[str | None]
    uri: NotRequired[str | None]
    data: NotRequired[str | None]
    raw: NotRequired[JsonValue]


class Message(TypedDict):
    """A message of a conversation."""

    role: str
    parts: list[Part]
    name: NotRequired[str | None]
    finish_reason: NotRequired[str | None]


class Tool(TypedDict):
    """A tool that was offered to the model."""

    name: str
    description: NotRequired[str | None]
    parameters: NotRequired[JsonValue]


class Document(TypedDict):
    """A retrieved or re-ranked document."""

    id: NotRequired[str | None]
    content: NotRequired[str | None]
    score: NotRequired[float | None]
    doc_class: NotRequired[str | None]
    used: NotRequired[bool | None]
    metadata: NotRequired[dict[str, JsonValue]]


class Link(TypedDict):
    """Another span that this one refers to."""

    trace_id: str
    span_id: str


class Event(TypedDict):
    """A span event, or a log record that belongs to the span."""

    name: str
    time: str | None
    attributes: dict[str, JsonValue]
    body: NotRequired[JsonValue]


class RetrievalAnswer(BaseModel):
    """Facts of a retrieval step beside its documents."""

    index: str
    version: str
    top_k: int | None
    query: str | None


class CostPart(BaseModel):
    """Why a call cost what it cost: one kind of token."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    tokens: int | None
    unit_price: float | None
    """US dollars for a million tokens."""
    amount: float


class SpanWhole(SpanSummary):
    """A span with its content and what the emitter sent."""

    messages_in: list[Message]
    messages_out: list[Message]
    input: JsonValue
    output: JsonValue
    tools: list[Tool]
    documents: list[Document]
    retrieval: RetrievalAnswer | None
    model_parameters: dict[str, JsonValue]
    prompt_variables: dict[str, JsonValue]
    metadata: Mapping[str, str]
    links: list[Link]
    events: list[Event]
    attributes: dict[str, JsonValue]
    resource: dict[str, JsonValue]
    unmapped: list[str]
    cost_explained: Sequence[CostPart]
    price_source: str
    reported_cost: float | None
    system_fingerprint: str
    service_tier: str
    response_id: str
    input_hash: str
    rollout_probability: float
    sample_probability: float
    payload_kept: bool
    received_at: WireTime


def to_span(detail: SpanDetail) -> SpanWhole:
    """`detail` for the wire."""
    content, raw, extras = detail.content, detail.raw, detail.extras
    return SpanWhole(
        **dict(SpanSummary.model_validate(detail.row)),
        messages_in=_list(content, "messages_in"),
        messages_out=_list(content, "messages_out"),
        input=content.get("input"),
        output=content.get("output"),
        tools=_list(content, "tools"),
        documents=_list(content, "documents"),
        retrieval=_retrieval(detail),
        model_parameters=_map(content, "model_parameters"),
        prompt_variables=_map(content, "prompt_variables"),
        metadata=extras["metadata"],
        links=[
            {"trace_id": link["trace_id"], "span_id": link["span_id"]} for link in _list(content, "links") or _list(raw, "links")
        ],
        events=[_event(event) for event in (*_list(raw, "events"), *_list(raw, "logs"))],
        attributes=_map(raw, "attributes"),
        resource=_map(raw, "resource"),
        unmapped=_list(content, "unmapped"),
        cost_explained=[CostPart.model_validate(part) for part in detail.cost_explained],
        price_source=detail.row.cost_source,
        **{name: extras[name] for name in _PLAIN_EXTRAS},
    )


_PLAIN_EXTRAS = (
    "reported_cost", "system_fingerprint", "service_tier", "response_id", "input_hash", "rollout_probability",
    "sample_probability", "payload_kept", "received_at",
)  # fmt: skip


def _list(source: Mapping[str, JsonValue], name: str) -> list[Any]:  # Any: checked by the model that takes it
    value = source.get(name)
    return value if isinstance(value, list) else []


def _map(source: Mapping[str, JsonValue], name: str) -> dict[str, JsonValue]:
    value = source.get(name)
    return value if isinstance(value, dict) else {}


def _event(event: Mapping[str, Any]) -> Event:  # Any: JSON as it was stored
    time = event.get("time")
    made: Event = {
        "name": str(event.get("name") or ""),
        "time": None if time is None else to_wire_time(time),
        "attributes": event.get("attributes") or {},
    }
    if "body" in event:
        made["body"] = event["body"]
    return made


def _retrieval(detail: SpanDetail) -> RetrievalAnswer | None:
    extras, query = detail.extras, detail.content.get("query")
    if not (extras["retrieval_index"] or extras["retrieval_version"] or extras["retrieval_top_k"] or query):
        return None
    return RetrievalAnswer(
        index=extras["retrieval_index"],
        version=extras["retrieval_version"],
        top_k=extras["retrieval_top_k"] or None,
        query=query if isinstance(query, str) else None,
    )
