"""How a generation finds the prompt that it uses: by the compiled text itself.

What lives here: the last few compiled texts of the current context, and the search for one of them among the texts
of a call. What must not live here: prompts and their cache (`prompts`), spans.

`compile()` notes its text here; `wrap()`, `@observe(kind="generation")` and the spans of other instrumentations look
whether one of their messages equals a noted text. Matching the text, not the object, survives every framework that
copies messages, and a generation without the prompt's text is never linked to it.
"""

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any, Final

from pellucid.narrowing import is_document, is_list

MAX_NOTED = 16
"""Compiled texts remembered in one context; the oldest is forgotten first."""
MIN_TEXT_CHARS = 8
"""Shorter texts are not noted: they would be found by chance."""

_NOTED: Final[ContextVar[Mapping[str, Mapping[str, Any]]]] = ContextVar("pellucid-compiled-prompts", default={})  # noqa: B039


def note(texts: Iterable[str], link: Mapping[str, Any]) -> None:
    """Remember that these texts came from the prompt."""
    noted = dict(_NOTED.get())
    for text in texts:
        if len(text) >= MIN_TEXT_CHARS:
            noted.pop(text, None)
            noted[text] = link
    while len(noted) > MAX_NOTED:
        del noted[next(iter(noted))]
    _NOTED.set(noted)


def is_empty() -> bool:
    """Whether no prompt was compiled in this context: the usual case, and a cheap question."""
    return not _NOTED.get()


def find(texts: Iterable[object]) -> Mapping[str, Any] | None:
    """The link of the first text that came from a prompt."""
    noted = _NOTED.get()
    if noted:
        for text in texts:
            if isinstance(text, str) and text in noted:
                return noted[text]
    return None


def find_in_attributes(attributes: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The link for a span of another library, whose message texts are attribute values."""
    return find(attributes.values()) if _NOTED.get() else None


def texts_in(value: object, depth: int = 0) -> Iterable[str]:
    """Every text in arguments or messages, a few levels deep."""
    if isinstance(value, str):
        yield value
    elif depth < 5 and is_document(value):
        for item in value.values():
            yield from texts_in(item, depth + 1)
    elif depth < 5 and is_list(value):
        for item in value:
            yield from texts_in(item, depth + 1)
