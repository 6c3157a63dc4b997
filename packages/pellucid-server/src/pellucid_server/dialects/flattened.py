"""Flattened lists: `llm.input_messages.0.message.role` and its kin back into objects, bounded by what the bound allows.

A key can name any index; nothing is allocated for the gaps, and an index beyond the bound builds nothing.
"""

from collections.abc import Iterable
from functools import lru_cache

from pellucid_server.core.bounds import DEFAULT_BOUNDS
from pellucid_server.model.json import JsonValue

Json = dict[str, JsonValue]
Pair = tuple[str, JsonValue]

_INDEX_DIGITS = len(str(DEFAULT_BOUNDS.index))
_REMEMBERED_PATHS = 4_096
"""The same paths come with every span."""
_REMEMBERED_CHARS = 256


def rows(pairs: Iterable[Pair]) -> list[Json]:
    """The objects of a flattened list, in the order of their indexes: `0.a.b` = x is [{a: {b: x}}]."""
    found: dict[int, Json] = {}
    for path, value in pairs:
        place = _remembered(path) if len(path) <= _REMEMBERED_CHARS else _place(path)
        if place is None:
            continue
        index, parents, leaf = place
        row = found.get(index)
        if row is None:
            row = found[index] = {}
        _put(row, parents, leaf, value)
    return [found[index] for index in sorted(found)]


def elements(node: JsonValue) -> list[JsonValue]:
    """The elements of a flattened list inside an object that `rows` built."""
    if not isinstance(node, dict):
        return []
    indexed = [(index, child) for key, child in node.items() if (index := index_of(key)) is not None]
    indexed.sort(key=lambda pair: pair[0])
    return [child for _, child in indexed]


def index_of(word: str) -> int | None:
    """The index that a segment of a key is, or None where it is none or beyond the bound."""
    if len(word) > _INDEX_DIGITS or not word.isascii() or not word.isdigit():
        return None
    index = int(word)
    return index if index <= DEFAULT_BOUNDS.index else None


def beyond_bound(word: str) -> bool:
    """Whether a segment is an index that the bound forbids."""
    return word.isascii() and word.isdigit() and index_of(word) is None


def _place(path: str) -> tuple[int, tuple[str, ...], str] | None:
    """`0.a.b` as its index, the segments down to the last, and the last; None where it is no such path."""
    head, _, rest = path.partition(".")
    index = index_of(head)
    if index is None or not rest:
        return None
    *parents, leaf = rest.split(".")
    return index, tuple(parents[: DEFAULT_BOUNDS.depth]), leaf


_remembered = lru_cache(_REMEMBERED_PATHS)(_place)


def _put(row: Json, parents: tuple[str, ...], leaf: str, value: JsonValue) -> None:
    """Put a value where its path says; a path that runs through a value is dropped."""
    node = row
    for segment in parents:
        child = node.get(segment)
        if child is None:
            child = node[segment] = {}
        if not isinstance(child, dict):
            return
        node = child
    node[leaf] = value
