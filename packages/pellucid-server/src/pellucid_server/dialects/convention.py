"""What a convention is: which keys it reads, which facts they are, and what it works out from them.

Three ways to read a key, from cheap to clever:
- a `Rule`: one key, one reader, one fact;
- a `Family`: all keys below a prefix, handed to the convention as pairs;
- `keys`: keys that the convention's `derive` reads itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.flattened import Pair
from pellucid_server.dialects.json_text import NotJson, looks_like_json, parse
from pellucid_server.model.json import JsonValue
from pellucid_server.model.raw import RawSpan

_CERTAINLY_JSON = ('{"', '[{"', '["', '[["', '[[{"')
"""Openings that prose, templates and Python's `repr` do not have: what starts so and does not parse was cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Keys that hold one fact, the most trusted first."""

    fact: str
    """A field of Facts."""
    read: Callable[[JsonValue], Any]
    """From a value to the fact, or to None where it says nothing; `Any` because each fact has a type of its own."""
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All keys that start with `prefix` and a dot."""

    prefix: str
    leaves: frozenset[str] | None = None
    """Last segments that are understood; the rest is listed as unmapped. None understands all."""
    indexed: bool = False
    """Whether the next segment must be an index: `gen_ai.prompt.0.role`, but not `gen_ai.prompt.name`."""
    bare: bool = False
    """Whether the prefix is a word that others use too (`metadata`): read only on a span that is claimed otherwise."""


class Reading:
    """One span while it is read: its attributes by family, what was parsed, and what had to be flagged."""

    __slots__ = ("attributes", "families", "flags", "raw")

    def __init__(self, raw: RawSpan) -> None:
        self.raw = raw
        self.attributes: Mapping[str, JsonValue] = raw.attributes
        self.families: dict[str, list[Pair]] = {}
        self.flags: list[str] = []

    def family(self, prefix: str) -> list[Pair]:
        """What stands below a prefix, as (rest of the key, value)."""
        return self.families.get(prefix, [])

    def value(self, *keys: str) -> JsonValue:
        """The first of these attributes that holds anything, parsed where it is JSON in text form."""
        for key in keys:
            found = self.attributes.get(key)
            if found is None or found == "" or found == [] or found == {}:
                continue
            return self.parsed(found)
        return None

    def parsed(self, value: JsonValue) -> JsonValue:
        """A value, parsed where it is JSON in text form; a document that was cut stays text and is flagged."""
        if not isinstance(value, str) or not looks_like_json(value):
            return value
        try:
            return parse(value)
        except NotJson:
            if value.startswith(_CERTAINLY_JSON):
                self.flag("json_cut")
            return value

    def object(self, *keys: str) -> dict[str, JsonValue]:
        """Like `value`, where only an object makes sense; else an empty one."""
        found = self.value(*keys)
        return found if isinstance(found, dict) else {}

    def flag(self, word: str) -> None:
        """Note an oddity, once."""
        if word not in self.flags:
            self.flags.append(word)


def _nothing(reading: Reading, facts: Facts) -> None:
    """A convention of plain rules has nothing to work out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """One convention. It claims a span by its scope, or by any key that is its own."""

    name: str
    title: str
    about: str
    """One line for the reference."""
    scopes: tuple[str, ...] = ()
    """Instrumentation scopes, each also as a prefix up to a dot."""
    rules: tuple[Rule, ...] = ()
    """Facts under keys of its own: seeing one claims the span."""
    bare: tuple[Rule, ...] = ()
    """Facts under keys without a namespace: believed only on a span that is claimed otherwise."""
    families: tuple[Family, ...] = ()
    keys: tuple[str, ...] = ()
    """Further keys of its own that `derive` reads."""
    bare_keys: tuple[str, ...] = ()
    """Further keys without a namespace that `derive` reads."""
    silent: tuple[str, ...] = ()
    """Keys of its own that are understood and say nothing about the call; they stay visible as raw attributes."""
    events: tuple[str, ...] = ()
    """Names of span events and log records that it reads; one of them claims the span."""
    derive: Callable[[Reading, Facts], None] = field(default=_nothing)
    """Works out what single keys cannot say, in the order of the registry; it fills only what is still empty."""

    def knows_scope(self, scope: str) -> bool:
        """Whether spans of this instrumentation scope are this convention's."""
        return any(scope == known or scope.startswith(f"{known}.") for known in self.scopes)
