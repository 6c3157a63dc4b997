"""What the captures must decode to, from the manifest alone: what the provider really served is the truth.

`missing(capture)` names the facts that are not as served. Those that the emitter itself lost are listed in `differences`, with
the reason; every other one is a defect.
"""

from collections.abc import Iterator
from typing import Any

from tests.corpus.loader import Capture

from pellucid_server.dialects import finish
from pellucid_server.enrich.facts import facts_of
from pellucid_server.enrich.settle import settle
from pellucid_server.model.message import text_of
from pellucid_server.model.span import Kind, Outcome, Span

_KINDS = {
    "/v1/chat/completions": Kind.GENERATION,
    "/v1/responses": Kind.GENERATION,
    "/v1/completions": Kind.GENERATION,
    "/v1/messages": Kind.GENERATION,
    "/v1/embeddings": Kind.EMBEDDING,
}

_BUCKETS = ("cache_read", "cache_write", "reasoning")


def counted(capture: Capture) -> list[Span]:
    """The spans that carry the tokens of their calls, each trace settled with what the others claim."""
    traces: dict[str, list[Span]] = {}
    for span in capture.spans:
        traces.setdefault(span.trace_id, []).append(span)
    facts = {trace: [facts_of(span) for span in spans] for trace, spans in traces.items()}
    claims: dict[str, list[Any]] = {}
    for found in facts.values():
        for response_id, claim in settle(found).claims.items():
            claims.setdefault(response_id, []).append(claim)
    answers = {trace: settle(found, claims).spans for trace, found in facts.items()}
    return [span for span in capture.spans if answers[span.trace_id][span.span_id].settled.counted]


def tokens(capture: Capture) -> list[int]:
    """Input and output of the whole capture, each call once."""
    spans = counted(capture)
    return [sum(span.usage.input_total for span in spans), sum(span.usage.output_total for span in spans)]


def missing(capture: Capture) -> set[str]:
    """The facts of the capture's calls that are not as the provider served them."""
    found = set(_calls(capture))
    found.update(_refusal(capture))
    found.update(_error(capture))
    return found


def _calls(capture: Capture) -> Iterator[str]:
    for path, kind in _KINDS.items():
        served = [call for call in capture.provider_calls if call["path"] == path]
        if not served:
            continue
        others = [call["path"] for call in capture.provider_calls if _KINDS[call["path"]] is kind and call["path"] != path]
        if others:
            raise AssertionError(f"{capture.name} mixes {path} and {others}: match its calls by hand")
        yield from _of_kind(capture, kind, served)


def _of_kind(capture: Capture, kind: Kind, served: list[dict[str, Any]]) -> Iterator[str]:
    noun = kind.value
    spans = [span for span in counted(capture) if span.kind is kind]
    if not capture.usage["on_the_wire"] or len(spans) != len(served):
        spans = [span for span in capture.spans if span.kind is kind]
    if len(spans) < len(served):
        yield f"{noun} span"
        return
    pairs = list(zip(sorted(served, key=_served_size), sorted(spans, key=_span_size)[-len(served) :], strict=True))
    for call, span in pairs:
        twins = [
            other for other in capture.spans if other.kind is kind and other.response_id and other.response_id == span.response_id
        ]
        yield from (f"{noun} {fact}" for fact in _facts(call, span, twins or [span]))


def _served_size(call: dict[str, Any]) -> tuple[int, int]:
    return call["usage"]["input"], call["usage"]["output"]


def _span_size(span: Span) -> tuple[int, int]:
    return span.usage.input_total, span.usage.output_total


def _facts(call: dict[str, Any], span: Span, twins: list[Span]) -> Iterator[str]:
    """What one span lacks of the call that it stands for. What it shows may also stand in another record of the same response."""
    if _span_size(span) != _served_size(call):
        yield "tokens"
    for bucket in _BUCKETS:
        reported = (
            (span.usage.cache_write or 0) + (span.usage.cache_write_1h or 0)
            if bucket == "cache_write"
            else getattr(span.usage, bucket)
        )
        if (reported or 0) != call["usage"].get(bucket, 0):
            yield bucket
    if span.model != call["response_model"]:
        yield "model"
    if span.model_requested != call["request_model"]:
        yield "requested model"
    if span.kind is Kind.GENERATION:
        yield from _conversation(call, span, twins)
    elif not span.input:
        yield "input"


def _conversation(call: dict[str, Any], span: Span, twins: list[Span]) -> Iterator[str]:
    sent = [message for twin in twins for message in twin.messages_in if message.parts]
    answered = [message for twin in twins for message in twin.messages_out if message.parts]
    if not sent:
        yield "input"
    if not answered:
        yield "output"
    served = finish.canonical(call["finish"])
    if span.finish_reason not in (served, "tool_calls" if call["finish"] == "completed" else served):
        yield "finish reason"
    if served == "tool_calls" and not any(part.type.value == "tool_call" for message in answered for part in message.parts):
        yield "tool call"
    if not span.response_id.startswith(("chatcmpl-", "msg_", "resp_", "cmpl-")):
        yield "response id"
    if call["stream"] and all(twin.first_token_time is None for twin in twins):
        yield "first token"


def _refusal(capture: Capture) -> Iterator[str]:
    if capture.scenario.endswith("refusal"):
        calls = [span for span in capture.spans if span.kind is Kind.GENERATION]
        if any(span.outcome is not Outcome.REFUSED for span in calls):
            yield "refusal"


def _error(capture: Capture) -> Iterator[str]:
    if "error-" not in capture.scenario:
        return
    calls = [span for span in capture.spans if span.kind is Kind.GENERATION]
    if not any(span.outcome is Outcome.ERROR for span in calls):
        yield "error"
    if not any(span.outcome is Outcome.ERROR and (span.error_type or span.status_message) for span in calls):
        yield "error text"
    if not any(text_of(span.messages_in) for span in calls):
        yield "input of failed call"
