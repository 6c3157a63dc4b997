"""The trace and its context across processes: W3C Trace Context and Baggage in any string mapping.

What lives here: `inject` and `continue_trace`. What must not live here: web frameworks, job queues: a mapping of
strings is all that they and this module share.

OpenTelemetry's propagators are imported when they are first needed: most processes never are at either end.
"""

import json
from collections.abc import Generator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

from opentelemetry.context import Context, attach, detach, get_current, set_value

from pellucid import semconv
from pellucid.frames import FIELD_KEYS, FRAME_KEY, Frame, current_frame, with_baggage
from pellucid.guard import GUARD
from pellucid.narrowing import is_list, is_text
from pellucid.values import scalar_of


def inject(headers: MutableMapping[str, str]) -> MutableMapping[str, str]:
    """Write `traceparent`, `tracestate` and `baggage` into the headers (or any string mapping) and return them.

    For calls to your own services, job queues and child processes; the other end is `continue_trace`.
    """
    try:
        trace_context, baggage = _propagators()
        here = get_current()
        trace_context.inject(headers, here)
        baggage.inject(headers, with_baggage(current_frame(here).attributes, here))
    except Exception as error:
        GUARD.report("inject the trace context", error)
    return headers


@contextmanager
def continue_trace(headers: Mapping[str, str]) -> Generator[None, None, None]:
    """Go on with the trace and context that `inject` wrote on the other side.

    Call it with the headers of callers that you trust: they say who the user is.
    """
    token = None
    try:
        trace_context, baggage = _propagators()
        carrier = {key.lower(): value for key, value in headers.items() if is_text(value)}
        remote = baggage.extract(carrier, trace_context.extract(carrier))
        attributes = {**current_frame(remote).attributes, **_from_baggage(remote)}
        token = attach(set_value(FRAME_KEY, Frame(attributes=attributes, root=None, capture=None), remote))
    except Exception as error:
        GUARD.report("continue the trace", error)
    try:
        yield
    finally:
        if token is not None:
            detach(token)


def _propagators() -> tuple[Any, Any]:
    from opentelemetry.baggage.propagation import W3CBaggagePropagator  # late: see the module's docstring
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator(), W3CBaggagePropagator()


def _from_baggage(context: Context) -> dict[str, Any]:
    from opentelemetry import baggage  # late: see the module's docstring

    attributes: dict[str, Any] = {}
    known = {
        f"{semconv.BAGGAGE_PREFIX}{key.removeprefix(semconv.BAGGAGE_PREFIX)}": key for key in (*FIELD_KEYS.values(), semconv.TAGS)
    }
    for name, text in baggage.get_all(context).items():
        key = known.get(name) or (name if name.startswith(semconv.METADATA_PREFIX) else None)
        if key is None:
            continue
        try:
            value = json.loads(str(text))
        except ValueError:
            continue
        attributes[key] = tuple(map(str, value)) if is_list(value) else scalar_of(value)
    return attributes
