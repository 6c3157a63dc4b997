"""Composition: a prompt's references replaced by the prompts that they name, at any depth, within bounds and without circles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pellucid_server.model.json import JsonValue
from pellucid_server.prompts.content import MAX_CONTENT_BYTES, Content, PromptType, is_placeholder
from pellucid_server.prompts.errors import BadReference, CyclicReference, PromptTooLarge
from pellucid_server.prompts.template import Reference, include

MAX_DEPTH = 8
DEFAULT_LABEL = "production"
"""Of a reference, and of a request, that names neither label nor version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A version that a reference stands for now."""

    name: str
    version: int
    content: Content


Lookup = Callable[[Reference], Found]
"""Raises `NotFound` where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """Content without references, and what was included."""

    content: Content
    included: Sequence[Found]


class Composer:
    """Composes one prompt. A prompt that includes itself, by whatever label or version, is a circle."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._included: dict[Reference, Found] = {}
        self._bytes = 0

    def compose(self, name: str, content: Content) -> Composed:
        """Raises `BadReference`, `CyclicReference`, `PromptTooLarge`."""
        prompt = self._composed(content.prompt, (name,))
        return Composed(content=replace(content, prompt=prompt), included=list(self._included.values()))

    def _composed(self, value: JsonValue, trail: tuple[str, ...]) -> JsonValue:
        if isinstance(value, str):
            return include(value, lambda reference: self._text_of(reference, trail))
        if isinstance(value, list):
            return [self._composed(item, trail) for item in value]
        if isinstance(value, dict) and not is_placeholder(value):
            return {key: self._composed(item, trail) for key, item in value.items()}
        return value

    def _text_of(self, reference: Reference, trail: tuple[str, ...]) -> str:
        if reference.name in trail:
            raise CyclicReference(
                f"Prompts include each other in a circle: {' → '.join((*trail, reference.name))}; take one of the references out."
            )
        if len(trail) > MAX_DEPTH:
            raise BadReference(
                f"Prompts are included more than {MAX_DEPTH} deep: {' → '.join(trail)}; include fewer in each other."
            )
        found = self._included.get(reference) or self._look_up(reference, trail[-1])
        text = str(self._composed(found.content.prompt, (*trail, reference.name)))
        self._bytes += len(text.encode("utf-8", "surrogatepass"))
        if self._bytes > MAX_CONTENT_BYTES:
            raise PromptTooLarge(f"With all that it includes, the prompt is larger than {MAX_CONTENT_BYTES:,} bytes; include less.")
        return text

    def _look_up(self, reference: Reference, includer: str) -> Found:
        found = self._lookup(reference)
        if found.content.type is not PromptType.TEXT:
            raise BadReference(
                f"`{includer}` includes `{reference.text}`, which is a chat prompt; only text prompts can be included.",
                reference=reference.text,
            )
        self._included[reference] = found
        return found
