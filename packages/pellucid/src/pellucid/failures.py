"""What a failed step says: status, error type and exception event, as capture mode and mask allow.

What lives here: the writing of one error on one span. What must not live here: the decision that a step failed.
"""

import traceback
from typing import Any

from opentelemetry.sdk.trace import Span
from opentelemetry.trace import Status, StatusCode

from pellucid import semconv
from pellucid.fields import Policy
from pellucid.masks import mask_value

MAX_MESSAGE_CHARS = 4_000
MAX_STACK_CHARS = 16_000
"""The end of a stack trace, where the error is."""


def record_error(span: Span, error: BaseException | str, policy: Policy) -> None:
    """Status and exception event; the texts obey capture mode and mask."""
    kind = "Error" if isinstance(error, str) else _type_name(error)
    attributes: dict[str, Any] = {"exception.type": kind}
    message = ""
    if policy.capture == "full":
        message = _masked(str(error)[:MAX_MESSAGE_CHARS], policy)
        attributes["exception.message"] = message
        if not isinstance(error, str):
            attributes["exception.stacktrace"] = _masked(_stack_of(error), policy)
    span.set_attribute(semconv.ERROR_TYPE, kind)
    span.add_event(semconv.EXCEPTION_EVENT, attributes)
    span.set_status(Status(StatusCode.ERROR, f"{kind}: {message}" if message else kind))


def _stack_of(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-MAX_STACK_CHARS:]


def _masked(text: str, policy: Policy) -> str:
    return str(mask_value(text, policy.mask)) if policy.mask is not None else text


def _type_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
