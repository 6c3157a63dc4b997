"""The traffic of the benchmarks: OpenInference traces of five spans, about 5.2 KB a span on the wire, made once and replayed.

A trace is an agent with a retriever, two model calls and a tool; as OpenInference does it, a model call carries its messages twice, in
`input.value` and as flattened attributes. Words are drawn from a Zipf-distributed vocabulary, so that the text compresses like prose and
not like noise; documents recur over traces, as they do in retrieval. The 14 whole days (UTC) before today, about 2 % errors, every request
boundary cuts a trace.
"""

import itertools
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

SPANS_PER_TRACE = 5
CUT = 2
"""The first request is this many spans short, so that each request ends in the middle of a trace: with 100 spans, one trace in 20."""
DAYS = 14
DAY_NS = 86_400 * 10**9
MS = 10**6
NEEDLE = "xylophonic"
MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "claude-sonnet-4-6", "claude-haiku-4-5", "o3-mini", "gpt-4-turbo",
          "gemini-2.5-flash", "mistral-large-latest")  # fmt: skip
RESOURCE = {"service.name": "support-bot", "service.version": "1.42.0", "deployment.environment.name": "production"}
SYSTEM = (
    "You are the support assistant of Acme. Be concise, friendly and exact; cite the document that you used. "
    "Never promise a refund. Ask one question at a time. If the customer is angry, say so to the team and stay calm yourself. "
)

Value = str | int | float
Attributes = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the traffic holds, to check answers by."""

    spans: int
    traces: int
    users: int
    needle_traces: int
    """Traces that hold the word `NEEDLE`."""
    first_trace: str
    end_ns: int
    """All starts lie in the `DAYS` before this midnight, so that a count by day has exactly so many rows."""

    def traces_of_user(self, number: int) -> int:
        """How many traces `user-{number}` has."""
        return len(range(number, self.traces, self.users))


class Words:
    """Prose of a made-up language."""

    def __init__(self, rng: random.Random, size: int = 20_000) -> None:
        letters, weights = "etaoinshrdlucmfwypvbgkjqxz", range(26, 0, -1)
        self._rng = rng
        self._words = ["".join(rng.choices(letters, weights=weights, k=rng.randint(2, 10))) for _ in range(size)]
        self._weights = list(itertools.accumulate(1 / (rank + 1) ** 0.9 for rank in range(size)))

    def text(self, words: int) -> str:
        """So many words."""
        return " ".join(self._rng.choices(self._words, cum_weights=self._weights, k=words))


class Traffic:
    """Reproducible traces: the same seed, count and end give the same bytes.

    What is not `asked` for stays out of every answer that is counted: it has neither the needle nor the users of the rest.
    """

    def __init__(self, spans: int, *, seed: int = 1, end_ns: int | None = None, asked: bool = True) -> None:
        self._rng = random.Random(seed)
        self._words = Words(self._rng)
        self._documents = [self._words.text(205) for _ in range(400)]
        self._end = end_ns if end_ns is not None else time.time_ns() // DAY_NS * DAY_NS
        traces = spans // SPANS_PER_TRACE
        self._needle_every = max(1, traces // 40) if asked else traces + 1
        self._user = "user" if asked else "visitor"
        self._first = self._rng.randbytes(16)
        self.manifest = Manifest(
            spans=traces * SPANS_PER_TRACE,
            traces=traces,
            users=max(10, traces // 200),
            needle_traces=traces // self._needle_every,
            first_trace=self._first.hex(),
            end_ns=self._end,
        )

    def requests(self, spans_per_request: int = 100) -> Iterator[bytes]:
        """Export requests in protobuf, made while they are asked for."""
        room = spans_per_request - CUT
        spans = itertools.chain.from_iterable(map(self._trace, range(self.manifest.traces)))
        while batch := list(itertools.islice(spans, room)):
            yield export_request(batch)
            room = spans_per_request

    def _trace(self, number: int) -> Iterator[Span]:
        rng, words = self._rng, self._words
        start = self._end - DAYS * DAY_NS + number * (DAYS * DAY_NS // self.manifest.traces)
        trace_id = rng.randbytes(16) if number else self._first
        ids = [rng.randbytes(8) for _ in range(SPANS_PER_TRACE)]
        question = words.text(40) + (f" {NEEDLE}" if (number + 1) % self._needle_every == 0 else "")
        answer = words.text(160)
        found = rng.sample(self._documents, 3)
        user = f"{self._user}-{number % self.manifest.users}"
        who = {"user.id": user, "session.id": f"session-{number // 4}",
               "metadata": json.dumps({"plan": rng.choice(["free", "pro"]), "feature": "chat"})}  # fmt: skip
        model = MODELS[number % len(MODELS)]
        failed = rng.random() < 0.02
        kind = "openinference.span.kind"
        retrieved: dict[str, Value] = {}
        for place, text in enumerate(found):
            document = f"retrieval.documents.{place}.document"
            retrieved |= {f"{document}.id": f"doc-{place}", f"{document}.content": text, f"{document}.score": 0.9 - place / 10}
        plan = [("system", SYSTEM), ("user", question)]
        full = [
            ("system", SYSTEM + "\n\n".join(found)),
            ("user", words.text(30)),
            ("assistant", words.text(60)),
            ("user", question),
        ]
        steps: tuple[tuple[str, int, int, Attributes], ...] = (
            ("support-chat", 0, 2_400, {kind: "AGENT", "input.value": question, "output.value": answer}),
            ("search", 5, 90, {kind: "RETRIEVER", "input.value": question, **retrieved}),
            ("ChatCompletion", 100, 700, self._call(model, plan, words.text(40))),
            ("lookup_account", 710, 800, {kind: "TOOL", "tool.name": "lookup_account", "input.value": json.dumps({"user": user}),
                                          "output.value": json.dumps({"note": words.text(90)})}),
            ("ChatCompletion", 820, 2_390, self._call(model, full, answer)),
        )  # fmt: skip
        for place, (name, begin, end, attributes) in enumerate(steps):
            yield Span(
                trace_id=trace_id,
                span_id=ids[place],
                parent_span_id=ids[0] if place else b"",
                name=name,
                kind=Span.SPAN_KIND_INTERNAL,
                start_time_unix_nano=start + begin * MS,
                end_time_unix_nano=start + end * MS,
                attributes=pairs({**attributes, **who}),
                status=_status(failed=failed and place in (0, SPANS_PER_TRACE - 1)),
            )

    def _call(self, model: str, messages: Sequence[tuple[str, str]], answer: str) -> Attributes:
        prompt, completion = self._rng.randint(300, 2_000), self._rng.randint(20, 400)
        response_id = f"chatcmpl-{self._rng.getrandbits(96):024x}"
        spoken = [{"role": role, "content": content} for role, content in messages]
        settings = {"model": model, "temperature": 0.2, "max_tokens": 500}
        flattened = {f"llm.input_messages.{place}.message.{key}": value for place, message in enumerate(spoken)
                     for key, value in message.items()}  # fmt: skip
        return {
            "openinference.span.kind": "LLM",
            "llm.system": "openai",
            "llm.model_name": model,
            "llm.invocation_parameters": json.dumps(settings),
            "llm.token_count.prompt": prompt,
            "llm.token_count.completion": completion,
            "llm.token_count.total": prompt + completion,
            "llm.token_count.prompt_details.cache_read": prompt // 3,
            "input.value": json.dumps({"messages": spoken, **settings}),
            "input.mime_type": "application/json",
            "output.value": json.dumps({"id": response_id, "object": "chat.completion", "model": model,
                                        "choices": [{"message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}]}),
            "output.mime_type": "application/json",
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": answer,
            **flattened,
        }  # fmt: skip


def export_request(spans: Sequence[Span]) -> bytes:
    """An export request in protobuf, as the emitter's exporter writes it."""
    scope_spans = ScopeSpans(spans=spans)
    scope_spans.scope.name, scope_spans.scope.version = "openinference.instrumentation.openai", "0.1.41"
    resource_spans = ResourceSpans(resource=Resource(attributes=pairs(RESOURCE)), scope_spans=[scope_spans])
    body: bytes = ExportTraceServiceRequest(resource_spans=[resource_spans]).SerializeToString()
    return body


def _status(*, failed: bool) -> Status:
    return Status(code=Status.STATUS_CODE_ERROR, message="upstream timed out") if failed else Status(code=Status.STATUS_CODE_OK)


def pairs(attributes: Attributes) -> list[KeyValue]:
    """Attributes as OTLP carries them."""
    return [KeyValue(key=key, value=_value(value)) for key, value in attributes.items()]


def _value(value: Value) -> AnyValue:
    if isinstance(value, str):
        return AnyValue(string_value=value)
    return AnyValue(int_value=value) if isinstance(value, int) else AnyValue(double_value=value)
