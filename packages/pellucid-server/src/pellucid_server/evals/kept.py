"""Estimates as they are kept with a run, read again: what a run found stays when its items are forgotten. Pure."""

from collections.abc import Mapping

from pellucid_server.model.json import JsonValue
from pellucid_server.stats.intervals import Estimate


def estimate_from_json(value: JsonValue) -> Estimate | None:
    """What `asdict` made of an estimate; None for none."""
    if not isinstance(value, dict):
        return None
    middle, low, high = (number(value.get(name)) for name in ("value", "low", "high"))
    return None if middle is None else Estimate(value=middle, low=low, high=high, n=whole(value, "n"))


def number(value: JsonValue) -> float | None:
    """A number, where it is one."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def whole(value: Mapping[str, JsonValue], name: str) -> int:
    """A count; 0 where there is none."""
    found = value.get(name)
    return found if isinstance(found, int) else 0
