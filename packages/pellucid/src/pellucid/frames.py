"""What everything below inherits: one frozen frame in OpenTelemetry's context.

What lives here: the frame (inherited attributes, the local root, capture mode) and `context()`. What must not live
here: spans (`steps`), threads (`threads`), headers (`carriers`).

The frame travels wherever OpenTelemetry's context travels: tasks, generators and, through `threads`, new threads.
It is put into Baggage only on demand (`inject`, or `propagate=True`), because automatic Baggage would also reach
model providers, and it is read from Baggage only by `continue_trace`, because a header can be forged.
"""

import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.context import Context, attach, create_key, detach, get_value, set_value

from pellucid import semconv
from pellucid.guard import GUARD
from pellucid.settings import Capture
from pellucid.values import scalar_of

FRAME_KEY: Final = create_key("pellucid-frame")

FIELD_KEYS: Final[Mapping[str, str]] = {
    "user_id": semconv.USER_ID,
    "session_id": semconv.SESSION_ID,
    "feature": semconv.FEATURE,
    "user_tier": semconv.USER_TIER,
    "experiment": semconv.EXPERIMENT,
    "environment": semconv.ENVIRONMENT,
    "release": semconv.RELEASE,
    "rollout_id": semconv.ROLLOUT_ID,
    "rollout_arm": semconv.ROLLOUT_ARM,
    "rollout_probability": semconv.ROLLOUT_PROBABILITY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The inherited part of the current context."""

    attributes: Mapping[str, Any]
    root: trace.Span | None
    """Outermost step of this package in this process; `update_trace` writes to it."""
    capture: Capture | None


EMPTY = Frame(attributes={}, root=None, capture=None)


def current_frame(context: Context | None = None) -> Frame:
    """The frame of the context, or the empty one."""
    frame = get_value(FRAME_KEY, context)
    return frame if isinstance(frame, Frame) else EMPTY


def field_attributes(
    fields: Mapping[str, Any],
    tags: Sequence[str] | None,
    metadata: Mapping[str, Any] | None,
    inherited: Mapping[str, Any],
) -> dict[str, Any]:
    """The fields as attributes; tags are united with the inherited ones, metadata merge key by key."""
    attributes: dict[str, Any] = {FIELD_KEYS[name]: scalar_of(value) for name, value in fields.items() if value is not None}
    if tags:
        known = inherited.get(semconv.TAGS, ())
        attributes[semconv.TAGS] = tuple(dict.fromkeys((*known, *map(str, tags))))
    for key, value in (metadata or {}).items():
        if value is not None:
            attributes[f"{semconv.METADATA_PREFIX}{key}"] = scalar_of(value)
    return attributes


@contextmanager
def context(
    *,
    user_id: str | None = None,
    session_id: str | None = None,
    feature: str | None = None,
    user_tier: str | None = None,
    experiment: str | None = None,
    environment: str | None = None,
    release: str | None = None,
    rollout_id: str | None = None,
    rollout_arm: str | None = None,
    rollout_probability: float | None = None,
    tags: Sequence[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    capture: Capture | None = None,
    propagate: bool = False,
) -> Generator[None, None, None]:
    """Give everything that starts below these attributes: every span, also those of other instrumentations.

    `capture` lowers what is recorded below ("metadata", "none"). `propagate=True` also puts the fields into
    OpenTelemetry's Baggage, so that every instrumented HTTP client sends them on: to all hosts that it calls.
    """
    token = None
    try:
        fields = {
            "user_id": user_id,
            "session_id": session_id,
            "feature": feature,
            "user_tier": user_tier,
            "experiment": experiment,
            "environment": environment,
            "release": release,
            "rollout_id": rollout_id,
            "rollout_arm": rollout_arm,
            "rollout_probability": rollout_probability,
        }
        token = attach(_entered(current_frame(), fields, tags, metadata, capture, propagate))
    except Exception as error:
        GUARD.report("enter a context", error)
    try:
        yield
    finally:
        if token is not None:
            detach(token)


def _entered(
    frame: Frame,
    fields: Mapping[str, Any],
    tags: Sequence[str] | None,
    metadata: Mapping[str, Any] | None,
    capture: Capture | None,
    propagate: bool,
) -> Context:
    attributes = {**frame.attributes, **field_attributes(fields, tags, metadata, frame.attributes)}
    entered = replace(frame, attributes=attributes, capture=capture or frame.capture)
    context = set_value(FRAME_KEY, entered)
    return with_baggage(attributes, context) if propagate else context


def with_baggage(attributes: Mapping[str, Any], context: Context) -> Context:
    """The context with the attributes in its Baggage as well."""
    from opentelemetry import baggage  # late: most applications never need it, and it costs 2 ms to import

    for key, value in attributes.items():
        name = f"{semconv.BAGGAGE_PREFIX}{key.removeprefix(semconv.BAGGAGE_PREFIX)}"
        context = baggage.set_baggage(name, json.dumps(value), context)
    return context
