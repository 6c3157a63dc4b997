"""Merging the parts of one span: field by field, in any order, as often as they come, to the same whole.

Each part carries a *stamp*: when its emitter knew it. In a conflict the later stamp wins, and of equal stamps the greater value in
canonical JSON, so that the merge is commutative, associative and idempotent (a join of a lattice; a property test runs over all orders).
A merged span remembers the stamps of those of its fields that are older than its newest part. Absent never wins over present.
Events, links and logs are sets: what one part has and another has not is added; what both have stays single.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import reduce
from typing import TypeVar

from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.raw import RawEvent, RawLink, RawLog, RawSpan

_SCALARS = (
    "parent_span_id", "trace_state", "name", "span_kind", "start_time", "end_time", "status_code", "status_message", "scope_name",
    "scope_version",
)  # fmt: skip
_T = TypeVar("_T")


def merge(parts: Sequence[RawSpan]) -> RawSpan:
    """One span of its parts. Raises ValueError on parts of different spans or none."""
    if len({(part.trace_id, part.span_id) for part in parts}) != 1:
        raise ValueError("parts of exactly one span can be merged")
    return reduce(_join, parts)


def _join(left: RawSpan, right: RawSpan) -> RawSpan:
    if left is right:
        return left
    stamp = max(left.stamp, right.stamp)
    stamps: dict[str, int] = {}
    scalars = {name: _pick(name, getattr(left, name), left, getattr(right, name), right, stamp, stamps) for name in _SCALARS}
    return RawSpan(
        trace_id=left.trace_id,
        span_id=left.span_id,
        events=_union(left.events, right.events, _event_key),
        links=_union(left.links, right.links, _link_key),
        logs=_union(left.logs, right.logs, _log_key),
        dropped_attributes=max(left.dropped_attributes, right.dropped_attributes),
        flags=tuple(sorted({*left.flags, *right.flags})),
        stamp=stamp,
        attributes=_join_map("attributes", left, right, stamp, stamps),
        resource=_join_map("resource", left, right, stamp, stamps),
        stamps=stamps,
        **scalars,  # type: ignore[arg-type]  # each value comes from the same field of one of the two parts
    )


def _join_map(name: str, left: RawSpan, right: RawSpan, stamp: int, stamps: dict[str, int]) -> Mapping[str, JsonValue]:
    ours: Mapping[str, JsonValue] = getattr(left, name)
    theirs: Mapping[str, JsonValue] = getattr(right, name)
    keys = sorted({*ours, *theirs})
    return {key: _pick(f"{name}.{key}", ours.get(key), left, theirs.get(key), right, stamp, stamps) for key in keys}


def _pick(
    path: str, ours: JsonValue, left: RawSpan, theirs: JsonValue, right: RawSpan, stamp: int, stamps: dict[str, int]
) -> JsonValue:
    """The value that wins at `path`; its stamp is noted where it is older than the whole."""
    if ours is None and theirs is None:
        return None
    left_stamp, right_stamp = left.stamps.get(path, left.stamp), right.stamps.get(path, right.stamp)
    if theirs is None:
        value, at = ours, left_stamp
    elif ours is None:
        value, at = theirs, right_stamp
    else:
        value, at = (ours, left_stamp) if _rank(left_stamp, ours) >= _rank(right_stamp, theirs) else (theirs, right_stamp)
    if at != stamp:
        stamps[path] = at
    return value


def _rank(stamp: int, value: JsonValue) -> tuple[int, str]:
    return (stamp, canonical(value))


def _union(ours: tuple[_T, ...], theirs: tuple[_T, ...], key: Callable[[_T], Hashable]) -> tuple[_T, ...]:
    # Compared by key: to Python, 0 and False are the same.
    if not theirs or [key(one) for one in ours] == [key(one) for one in theirs]:
        return ours or theirs
    found: dict[Hashable, _T] = {}
    for one in (*ours, *theirs):
        found.setdefault(key(one), one)
    return tuple(found[known] for known in sorted(found, key=repr))


def _event_key(event: RawEvent) -> tuple[int, str, str]:
    return (event.time or 0, event.name, canonical(dict(event.attributes)))


def _link_key(link: RawLink) -> tuple[str, str, str]:
    return (link.trace_id, link.span_id, canonical(dict(link.attributes)))


def _log_key(log: RawLog) -> tuple[int, str, str, str]:
    return (log.time or 0, log.name, canonical(log.body), canonical(dict(log.attributes)))


def group(parts: Iterable[RawSpan]) -> dict[tuple[str, str], RawSpan]:
    """Parts by span, merged; the common case of one part a span costs one dictionary entry."""
    whole: dict[tuple[str, str], RawSpan] = {}
    for part in parts:
        key = (part.trace_id, part.span_id)
        known = whole.get(key)
        whole[key] = part if known is None else _join(known, part)
    return whole
