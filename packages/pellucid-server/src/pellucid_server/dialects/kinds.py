"""Kinds: the words by which conventions name what a span does."""

from collections.abc import Callable, Mapping

from pellucid_server.model.json import JsonValue
from pellucid_server.model.span import Kind


def reader(words: Mapping[str, Kind]) -> Callable[[JsonValue], Kind | None]:
    """A reader of one convention's words, whatever their case; a word that it does not know says nothing."""

    def read(value: JsonValue) -> Kind | None:
        if not isinstance(value, str):
            return None
        return words.get(value) or words.get(value.strip('" ').lower())

    return read


CANONICAL: Mapping[str, Kind] = {kind.value: kind for kind in Kind}
