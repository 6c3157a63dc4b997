"""The value that a filter is: a small frozen tree. Equal filters are equal values; nothing here reads text, knows SQL or a clock.

Trees are made by `all_of`, `any_of` and `negate`, which keep them in one shape (no group of one, no group directly in a group of its
kind, no double negation), so that printing and reading a tree gives the same tree.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, Union


class Operator(StrEnum):
    """How a field is compared. Inequality is the negation of equality and has no operator of its own."""

    EQ = ":"
    GT = ">"
    GE = ">="
    LT = "<"
    LE = "<="


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRef:
    """A field by its canonical name, with a key for those that have many values by name (`metadata.plan`, `score.quality`)."""

    name: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A string, compared as it stands."""

    value: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A string with wildcards: the literal pieces around each `*`; always two or more."""

    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A number in the field's own unit (milliseconds, US dollars, tokens)."""

    value: float


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Instant:
    """A time in microseconds since the epoch, UTC, and how much of it was written: `2026-11-20` is a whole day."""

    start: int
    width: int = 1


@dataclass(frozen=True, slots=True)
class Ago:
    """So many microseconds before the time of asking; a saved filter with it moves along."""

    micros: int


Value: TypeAlias = Text | Pattern | Number | Boolean | Instant | Ago


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """`field operator value`."""

    field: FieldRef
    operator: Operator = Operator.EQ
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """The field equals one of two or more values."""

    field: FieldRef
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """The field is there: not absent, not empty."""

    field: FieldRef


@dataclass(frozen=True, slots=True)
class Words:
    """The span's text holds all words of `text`, side by side and in order where `phrase`."""

    text: str
    phrase: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    item: "Filter"


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more; with no items at all: everything."""

    items: tuple["Filter", ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more."""

    items: tuple["Filter", ...]


Filter: TypeAlias = Union[Compare, OneOf, Has, Words, Not, And, Or]

EVERYTHING = And()
"""The empty filter."""


def all_of(items: Iterable[Filter]) -> Filter:
    """The conjunction, in the one shape."""
    flat = tuple(_flatten(items, And))
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(items: Iterable[Filter]) -> Filter:
    """The disjunction of at least one item, in the one shape."""
    flat = tuple(_flatten(items, Or))
    return flat[0] if len(flat) == 1 else Or(flat)


def negate(item: Filter) -> Filter:
    """The opposite, in the one shape."""
    return item.item if isinstance(item, Not) else Not(item)


def one_of(field: FieldRef, values: Iterable[Value]) -> Filter:
    """Equality with any of at least one value; repeated values count once."""
    distinct = tuple(dict.fromkeys(values))
    return Compare(field=field, value=distinct[0]) if len(distinct) == 1 else OneOf(field=field, values=distinct)


def walk(node: Filter) -> Iterator[Filter]:
    """The node and all below it."""
    yield node
    if isinstance(node, Not):
        yield from walk(node.item)
    elif isinstance(node, (And, Or)):
        for item in node.items:
            yield from walk(item)


def depth(node: Filter) -> int:
    """How many groups and negations lie around the innermost term."""
    if isinstance(node, Not):
        return 1 + depth(node.item)
    if isinstance(node, (And, Or)):
        return 1 + max(map(depth, node.items), default=0)
    return 0


def _flatten(items: Iterable[Filter], kind: type[And] | type[Or]) -> Iterator[Filter]:
    for item in items:
        if isinstance(item, kind):
            yield from item.items
        else:
            yield item
