"""What the acceptance tests of evaluators share: a server that reaches a simulated provider, traffic, a judge, and its scores."""

import random
import time
from collections.abc import Sequence
from typing import Any

import httpx
from tests.acceptance.conftest import MakeServer
from tests.acceptance.serving import Server
from tests.unit.ingest.otlp_bodies import T0, span, traces


def api(server: Server, method: str, path: str, body: Any = None, expect: int = 200, **headers: str) -> Any:
    answer = httpx.request(method, f"{server.url}/api/v1/{path}", json=body, headers=headers, timeout=60)
    assert answer.status_code == expect, answer.text
    return answer.json() if answer.content else None


def evaluating(make_server: MakeServer, provider: str) -> Server:
    server = make_server(PELLUCID_OUTBOUND_ALLOW=provider.removeprefix("http://")).start()
    api(
        server,
        "POST",
        "model-connections",
        {"name": "sim", "provider": "openai", "base_url": f"{provider}/v1", "key": "sk-sim", "default_model": "gpt-4o-mini"},
        201,
    )
    return server


def send(server: Server, traces_: int, seed: int = 1) -> None:
    """Traces of now, each a root and four model calls."""
    source, spans = random.Random(seed), []
    now = (time.time_ns() - T0) // 1_000_000
    for _ in range(traces_):
        trace, root = f"{source.getrandbits(127) + 1:032x}", f"{source.getrandbits(63) + 1:016x}"
        spans.append(span("turn", trace=trace, span_id=root, start=now - 40, end=now, openinference__span__kind="AGENT"))
        spans += [
            span(
                "chat", trace=trace, span_id=f"{source.getrandbits(63) + 1:016x}", parent=root, start=now - 30 + number, end=now,
                input__value=f"How do I reset password {source.getrandbits(40):x}?", gen_ai__operation__name="chat",
                gen_ai__request__model="claude-haiku-4-5",
            )
            for number in range(4)
        ]  # fmt: skip
    assert server.post("/v1/traces", traces(*spans)).status_code == 200
    server.settle()


def judge(server: Server) -> dict[str, Any]:
    entries = api(server, "GET", "evaluator-gallery")["data"]
    definition = next(entry for entry in entries if entry["key"] == "helpfulness")["definition"]
    definition["body"] |= {"connection": "sim", "optional": ["context", "question", "answer"]}
    definition["body"]["messages"][1]["content"] += "\n<answer>\nOpen the settings and press reset.\n</answer>"
    return {"name": "helpful", "definition": definition, "filter": "kind:generation", "sampling": {"default": 1, "strata": []}}


def scores(server: Server, text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = api(server, "GET", f"scores?limit=500&filter={text}" + (f"&cursor={cursor}" if cursor else ""))
        found += page["data"]
        cursor = page["next_cursor"]
        if not cursor:
            return found


def send_answers(server: Server, exchanges: Sequence[tuple[str, str]]) -> None:
    """Model calls of now, each a question and its answer, once they can be asked for."""
    now = (time.time_ns() - T0) // 1_000_000
    spans = [
        span(
            "chat", trace=f"{number + 1:032x}", span_id=f"{number + 1:016x}", start=now - 30, end=now, gen_ai__operation__name="chat",
            gen_ai__request__model="claude-haiku-4-5", input__value=question, output__value=answer,
        )
        for number, (question, answer) in enumerate(exchanges)
    ]  # fmt: skip
    assert server.post("/v1/traces", traces(*spans)).status_code == 200
    server.settle()
