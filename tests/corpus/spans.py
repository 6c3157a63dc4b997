"""Hand-made raw spans for what the captures do not show."""

from collections.abc import Mapping

from pellucid_server.dialects.decode import decode
from pellucid_server.model.json import JsonValue
from pellucid_server.model.raw import RawEvent, RawLog, RawSpan
from pellucid_server.model.span import Span

START = 1_767_225_600_000_000
END = START + 2_000_000


def raw(
    attributes: Mapping[str, JsonValue] | None = None,
    *,
    name: str = "span",
    scope: str | None = None,
    version: str | None = None,
    resource: Mapping[str, JsonValue] | None = None,
    events: tuple[RawEvent, ...] = (),
    logs: tuple[RawLog, ...] = (),
    status: int = 0,
    message: str | None = None,
) -> RawSpan:
    """A raw span with the usual times and ids."""
    return RawSpan(
        trace_id="a" * 32,
        span_id="b" * 16,
        name=name,
        start_time=START,
        end_time=END,
        status_code=status,
        status_message=message,
        attributes=attributes or {},
        resource=resource or {},
        scope_name=scope,
        scope_version=version,
        events=events,
        logs=logs,
    )


def decoded(attributes: Mapping[str, JsonValue] | None = None, **more: object) -> Span:
    """The same, decoded."""
    return decode(raw(attributes, **more), received_at=END)  # type: ignore[arg-type]  # passed on by name
