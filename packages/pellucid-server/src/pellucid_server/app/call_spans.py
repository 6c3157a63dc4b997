"""The server's own model calls as spans: written in OpenTelemetry's words and taken in by the door like anybody's."""

import asyncio
import json
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pellucid import semconv as wire
from pellucid_server.core.gathering import Gathering
from pellucid_server.ingest.door import Door
from pellucid_server.ingest.parse import TRACES
from pellucid_server.llm.calls import CallRecord, ModelAnswer
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, PartType
from pellucid_server.model.raw import RawLink, RawSpan
from pellucid_server.model.span import Outcome
from pellucid_server.model.usage import USAGE_KINDS

SERVICE: Final = "pellucid"
PURPOSE: Final = "purpose"
PROVIDERS: Final = {"google": "gcp.gemini", "openai-compatible": ""}
"""OpenTelemetry's names, where they are not ours."""
OK, ERROR = 1, 2
CLIENT = 3
"""OpenTelemetry's numbers of the status and the kind."""


REST_S: Final = 0.25
"""Between two requests to the door from one event loop: runs make many calls at once, and the store likes their spans together."""
MOST: Final = 500
"""Spans in one request."""


class CallSpans:
    """The recorder of `llm`."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._of_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Gathering[CallRecord, None]] = (
            weakref.WeakKeyDictionary()
        )

    async def record(self, record: CallRecord) -> None:
        """One span; it is durable when this returns. Raises what the door raises."""
        loop = asyncio.get_running_loop()
        if loop not in self._of_loops:
            self._of_loops[loop] = Gathering(self._send, rest_s=REST_S, most=MOST)
        await self._of_loops[loop].ask(record)

    async def _send(self, records: Sequence[CallRecord]) -> Sequence[None]:
        for project_id in dict.fromkeys(record.project_id for record in records):
            spans = [to_span(record) for record in records if record.project_id == project_id]
            await self._door.accept_raw(project_id, TRACES, spans)
        return [None] * len(records)


def to_span(record: CallRecord) -> RawSpan:
    """The call in OpenTelemetry's words."""
    origin = record.origin
    attributes = {
        wire.KIND: "generation",
        wire.OPERATION: "chat",
        wire.REQUEST_MODEL: record.request.model,
        wire.INPUT_MESSAGES: _messages(record.request.messages),
        wire.ENVIRONMENT: record.environment,
        f"{wire.METADATA_PREFIX}{PURPOSE}": record.request.purpose,
        **{f"{wire.METADATA_PREFIX}{name}": value for name, value in origin.metadata.items()},
        **dict(_optional(record)),
    }
    return RawSpan(
        trace_id=record.trace_id,
        span_id=record.span_id,
        parent_span_id=origin.parent_span_id,
        name=origin.name or record.request.purpose,
        span_kind=CLIENT,
        start_time=record.start_time,
        end_time=record.end_time,
        status_code=ERROR if record.error_type else OK,
        status_message=record.error_message,
        attributes=attributes,
        resource={wire.SERVICE: SERVICE},
        scope_name=wire.SCOPE,
        links=tuple(RawLink(trace_id=link.trace_id, span_id=link.span_id) for link in origin.links),
        stamp=record.end_time,
    )


def _optional(record: CallRecord) -> Iterator[tuple[str, JsonValue]]:
    request, provider = record.request, PROVIDERS.get(record.provider, record.provider)
    if provider:
        yield wire.PROVIDER, provider
    if request.parameters:
        yield wire.MODEL_PARAMETERS, json.dumps(dict(request.parameters))
    if request.tools:
        tools = [
            {"type": "function", "name": tool.name, "description": tool.description, "parameters": tool.parameters}
            for tool in request.tools
        ]
        yield wire.TOOL_DEFINITIONS, json.dumps(tools)
    if record.origin.prompt_name:
        yield wire.PROMPT_NAME, record.origin.prompt_name
        yield wire.PROMPT_VERSION, record.origin.prompt_version
    if record.first_token_time is not None:
        yield wire.FIRST_TOKEN_TIME, record.first_token_time * 1_000
    if record.error_type:
        yield wire.ERROR_TYPE, record.error_type
    if record.answer is not None:
        yield from _of_answer(record.answer)


def _of_answer(answer: ModelAnswer) -> Iterator[tuple[str, JsonValue]]:
    yield wire.OUTPUT_MESSAGES, _messages(answer.messages)
    yield wire.RESPONSE_MODEL, answer.model
    yield wire.RESPONSE_ID, answer.response_id
    yield wire.FINISH_REASON, [answer.finish_reason]
    if answer.system_fingerprint:
        yield wire.SYSTEM_FINGERPRINT, answer.system_fingerprint
    if answer.outcome is Outcome.REFUSED:
        yield wire.OUTCOME, answer.outcome.value
    if answer.usage.reported:
        used = {kind: amount for kind in USAGE_KINDS if (amount := getattr(answer.usage, kind)) is not None}
        yield wire.USAGE_DETAILS, json.dumps(used)


def _messages(messages: tuple[Message, ...]) -> str:
    return json.dumps([_message(message) for message in messages], ensure_ascii=False)


def _message(message: Message) -> Mapping[str, JsonValue]:
    out: dict[str, JsonValue] = {"role": message.role.value, "parts": [_part(part) for part in message.parts]}
    if message.name:
        out["name"] = message.name
    if message.finish_reason:
        out["finish_reason"] = message.finish_reason
    return out


def _part(part: Part) -> JsonValue:
    """A part by OpenTelemetry's schema of messages."""
    match part.type:
        case PartType.TOOL_CALL:
            return {"type": "tool_call", "id": part.id, "name": part.name, "arguments": part.arguments}
        case PartType.TOOL_RESULT:
            return {"type": "tool_call_response", "id": part.id, "name": part.name, "response": part.result}
        case PartType.MEDIA if part.data:
            return {"type": "blob", "modality": part.modality, "mime_type": part.mime_type, "content": part.data}
        case PartType.MEDIA:
            return {"type": "uri", "modality": part.modality, "mime_type": part.mime_type, "uri": part.uri}
        case PartType.UNKNOWN:
            return part.raw
        case _:
            return {"type": part.type.value, "content": part.text or ""}
