"""What clients say they lost before it reached the door: counters that ride on a resource without spans.

They are cumulative over the life of one client id, so the greatest value counts and a resend changes nothing. Kept in memory, bounded:
a client that lives tells its counters again.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.semconv import CLIENT_ID, CLIENT_VERSION, LOST_PREFIX, SAMPLED_OUT, SERVICE
from pellucid_server.core.clock import Clock, Micros

MOST_CLIENTS = 10_000
"""Processes of all projects together; the least recently heard go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LossReport:
    """One client's counters, as one request says them."""

    client_id: str
    client_version: str
    service: str
    lost: Mapping[str, int]
    """Reason → spans."""
    sampled_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What a client has lost in its life so far."""

    report: LossReport
    time: Micros
    """When it was last heard of."""


def reports_of(request: Any) -> Iterator[LossReport]:  # Any: generated message classes are untyped
    """The loss reports in an ExportTraceServiceRequest."""
    for resource_spans in request.resource_spans:
        if any(scope_spans.spans for scope_spans in resource_spans.scope_spans):
            continue
        found = {pair.key: pair.value for pair in resource_spans.resource.attributes}
        if CLIENT_ID in found:
            yield LossReport(
                client_id=found[CLIENT_ID].string_value[:100],
                client_version=found[CLIENT_VERSION].string_value[:100] if CLIENT_VERSION in found else "",
                service=found[SERVICE].string_value[:200] if SERVICE in found else "",
                lost={
                    key.removeprefix(LOST_PREFIX)[:60]: value.int_value
                    for key, value in list(found.items())[:100]
                    if key.startswith(LOST_PREFIX) and value.int_value > 0
                },
                sampled_out=found[SAMPLED_OUT].int_value if SAMPLED_OUT in found else 0,
            )


class LossBoard:
    """The greatest counters of each client."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], Losses] = OrderedDict()

    def hear(self, project_id: str, report: LossReport) -> None:
        """A client tells its counters."""
        key = (project_id, report.client_id)
        with self._lock:
            before = self._known.pop(key, None)
            self._known[key] = Losses(report=_greatest(before.report, report) if before else report, time=self._clock())
            while len(self._known) > MOST_CLIENTS:
                self._known.popitem(last=False)

    def of(self, project_id: str) -> Sequence[Losses]:
        """Clients of a project that lost something, the newest first."""
        with self._lock:
            found = [losses for (project, _), losses in self._known.items() if project == project_id and losses.report.lost]
        return found[::-1]


def _greatest(before: LossReport, after: LossReport) -> LossReport:
    reasons = before.lost.keys() | after.lost.keys()
    return LossReport(
        client_id=after.client_id,
        client_version=after.client_version,
        service=after.service or before.service,
        lost={reason: max(before.lost.get(reason, 0), after.lost.get(reason, 0)) for reason in sorted(reasons)},
        sampled_out=max(before.sampled_out, after.sampled_out),
    )
