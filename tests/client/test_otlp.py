"""The hand-written encoder against the official classes and OpenTelemetry's own encoder."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from pellucid.exporting import otlp

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)
keys = texts.filter(bool)
scalars = st.one_of(texts, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
values = st.one_of(
    scalars, st.lists(texts, max_size=4).map(tuple), st.lists(st.integers(0, 9), max_size=4).map(tuple), st.binary(max_size=9)
)
attributes = st.dictionaries(keys, values, max_size=6)
times = st.integers(1, 2**63 - 1)


@st.composite
def contexts(draw: st.DrawFn) -> SpanContext:
    return SpanContext(
        draw(st.integers(1, 2**128 - 1)),
        draw(st.integers(1, 2**64 - 1)),
        draw(st.booleans()),
        TraceFlags(draw(st.integers(0, 1))),
        TraceState([("vendor", "value")] if draw(st.booleans()) else []),
    )


@st.composite
def spans(draw: st.DrawFn) -> ReadableSpan:
    return ReadableSpan(
        name=draw(texts),
        context=draw(contexts()),
        parent=draw(st.none() | contexts()),
        resource=draw(st.sampled_from(RESOURCES)),
        attributes=draw(attributes),
        events=[Event(draw(texts), draw(attributes), draw(times)) for _ in range(draw(st.integers(0, 2)))],
        links=[Link(draw(contexts()), draw(attributes)) for _ in range(draw(st.integers(0, 2)))],
        kind=draw(st.sampled_from(SpanKind)),
        status=Status(StatusCode.ERROR, draw(texts))
        if draw(st.booleans())
        else Status(draw(st.sampled_from([StatusCode.UNSET, StatusCode.OK]))),
        start_time=draw(times),
        end_time=draw(times),
        instrumentation_scope=draw(st.sampled_from(SCOPES)),
    )


RESOURCES = [Resource({"service.name": "a", "n": 1}), Resource({"service.name": "b"}, "https://schema")]
SCOPES = [InstrumentationScope("pellucid", "1"), InstrumentationScope("other", "", "https://schema", {"k": "v"})]


def encoded(ended: list[ReadableSpan]) -> ExportTraceServiceRequest:
    return ExportTraceServiceRequest.FromString(otlp.request([(span, otlp.span(span)) for span in ended]))


def link_states_removed(request: Any) -> Any:
    """OpenTelemetry's encoder leaves out the trace state of links; ours does not."""
    for resource_spans in request.resource_spans:
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                for link in span.links:
                    link.trace_state = ""
    return request


@settings(max_examples=300, deadline=None)
@given(st.lists(spans(), min_size=1, max_size=4))
def test_equals_the_official_encoder(ended: list[ReadableSpan]) -> None:
    assert link_states_removed(encoded(ended)) == encode_spans(ended)


def test_lone_surrogates_become_question_marks() -> None:
    broken = ReadableSpan(name="\ud800", context=SpanContext(1, 2, False), attributes={"k": "a\udfffb"}, start_time=1, end_time=2)
    [resource_spans] = encoded([broken]).resource_spans
    span = resource_spans.scope_spans[0].spans[0]
    assert span.name == "?"
    assert span.attributes[0].value.string_value == "a?b"


@given(st.integers(0, 2**63 - 1), texts)
def test_reads_partial_success(rejected: int, message: str) -> None:
    response = ExportTraceServiceResponse()
    response.partial_success.rejected_spans = rejected
    response.partial_success.error_message = message
    assert otlp.partial_success(response.SerializeToString()) == (rejected, message)


@given(st.binary(max_size=60))
def test_any_other_answer_is_no_rejection_and_no_error(body: bytes) -> None:
    rejected, message = otlp.partial_success(body)
    assert rejected >= 0
    assert isinstance(message, str)
