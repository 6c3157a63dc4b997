"""Reading: one pass over a span's attributes for all plain facts, then each claiming convention's own work.

A convention that fails is left out and named in the span's flags; what the others found stays.
"""

from pellucid_server.dialects.convention import Reading
from pellucid_server.dialects.events import details, notes
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.lexicon import BEYOND, Slot
from pellucid_server.dialects.registry import CONVENTIONS, DERIVING, GENERAL, LEXICON
from pellucid_server.model.json import JsonValue
from pellucid_server.model.raw import RawSpan

_GENERAL_BIT = 1 << next(bit for bit, convention in enumerate(CONVENTIONS) if convention.name == GENERAL)
_DERIVING_BITS = tuple((convention, 1 << CONVENTIONS.index(convention)) for convention in DERIVING)


class Pass:
    """The one pass: facts by rank, families, and keys that only a claim can explain."""

    __slots__ = ("claimed", "facts", "ranks", "reading", "unmapped")

    def __init__(self, raw: RawSpan) -> None:
        self.reading = Reading(raw)
        self.facts = Facts()
        self.ranks: dict[str, int] = {}
        self.claimed = _GENERAL_BIT
        self.unmapped: list[str] = []

    def run(self) -> None:
        """Find all plain facts, then let each claiming convention derive the rest."""
        raw = self.reading.raw
        if raw.scope_name:
            self.claimed |= LEXICON.scope_claims(raw.scope_name)
        if raw.events or raw.logs:
            self._claim_by_events(raw)
        self._read_attributes()
        self.reading.conventions = frozenset(found.name for found in LEXICON.of_bits(self.claimed))
        self._derive()

    @property
    def dialect(self) -> str:
        """The first claiming convention that is more than OpenTelemetry's general one; empty where there is none."""
        for found in LEXICON.of_bits(self.claimed & ~_GENERAL_BIT):
            return found.name
        return ""

    def _claim_by_events(self, raw: RawSpan) -> None:
        for event in notes(raw):
            self.claimed |= LEXICON.event_claims(event.name)
        found = details(raw)
        if found:
            self.reading.attributes = {**found, **raw.attributes}

    def _read_attributes(self) -> None:
        known, entry_of, families = LEXICON.keys, LEXICON.entry, self.reading.families
        waiting: list[tuple[str, JsonValue]] = []
        claimed = self.claimed
        for key, value in self.reading.attributes.items():
            entry = known.get(key)
            if entry is None:
                entry = entry_of(key)
                if entry.prefix:
                    families.setdefault(entry.prefix, []).append((entry.rest, value))
                    claimed |= entry.claims
                elif entry is BEYOND:
                    self.reading.flag("index_cut")
                    self.unmapped.append(key)
                else:
                    self.unmapped.append(key)
                continue
            claimed |= entry.claims
            for slot in entry.slots:
                self._take(slot, value)
            if entry.bare_owners:
                waiting.append((key, value))
        self.claimed = claimed
        for key, value in waiting:
            self._read_bare(key, value)

    def _read_bare(self, key: str, value: JsonValue) -> None:
        entry = LEXICON.keys[key]
        for bit, slot in entry.bare:
            if self.claimed & bit:
                self._take(slot, value)
        if not (entry.bare_owners & self.claimed or entry.claims):
            self.unmapped.append(key)

    def _take(self, slot: Slot, value: JsonValue) -> None:
        fact, rank, read = slot
        known = self.ranks.get(fact)
        if known is not None and known <= rank:
            return
        found = read(value)
        if found is not None:
            setattr(self.facts, fact, found)
            self.ranks[fact] = rank

    def _derive(self) -> None:
        for convention, bit in _DERIVING_BITS:
            if self.claimed & bit:
                try:
                    convention.derive(self.reading, self.facts)
                except Exception:  # whatever a span contains, it is kept: the failure is named on it
                    self.reading.flag(f"decode_failed:{convention.name}")
