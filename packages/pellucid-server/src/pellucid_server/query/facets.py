"""Facets: values of fields with counts; fields: what a filter may name; completion of values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import DAY, Clock
from pellucid_server.core.errors import BadRequest
from pellucid_server.filters.printer import show
from pellucid_server.filters.syntax import parse
from pellucid_server.filters.tree import FieldRef, Filter
from pellucid_server.filters.tree_json import as_json
from pellucid_server.filters.vocabulary import Field
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import asked_in
from pellucid_server.query.windows import ALWAYS, Window
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import facets as sql
from pellucid_server.store.spans.vocabulary import SCORE_VOCABULARY, SPAN_VOCABULARY

MAX_FIELDS: Final = 30
MAX_VALUES: Final = 200
DEFAULT_SPAN: Final = 30 * DAY
"""What is counted where no start is named."""

Unit = sql.Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A value and how often it occurs."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """The most frequent values of a field."""

    data: Sequence[FacetValue]
    other_count: int
    """Sum of the counts of the values that are not listed."""
    missing_count: int
    """Count of what has no value."""


class Facets:
    """Verbs on fields and their values."""

    def __init__(self, reader: SpanReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def fields(self) -> Sequence[Field]:
        """What a filter on spans may name."""
        return tuple(SPAN_VOCABULARY.fields.values())

    def aliases_of(self, field: Field) -> Sequence[str]:
        """The short forms of a field's name."""
        return [short for short, name in SPAN_VOCABULARY.aliases.items() if name == field.name]

    def explain(self, text: str) -> tuple[str, dict[str, JsonValue]]:
        """The canonical spelling of a filter on spans, and its tree. Raises `BadFilter`."""
        node = read_filter(text)
        return show(node, SPAN_VOCABULARY), as_json(node, SPAN_VOCABULARY)

    def count(
        self, scope: Scope, names: Sequence[str], node: Filter, window: Window, *, limit: int = 20, unit: Unit = "traces"
    ) -> dict[str, Facet]:
        """The values of each named field, counted in traces (with a matching span) or in spans. One statement for all of them."""
        if not 1 <= len(names) <= MAX_FIELDS or not 1 <= limit <= MAX_VALUES:
            raise BadRequest(f"Ask for 1 to {MAX_FIELDS} fields and 1 to {MAX_VALUES} values of each.")
        fields = [_countable(name) for name in names]
        now = self._clock()
        asked = asked_in(scope, window.or_last(DEFAULT_SPAN, now), now)
        rows = self._reader.rows(sql.facets(asked, node, fields, unit=unit, limit=limit))
        return {
            name: _facet([(row[1], row[2], row[3], row[4]) for row in rows if row[0] == place]) for place, name in enumerate(names)
        }

    def complete(self, scope: Scope, name: str, prefix: str, *, window: Window = ALWAYS, limit: int = 20) -> Sequence[str]:
        """Values of a field (of `metadata` its keys, of `score` the names) that hold `prefix`, the likeliest first.

        Without a window: values of the last 30 days, and every name of scores.
        """
        now = self._clock()
        field = SPAN_VOCABULARY.find(name.partition(".")[0])
        if field is not None and field.values:
            holding = [value for value in field.values if prefix.lower() in value]
            return sorted(holding, key=lambda value: not value.startswith(prefix.lower()))
        if field is not None and field.type == "score":
            statement = sql.complete_scores(asked_in(scope, window, now), prefix, limit=min(limit, MAX_VALUES))
        else:
            ref = FieldRef(name="metadata") if name == "metadata" else _countable(name)
            asked = asked_in(scope, window.or_last(DEFAULT_SPAN, now), now)
            statement = sql.complete(asked, ref, prefix, limit=min(limit, MAX_VALUES))
        return [row[0] for row in self._reader.rows(statement)]


def read_filter(text: str | None) -> Filter:
    """The filter on spans in `text`. Raises `BadFilter`."""
    return parse(text or "", SPAN_VOCABULARY)


def read_score_filter(text: str | None) -> Filter:
    """The filter on scores in `text`. Raises `BadFilter`."""
    return parse(text or "", SCORE_VOCABULARY)


def field_of(name: str) -> tuple[FieldRef, Field]:
    """The field that `name` (with its key) means. Raises `BadRequest`."""
    stem, _, key = name.partition(".")
    field = SPAN_VOCABULARY.find(stem)
    if field is None:
        similar = SPAN_VOCABULARY.similar(stem)
        hint = f" Did you mean `{similar[0]}`?" if similar else " See GET /api/v1/fields."
        raise BadRequest(f"There is no field `{stem}`.{hint}", expected=similar)
    if (field.type in ("map", "score")) != bool(key):
        raise BadRequest(f"`{name}` is no field: `{field.name}` {'needs' if not key else 'has no'} a key.")
    return FieldRef(name=field.name, key=key), field


def _countable(name: str) -> FieldRef:
    ref, field = field_of(name)
    if field.type not in ("string", "boolean", "set", "map"):
        raise BadRequest(f"Values of `{field.name}` cannot be counted one by one: it is a {field.type}. Use metrics/query.")
    return ref


def _facet(rows: Sequence[tuple[str, int, int, int]]) -> Facet:
    values = [FacetValue(value=value, count=count) for value, count, _, _ in rows if value != ""]
    total, missing = rows[0][2:] if rows else (0, 0)
    return Facet(data=values, other_count=total - missing - sum(value.count for value in values), missing_count=missing)
