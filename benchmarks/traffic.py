"""The traffic of the benchmarks: OpenInference traces of five spans, about 5.2 KB a span on the wire, made once and replayed.

A trace is an agent with a retriever, two model calls and a tool. Words are drawn from a Zipf-distributed vocabulary, so that the text
compresses like prose and not like noise; documents recur over traces, as they do in retrieval. 14 days, about 2 % errors.
"""

import itertools
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

SPANS_PER_TRACE = 5
DAY_NS = 86_400 * 10**9
MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "claude-sonnet-4-6", "claude-haiku-4-5", "o3-mini", "gpt-4-turbo",
          "gemini-2.5-flash", "mistral-large-latest")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the traffic holds, to check answers by."""

    spans: int
    traces: int
    users: int
    needle: str
    """A word that only some traces hold."""
    needle_traces: int


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


def bodies(
    spans: int, *, spans_per_request: int = 100, seed: int = 1, end_ns: int = 1_790_000_000 * 10**9, days: int = 14
) -> tuple[list[bytes], Manifest]:
    """Export requests in protobuf holding `spans` spans, and what they hold."""
    rng = random.Random(seed)
    words = Words(rng)
    documents = [words.text(130) for _ in range(400)]
    traces = spans // SPANS_PER_TRACE
    users = max(10, traces // 200)
    needle_every = max(1, traces // 40)
    requests: list[bytes] = []
    request, scope_spans = _request()
    count = needles = 0
    for number in range(traces):
        start = end_ns - days * DAY_NS + number * (days * DAY_NS // traces)
        needle = "xylophonic" if number % needle_every == 0 else ""
        needles += bool(needle)
        for span in _trace(rng, words, documents, start, f"user-{number % users}", f"session-{number // 4}", needle):
            scope_spans.spans.add().MergeFrom(span)
            count += 1
            if count == spans_per_request:
                requests.append(request.SerializeToString())
                request, scope_spans = _request()
                count = 0
    if count:
        requests.append(request.SerializeToString())
    return requests, Manifest(spans=traces * SPANS_PER_TRACE, traces=traces, users=users, needle="xylophonic", needle_traces=needles)


def _request():  # type: ignore[no-untyped-def]  # generated message classes are untyped
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    _set(resource_spans.resource, {"service.name": "support-bot", "service.version": "1.42.0", "deployment.environment.name": "production"})
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name = "openinference.instrumentation.openai"
    scope_spans.scope.version = "0.1.41"
    return request, scope_spans


def _trace(rng, words, documents, start, user, session, needle) -> Iterator[object]:  # type: ignore[no-untyped-def]
    trace_id = rng.randbytes(16)
    ids = [rng.randbytes(8) for _ in range(SPANS_PER_TRACE)]
    question = words.text(25) + (f" {needle}" if needle else "")
    found = rng.sample(documents, 2)
    answer = words.text(90)
    system = "You are the support assistant of Acme. Be concise, friendly and exact; cite the document that you used. "
    context = "\n\n".join(found)
    who = {"user.id": user, "session.id": session, "metadata": json.dumps({"plan": rng.choice(["free", "pro"]), "feature": "chat"})}
    failed = rng.random() < 0.02
    ms = 1_000_000
    base = {"openinference.span.kind": "AGENT", "input.value": question, "output.value": answer, **who}
    yield _span(trace_id, ids[0], b"", "support-chat", start, start + 2_400 * ms, base, failed)
    retrieved: dict[str, object] = {"openinference.span.kind": "RETRIEVER", "input.value": question, **who}
    for place, document in enumerate(found):
        prefix = f"retrieval.documents.{place}.document."
        retrieved |= {prefix + "id": f"doc-{place}", prefix + "content": document, prefix + "score": 0.9 - place / 10}
    yield _span(trace_id, ids[1], ids[0], "search", start + 5 * ms, start + 90 * ms, retrieved)
    model = rng.choice(MODELS)
    plan = [("system", system), ("user", question)]
    yield _span(trace_id, ids[2], ids[0], "ChatCompletion", start + 100 * ms, start + 700 * ms, who | _call(rng, model, plan, words.text(30)))
    tool = {"openinference.span.kind": "TOOL", "tool.name": "lookup_account", "input.value": json.dumps({"user": user}),
            "output.value": json.dumps({"note": words.text(60)}), **who}  # fmt: skip
    yield _span(trace_id, ids[3], ids[0], "lookup_account", start + 710 * ms, start + 800 * ms, tool)
    full = [("system", system + context), ("user", question), ("assistant", words.text(20)), ("user", words.text(30))]
    yield _span(trace_id, ids[4], ids[0], "ChatCompletion", start + 820 * ms, start + 2_390 * ms, who | _call(rng, model, full, answer), failed)


def _call(rng: random.Random, model: str, messages: Sequence[tuple[str, str]], answer: str) -> dict[str, object]:
    prompt, completion = rng.randint(300, 2_000), rng.randint(20, 400)
    response_id = f"chatcmpl-{rng.getrandbits(96):024x}"
    spoken = [{"role": role, "content": content} for role, content in messages]
    out: dict[str, object] = {
        "openinference.span.kind": "LLM",
        "llm.system": "openai",
        "llm.model_name": model,
        "llm.invocation_parameters": json.dumps({"model": model, "temperature": 0.2, "max_tokens": 500}),
        "llm.token_count.prompt": prompt,
        "llm.token_count.completion": completion,
        "llm.token_count.total": prompt + completion,
        "llm.token_count.prompt_details.cache_read": prompt // 3,
        "input.value": json.dumps({"messages": spoken, "model": model, "temperature": 0.2, "max_tokens": 500}),
        "input.mime_type": "application/json",
        "output.value": json.dumps({"id": response_id, "model": model, "choices": [{"message": {"role": "assistant", "content": answer}}]}),
        "output.mime_type": "application/json",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": answer,
    }
    for place, (role, content) in enumerate(messages):
        out[f"llm.input_messages.{place}.message.role"] = role
        out[f"llm.input_messages.{place}.message.content"] = content
    return out


def _span(trace_id, span_id, parent, name, start, end, attributes, failed=False):  # type: ignore[no-untyped-def]
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

    span = Span(trace_id=trace_id, span_id=span_id, parent_span_id=parent, name=name, kind=1,
                start_time_unix_nano=start, end_time_unix_nano=end)  # fmt: skip
    span.status.code = 2 if failed else 1
    if failed:
        span.status.message = "upstream timed out"
    _set(span, attributes)
    return span


def _set(target, attributes) -> None:  # type: ignore[no-untyped-def]
    for key, value in attributes.items():
        pair = target.attributes.add()
        pair.key = key
        if isinstance(value, str):
            pair.value.string_value = value
        elif isinstance(value, int):
            pair.value.int_value = value
        else:
            pair.value.double_value = value
