"""A large, varied project in a data directory, sent through the door of a real server: `python -m benchmarks.world DIR --spans 1000000`.

What the five-span traces of `traffic` lack: traces of one to 150 spans in trees of several levels, one of 5,000 and one of 10,000 spans,
sessions, users of whom some come often, prompts, tenants, features, releases, scores by people and evaluators, thirty days.
About 5 KB a span on the wire. The server is started by this command, on a free port, with its default project, and is stopped when a
query has counted every span. While it fills, memory is looked at; what was seen is printed as JSON.
"""

import argparse
import itertools
import json
import random
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from benchmarks.client import Client
from benchmarks.ingest import send, wait_for_spans
from benchmarks.processes import MIB, Server, Watch
from benchmarks.subjects.pellucid import Pellucid
from benchmarks.traffic import DAY_NS, MODELS, MS, NEEDLE, SYSTEM, Value, Words, export_request, pairs

DAYS = 30
PER_REQUEST = 200
BACKLOG_BODIES = 400
"""Requests that are made before they are sent: generating must not hold memory for a million spans."""
LARGE = (5_000, 10_000)
SCORES_A_REQUEST = 500
SENTENCES = 60_000
PROMPTS = ("support/answer", "support/plan", "search/rewrite", "mail/draft", "summary/short")
FEATURES = ("chat", "search", "mail", "summaries")
TIERS = ("free", "starter", "pro", "enterprise")
KIND = "openinference.span.kind"


class World:
    """Reproducible: the same seed, size and end give the same bytes."""

    def __init__(self, spans: int, *, seed: int = 7, end_ns: int | None = None) -> None:
        self._rng = random.Random(seed)
        words = Words(self._rng)
        self._sentences = [words.text(18) for _ in range(SENTENCES)]
        self._spans = spans
        self._end = end_ns if end_ns is not None else time.time_ns()
        self.users = max(20, spans // 500)
        self.scores: list[Mapping[str, object]] = []
        """Of the traces that were made so far and not yet taken."""

    def bodies(self) -> Iterator[bytes]:
        """Export requests; their edges cut traces."""
        spans = itertools.chain.from_iterable(itertools.starmap(self._trace, self._sizes()))
        while batch := list(itertools.islice(spans, PER_REQUEST)):
            yield export_request(batch)

    def _sizes(self) -> Iterator[tuple[int, int, int]]:
        """Number, spans and start of each trace, in order of time; the large ones lie in the newest week."""
        left, number = self._spans, 0
        large = {int(self._spans * share): size for share, size in zip((0.1, 0.2), LARGE, strict=True) if size * 10 < self._spans}
        while left > 0:
            due = [at for at in large if left <= at]
            size = min(left, large.pop(due[0]) if due else self._size())
            yield number, size, self._end - int(DAYS * DAY_NS * left / self._spans)
            left, number = left - size, number + 1

    def _size(self) -> int:
        low, high = self._rng.choices(((1, 1), (3, 8), (9, 30), (31, 150)), weights=(10, 60, 25, 5))[0]
        return self._rng.randint(low, high)

    def _trace(self, number: int, size: int, start: int) -> Iterator[Span]:
        """An agent, and below it steps of retrieval, tools and calls; every ninth step is an agent of its own with the steps after it."""
        rng = self._rng
        trace_id, root = rng.randbytes(16), rng.randbytes(8)
        user = int(self.users * rng.random() ** 2)
        question = self._text(2) + (f" {NEEDLE}" if number % 2_000 == 1_999 else "")
        common = self._common(number, user, start)
        failed = rng.random() < 0.03
        spent = max(size * 40, rng.randint(900, 20_000))
        yield _span(trace_id, root, b"", "support-chat", start, spent, {KIND: "AGENT", "input.value": question,
                    "output.value": self._text(6), **common}, failed=failed)  # fmt: skip
        parent = root
        for place in range(1, size):
            span_id = rng.randbytes(8)
            begin = start + int(spent * MS * place / size)
            took = max(3, int(spent / size * rng.uniform(0.3, 0.95)))
            name, attributes = self._step(place, question)
            yield _span(trace_id, span_id, parent, name, begin, took, {**attributes, **common}, failed=failed and place == size - 1)
            if place % 9 == 0:
                parent = span_id if rng.random() < 0.7 else root
        self._judge(trace_id, number, start)

    def _common(self, number: int, user: int, start: int) -> Mapping[str, Value]:
        day = (self._end - start) // DAY_NS
        tier = TIERS[user % len(TIERS)]
        plan = {"plan": tier, "tenant": f"tenant-{user % 40}", "feature": FEATURES[number % len(FEATURES)]}
        return {"user.id": f"user-{user}", "session.id": f"session-{user}-{number // 4_000}", "metadata": json.dumps(plan),
                "deployment.environment.name": "staging" if number % 12 == 0 else "production",
                "service.version": f"2.{(DAYS - day) // 3}.0"}  # fmt: skip

    def _step(self, place: int, question: str) -> tuple[str, Mapping[str, Value]]:
        if place % 9 == 0:
            return "researcher", {KIND: "AGENT", "input.value": question, "output.value": self._text(4)}
        if place % 4 == 1:
            found: dict[str, Value] = {KIND: "RETRIEVER", "input.value": question}
            for rank in range(3):
                document = f"retrieval.documents.{rank}.document"
                found |= {f"{document}.id": f"doc-{self._rng.randrange(5_000)}", f"{document}.content": self._text(11),
                          f"{document}.score": 0.9 - rank / 10}  # fmt: skip
            return "search_documents", found
        if place % 4 == 3:
            return "lookup_account", {KIND: "TOOL", "tool.name": "lookup_account", "input.value": json.dumps({"note": question}),
                                      "output.value": json.dumps({"account": self._text(5)})}  # fmt: skip
        return "ChatCompletion", self._call(question)

    def _call(self, question: str) -> Mapping[str, Value]:
        rng = self._rng
        model, prompt, completion = rng.choice(MODELS), rng.randint(300, 4_000), rng.randint(20, 600)
        spoken = [("system", SYSTEM + self._text(16)), ("user", self._text(2)), ("assistant", self._text(4)), ("user", question)]
        answer = self._text(8)
        messages = [{"role": role, "content": content} for role, content in spoken]
        flattened = {f"llm.input_messages.{place}.message.{key}": value for place, message in enumerate(messages)
                     for key, value in message.items()}  # fmt: skip
        name = rng.choice(PROMPTS)
        return {
            KIND: "LLM", "llm.model_name": model, "llm.provider": "openai", "llm.token_count.prompt": prompt,
            "llm.token_count.completion": completion, "llm.token_count.prompt_details.cache_read": prompt // 3,
            "llm.invocation_parameters": json.dumps({"model": model, "temperature": 0.2}),
            "langfuse.observation.prompt.name": name, "langfuse.observation.prompt.version": rng.randint(1, 6),
            "input.value": json.dumps({"messages": messages}), "input.mime_type": "application/json",
            "output.value": json.dumps({"id": f"chatcmpl-{rng.getrandbits(96):024x}", "choices": [{"message": {"content": answer}}]}),
            "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": answer, **flattened,
        }  # fmt: skip

    def _judge(self, trace_id: bytes, number: int, start: int) -> None:
        about = {"trace_id": trace_id.hex(), "time": start // 1_000 + 60_000_000}
        if number % 5 == 0:
            self.scores.append({**about, "name": "helpfulness", "value": round(self._rng.betavariate(5, 2), 3),
                                "source": "evaluator", "evaluator": "helpfulness"})  # fmt: skip
        if number % 11 == 0:
            self.scores.append({**about, "name": "thumbs", "value": self._rng.random() < 0.8, "source": "feedback"})

    def _text(self, sentences: int) -> str:
        return " ".join(self._rng.choices(self._sentences, k=sentences))


def _span(trace_id: bytes, span_id: bytes, parent: bytes, name: str, start: int, took_ms: int, attributes: Mapping[str, Value],
          *, failed: bool) -> Span:  # fmt: skip
    status = Status(code=Status.STATUS_CODE_ERROR, message="upstream timed out") if failed else Status()
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent,
        name=name,
        kind=Span.SPAN_KIND_INTERNAL,
        start_time_unix_nano=start,
        end_time_unix_nano=start + took_ms * MS,
        attributes=pairs(attributes),
        status=status,
    )


class InDefaultProject(Pellucid):
    """With nothing set, as people start it."""

    def environment(self, port: int, data: Path) -> Mapping[str, str]:
        """None."""
        return {}

    def count(self, client: Client) -> int:
        """Of all days."""
        asked = {"measures": [{"measure": "spans", "aggregation": "count"}], "from": f"-{DAYS + 2}d"}
        rows = client.post("/api/v1/metrics/query", asked)["data"]
        return int(rows[0]["spans_count"]) if rows else 0


def fill(server: Server, spans: int) -> dict[str, float]:
    """Send a world of `spans`, wait until all are found, and say what it took."""
    world, began, cpu = World(spans), time.perf_counter(), server.cpu_s()
    with Watch(server) as watch:
        bodies = world.bodies()
        sent = 0
        while batch := list(itertools.islice(bodies, BACKLOG_BODIES)):
            send(batch, server.port, {})
            sent += len(batch) * PER_REQUEST
            _send_scores(server.port, world.scores)
            world.scores.clear()
            print(f"{sent:>9} sent, {time.perf_counter() - began:.0f} s, {server.rss() / MIB:.0f} MiB", flush=True)
        found = wait_for_spans(server, spans, timeout_s=7_200)
    return {"spans": spans, "found": found, "seconds": time.perf_counter() - began, "cpu_ms": (server.cpu_s() - cpu) * 1000 / spans,
            "peak_rss_mib": watch.peak / MIB}  # fmt: skip


def _send_scores(port: int, scores: Sequence[Mapping[str, object]]) -> None:
    with Client(port) as client:
        for first in range(0, len(scores), SCORES_A_REQUEST):
            body = json.dumps(scores[first : first + SCORES_A_REQUEST]).encode()
            status, answer, _ = client.send("POST", "/api/v1/scores", body, {"Content-Type": "application/json"})
            if status not in (200, 201, 202):
                raise RuntimeError(f"scores were answered with {status}: {answer[:300]!r}")


def main() -> None:
    """Fill a data directory."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("directory", type=Path)
    asked.add_argument("--spans", type=int, default=1_000_000)
    given = asked.parse_args()
    log = Path(tempfile.gettempdir()) / f"pellucid-world-{threading.get_native_id()}.log"
    server = Server(InDefaultProject(), given.directory, log)
    try:
        result = fill(server, given.spans)
        server.quiet()
        print(json.dumps({**result, "rss_at_rest_mib": server.rss() / MIB, "disk_bytes_a_span": server.disk() / given.spans}))
    finally:
        server.stop()


if __name__ == "__main__":
    main()
