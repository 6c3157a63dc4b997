"""A small story for the tests of the API: five support traces of two users, a foreign project, scores of every kind."""

import json
from typing import Any

from tests.store.spans.tables import SECOND, T0, insert, payload, score, span, span_id, trace_id

from pellucid_server.store.spans.columns import PAYLOADS, SCORES, SPANS
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver

NOW = T0 + 3_600 * SECOND
TRACES = ("alpha", "beta", "gamma", "delta", "epsilon")
"""Oldest first, ten minutes apart; epsilon still runs."""
MESSAGES: dict[str, Any] = {
    "messages_in": [
        {"role": "system", "parts": [{"type": "text", "text": "Answer kindly."}]},
        {"role": "user", "parts": [{"type": "text", "text": "Where is my café order?"}]},
    ],
    "messages_out": [{"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "lookup", "arguments": {"id": 7}}]}],
    "model_parameters": {"temperature": 0.2},
    "unmapped": ["odd.key"],
}
RAW: dict[str, Any] = {
    "attributes": {"odd.key": 1, "gen_ai.system": "openai"},
    "resource": {"service.name": "bot"},
    "events": [{"name": "first_token", "time": T0, "attributes": {}}],
}


def tell(driver: ClickHouseDriver) -> None:
    """Write it all."""
    spans, payloads = [], []
    for place, name in enumerate(TRACES):
        mine = _trace(name, T0 + place * 600 * SECOND, place)
        spans += mine
        payloads.append(payload(mine[1], f"Where is my café order {name}?", json.dumps({"span": MESSAGES, "raw": RAW})))
        payloads.append(payload(mine[0], f"chat about {name}"))
    foreign = span("foreign", project_id="foreign", user_id="ada", model="gpt-4o")
    insert(driver, SPANS, [*spans, foreign])
    insert(driver, PAYLOADS, [*payloads, payload(foreign, "café order abroad")])
    insert(driver, SCORES, _scores())


def _trace(name: str, start: int, place: int) -> list[Any]:
    running = name == "epsilon"
    common = {
        "user_id": "ada" if place % 2 == 0 else "bob",
        "session_id": f"chat-{place // 2}",
        "environment": "production",
        "feature": "chat",
        "tags": ["eu"] if place < 2 else [],
    }
    root = {
        "name": "answer",
        "kind": "agent",
        "counted": 0,
        "ms": None if running else 1_000.0 * (place + 1),
        "outcome": "error" if name == "beta" else "success",
        "input_preview": f"question {name}",
        "output_preview": f"answer {name}",
        "metadata": [("plan", "pro" if place else "free")],
    }
    call = {
        "name": "chat",
        "kind": "generation",
        "model": "gpt-4o" if place < 3 else "claude-sonnet-4",
        "provider": "openai" if place < 3 else "anthropic",
        "ttft": 200.0,
        "usage_input": 100,
        "usage_output": 10 * (place + 1),
        "input_tokens": 100,
        "output_tokens": 10 * (place + 1),
        "tokens": 100 + 10 * (place + 1),
        "cost": None if name == "delta" else 0.01 * (place + 1),
        "cost_input": 0.006 * (place + 1),
        "cost_output": 0.004 * (place + 1),
        "prompt_name": "support/answer",
        "prompt_version": "2" if place > 2 else "1",
        "message_count": 3,
    }
    noise = {"name": "http", "kind": "span", "folded": 1, "counted": 0, "display_parent_id": span_id(0)}
    # A wrapper that repeats its child's usage: seen, and not counted.
    wrapper = {"name": "wrapper", "kind": "generation", "counted": 0, "tokens": 110, "cost": 0.5, "counted_in": span_id(1)}
    return [
        span(name, 0, start=start, **root, **common),
        span(name, 1, start=start + SECOND, **call, **common),
        span(name, 2, start=start + 2 * SECOND, **noise, **common),
        span(name, 3, start=start + 3 * SECOND, **wrapper, **common),
    ]


def _scores() -> list[Any]:
    return [
        score("alpha", "quality", 0.9, id="s-alpha"),
        score("beta", "quality", 0.1, target="span", span_id=span_id(1)),
        score("gamma", "tone", type="categorical", string_value="warm", source="human"),
        score("", "csat", 1.0, target="session", session_id="chat-0", source="feedback"),
        score("alpha", "quality", 0.0, project_id="foreign", id="s-foreign"),
    ]


def ids(*names: str) -> list[str]:
    """Trace ids by name."""
    return [trace_id(name) for name in names]
