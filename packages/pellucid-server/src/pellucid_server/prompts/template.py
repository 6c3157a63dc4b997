"""Templates: what stands between `{{` and `}}`. Pure: text in, text out; no store, no code of anybody is ever run.

Three kinds of tag: `{{name}}` is a variable, `{{>folder/name}}`, `{{>name@label}}` and `{{>name#3}}` include another text prompt.
Anything else between double braces is refused when a prompt is saved, so that nobody believes that it does something. Single
braces are text. Values are put in once and never looked at again: a value that holds `{{x}}` stays as it is.

The variable's spelling is that of the client (`pellucid.prompts.VARIABLE`), which compiles in the application.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.prompts.errors import BadTemplate

TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
VARIABLE = re.compile(r"\s*([A-Za-z_][\w.-]*)\s*")
REFERENCE = re.compile(r"\s*>\s*([^\s@#{}][^@#{}\n]*?)\s*(?:@\s*([\w.-]+)|#\s*(\d{1,9}))?\s*")
SHOWN_CHARS = 40
"""Of a bad tag, in the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Another prompt, included by label or by version."""

    name: str
    label: str | None = None
    version: int | None = None

    @property
    def text(self) -> str:
        """As it is written between the braces."""
        if self.version is not None:
            return f"{self.name}#{self.version}"
        return self.name if self.label is None else f"{self.name}@{self.label}"


Tag = str | Reference
"""A variable's name, or an included prompt."""


def tags(text: str) -> Iterator[Tag]:
    """All tags, in order. Raises `BadTemplate`, with the position, at the first one that is neither."""
    for found in TAG.finditer(text):
        yield _tag(found)


def variables(text: str) -> list[str]:
    """Names of the variables, each once, in order."""
    return list(dict.fromkeys(tag for tag in tags(text) if isinstance(tag, str)))


def references(text: str) -> list[Reference]:
    """Included prompts, each once, in order."""
    return list(dict.fromkeys(tag for tag in tags(text) if isinstance(tag, Reference)))


def include(text: str, content_of: Callable[[Reference], str]) -> str:
    """The text with included prompts in place of the references; variables stay."""

    def replaced(found: re.Match[str]) -> str:
        tag = _tag(found)
        return content_of(tag) if isinstance(tag, Reference) else found[0]

    return TAG.sub(replaced, text)


def fill(text: str, values: Mapping[str, JsonValue]) -> str:
    """The text with values in place of the variables: texts as they are, everything else as JSON."""

    def replaced(found: re.Match[str]) -> str:
        tag = _tag(found)
        return shown(values[tag]) if isinstance(tag, str) else found[0]

    return TAG.sub(replaced, text)


def shown(value: JsonValue) -> str:
    """A value as it appears in a prompt."""
    return value if isinstance(value, str) else canonical(value)


def _tag(found: re.Match[str]) -> Tag:
    variable = VARIABLE.fullmatch(found[1])
    if variable is not None:
        return variable[1]
    reference = REFERENCE.fullmatch(found[1])
    if reference is None:
        inside = found[1].strip()
        raise BadTemplate(
            f"`{{{{{inside[:SHOWN_CHARS]}}}}}` at character {found.start()} is neither a variable nor a reference: write a name such as"
            " `{{question}}`, or `{{>name@label}}` to include a prompt. Nothing is evaluated here.",
            position=found.start(),
        )
    name, label, version = reference.groups()
    return Reference(name=name, label=label, version=None if version is None else int(version))
