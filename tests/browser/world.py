"""The world that most browser tests look at: a support bot of a few days, with one user whose answer of three days ago was bad."""

import random
import time
from dataclasses import dataclass
from typing import Any

from tests.browser.sending import Trace, text_message
from tests.browser.serving import VISIBLE_LIMIT_S, Server, until

DAY_NS = 86_400_000_000_000
SYSTEM = "You are the support assistant of Acme. Be concise and friendly."
FRAGMENT = " Accounts created through single sign-on are managed by their organisation. Do not help them with sign-in."
QUESTIONS = (
    "How do I add a second seat to my plan?",
    "Where do I see how many exports are left?",
    "What is the rate limit of the API?",
    "Can I get a refund for November?",
    "Wie kann ich die Sprache ändern?",
)
BAD_USER = "u-mara"
BAD_ANSWER = "I am sorry, I cannot help with sign-in for accounts that use single sign-on."
TRACES = 160


@dataclass(frozen=True, kw_only=True)
class World:
    """What was sent, where a test must name it."""

    server: Server
    bad_trace_id: str
    """The user's bad answer of three days ago."""
    rich_trace_id: str
    """A trace with every kind of step, a tool that failed, documents and reasoning."""

    @property
    def url(self) -> str:
        """Of the server."""
        return self.server.url


def make_world(server: Server) -> World:
    """Sends everything and waits until all of it can be seen."""
    rng = random.Random(11)  # a world from a seed, not a secret
    now = time.time_ns()
    traces = [_ordinary(rng, now - int(rng.random() ** 2 * 3 * DAY_NS) - 20_000_000_000, number) for number in range(TRACES)]
    bad = _conversation_turn(
        now - 3 * DAY_NS + 3_600_000_000_000, BAD_USER, "Can’t sign in since we moved to Okta.", BAD_ANSWER, sso=True
    )
    rich = rich_trace(now - 60_000_000_000)
    for start in range(0, len(traces), 40):
        spans = [one for trace in traces[start : start + 40] for one in trace.body()["resourceSpans"]]
        server.export({"resourceSpans": spans})
    server.export(bad.body())
    server.export(rich.body())
    _score(server, [*traces, bad], rng)
    server.wait_for_trace(rich.trace_id, len(rich.spans))
    until(lambda: _count(server) >= TRACES + 2, VISIBLE_LIMIT_S, "all traces in the list")
    return World(server=server, bad_trace_id=bad.trace_id, rich_trace_id=rich.trace_id)


def _count(server: Server) -> int:
    answer = server.post(
        "metrics/query", {"measures": [{"measure": "traces", "aggregation": "count"}], "from": "-7d", "filter": ""}
    )
    return int(answer["data"][0]["traces_count"]) if answer["data"] else 0


def _ordinary(rng: random.Random, start_ns: int, number: int) -> Trace:
    user = f"u-{rng.randint(1, 24):03d}"
    return _conversation_turn(
        start_ns,
        user,
        rng.choice(QUESTIONS),
        "You can do that under Settings. It is charged pro rata from today.",
        sso=number % 5 == 0,
        model=rng.choice(("gpt-4o-mini", "gpt-4o", "claude-sonnet-4-5")),
        error="429 rate limit reached" if number % 16 == 3 else "",
        environment="staging" if number % 7 == 0 else "production",
        session=f"s-{user}-{number % 3}",
    )


def _conversation_turn(start_ns: int, user: str, question: str, answer: str, **more: Any) -> Trace:
    sso, error = more.get("sso", False), more.get("error", "")
    environment = more.get("environment", "production")
    trace = Trace(start_ns=start_ns, resource={"service.name": "support-bot", "deployment.environment.name": environment})
    who = {
        "user.id": user, "session.id": more.get("session", f"s-{user}"), "pellucid.feature": "support-chat",
        "pellucid.user_tier": "enterprise" if sso else "free", "service.version": "1.42.0" if sso else "1.41.3",
        "pellucid.tags": ["sso"] if sso else ["password"],
    }  # fmt: skip
    root = trace.add(
        "support-chat", lasts=900, error=error,
        attributes={"pellucid.kind": "agent", "pellucid.input": question, "pellucid.output": "" if error else answer, **who},
    )  # fmt: skip
    model = more.get("model", "gpt-4o-mini")
    trace.generation(
        "answer", [text_message("system", SYSTEM + (FRAGMENT if sso else "")), text_message("user", question)],
        [] if error else [text_message("assistant", answer)], parent=root, at=10, lasts=800, error=error,
        attributes={"gen_ai.request.model": model, "gen_ai.prompt.name": "support/system", "pellucid.prompt.version": 31},
    )  # fmt: skip
    return trace


def rich_trace(start_ns: int) -> Trace:
    """Every kind of step: guard, retriever with documents, embedding, generation with a tool call, the tool, a framework span."""
    trace = Trace(start_ns=start_ns)
    root = trace.add(
        "support-chat", lasts=3000,
        attributes={"pellucid.kind": "agent", "pellucid.input": "Please open a ticket", "pellucid.output": "Ticket failed, sorry.",
                    "user.id": "u-rich", "session.id": "s-rich", "acme.shard": 7},
    )  # fmt: skip
    trace.add(
        "guard.input", parent=root, at=5, lasts=40, attributes={"pellucid.kind": "guardrail", "pellucid.guardrail.action": "allow"}
    )
    search = trace.add(
        "help-center", parent=root, at=50, lasts=300,
        attributes={
            "openinference.span.kind": "RETRIEVER", "input.value": "ticket",
            **{f"retrieval.documents.{i}.document.{key}": value for i in range(3)
               for key, value in (("id", f"kb-{i}"), ("content", f"Article {i}: how to open a ticket."), ("score", 0.9 - i * 0.1))},
        },
    )  # fmt: skip
    embedding = {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.request.model": "text-embedding-3-small",
        "gen_ai.usage.input_tokens": 9,
    }
    trace.add("embed", parent=search, at=55, lasts=60, attributes=embedding)
    http = trace.add(
        "POST", parent=root, at=400, lasts=900, attributes={"http.request.method": "POST", "url.full": "https://api.example.com/v1"}
    )
    call = {"type": "tool_call", "id": "call_1", "name": "create_ticket", "arguments": {"queue": "sso", "priority": "urgent"}}
    reasoning = {"type": "reasoning", "content": "The user wants a ticket, so I call the tool."}
    asked = [text_message("system", SYSTEM), text_message("user", "Please open a ticket")]
    trace.generation(
        "draft",
        asked,
        [{"role": "assistant", "parts": [reasoning, call], "finish_reason": "tool_call"}],
        parent=http,
        at=410,
        lasts=800,
    )
    trace.add(
        "create_ticket", parent=root, at=1300, lasts=900, error="422 priority: one of low, normal, high",
        attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "create_ticket", "gen_ai.tool.call.id": "call_1"},
    )  # fmt: skip
    result = {"type": "tool_call_response", "id": "call_1", "response": {"error": "priority: one of low, normal, high"}}
    trace.generation(
        "final", [*asked, {"role": "assistant", "parts": [call]}, {"role": "tool", "parts": [result]}],
        [text_message("assistant", "Ticket failed, **sorry**. See [the page](https://example.com/help).")], parent=root, at=2250, lasts=700,
    )  # fmt: skip
    return trace


def _score(server: Server, traces: list[Trace], rng: random.Random) -> None:
    scores = []
    for trace in traces:
        sso = "sso" in str(trace.spans[0]["attributes"])
        value = rng.uniform(0.05, 0.4) if sso else rng.uniform(0.7, 1)
        scores.append(
            {"target": "trace", "trace_id": trace.trace_id, "name": "resolved", "type": "numeric", "value": round(value, 2)}
        )
    for start in range(0, len(scores), 100):
        server.post("scores", scores[start : start + 100])
