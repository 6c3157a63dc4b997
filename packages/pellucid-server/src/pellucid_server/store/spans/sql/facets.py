"""Values of fields with counts, several fields in one statement and one pass over the narrow table; and values for completion."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pellucid_server.filters.tree import EVERYTHING, FieldRef, Filter
from pellucid_server.store.spans.columns import FILTERABLE
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.scores import scores_asked
from pellucid_server.store.spans.sql.spans import where_spans

Unit = Literal["traces", "spans"]

# Exact for some thousands of traces, within one percent above; a third of the time of exact counting (measured).
_COUNT: Final[dict[str, str]] = {"traces": "uniqCombined(17)(trace_id)", "spans": "count()"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetRow:
    """Names and meaning of a row of `facets`."""

    field: int
    """Position of the field in what was asked for."""
    value: str
    count: int
    total: int
    """Of all values of the field, the missing one included."""
    missing: int


def facets(asked: Asked, node: Filter, fields: Sequence[FieldRef], *, unit: Unit, limit: int) -> Statement:
    """The most frequent values of each field. Rows as in `FacetRow`; the missing value is among them as empty text."""
    p = Parameters()
    where = where_spans(asked, node, p)
    sets = [(i, field) for i, field in enumerate(fields) if FILTERABLE[field.name].field == "set"]
    plain = [(i, field) for i, field in enumerate(fields) if FILTERABLE[field.name].field != "set"]
    parts = [_items(where, i, field, unit) for i, field in sets]
    if plain:
        parts.append(_plain(where, plain, unit, p))
    counted = "\n  UNION ALL ".join(parts)
    sql = (
        "SELECT field, value, c, sum(c) OVER (PARTITION BY field), sumIf(c, value = '') OVER (PARTITION BY field) FROM (\n"
        f"  {counted}\n)\nORDER BY field, value = '', c DESC, value LIMIT {p.integer(limit)} BY field"
    )
    return p.statement(sql, "facets")


def complete(asked: Asked, field: FieldRef, prefix: str, *, limit: int) -> Statement:
    """Values of a field that hold `prefix`, those that begin with it first, then by how often they occur."""
    p = Parameters()
    column = FILTERABLE[field.name]
    value = f"arrayJoin({column.name})" if column.field == "set" else f"toString({_value(field, p)})"
    if column.field == "map" and not field.key:
        value = f"arrayJoin(mapKeys({column.name}))"
    return _completion(f"SELECT {value} AS value FROM spans FINAL WHERE {where_spans(asked, EVERYTHING, p)}", prefix, limit, p)


def complete_scores(asked: Asked, prefix: str, *, limit: int) -> Statement:
    """Names of scores given in the window that hold `prefix`."""
    p = Parameters()
    return _completion(f"SELECT name AS value FROM scores FINAL WHERE {scores_asked(asked, p)}", prefix, limit, p)


def _completion(source: str, prefix: str, limit: int, p: Parameters) -> Statement:
    wanted = p.text(prefix)
    # With FINAL here too: what was erased must not live on as a suggestion.
    sql = (
        f"SELECT value FROM ({source})\nWHERE value != '' AND positionCaseInsensitiveUTF8(value, {wanted}) > 0\n"
        f"GROUP BY value ORDER BY positionCaseInsensitiveUTF8(value, {wanted}) = 1 DESC, count() DESC, value LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "facets.complete")


def _items(where: str, i: int, field: FieldRef, unit: Unit) -> str:
    items = f"if(empty({field.name}), [''], {field.name})"
    return f"SELECT {i} AS field, toString(arrayJoin({items})) AS value, {_COUNT[unit]} AS c FROM spans FINAL WHERE {where} GROUP BY value"


def _plain(where: str, fields: Sequence[tuple[int, FieldRef]], unit: Unit, p: Parameters) -> str:
    values = [_value(field, p) for _, field in fields]
    names = [f"v{i}" for i, _ in fields]
    columns = ", ".join(f"{value} AS {name}" for value, name in zip(values, names, strict=True))
    sets = ", ".join(f"({name})" for name in names)
    # grouping() is a bit mask with a 0 for the field that a row is grouped by, the first field in the highest bit.
    all_bits = 2 ** len(names) - 1
    masks = [all_bits - 2 ** (len(names) - 1 - place) for place in range(len(names))]
    field = f"transform(mask, {masks}, {[i for i, _ in fields]})"
    texts = ", ".join(f"toString({name})" for name in names)
    value = f"arrayElement([{texts}], indexOf({masks}, mask))"
    return (
        f"SELECT toUInt8({field}) AS field, {value} AS value, c FROM (\n"
        f"    SELECT {', '.join(names)}, grouping({', '.join(names)}) AS mask, {_COUNT[unit]} AS c\n"
        f"    FROM (SELECT {columns}, trace_id FROM spans FINAL WHERE {where})\n    GROUP BY GROUPING SETS ({sets}))"
    )


def _value(field: FieldRef, p: Parameters) -> str:
    column = FILTERABLE[field.name]
    if column.field == "map":
        return f"{column.name}[{p.text(field.key)}]"
    if column.field == "boolean":
        return f"multiIf({column.name} = 1, 'true', {column.name} = 0, 'false', '')"
    return column.name
