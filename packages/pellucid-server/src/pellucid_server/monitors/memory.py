"""What an always-valid rule carries from look to look, as a value and as JSON.

It is kept with the segment's state and read again by whatever version of the server comes next. What that version would not have written
itself is no error and no guess: it is discarded, and the segment is followed anew from the traffic, which is all still there.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import TypeAdapter, ValidationError

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.stats.detectors import Detector
from pellucid_server.stats.normal import Normal, Stretch

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What one segment carries from look to look."""

    block_s: int = 0
    read_until: Micros = 0
    learnt_from: Micros = 0
    """From when on what was normal is learnt: later than an accepted change."""
    learnt_time: Micros = 0
    normal: Normal | None = None
    detector: Detector = field(default_factory=Detector)
    waiting: tuple[Stretch, ...] = ()
    """Blocks that are still too small to be a step."""
    alarm_time: Micros = 0
    """When the change was found, in the time of the traffic; 0: none."""
    value: float | None = None
    expected: float | None = None
    n: int = 0
    steps_per_day: float = 1.0
    cases: int = 0
    """In the past, at the last look: if many more are there at the next one, history has arrived late."""


_JSON: Final = TypeAdapter(Watch)


def write_watch(watch: Watch) -> dict[str, JsonValue]:
    """As JSON."""
    document: dict[str, JsonValue] = _JSON.dump_python(watch, mode="json")
    return document


def read_watch(document: Mapping[str, JsonValue]) -> Watch:
    """From JSON; an empty memory begins anew, and so does one that another version wrote in a shape of its own."""
    if not document:
        return Watch()
    try:
        watch = _JSON.validate_python(dict(document))
    except ValidationError:
        watch = None
    if watch is None or not _whole(watch) or write_watch(watch) != document:
        log.info("the memory of a monitor was written by another version in another shape; it begins anew")
        return Watch()
    return watch


def _whole(watch: Watch) -> bool:
    """Whether its lists are as long as the ones that it would have today."""
    return watch.detector.fits and (watch.normal is None or watch.normal.fits)
