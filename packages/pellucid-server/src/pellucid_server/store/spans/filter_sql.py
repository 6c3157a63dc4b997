"""Filter tree → SQL condition with typed parameters. The condition is never NULL, so that negation is plain negation.

Column names come from `columns.py` by way of the vocabulary, values go through `Parameters`; no text of a user is ever SQL.
"""

from dataclasses import dataclass
from typing import Final, Literal

from pellucid_server.core.errors import BadFilter
from pellucid_server.filters.text import phrase, tokens
from pellucid_server.filters.tree import (
    Ago,
    And,
    Boolean,
    Compare,
    FieldRef,
    Filter,
    Has,
    Instant,
    Not,
    Number,
    OneOf,
    Operator,
    Or,
    Pattern,
    Text,
    Value,
    Words,
)
from pellucid_server.store.spans.columns import FILTERABLE, SCORE_COLUMNS, Column
from pellucid_server.store.spans.parameters import Parameters

_SQL_OPERATOR: Final = {Operator.EQ: "=", Operator.GT: ">", Operator.GE: ">=", Operator.LT: "<", Operator.LE: "<="}
_SCORES: Final = {column.name: column for column in SCORE_COLUMNS if column.field}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a condition needs beside the tree: whose spans, in which window, and when it was asked."""

    project_id: str
    start: int | None = None
    """Microseconds since the epoch, inclusive."""
    end: int | None = None
    """Exclusive."""
    now: int


def span_condition(node: Filter, asked: Asked, parameters: Parameters) -> str:
    """The condition on table `spans`."""
    return _Writer(FILTERABLE, "spans", asked, parameters).node(node)


def score_condition(node: Filter, asked: Asked, parameters: Parameters) -> str:
    """The condition on table `scores`."""
    return _Writer(_SCORES, "scores", asked, parameters).node(node)


def scope_condition(asked: Asked, parameters: Parameters) -> str:
    """Project and window, on the primary key of `spans` and `payloads`."""
    parts = [f"project_id = {parameters.text(asked.project_id)}"]
    if asked.start is not None:
        parts.append(f"start_time >= {parameters.time(asked.start)}")
    if asked.end is not None:
        parts.append(f"start_time < {parameters.time(asked.end)}")
    return " AND ".join(parts)


def is_selective(node: Filter) -> bool:
    """Whether the filter names a value of an indexed column, so that a long range costs little more than a short one."""
    if isinstance(node, And):
        return any(map(is_selective, node.items))
    if isinstance(node, Compare):
        return isinstance(node.value, Text) and node.field.name in FILTERABLE and bool(FILTERABLE[node.field.name].index)
    return False


def words_condition(words: Words, parameters: Parameters) -> str:
    """The condition on `payloads.search_text`, answered by its token index."""
    found = tokens(words.text)
    if words.phrase and len(found) > 1:
        return f"hasPhrase(search_text, {parameters.text(phrase(words.text))})"
    return f"hasAllTokens(search_text, {parameters.texts(found)})"


def like_pattern(pieces: tuple[str, ...]) -> str:
    """The LIKE pattern of a wildcard value."""
    return "%".join(piece.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for piece in pieces)


class _Writer:
    def __init__(self, columns: dict[str, Column], table: Literal["spans", "scores"], asked: Asked, parameters: Parameters) -> None:
        self._columns = columns
        self._table = table
        self._asked = asked
        self._p = parameters

    def node(self, node: Filter) -> str:
        match node:
            case And(()):
                return "1"
            case And(items):
                return f"({' AND '.join(map(self.node, items))})"
            case Or(items):
                return f"({' OR '.join(map(self.node, items))})"
            case Not(item):
                return f"NOT {self.node(item)}"
            case Has(field):
                return self._has(field)
            case Words():
                return self._words(node)
            case Compare(field=field, operator=operator, value=value):
                return self._compare(field, operator, value)
            case OneOf(field=field, values=values):
                return self._one_of(field, values)

    def _words(self, words: Words) -> str:
        if self._table != "spans":
            raise BadFilter("Scores have no full text; name a field, like `name:quality`.", position=0, expected=["a field"])
        where = f"{scope_condition(self._asked, self._p)} AND {words_condition(words, self._p)}"
        return f"(start_time, trace_id, span_id) IN (SELECT start_time, trace_id, span_id FROM payloads FINAL WHERE {where})"

    def _has(self, field: FieldRef) -> str:
        if field.name not in self._columns:
            return self._score(field, "1")
        column = self._columns[field.name]
        if field.key:
            return f"mapContains({column.name}, {self._p.text(field.key)})"
        if column.type.startswith("Nullable"):
            return f"isNotNull({column.name})"
        if column.type == "Int8":
            return f"{column.name} >= 0"
        if column.type.startswith(("UInt", "Float")):
            return f"{column.name} != 0"
        return f"notEmpty({column.name})" if column.field in ("string", "set") else "1"

    def _one_of(self, field: FieldRef, values: tuple[Value, ...]) -> str:
        texts = [value.value for value in values if isinstance(value, Text)]
        column = self._columns.get(field.name)
        if len(texts) == len(values) and column and column.field in ("string", "map", "set"):
            wanted = self._p.texts(texts)
            if column.field == "set":
                return f"hasAny({column.name}, {wanted})"
            return f"{self._operand(field, column)} IN {wanted}"
        return f"({' OR '.join(self._compare(field, Operator.EQ, value) for value in values)})"

    def _compare(self, field: FieldRef, operator: Operator, value: Value) -> str:
        column = self._columns.get(field.name)
        if column is None:
            return self._score(field, self._score_value(operator, value))
        if column.field == "set":
            return self._set(column.name, value)
        operand = self._operand(field, column)
        if isinstance(value, Number) and column.type == "Float32":  # 0.2 of 64 bits is not 0.2 of 32
            text = f"{operand} {_SQL_OPERATOR[operator]} toFloat32({self._p.number(value.value)})"
        else:
            text = self._moment(operand, operator, value) if column.field == "time" else self._plain(operand, operator, value)
        return f"ifNull({text}, 0)" if column.type.startswith("Nullable") else f"({text})"

    def _operand(self, field: FieldRef, column: Column) -> str:
        return f"{column.name}[{self._p.text(field.key)}]" if column.field == "map" else column.name

    def _plain(self, operand: str, operator: Operator, value: Value) -> str:
        match value:
            case Text(text):
                return f"{operand} = {self._p.text(text)}"
            case Pattern(pieces):
                return f"{operand} LIKE {self._p.text(like_pattern(pieces))}"
            case Number(number):
                return f"{operand} {_SQL_OPERATOR[operator]} {self._p.number(number)}"
            case Boolean(truth):
                return f"{operand} = {int(truth)}"
            case Instant() | Ago():
                return self._moment(operand, operator, value)

    def _set(self, column: str, value: Value) -> str:
        if isinstance(value, Pattern):
            return f"arrayExists(item -> item LIKE {self._p.text(like_pattern(value.pieces))}, {column})"
        assert isinstance(value, Text)
        return f"has({column}, {self._p.text(value.value)})"

    def _moment(self, operand: str, operator: Operator, value: Value) -> str:
        if isinstance(value, Ago):
            return f"{operand} {_SQL_OPERATOR[operator]} {self._p.time(self._asked.now - value.micros)}"
        assert isinstance(value, Instant)
        # A day or minute is a stretch: after it, in it and before it exclude each other.
        start, end = value.start, value.start + value.width
        match operator:
            case Operator.EQ:
                return f"{operand} >= {self._p.time(start)} AND {operand} < {self._p.time(end)}"
            case Operator.GT:
                return f"{operand} >= {self._p.time(end)}"
            case Operator.GE:
                return f"{operand} >= {self._p.time(start)}"
            case Operator.LT:
                return f"{operand} < {self._p.time(start)}"
            case Operator.LE:
                return f"{operand} < {self._p.time(end)}"

    def _score_value(self, operator: Operator, value: Value) -> str:
        match value:
            case Number(number):
                return f"ifNull(value {_SQL_OPERATOR[operator]} {self._p.number(number)}, 0)"
            case Text("true" | "false" as truth):
                return f"if(type = 'boolean', value = {int(truth == 'true')}, string_value = '{truth}')"
            case _:
                return self._plain("string_value", operator, value)

    def _score(self, field: FieldRef, value_condition: str) -> str:
        """A score counts where it is on the span itself, on its trace or on its session."""
        where = (
            f"project_id = {self._p.text(self._asked.project_id)} AND name = {self._p.text(field.key)} "
            f"AND status = 'valid' AND {value_condition}"
        )
        return (
            f"((trace_id, span_id) IN (SELECT trace_id, span_id FROM scores FINAL WHERE {where} AND target = 'span')"
            f" OR trace_id IN (SELECT trace_id FROM scores FINAL WHERE {where} AND target = 'trace')"
            f" OR (session_id != '' AND session_id IN"
            f" (SELECT session_id FROM scores FINAL WHERE {where} AND target = 'session')))"
        )
