"""Snippets: the lines of a span's text around what was searched for. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from pellucid_server.filters.text import fold, fold_with_places, tokens, word_places
from pellucid_server.model.json import JsonValue, canonical

AROUND: Final = 70
"""Characters shown before and after a place."""
MAX_SNIPPETS: Final = 3
"""Of one span."""
MAX_RANGES: Final = 8
"""Places marked in one snippet."""
SCANNED_CHARS: Final = 200_000
"""Of one text: as much as is indexed."""

Places = Callable[[str], Iterator[tuple[int, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A piece of a text with the places that matched, as character ranges in the piece."""

    field: str
    """`messages_in.0`, `output`, `documents.2` …"""
    text: str
    ranges: Sequence[tuple[int, int]]


def word_finder(query: str) -> Places:
    """Finds the words of `query`."""
    wanted = frozenset(tokens(query))
    return lambda text: word_places(text, wanted)


def piece_finder(query: str) -> Places:
    """Finds `query` itself, whatever the case and accents."""
    wanted = fold(query).strip()
    return lambda text: _pieces(text, wanted)


def snippets(content: Mapping[str, JsonValue], find: Places) -> tuple[Snippet, ...]:
    """The first places in a span's content."""
    return tuple(islice(_snippets(texts(content), find), MAX_SNIPPETS))


def texts(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The searched texts of a payload's canonical part, by field."""
    for name in ("messages_out", "messages_in"):
        for place, message in enumerate(content.get(name) or ()):
            yield from ((f"{name}.{place}", text) for text in _part_texts(message.get("parts") or ()))
    for name in ("output", "input"):
        if content.get(name) is not None and not content.get(f"messages_{name.removesuffix('put')}"):
            yield name, _text(content[name])
    for place, document in enumerate(content.get("documents") or ()):
        if document.get("content"):
            yield f"documents.{place}", document["content"]


def _snippets(found: Iterable[tuple[str, str]], find: Places) -> Iterator[Snippet]:
    for field, text in found:
        places = list(islice(find(text[:SCANNED_CHARS]), MAX_RANGES * 4))
        if places:
            yield _around(field, text, places)


def _around(field: str, text: str, places: Sequence[tuple[int, int]]) -> Snippet:
    start = max(0, places[0][0] - AROUND)
    end = min(len(text), places[0][1] + AROUND)
    ranges = [(first - start, last - start) for first, last in places if last <= end][:MAX_RANGES]
    return Snippet(field=field, text=text[start:end], ranges=ranges or [(places[0][0] - start, end - start)])


def _pieces(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    folded, place = fold_with_places(text)
    found = folded.find(wanted) if wanted else -1
    while found >= 0:
        yield place[found], place[found + len(wanted) - 1] + 1
        found = folded.find(wanted, found + len(wanted))


def _part_texts(parts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for part in parts:
        if part.get("text"):
            yield part["text"]
        elif part.get("type") == "tool_call":
            yield f"{part.get('name') or ''} {_text(part.get('arguments'))}"
        elif part.get("type") == "tool_result":
            yield _text(part.get("result"))


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else canonical(value) if value is not None else ""
