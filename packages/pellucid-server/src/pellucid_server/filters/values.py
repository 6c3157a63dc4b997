"""Values of the filter language: text ⇄ typed value, by the field's type. Raises `ValueError` with a sentence for people.

A reader and a writer for each type stand side by side; a property test holds them to each other.
"""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from pellucid_server.core.clock import DAY, HOUR, MINUTE, SECOND
from pellucid_server.filters.tree import Ago, Boolean, Instant, Number

_DURATIONS: Final = {"ms": 1.0, "s": 1_000.0, "m": 60_000.0, "h": 3_600_000.0, "d": 86_400_000.0}
_COUNTS: Final = {"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}
_NUMBER: Final = re.compile(r"\$?([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([A-Za-z]*)")
_AGO: Final = re.compile(r"-(\d+)(s|m|h|d|w)")
_AGO_UNITS: Final = {"w": 7 * DAY, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_BOOLEANS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# The engine's DateTime64(6) holds 1900 to 2299.
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2298


def read_number(text: str, unit: str) -> Number:
    """`0.01`, `$0.01`, `10k`, `2s` …; the result is in `unit`."""
    found = _NUMBER.fullmatch(text)
    suffixes = _DURATIONS if unit == "ms" else _COUNTS
    if found is None or (found[2] and found[2] not in suffixes):
        raise ValueError(f"`{text}` is not a number; write it like {_number_examples(unit)}")
    value = float(found[1]) * suffixes.get(found[2], 1.0)
    if not math.isfinite(value):
        raise ValueError(f"`{text}` is too large a number")
    return Number(value)


def write_number(value: float, unit: str) -> str:
    """The shortest exact spelling, durations in their largest whole unit."""
    if unit == "ms":
        for suffix in ("h", "m", "s"):
            if value and value % _DURATIONS[suffix] == 0 and value / _DURATIONS[suffix] * _DURATIONS[suffix] == value:
                return f"{_plain(value / _DURATIONS[suffix])}{suffix}"
        return f"{_plain(value)}ms"
    return _plain(value)


def read_boolean(text: str) -> Boolean:
    """`true`, `yes`, `1` and their opposites."""
    if text.lower() not in _BOOLEANS:
        raise ValueError(f"`{text}` is neither true nor false")
    return Boolean(_BOOLEANS[text.lower()])


def read_time(text: str) -> Instant | Ago:
    """ISO 8601, in UTC where no offset is written, or `-24h` for so long ago."""
    ago = _AGO.fullmatch(text)
    if ago:
        micros = int(ago[1]) * _AGO_UNITS[ago[2]]
        if micros > 200 * 366 * DAY:
            raise ValueError(f"`{text}` is too long ago")
        return Ago(micros)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{text}` is not a time; write it like 2026-11-20, 2026-11-20T14:30Z or -24h") from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"`{text}` is outside of the years {_FIRST_YEAR} to {_LAST_YEAR}")
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Instant((zoned - _EPOCH) // timedelta(microseconds=1), _width(text))


def write_time(value: Instant | Ago) -> str:
    """The shortest spelling that reads back as the same value."""
    if isinstance(value, Ago):
        unit = next(name for name, micros in _AGO_UNITS.items() if value.micros % micros == 0)
        return f"-{value.micros // _AGO_UNITS[unit]}{unit}"
    moment = _EPOCH + timedelta(microseconds=value.start)
    if value.width == DAY:
        return moment.strftime("%Y-%m-%d")
    if value.width == MINUTE:
        return moment.strftime("%Y-%m-%dT%H:%MZ")
    precision = "seconds" if value.width == SECOND else "microseconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def _width(text: str) -> int:
    clock = re.split(r"[T ]", text, maxsplit=1)[1:]
    if not clock:
        return DAY
    digits = re.split(r"[Zz+-]", clock[0], maxsplit=1)[0]
    if "." in digits or "," in digits:
        return 1
    return SECOND if digits.count(":") == 2 or len(digits) == 6 else MINUTE


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _number_examples(unit: str) -> str:
    if unit == "ms":
        return "500ms, 2s, 1.5m or 1h"
    return "0.01 or $0.01" if unit == "USD" else "100, 0.5, 10k or 1.5M"
