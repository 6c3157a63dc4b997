"""Flattened lists: `llm.input_messages.0.message.role` and its kin back into objects, bounded by what the bound allows.

A key can name any index; nothing is allocated for the gaps, and an index beyond the bound builds nothing.
"""

from collections.abc import Iterable

from pellucid_server.core.bounds import DEFAULT_BOUNDS
from pellucid_server.model.json import JsonValue

Json = dict[str, JsonValue]
Pair = tuple[str, JsonValue]

_INDEX_DIGITS = len(str(DEFAULT_BOUNDS.index))


def rows(pairs: Iterable[Pair]) -> list[Json]:
    """The objects of a flattened list, in the order of their indexes: `0.a.b` = x is [{a: {b: x}}]."""
    found: dict[int, Json] = {}
    for path, value in pairs:
        head, _, rest = path.partition(".")
        index = index_of(head)
        if index is None or not rest:
            continue
        row = found.get(index)
        if row is None:
            row = found[index] = {}
        _put(row, rest.split("."), value)
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


def _put(row: Json, path: list[str], value: JsonValue) -> None:
    """Put a value where its path says; a path that runs through a value is dropped."""
    node = row
    for segment in path[:-1][: DEFAULT_BOUNDS.depth]:
        child = node.get(segment)
        if child is None:
            child = node[segment] = {}
        if not isinstance(child, dict):
            return
        node = child
    node[path[-1]] = value
