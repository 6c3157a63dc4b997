"""Builds traces as OTLP JSON in the conventions that real instrumentations use, so that the browser sees what a user would."""

import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

_numbers = itertools.count(1)


def new_trace_id() -> str:
    """32 hex digits, unique in this run."""
    return f"{time.time_ns():016x}{next(_numbers):016x}"


def text_message(role: str, text: str) -> dict[str, Any]:
    """A message of one text part."""
    return {"role": role, "parts": [{"type": "text", "content": text}]}


@dataclass(kw_only=True)
class Trace:
    """Spans of one trace, added one by one; times are milliseconds after `start_ns`."""

    trace_id: str = field(default_factory=new_trace_id)
    start_ns: int = field(default_factory=lambda: time.time_ns() - 5_000_000_000)
    resource: dict[str, Any] = field(
        default_factory=lambda: {"service.name": "support-bot", "deployment.environment.name": "production"}
    )
    spans: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        name: str,
        *,
        parent: str = "",
        at: float = 0,
        lasts: float | None = 100,
        error: str = "",
        span_id: str = "",
        attributes: dict[str, Any] | None = None,
    ) -> str:
        """One span; `lasts=None` never ends. Returns its id."""
        made = span_id or f"{next(_numbers):016x}"
        start = self.start_ns + int(at * 1e6)
        span: dict[str, Any] = {
            "traceId": self.trace_id,
            "spanId": made,
            "name": name,
            "startTimeUnixNano": str(start),
            "attributes": [{"key": key, "value": any_value(value)} for key, value in (attributes or {}).items()],
            "status": {"code": 2, "message": error} if error else {},
        }
        if parent:
            span["parentSpanId"] = parent
        if lasts is not None:
            span["endTimeUnixNano"] = str(start + int(lasts * 1e6))
        self.spans.append(span)
        return made

    def generation(self, name: str, messages: list[dict[str, Any]], answer: list[dict[str, Any]], **more: Any) -> str:
        """A model call in OpenTelemetry's GenAI convention."""
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.usage.input_tokens": 1200,
            "gen_ai.usage.output_tokens": 340,
            "gen_ai.response.time_to_first_chunk": 0.04,
            "gen_ai.input.messages": json.dumps(messages),
            "gen_ai.output.messages": json.dumps([{**each, "finish_reason": each.get("finish_reason", "stop")} for each in answer]),
            **more.pop("attributes", {}),
        }
        return self.add(name, attributes=attributes, **more)

    def body(self) -> dict[str, Any]:
        """The export request."""
        resource = {"attributes": [{"key": key, "value": any_value(value)} for key, value in self.resource.items()]}
        return {
            "resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "tests.browser"}, "spans": self.spans}]}]
        }


def any_value(value: Any) -> dict[str, Any]:
    """A value in OTLP's wrapping."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [any_value(each) for each in value]}}
    return {"stringValue": str(value)}
