"""Reading: one pass over a span's attributes for all plain facts, then each claiming convention's own work.

A convention that fails is left out and named in the span's flags; what the others found stays.
"""

from functools import lru_cache

from pellucid_server.dialects.convention import Convention, Reading
from pellucid_server.dialects.events import details, notes
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.lexicon import BEYOND
from pellucid_server.dialects.registry import CONVENTIONS, DERIVING, GENERAL, LEXICON
from pellucid_server.model.json import JsonValue
from pellucid_server.model.raw import RawSpan

_GENERAL_BIT = 1 << next(bit for bit, convention in enumerate(CONVENTIONS) if convention.name == GENERAL)
_UNRANKED = 1 << 62
"""Worse than every rank."""

_DERIVING_BITS = tuple((convention, 1 << CONVENTIONS.index(convention)) for convention in DERIVING)


class Pass:
    """The one pass: facts by rank, families, and keys that only a claim can explain."""

    __slots__ = ("by_scope", "claimed", "facts", "ranks", "reading", "unmapped")

    def __init__(self, raw: RawSpan) -> None:
        self.reading = Reading(raw)
        self.facts = Facts()
        self.ranks: dict[str, int] = {}
        self.by_scope = 0
        self.claimed = _GENERAL_BIT
        self.unmapped: list[str] = []

    def run(self) -> None:
        """Find all plain facts, then let each claiming convention derive the rest."""
        raw = self.reading.raw
        if raw.scope_name:
            self.by_scope = LEXICON.scope_claims(raw.scope_name)
            self.claimed |= self.by_scope
        if raw.events or raw.logs:
            self._claim_by_events(raw)
        self._read_attributes()
        self._derive()

    @property
    def dialect(self) -> str:
        """The convention whose scope it is, else the first that claims it beside OpenTelemetry's general one; or nothing."""
        return LEXICON.first_name(self.by_scope or self.claimed & ~_GENERAL_BIT)

    def _claim_by_events(self, raw: RawSpan) -> None:
        for event in notes(raw):
            self.claimed |= LEXICON.event_claims(event.name)
        found = details(raw)
        if found:
            self.reading.attributes = {**found, **raw.attributes}

    def _read_attributes(self) -> None:
        known, entry_of, families = LEXICON.keys, LEXICON.entry, self.reading.families
        facts, ranks = self.facts, self.ranks
        waiting: list[tuple[str, JsonValue]] = []
        claimed = self.claimed
        for key, value in self.reading.attributes.items():
            claims, slots, _, bare_owners, prefix, rest = known.get(key) or entry_of(key)
            claimed |= claims
            for fact, rank, read in slots:  # the hottest loop of all: no call but the reader
                if ranks.get(fact, _UNRANKED) > rank and (found := read(value)) is not None:
                    setattr(facts, fact, found)
                    ranks[fact] = rank
            if prefix:
                families.setdefault(prefix, []).append((rest, value))
            if bare_owners:
                waiting.append((key, value))
            elif not (claims or prefix):
                self.unmapped.append(key)
                if rest == BEYOND.rest:
                    self.reading.flag("index_cut")
        self.claimed = claimed
        for key, value in waiting:
            self._read_bare(key, value)

    def _read_bare(self, key: str, value: JsonValue) -> None:
        entry = LEXICON.keys.get(key) or LEXICON.entry(key)
        for bit, (fact, rank, read) in entry.bare:
            if self.claimed & bit and self.ranks.get(fact, _UNRANKED) > rank and (found := read(value)) is not None:
                setattr(self.facts, fact, found)
                self.ranks[fact] = rank
        if not (entry.bare_owners & self.claimed or entry.claims):
            self.unmapped.append(key)

    def _derive(self) -> None:
        for convention in _deriving(self.claimed):
            try:
                convention.derive(self.reading, self.facts)
            except Exception:  # whatever a span contains, it is kept: the failure is named on it
                self.reading.flag(f"decode_failed:{convention.name}")


@lru_cache(maxsize=1024)
def _deriving(claimed: int) -> tuple[Convention, ...]:
    """The claiming conventions, in the order in which they work."""
    return tuple(convention for convention, bit in _DERIVING_BITS if claimed & bit)
