"""Spans of the app's own steps, written by hand as OpenInference spells them; Pellucid's keys where it has none."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from openinference.semconv.trace import (
    DocumentAttributes,
    OpenInferenceSpanKindValues,
    RerankerAttributes,
    SpanAttributes,
)
from opentelemetry.trace import Span, Status, StatusCode, Tracer

from pellucid import semconv
from pellucid_demo.bot.configuration import IndexSettings
from pellucid_demo.bot.retrieval import Found

Kind = OpenInferenceSpanKindValues


@contextmanager
def step(tracer: Tracer, kind: Kind, name: str, given: object = None, **attributes: Any) -> Iterator[Span]:
    """A span of a kind around a block; an exception that leaves the block makes it an error."""
    start = {SpanAttributes.OPENINFERENCE_SPAN_KIND: kind.value, **attributes}
    with tracer.start_as_current_span(name, attributes=start) as span:
        if given is not None:
            _put(span, SpanAttributes.INPUT_VALUE, SpanAttributes.INPUT_MIME_TYPE, given)
        yield span
        if span.is_recording():
            span.set_status(Status(StatusCode.OK))


def returned(span: Span, value: object) -> None:
    """Write the output of a step."""
    _put(span, SpanAttributes.OUTPUT_VALUE, SpanAttributes.OUTPUT_MIME_TYPE, value)


def retrieved(span: Span, settings: IndexSettings, found: Sequence[Found]) -> None:
    span.set_attributes(
        {
            semconv.RETRIEVAL_INDEX: settings.name,
            semconv.RETRIEVAL_VERSION: settings.version,
            semconv.RETRIEVAL_TOP_K: settings.top_k,
            **_documents(SpanAttributes.RETRIEVAL_DOCUMENTS, found),
        }
    )


def reranked(span: Span, question: str, before: Sequence[Found], after: Sequence[Found]) -> None:
    span.set_attributes(
        {
            RerankerAttributes.RERANKER_QUERY: question,
            RerankerAttributes.RERANKER_MODEL_NAME: "word-overlap",
            RerankerAttributes.RERANKER_TOP_K: len(after),
            **_documents(RerankerAttributes.RERANKER_INPUT_DOCUMENTS, before),
            **_documents(RerankerAttributes.RERANKER_OUTPUT_DOCUMENTS, after),
        }
    )


def tool_attributes(name: str, description: str, arguments: Mapping[str, Any], call_id: str) -> dict[str, str]:
    return {
        SpanAttributes.TOOL_NAME: name,
        SpanAttributes.TOOL_DESCRIPTION: description,
        SpanAttributes.TOOL_PARAMETERS: json.dumps(arguments),
        semconv.TOOL_CALL_ID: call_id,
    }


def _documents(prefix: str, found: Sequence[Found]) -> dict[str, str | float]:
    attributes: dict[str, str | float] = {}
    for number, one in enumerate(found):
        start = f"{prefix}.{number}."
        attributes[start + DocumentAttributes.DOCUMENT_ID] = one.chunk.id
        attributes[start + DocumentAttributes.DOCUMENT_SCORE] = one.score
        attributes[start + DocumentAttributes.DOCUMENT_CONTENT] = one.chunk.text
        attributes[start + DocumentAttributes.DOCUMENT_METADATA] = json.dumps(
            {"class": one.chunk.document_class, "title": one.chunk.title, "article": one.chunk.article_id}
        )
    return attributes


def _put(span: Span, key: str, mime_key: str, value: object) -> None:
    if isinstance(value, str):
        span.set_attributes({key: value, mime_key: "text/plain"})
    else:
        span.set_attributes({key: json.dumps(value, ensure_ascii=False), mime_key: "application/json"})
