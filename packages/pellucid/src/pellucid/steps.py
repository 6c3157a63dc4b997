"""Steps: the spans that this package makes, as objects.

What lives here: starting, updating and ending a step. What must not live here: the functions and the decorator that
applications call (`spans`, `observing`), providers, sending (`exporting`). Nothing here raises into the application.
"""

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import Token
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Any, Self, Unpack

from opentelemetry.context import Context, attach, detach, get_current, set_value
from opentelemetry.sdk.trace import Span
from opentelemetry.trace import SpanKind, format_span_id, format_trace_id
from opentelemetry.trace.propagation import set_span_in_context

from pellucid import links, semconv
from pellucid.failures import record_error
from pellucid.fields import Kind, Policy, StepFields, attributes_of, link_attributes, put_input, put_output
from pellucid.frames import EMPTY, FRAME_KEY, Frame, current_frame
from pellucid.guard import GUARD
from pellucid.posts import SCORES, ScoreType, ScoreValue, score_document
from pellucid.privacy import clean
from pellucid.runtime import Client
from pellucid.settings import Capture

CLIENT_KINDS = frozenset({"generation", "embedding"})
OPERATIONS: Mapping[str, str] = {
    "generation": "chat",
    "embedding": "embeddings",
    "tool": "execute_tool",
    "agent": "invoke_agent",
}
"""`gen_ai.operation.name` by kind, for readers that do not know `pellucid.kind`."""

INVALID_TRACE_ID = "0" * 32
INVALID_SPAN_ID = "0" * 16


class Step:
    """One step of a trace. Ends once; everything after that is ignored.

    Made by `span()`, `trace()`, `generation()` and the decorator, never directly. A step that records nothing
    (the client is off) has the same methods and zero ids.
    """

    __slots__ = ("_client", "_policy", "_span", "_token")

    def __init__(self, client: Client | None, span: Span | None, policy: Policy | None, token: Token[Context] | None) -> None:
        self._client = client
        self._span = span
        self._policy = policy
        self._token = token

    @property
    def trace_id(self) -> str:
        """32 hexadecimal digits."""
        return format_trace_id(self._span.context.trace_id) if self._span is not None and self._span.context else INVALID_TRACE_ID

    @property
    def span_id(self) -> str:
        """16 hexadecimal digits."""
        return format_span_id(self._span.context.span_id) if self._span is not None and self._span.context else INVALID_SPAN_ID

    @property
    def otel_span(self) -> Span | None:
        """OpenTelemetry's span, for code that speaks its API; None when nothing is recorded."""
        return self._span

    @property
    def is_recording(self) -> bool:
        """Whether what is said to this step is kept."""
        return self._span is not None and self._span.is_recording()

    def update(self, *, name: str | None = None, **fields: Unpack[StepFields]) -> "Step":
        """Say more about the step; what was said before stays, unless said again. Gives the step itself."""
        if self._span is not None and self._policy is not None:
            try:
                if name is not None:
                    self._span.update_name(name)
                self._span.set_attributes(attributes_of(fields, self._policy, self._span.attributes or {}))
            except Exception as error:
                GUARD.report("update a span", error)
        return self

    def first_token(self) -> None:
        """Note that the first part of the answer arrived now; later calls change nothing."""
        span = self._span
        if span is not None and span.start_time is not None and semconv.TIME_TO_FIRST_CHUNK not in (span.attributes or {}):
            clock = self._client.clock if self._client is not None else None
            now = clock() if clock is not None else time.time_ns()
            span.set_attribute(semconv.TIME_TO_FIRST_CHUNK, (now - span.start_time) / 1e9)
            span.set_attribute(semconv.FIRST_TOKEN_TIME, now)

    def put(self, attributes: Mapping[str, Any], content: Mapping[str, object] | None = None) -> None:
        """Attributes as they are, and content (as JSON) as capture mode and mask allow it: for wrappers."""
        if self._span is None or self._policy is None:
            return
        try:
            values = {key: value for key, value in attributes.items() if value is not None}
            if content and self._policy.capture == "full":
                values.update({key: self._policy.text(value)[0] for key, value in content.items() if value})
            elif content:
                values[semconv.CAPTURE] = self._policy.capture
            self._span.set_attributes(values)
        except Exception as error:
            GUARD.report("write attributes", error)

    def finish(self, output: object) -> None:
        """Put the output and end: the decorator's short way."""
        span = self._span
        if span is not None and self._policy is not None:
            attributes: dict[str, Any] = {}
            put_output(attributes, output, self._policy)
            span.set_attributes(attributes)
        self.end()

    def event(self, name: str, attributes: Mapping[str, Any] | None = None) -> None:
        """Note something that happened at this moment within the step."""
        if self._span is not None and self._span.is_recording():
            try:
                self._span.add_event(name, dict(attributes or {}))
            except Exception as error:
                GUARD.report("add an event", error)

    def fail(self, error: BaseException | str) -> "Step":
        """Mark the step as failed: outcome `error`, with the type and message of the error."""
        if self._span is not None and self._policy is not None and self._span.is_recording():
            try:
                record_error(self._span, error, self._policy)
            except Exception as problem:
                GUARD.report("record an error", problem)
        return self

    def end(self, *, end_time: int | None = None, **fields: Unpack[StepFields]) -> None:
        """End the step now, or at `end_time` (Unix, nanoseconds)."""
        if self._span is None:
            return
        if fields:
            self.update(**fields)
        self.detach()
        try:
            if self._span.is_recording():
                if end_time is None and self._client is not None and self._client.clock is not None:
                    end_time = self._client.clock()
                self._span.end(end_time)
        except Exception as error:
            GUARD.report("end a span", error)

    @contextmanager
    def use(self) -> Generator["Step", None, None]:
        """Make the step current inside a `with` block, without ending it: for work that belongs to it elsewhere."""
        token = None
        if self._span is not None:
            here = get_current()
            token = _made_current(self._span, here, current_frame(here))
        try:
            yield self
        finally:
            if token is not None:
                detach(token)

    def span(self, name: str, kind: Kind = "span", **fields: Unpack[StepFields]) -> "Step":
        """A step below this one that is not made current: for callbacks. End it with `end()`."""
        return self._child(name, kind, fields)

    def generation(self, name: str = "generation", **fields: Unpack[StepFields]) -> "Step":
        """A model call below this step that is not made current: for callbacks. End it with `end()`."""
        return self._child(name, "generation", fields)

    def score(
        self,
        name: str,
        value: ScoreValue,
        *,
        of_trace: bool = False,
        type: ScoreType | None = None,  # noqa: A002 (the model's word)
        comment: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        id: str | None = None,  # noqa: A002 (the model's word)
        time: datetime | None = None,
    ) -> None:
        """Score this step, or with `of_trace` its whole trace."""
        if self._client is None or self._span is None:
            return
        try:
            document = score_document(
                name,
                value,
                trace_id=self.trace_id,
                span_id=None if of_trace else self.span_id,
                session_id=None,
                type=type,
                comment=comment,
                metadata=metadata,
                id=id,
                source="api",
                time=time,
            )
            self._client.send(SCORES, document)
        except Exception as error:
            GUARD.report("send a score", error)

    def _child(self, name: str, kind: Kind, fields: StepFields) -> "Step":
        if self._client is None or self._span is None:
            return SILENT
        parent = set_span_in_context(self._span, get_current())
        return start(self._client, name, kind, fields, parent=parent)

    def detach(self) -> None:
        """Stop being current, without ending; `end` does it by itself."""
        token, self._token = self._token, None
        if token is not None:
            detach(token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            self.fail(error)
        self.end()


SILENT = Step(None, None, None, None)
"""The step of a client that is off."""


def start(
    client: Client,
    name: str,
    kind: str,
    fields: StepFields | None = None,
    *,
    parent: Context | None = None,
    is_current: bool = False,
    capture: Capture | None = None,
    arguments: Mapping[str, Any] | None = None,
    texts_of: object = None,
    start_time: int | None = None,
) -> Step:
    """Start a step; `SILENT` when that is not possible. Callers of the package use `span`, `trace`, `generation`.

    `arguments` is the input of a decorated call: a short way past the other fields. In `texts_of` a compiled prompt
    is looked for, where it is not in either.
    """
    try:
        here = get_current() if parent is None else parent
        frame = here.get(FRAME_KEY, EMPTY)
        if not isinstance(frame, Frame):
            frame = EMPTY
        policy = client.policy
        if capture is not None or frame.capture is not None:
            policy = policy.lowered(frame.capture).lowered(capture)
        inherited = frame.attributes if policy.mask is None else clean(frame.attributes, "full", policy.mask)[0]
        attributes: dict[str, Any] = {semconv.KIND: kind, **client.base_attributes, **inherited}
        operation = OPERATIONS.get(kind)
        if operation is not None:
            attributes[semconv.OPERATION] = operation
        if arguments is not None:
            put_input(attributes, arguments, policy)
        if fields:
            attributes.update(attributes_of(fields, policy, frame.attributes))
        if operation == "chat" and semconv.PROMPT_NAME not in attributes and not links.is_empty():
            _link_by_text(attributes, texts_of or arguments or fields, policy)
        if policy.capture == "none":
            _drop_personal(attributes)
        if start_time is None and client.clock is not None:
            start_time = client.clock()
        span = client.tracer.start_span(
            name, here, SpanKind.CLIENT if kind in CLIENT_KINDS else SpanKind.INTERNAL, attributes, start_time=start_time
        )
    except Exception as error:
        GUARD.report("start a span", error)
        return SILENT
    if not isinstance(span, Span):
        return SILENT
    return Step(client, span, policy, _made_current(span, here, frame) if is_current else None)


def _made_current(span: Span, here: Context, frame: Frame) -> Token[Context]:
    context = set_span_in_context(span, here)
    if frame.root is None or not frame.root.is_recording():
        context = set_value(FRAME_KEY, replace(frame, root=span), context)
    return attach(context)


def _drop_personal(attributes: dict[str, Any]) -> None:
    for key in [
        key
        for key in attributes
        if key in (semconv.USER_ID, semconv.SESSION_ID, semconv.TAGS) or key.startswith(semconv.METADATA_PREFIX)
    ]:
        del attributes[key]


def _link_by_text(attributes: dict[str, Any], given: object, policy: Policy) -> None:
    found = links.find(links.texts_in(given))
    if found:
        attributes.update(link_attributes(found, policy))
