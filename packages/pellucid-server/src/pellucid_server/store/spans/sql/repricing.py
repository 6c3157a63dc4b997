"""Statements that price stored calls anew: the arithmetic of `enrich.rates`, operation by operation, so that the sums are the same bits.

Which rates hold for which calls is decided by the caller, once for each *shape* of a call (provider, models, tier …), and comes in as a
`RateCard`. The engine looks the shape up and multiplies; no row leaves it.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import DAY, MINUTE, SECOND, Micros
from pellucid_server.model.span import MODEL_KINDS
from pellucid_server.model.usage import USAGE_KINDS
from pellucid_server.store.spans.columns import PAYLOADS, SPANS
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.parameters import Parameters

SHAPE: Final = ("provider", "model", "model_requested", "service_tier")
"""Columns that decide which price holds, beside the time and the speed that was asked for."""
_SHAPE_KEY: Final = f"cityHash64({', '.join(SHAPE)})"
UNKNOWN: Final = -1.0
"""A rate that nobody knows."""
_PER: Final = 1_000_000
_PARTS: Final = tuple(f"cost_{kind}" for kind in (*USAGE_KINDS, "fixed"))
_USED: Final = tuple(f"usage_{kind}" for kind in USAGE_KINDS)
_INPUT_KINDS: Final = ("input", "cache_read", "cache_write", "cache_write_1h", "audio_in")
_CHANGED: Final = (
    "isNull(cost) != isNull(new_cost) OR ifNull(cost, 0) != ifNull(new_cost, 0) OR cost_source != new_source "
    "OR flags != new_flags OR old_parts != new_parts"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """The rates of some shapes: one band, or several by the size of the input."""

    source: str
    thresholds: Sequence[int] = ()
    bands: Sequence[Sequence[float]]
    """US dollars per million tokens by `USAGE_KINDS`, `UNKNOWN` where there is none, then the fee per request."""
    flags: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCard:
    """Which ratings hold for which shapes on one day."""

    ratings: Sequence[Rating] = ()
    place_of: Sequence[tuple[int, int]] = ()
    """Shape → place in `ratings`. Shapes that are left out have no rates."""
    by_minute: Sequence[int] = ()
    """Coarse keys of shapes whose rates change within a day."""
    by_speed: Sequence[int] = ()
    """Coarse keys of shapes whose rates depend on the speed that was asked for."""
    doubts: Sequence[str] = ()
    """Flags that pricing may give."""


_FIXED: Final = len(_PARTS)
_NO_RATES: Final = f"arrayResize(CAST([], 'Array(Float64)'), {_FIXED}, {UNKNOWN})"
# In the order of `PriceBook.quote`: a cache, the rates, what the emitter reported, nobody.
_DECIDED: Final = (
    "multiIf(cache_hit = 1, 'cached', rating > 0 AND NOT is_missing AND (is_used OR is_reported OR "
    f"(rates[{_FIXED}] > 0 AND rates[{USAGE_KINDS.index('input') + 1}] < 0 AND rates[{USAGE_KINDS.index('output') + 1}] < 0)), 'rated', "
    "ifNull(reported_cost, 0) > 0 AND isFinite(ifNull(reported_cost, 0)), 'reported', 'none')"
)
_NEW_PARTS: Final = (
    "multiIf(decided = 'rated', arrayPushBack(arrayMap((tokens, rate) -> if(tokens > 0, toFloat64(tokens) * rate / "
    f"{_PER}, 0.), used, arraySlice(rates, 1, {_FIXED - 1})), if(is_used OR NOT is_reported, rates[{_FIXED}], 0.)),\n"
    "decided = 'reported', if(cost_source = 'reported', old_parts, "
    f"arrayPushBack(arrayResize(CAST([], 'Array(Float64)'), {_FIXED - 1}, 0.), ifNull(reported_cost, 0.))),\n"
    f"arrayResize(CAST([], 'Array(Float64)'), {_FIXED}, 0.))"
)


def days(project_id: str, start: Micros | None, end: Micros | None, *, since: int = 0) -> Statement:
    """Midnights (microseconds) of days with model calls, and how many there are. `since`: only those that were written later."""
    p = Parameters()
    where = [f"project_id = {p.text(project_id)}", f"kind IN {p.texts(sorted(MODEL_KINDS))}"]
    if start is not None:
        where.append(f"start_time >= {p.time(start)}")
    if end is not None:
        where.append(f"start_time < {p.time(end)}")
    if since:
        where.append(f"version > {p.add(since, 'UInt64')}")
    midnight = f"toInt64(toUnixTimestamp(toStartOfDay(start_time, 'UTC'))) * {SECOND}"
    sql = f"SELECT {midnight} AS day, count() FROM spans FINAL WHERE {' AND '.join(where)} GROUP BY day ORDER BY day"
    return p.statement(sql, "repricing.days")


def shapes(project_id: str, day: Micros, card: RateCard) -> Statement:
    """Key, coarse key, the columns of `SHAPE`, 1 where speed was asked for, the minute (microseconds, 0 where it does not matter)."""
    p = Parameters()
    sql = (
        f"SELECT {_key()} AS key, any({_SHAPE_KEY}), {', '.join(f'any({name})' for name in SHAPE)}, any(is_fast), any(minute) * {MINUTE}\n"
        f"FROM ({_calls(project_id, day, card, 0, p, SHAPE)}) GROUP BY key ORDER BY key"
    )
    return p.statement(sql, "repricing.shapes")


def preview(project_id: str, day: Micros, card: RateCard) -> Statement:
    """By provider and model: calls, changed calls, cost before and after, unpriced calls before and after. Of counted calls alone."""
    p = Parameters()
    sql = (
        "SELECT provider, model, countIf(counted), countIf(counted AND changed), sumIf(ifNull(cost, 0), counted),\n"
        "sumIf(ifNull(new_cost, 0), counted), countIf(counted AND isNull(cost) AND tokens > 0),\n"
        "countIf(counted AND isNull(new_cost) AND tokens > 0), countIf(changed)\n"
        f"FROM ({_priced(project_id, day, card, 0, p, ('counted', 'tokens'))}) GROUP BY provider, model ORDER BY provider, model"
    )
    return p.statement(sql, "repricing.preview")


def fill(table: str, project_id: str, day: Micros, card: RateCard, since: int) -> Statement:
    """Into `table`: the rows of the day whose price changes, one version newer than they are. `since`: only rows that were written later.

    One version newer and not the newest: whatever was written to the row meanwhile is newer still and wins.
    """
    p = Parameters()
    new = {"version": "version + 1", "cost": "new_cost", "cost_source": "new_source", "flags": "new_flags"}
    new |= {part: f"new_parts[{place}]" for place, part in enumerate(_PARTS, 1)}
    values = ", ".join(new.get(name, name) for name in SPANS.names)
    sql = (
        f"INSERT INTO {table} ({', '.join(SPANS.names)}) SELECT {values}\n"
        f"FROM ({_priced(project_id, day, card, since, p, SPANS.names)}) WHERE changed"
    )
    return p.statement(sql, "repricing.fill")


def _calls(project_id: str, day: Micros, card: RateCard, since: int, p: Parameters, names: Sequence[str]) -> str:
    """The model calls of a day, with what beside their own columns decides the price."""
    start, end = p.time(day), p.time(day + DAY)
    project = p.text(project_id)
    fast = "toUInt8(0)"
    if card.by_speed:
        fast = (
            f"toUInt8(has({_keys(card.by_speed, p)}, {_SHAPE_KEY}) AND (trace_id, span_id) IN (SELECT trace_id, span_id "
            f"FROM {PAYLOADS.name} FINAL WHERE project_id = {project} AND start_time >= {start} AND start_time < {end} "
            'AND position(payload, \'"speed":"fast"\') > 0 '
            "AND JSONExtractString(payload, 'span', 'model_parameters', 'speed') = 'fast'))"
        )
    minute = "toInt64(0)"
    if card.by_minute:
        minute = f"if(has({_keys(card.by_minute, p)}, {_SHAPE_KEY}), intDiv(toUnixTimestamp64Micro(start_time), {MINUTE}), 0)"
    written = f" AND version > {p.add(since, 'UInt64')}" if since else ""
    return (
        f"SELECT {', '.join(names)}, {fast} AS is_fast, toInt64({minute}) AS minute\nFROM spans FINAL\n"
        f"WHERE project_id = {project} AND start_time >= {start} AND start_time < {end} "
        f"AND kind IN {p.texts(sorted(MODEL_KINDS))}{written}"
    )


def _priced(project_id: str, day: Micros, card: RateCard, since: int, p: Parameters, names: Sequence[str]) -> str:
    """The same calls with `new_cost`, its parts, `new_source`, `new_flags` and `changed`. `names`: columns that are needed beside."""
    own = tuple(dict.fromkeys((*names, *SHAPE, "cost", "cost_source", "reported_cost", "cache_hit", "flags", *_PARTS, *_USED)))
    looked_up = (
        f"SELECT *, [{', '.join(f'ifNull({name}, 0)' for name in _USED)}] AS used, [{', '.join(_PARTS)}] AS old_parts,\n"
        f"{' OR '.join(f'isNotNull({name})' for name in _USED)} AS is_reported, {_rating(card, p)} AS rating,\n"
        f"{' + '.join(f'toUInt64(ifNull(usage_{kind}, 0))' for kind in _INPUT_KINDS)} AS input_total\n"
        f"FROM ({_calls(project_id, day, card, since, p, own)})"
    )
    rated = (
        f"SELECT *, {_rates(card, p)} AS rates, arrayExists(tokens -> tokens > 0, used) AS is_used,\n"
        f"arrayExists((tokens, rate) -> tokens > 0 AND rate < 0, used, arraySlice(rates, 1, {len(_USED)})) AS is_missing\n"
        f"FROM ({looked_up})"
    )
    decided = f"SELECT *, {_DECIDED} AS decided FROM ({rated})"
    parted = f"SELECT *, {_NEW_PARTS} AS new_parts,\n{_told(card, p)} FROM ({decided})"
    total = " + ".join(f"new_parts[{place}]" for place in range(1, len(_PARTS) + 1))
    return f"SELECT *, if(decided = 'none', NULL, {total}) AS new_cost, {_CHANGED} AS changed\nFROM ({parted})"


def _rating(card: RateCard, p: Parameters) -> str:
    """The number of the rating of a row, from 1 on; 0 where it has none."""
    if not card.place_of:
        return "toUInt32(0)"
    keys = _keys([key for key, _ in card.place_of], p)
    places = p.add([place + 1 for _, place in card.place_of], "Array(UInt32)")
    return f"transform({_key()}, {keys}, {places}, toUInt32(0))"


def _rates(card: RateCard, p: Parameters) -> str:
    """The rates of the band that the size of the input falls into. All bands of all ratings are one list."""
    thresholds = p.add([list(one.thresholds) for one in card.ratings] or [[]], "Array(Array(UInt64))")
    firsts: list[int] = []
    bands: list[Sequence[float]] = []
    for one in card.ratings:
        firsts.append(len(bands) + 1)
        bands += one.bands
    begins = p.add(firsts or [0], "Array(UInt32)")
    # As bits: the engine's reading of decimal fractions may be off by the last one.
    bits = p.add([[_bits(rate) for rate in band] for band in bands] or [[]], "Array(Array(UInt64))")
    band = f"{begins}[rating] + arrayCount(edge -> input_total > edge, {thresholds}[rating])"
    return f"if(rating = 0, {_NO_RATES}, arrayMap(rate -> reinterpretAsFloat64(rate), {bits}[{band}]))"


def _told(card: RateCard, p: Parameters) -> str:
    """`new_source` and `new_flags`."""
    sources = p.texts([one.source for one in card.ratings] or [""])
    flags = p.add([[flag for flag in one.flags if flag in card.doubts] for one in card.ratings] or [[]], "Array(Array(String))")
    doubts = p.texts(card.doubts)
    return (
        f"multiIf(decided = 'rated', {sources}[rating], decided = 'cached', 'cache_hit', decided = 'reported', 'reported', '') "
        "AS new_source,\n"
        f"if(decided = 'rated', {flags}[rating], CAST([], 'Array(String)')) AS told,\n"
        f"if(arraySort(arrayFilter(flag -> has({doubts}, flag), flags)) = arraySort(told), flags,\n"
        f"arrayConcat(arrayFilter(flag -> NOT has({doubts}, flag), flags), told)) AS new_flags"
    )


def _key() -> str:
    return f"cityHash64({', '.join(SHAPE)}, is_fast, minute)"


def _keys(keys: Sequence[int], p: Parameters) -> str:
    return p.add(list(keys), "Array(UInt64)")


def _bits(rate: float) -> int:
    found: int = struct.unpack("<Q", struct.pack("<d", rate))[0]
    return found
