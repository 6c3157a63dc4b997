"""The canonical text of a filter. `parse(show(tree)) == tree` for every tree; people's spelling variants all end here."""

import re
from typing import Final

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
from pellucid_server.filters.values import write_number, write_time
from pellucid_server.filters.vocabulary import Vocabulary

_PLAIN_VALUE: Final = re.compile(r"[^\s()\",\\*<>=!:\-][^\s()\",\\*]*")
# After a score's name a bare number is a number, so text that begins like one stands in quotes.
_NUMERIC: Final = re.compile(r"[$+.\d]")
_PLAIN_KEY: Final = re.compile(r"[\w.\-/]+", re.ASCII)
_KEYWORDS: Final = frozenset({"AND", "OR", "NOT"})
# What ends a bare word, and what would be read as an operator where it stands.
_ESCAPED: Final = r"\\\g<0>"
_IN_VALUE: Final = re.compile(r"^[<>=!:\-]|[\s()\",\\*]")
_IN_WORD: Final = re.compile(r"^[,\-]|[\s()\"\\<>=!:]")


def show(node: Filter, vocabulary: Vocabulary) -> str:
    """The text of `node`; the vocabulary gives the units in which numbers are written."""
    return _Printer(vocabulary).node(node)


def show_value(field: FieldRef, value: Value, vocabulary: Vocabulary) -> str:
    """The text of one value as it stands after its field."""
    return _Printer(vocabulary).value(field, value)


class _Printer:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def node(self, node: Filter) -> str:
        match node:
            case And(items):
                return " ".join(f"({self.node(item)})" if isinstance(item, Or) else self.node(item) for item in items)
            case Or(items):
                return " OR ".join(map(self.node, items))
            case Not(item):
                return f"-({self.node(item)})" if isinstance(item, (And, Or)) else f"-{self.node(item)}"
            case Has(field):
                return f"has:{_IN_VALUE.sub(_ESCAPED, f'{field.name}.{field.key}' if field.key else field.name)}"
            case Words(text, phrase):
                return _word(text, phrase)
            case Compare(field=field, operator=operator, value=value):
                return f"{self.field(field)}{operator}{self.value(field, value)}"
            case OneOf(field=field, values=values):
                return f"{self.field(field)}{Operator.EQ}({','.join(self.value(field, value) for value in values)})"

    def field(self, ref: FieldRef) -> str:
        if not ref.key:
            return ref.name
        return f"{ref.name}.{ref.key if _PLAIN_KEY.fullmatch(ref.key) else _quoted(ref.key)}"

    def value(self, ref: FieldRef, value: Value) -> str:
        match value:
            case Text(text):
                return text if not (self._scored(ref) and _NUMERIC.match(text)) and _PLAIN_VALUE.fullmatch(text) else _quoted(text)
            case Pattern(pieces):
                return "*".join(_IN_VALUE.sub(_ESCAPED, piece) for piece in pieces)
            case Number(number):
                return write_number(number, self._unit(ref))
            case Boolean(truth):
                return "true" if truth else "false"
            case Instant() | Ago():
                return write_time(value)

    def _scored(self, ref: FieldRef) -> bool:
        field = self._vocabulary.find(ref.name)
        return field is not None and field.type == "score"

    def _unit(self, ref: FieldRef) -> str:
        field = self._vocabulary.find(ref.name)
        return field.unit if field else ""


def _word(text: str, phrase: bool) -> str:
    if phrase:
        return _quoted(text)
    return f"\\{text}" if text in _KEYWORDS else _IN_WORD.sub(_ESCAPED, text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
