"""Recorded generations for the playground, sent as OTLP JSON like any application's; and a provider that counts its questions."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.serving import Server

from pellucid_demo.simulator import Provider, Settings, serve_provider
from pellucid_demo.simulator.exchange import Incoming, Outgoing

START_NS = 1_790_000_000_000_000_000


def message(role: str, *parts: dict[str, Any] | str) -> dict[str, Any]:
    """In OpenTelemetry's form."""
    return {"role": role, "parts": [{"type": "text", "content": part} if isinstance(part, str) else part for part in parts]}


def call(name: str, arguments: Any, id_: str) -> dict[str, Any]:
    return {"type": "tool_call", "id": id_, "name": name, "arguments": arguments}


def result(value: Any, id_: str) -> dict[str, Any]:
    return {"type": "tool_call_response", "id": id_, "response": value}


@dataclass(frozen=True, kw_only=True)
class Generation:
    """One generation to send."""

    messages: Sequence[dict[str, Any]]
    answer: dict[str, Any]
    name: str = "chat"
    tools: Sequence[dict[str, Any]] = ()
    prompt: tuple[str, int] | None = None
    variables: dict[str, str] = field(default_factory=dict)
    model: str = "gpt-4o-mini"
    parameters: dict[str, Any] = field(default_factory=dict)


def ids(*seed: object) -> tuple[str, str]:
    """A trace id and a span id."""
    digest = hashlib.sha256(repr(seed).encode()).hexdigest()
    return digest[:32], digest[32:48]


def send(server: Server, trace_id: str, generations: Sequence[Generation]) -> list[str]:
    """One trace; the ids of its spans."""
    spans, span_ids = [], []
    for place, one in enumerate(generations):
        span_id = ids(trace_id, place)[1]
        span_ids.append(span_id)
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": one.model,
            "gen_ai.response.model": one.model,
            "gen_ai.input.messages": json.dumps(one.messages),
            "gen_ai.output.messages": json.dumps([one.answer]),
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 20,
        }
        attributes |= {f"gen_ai.request.{name}": value for name, value in one.parameters.items()}
        if one.tools:
            attributes["gen_ai.tool.definitions"] = json.dumps(one.tools)
        if one.prompt is not None:
            attributes |= {"gen_ai.prompt.name": one.prompt[0], "pellucid.prompt.version": one.prompt[1]}
            attributes |= {f"gen_ai.prompt.variable.{name}": value for name, value in one.variables.items()}
        start = START_NS + place * 2_000_000_000
        spans.append(
            {
                "traceId": trace_id,
                "spanId": span_id,
                "name": one.name,
                "startTimeUnixNano": str(start),
                "endTimeUnixNano": str(start + 1_500_000_000),
                "attributes": [{"key": key, "value": _value(value)} for key, value in attributes.items()],
            }
        )
    body = {"resourceSpans": [{"scopeSpans": [{"scope": {"name": "test"}, "spans": spans}]}]}
    answer = server.post("/v1/traces", json.dumps(body).encode(), "application/json")
    assert answer.status_code == 200, answer.text
    return span_ids


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    return {"doubleValue": value} if isinstance(value, float) else {"stringValue": str(value)}


class CountingProvider(Provider):
    """Remembers every question."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.asked: Counter[bytes] = Counter()
        self._lock = threading.Lock()

    def answer(self, incoming: Incoming) -> Outgoing:
        with self._lock:
            self.asked[incoming.body] += 1
        return super().answer(incoming)


@contextmanager
def counting_provider(latency: float) -> Iterator[tuple[CountingProvider, str]]:
    """The provider and its URL."""
    provider = CountingProvider(Settings(latency=latency))
    url, stop = serve_provider(provider)
    try:
        yield provider, url
    finally:
        stop()
