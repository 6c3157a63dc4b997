"""The functions by which an application makes steps and speaks of the current one.

What lives here: `span`, `start_span`, `trace`, `generation`, `update_span`, `update_trace` and the current ids. What
must not live here: the step itself (`steps`), the decorator (`observing`).
"""

from dataclasses import replace
from typing import Unpack

from opentelemetry.context import Context, set_value
from opentelemetry.sdk.trace import Span
from opentelemetry.trace import format_span_id, format_trace_id, get_current_span

from pellucid.fields import Kind, StepFields
from pellucid.frames import FRAME_KEY, current_frame
from pellucid.runtime import current
from pellucid.settings import Capture
from pellucid.steps import SILENT, Step, start


def span(name: str, kind: Kind = "span", *, capture: Capture | None = None, **fields: Unpack[StepFields]) -> Step:
    """A step around a `with` block: current inside it, failed if the block raises, ended with it."""
    client = current()
    if client is None:
        return SILENT
    return start(client, name, kind, fields, is_current=True, capture=capture)


def start_span(name: str, kind: Kind = "span", *, start_time: int | None = None, **fields: Unpack[StepFields]) -> Step:
    """A step below the current one that is not made current: for work that ends elsewhere. End it with `end()`."""
    client = current()
    if client is None:
        return SILENT
    return start(client, name, kind, fields, start_time=start_time)


def trace(name: str, *, start_time: int | None = None, **fields: Unpack[StepFields]) -> Step:
    """The root step of a new trace, not made current: for callback-style code. End it with `end()`.

    Its children are made by its methods `span` and `generation`.
    """
    client = current()
    if client is None:
        return SILENT
    frame = current_frame()
    parent = set_value(FRAME_KEY, replace(frame, root=None), Context())
    return start(client, name, "chain", fields, parent=parent, start_time=start_time)


def generation(name: str = "generation", *, start_time: int | None = None, **fields: Unpack[StepFields]) -> Step:
    """A model call below the current step, not made current: for code that calls a model by hand. End it."""
    return start_span(name, "generation", start_time=start_time, **fields)


def update_span(*, name: str | None = None, **fields: Unpack[StepFields]) -> None:
    """Say more about the current step, whoever made it; without one, nothing happens."""
    client = current()
    here = get_current_span()
    if client is not None and isinstance(here, Span):
        Step(client, here, client.policy.lowered(current_frame().capture), None).update(name=name, **fields)


def update_trace(*, name: str | None = None, **fields: Unpack[StepFields]) -> None:
    """Say something about the whole trace: it is written to the outermost step of this process.

    `name` names the trace without renaming the step.
    """
    client = current()
    if client is None:
        return
    frame = current_frame()
    root = frame.root if frame.root is not None else get_current_span()
    if isinstance(root, Span):
        if name is not None:
            fields["trace_name"] = name
        Step(client, root, client.policy.lowered(frame.capture), None).update(**fields)


def current_trace_id() -> str | None:
    """The trace that is being recorded here, 32 hexadecimal digits; None outside of one. For your own logs."""
    found = get_current_span().get_span_context()
    return format_trace_id(found.trace_id) if found.is_valid else None


def current_span_id() -> str | None:
    """The span that is being recorded here, 16 hexadecimal digits; None outside of one."""
    found = get_current_span().get_span_context()
    return format_span_id(found.span_id) if found.is_valid else None
