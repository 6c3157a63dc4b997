"""What a door learns from a request before it confirms it: the parts, and what is rejected by name."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pellucid_server.core.ids import SPAN_ID_CHARS, TRACE_ID_CHARS
from pellucid_server.ingest.losses import LossReport
from pellucid_server.model.outcomes import DropReason
from pellucid_server.model.raw import RawSpan

NAMED_REJECTIONS = 20
"""How many rejected records an answer names; the count is always whole."""


@dataclass(slots=True, kw_only=True)
class Parsed:
    """The parts of one request, and what could not become one."""

    parts: list[RawSpan] = field(default_factory=list)
    records: int = 0
    """How many records the request held."""
    rejected: list[tuple[DropReason, str]] = field(default_factory=list)
    """Reason and a name to find the record by."""
    losses: list[LossReport] = field(default_factory=list)
    """What the sender says it lost before this request."""

    def reject(self, reason: DropReason, name: str) -> None:
        """Note a record that is not taken."""
        self.rejected.append((reason, name))


def rejection_message(rejected: Sequence[tuple[DropReason, str]]) -> str:
    """The text of OTLP `partial_success`: what was rejected and why, the first by name."""
    if not rejected:
        return ""
    named = "; ".join(f"{name}: {reason.value}" for reason, name in rejected[:NAMED_REJECTIONS])
    more = len(rejected) - NAMED_REJECTIONS
    return f"{len(rejected)} rejected: {named}" + (f"; and {more} more" if more > 0 else "")


def valid_ids(trace_id: str, span_id: str) -> bool:
    """Whether both are of the right length and not all zero; they are hex already."""
    return (
        len(trace_id) == TRACE_ID_CHARS and len(span_id) == SPAN_ID_CHARS and trace_id.strip("0") != "" and span_id.strip("0") != ""
    )
