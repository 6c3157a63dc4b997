"""The past, read once: answers what a rule asks at any moment of it from running sums, so that a preview asks the store a few times, not
thousands. Windows are rounded to whole stretches."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pellucid_server.core.clock import SECOND, Micros
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.looking import Asks
from pellucid_server.query.signals import Signal, Stretch
from pellucid_server.query.windows import Window
from pellucid_server.stats.moments import Moments

MOST_QUANTILES: Final = 2_100
"""Stretches of which quantiles are joined; a week of five minutes is 2,016."""


@dataclass(slots=True)
class _Segment:
    """Running sums of one segment, by the start of the stretch."""

    starts: list[Micros] = field(default_factory=list)
    sums: list[Moments] = field(default_factory=lambda: [Moments()])
    weighed: list[float] = field(default_factory=lambda: [0.0])
    """Quantiles times cases."""
    stretches: list[Stretch] = field(default_factory=list)

    def add(self, stretch: Stretch) -> None:
        self.starts.append(stretch.start)
        self.sums.append(self.sums[-1] + stretch.moments)
        self.weighed.append(self.weighed[-1] + (stretch.quantile or 0.0) * stretch.moments.n)
        self.stretches.append(stretch)

    def between(self, name: str, start: Micros, end: Micros) -> Stretch | None:
        """All of a window as one stretch. Of several quantiles the mean, weighed by cases: they cannot be summed."""
        low, high = bisect_left(self.starts, start), bisect_left(self.starts, end)
        if low == high:
            return None
        before, after = self.sums[low], self.sums[high]
        moments = Moments(
            n=after.n - before.n,
            total=after.total - before.total,
            squares=max(0.0, after.squares - before.squares),
        )
        asked = moments.n and high - low <= MOST_QUANTILES and self.stretches[low].quantile is not None
        quantile = (self.weighed[high] - self.weighed[low]) / moments.n if asked else None
        return Stretch(segment=name, start=start, moments=moments, quantile=quantile)

    def inside(self, start: Micros, end: Micros) -> list[Stretch]:
        """The stretches of a window as they were read."""
        return self.stretches[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


class Past:
    """Stands where the store stands; one question of the store for each signal."""

    def __init__(self, asks: Asks, window: Window, stretch_s: int) -> None:
        self._asks = asks
        self._window = window
        self._stretch_s = stretch_s
        self._known: list[tuple[Signal, dict[str, _Segment]]] = []

    def stretches(self, scope: Scope, signal: Signal, window: Window, *, bucket_s: int = 0) -> Sequence[Stretch]:
        """As `Signals.stretches`, for windows inside the past that was read."""
        segments = self._segments(scope, signal)
        start, end = window.start or 0, window.end or 0
        if bucket_s == self._stretch_s:
            return [stretch for name in sorted(segments) for stretch in segments[name].inside(start, end)]
        if bucket_s:
            return [stretch for name in sorted(segments) for stretch in _rebucketed(segments[name], name, start, end, bucket_s)]
        found = (segments[name].between(name, start, end) for name in sorted(segments))
        return [stretch for stretch in found if stretch is not None]

    def _segments(self, scope: Scope, signal: Signal) -> dict[str, _Segment]:
        for known, segments in self._known:
            if known == signal:
                return segments
        read: dict[str, _Segment] = {}
        for stretch in self._asks.stretches(scope, signal, self._window, bucket_s=self._stretch_s):
            read.setdefault(stretch.segment, _Segment()).add(stretch)
        self._known.append((signal, read))
        return read


def _rebucketed(segment: _Segment, name: str, start: Micros, end: Micros, bucket_s: int) -> list[Stretch]:
    size = bucket_s * SECOND
    edges = range(start // size * size, end, size)
    found = (segment.between(name, max(start, edge), min(end, edge + size)) for edge in edges)
    return [replace(stretch, start=edge) for edge, stretch in zip(edges, found, strict=True) if stretch is not None]
