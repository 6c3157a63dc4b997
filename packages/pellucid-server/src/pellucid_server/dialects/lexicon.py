"""The lexicon: every key of every convention in one table, so that one pass over a span's attributes finds all plain facts.

Which of several keys is believed follows from two orders (see `registry`): who knows best about the step and its context, and who
knows best about the model call. The rank of a rule is its place in the order that fits its fact.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pellucid_server.dialects.convention import Convention, Family, Rule
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.flattened import beyond_bound, index_of
from pellucid_server.model.json import JsonValue

Slot = tuple[str, int, Callable[[JsonValue], Any]]
"""A fact, the rank of this source for it, and the reader."""

_KEYS_PER_CONVENTION = 10_000
"""More than any convention has: ranks of different conventions do not overlap."""

_CACHED_KEYS = 16_384
"""Flattened keys repeat from span to span; this many resolutions are remembered (some 4 MB)."""

_CACHED_KEY_CHARS = 256


class Entry(NamedTuple):
    """What the lexicon knows about one key."""

    claims: int
    """Conventions (as bits) whose own key this is."""
    slots: tuple[Slot, ...]
    bare: tuple[tuple[int, Slot], ...]
    """Facts that are believed only where the convention with this bit claims the span."""
    bare_owners: int
    """Conventions that read this key if they claim the span otherwise."""
    prefix: str
    """The family that the key belongs to, or nothing."""
    rest: str
    """The key below that prefix."""


UNKNOWN = Entry(0, (), (), 0, "", "")
BEYOND = Entry(0, (), (), 0, "", "index")
"""A key whose index is beyond the bound: it builds nothing."""


class Lexicon:
    """All keys of a set of conventions, built once."""

    def __init__(self, conventions: Sequence[Convention], call_order: Sequence[str], call_facts: frozenset[str]) -> None:
        self.conventions = tuple(conventions)
        self._ranks = _Ranks(conventions, call_order, call_facts)
        self.keys: dict[str, Entry] = {}
        self._heads: dict[str, list[tuple[str, Family, int]]] = {}
        self._events: dict[str, int] = {}
        for bit, convention in enumerate(self.conventions):
            self._add(convention, 1 << bit)
        for families in self._heads.values():
            families.sort(key=lambda found: -len(found[0]))
        self.resolve = lru_cache(maxsize=_CACHED_KEYS)(self._resolve)
        self.scope_claims = lru_cache(maxsize=1024)(self._scope_claims)
        self.first_name = lru_cache(maxsize=1024)(self._named)
        """The name of the first of the conventions that these bits stand for."""

    def entry(self, key: str) -> Entry:
        """What is known about a key that is not in `keys` itself."""
        return self.resolve(key) if len(key) <= _CACHED_KEY_CHARS else self._resolve(key)

    def event_claims(self, name: str) -> int:
        """The conventions that read events of this name."""
        return self._events.get(name, 0)

    def _named(self, bits: int) -> str:
        return next((convention.name for bit, convention in enumerate(self.conventions) if bits >> bit & 1), "")

    def _scope_claims(self, scope: str) -> int:
        return sum(1 << bit for bit, convention in enumerate(self.conventions) if convention.knows_scope(scope))

    def _add(self, convention: Convention, bit: int) -> None:
        for rule in convention.rules:
            for place, key in enumerate(rule.keys):
                self._own(key, bit, (self._ranks.slot(convention, rule, place),))
        for key in (*convention.keys, *convention.silent):
            self._own(key, bit, ())
        for rule in convention.bare:
            for place, key in enumerate(rule.keys):
                self._bare(key, bit, ((bit, self._ranks.slot(convention, rule, place)),))
        for key in convention.bare_keys:
            self._bare(key, bit, ())
        for family in convention.families:
            head = ".".join(family.prefix.split(".")[:2])
            self._heads.setdefault(head, []).append((f"{family.prefix}.", family, bit))
        for name in convention.events:
            self._events[name] = self._events.get(name, 0) | bit

    def _own(self, key: str, bit: int, slots: tuple[Slot, ...]) -> None:
        known = self.keys.get(key, UNKNOWN)
        self.keys[key] = known._replace(claims=known.claims | bit, slots=known.slots + slots)

    def _bare(self, key: str, bit: int, slots: tuple[tuple[int, Slot], ...]) -> None:
        known = self.keys.get(key, UNKNOWN)
        self.keys[key] = known._replace(bare_owners=known.bare_owners | bit, bare=known.bare + slots)

    def _resolve(self, key: str) -> Entry:
        """The family of a key: by its first two segments, else by its first."""
        head, dot, tail = key.partition(".")
        if not dot:
            return UNKNOWN
        two = f"{head}.{tail.partition('.')[0]}"
        for prefix, family, bit in (*self._heads.get(two, ()), *self._heads.get(head, ())):
            if key.startswith(prefix):
                found = _in_family(key[len(prefix) :], family, bit)
                if found is not None:
                    return found
        return UNKNOWN


class _Ranks:
    """The rank of each rule: its convention's place in the order for its fact, then the key's place in the rule."""

    def __init__(self, conventions: Sequence[Convention], call_order: Sequence[str], call_facts: frozenset[str]) -> None:
        names = [convention.name for convention in conventions]
        self._context = {name: place for place, name in enumerate(names)}
        ordered = [*call_order, *(name for name in names if name not in call_order)]
        self._call = {name: place for place, name in enumerate(ordered)}
        self._call_facts = call_facts
        self._rows: dict[tuple[str, str], int] = {}

    def slot(self, convention: Convention, rule: Rule, place: int) -> Slot:
        if rule.fact not in Facts.__dataclass_fields__:
            raise ValueError(f"{convention.name}: there is no fact {rule.fact!r}; name a field of Facts")
        order = self._call if rule.fact in self._call_facts else self._context
        row = self._rows.setdefault((convention.name, rule.fact), 0)
        self._rows[convention.name, rule.fact] = row + 1
        return (rule.fact, order[convention.name] * _KEYS_PER_CONVENTION + row, rule.read)


def _in_family(rest: str, family: Family, bit: int) -> Entry | None:
    first = rest.partition(".")[0]
    if family.indexed and index_of(first) is None:
        return BEYOND if beyond_bound(first) else None
    if family.leaves is not None and rest.rpartition(".")[2] not in family.leaves:
        return UNKNOWN
    if "." in rest and any(beyond_bound(segment) for segment in rest.split(".")):
        return BEYOND
    return Entry(0, (), (), bit, family.prefix, rest) if family.bare else Entry(bit, (), (), 0, family.prefix, rest)
