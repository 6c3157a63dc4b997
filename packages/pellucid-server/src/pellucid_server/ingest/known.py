"""What the spine remembers of recent traces, so that settling them again does not read the store.

Three bounded memories: the facts of recent traces (least recently touched go first), a Bloom filter of all traces ever seen (so that a
new trace is known to be new without asking the store), and who claims a provider's response id. Losing any of them costs reads, never rows.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pellucid_server.enrich.facts import Claim, SettledFacts, SpanFacts
from pellucid_server.ingest.ports import TraceKey

SPANS_KEPT = 30_000
"""About 2.5 KB each with the shared Arrow rows: 75 MB. A part that comes later than so many spans costs a look into the store."""
CLAIMS_KEPT = 200_000
"""Response ids, about 300 bytes each. A call seen in two traces is joined when both arrive within this many calls."""
BLOOM_BITS = 2**26
"""8 MB: two per cent false answers at eight million traces; a false answer costs one look into the store."""
_PROBES = 4


@dataclass(slots=True)
class Known:
    """One span that is in the store or about to be: its facts, its row, and what its trace last said of it."""

    facts: SpanFacts
    content_hash: int
    table: pa.Table
    index: int
    """Row of `table`."""
    answer: SettledFacts | None

    def value(self, column: str) -> Any:  # Any: the column's own type
        """A value of the row."""
        return self.table.column(column)[self.index].as_py()


class Bloom:
    """A set that may say yes falsely and never says no falsely."""

    def __init__(self, bits: int = BLOOM_BITS) -> None:
        self._bits = bytearray(bits // 8)
        self._mask = bits - 1

    def add(self, key: TraceKey) -> bool:
        """Add; whether it may have been there already."""
        bits = self._bits
        seen = True
        for place in self._places(key):
            byte, bit = place >> 3, 1 << (place & 7)
            if not bits[byte] & bit:
                bits[byte] |= bit
                seen = False
        return seen

    def _places(self, key: TraceKey) -> Iterator[int]:
        # Ids are hex digits of the sender's choice: hashed, so that nobody can aim at a bit.
        first, second = hash(key), hash((key.trace_id, key.project_id)) | 1
        for probe in range(_PROBES):
            yield (first + probe * second) & self._mask


class Memory:
    """Recent traces by key."""

    def __init__(self, spans_kept: int = SPANS_KEPT, claims_kept: int = CLAIMS_KEPT) -> None:
        self._kept = spans_kept
        self._claims_kept = claims_kept
        self.clear()
        self.seen = Bloom()

    def clear(self) -> None:
        """Forget the traces; the store knows them."""
        self._traces: OrderedDict[TraceKey, dict[str, Known]] = OrderedDict()
        self._size = 0
        self._claims: OrderedDict[tuple[str, str], dict[str, Claim]] = OrderedDict()

    def forget_rows(self) -> None:
        """Forget the traces, but not who claims which call."""
        self._traces = OrderedDict()
        self._size = 0

    def __contains__(self, key: TraceKey) -> bool:
        return key in self._traces

    def trace(self, key: TraceKey) -> dict[str, Known]:
        """The known spans of a trace, by id; made where there are none."""
        found = self._traces.get(key)
        if found is None:
            found = self._traces[key] = {}
        else:
            self._traces.move_to_end(key)
        return found

    def put(self, key: TraceKey, known: Known) -> None:
        """Remember a span."""
        trace = self.trace(key)
        if known.facts.span_id not in trace:
            self._size += 1
        trace[known.facts.span_id] = known

    def forget(self, key: TraceKey) -> set[str]:
        """Let go of a trace that is erased; the ids of those that share a provider's response with it."""
        known = self._traces.pop(key, {})
        self._size -= len(known)
        others: set[str] = set()
        for response_id in {one.facts.response_id for one in known.values() if one.facts.response_id}:
            claims = self._claims.get((key.project_id, response_id), {})
            if claims.pop(key.trace_id, None) is not None:
                others |= claims.keys()
        return others

    def trim(self, keep: Iterable[TraceKey] = ()) -> None:
        """Forget the least recently touched traces above the bound, but none of `keep`."""
        kept = set(keep)
        while self._size > self._kept and self._traces:
            key = next(iter(self._traces))
            if key in kept:
                return
            self._size -= len(self._traces.pop(key))
        while len(self._claims) > self._claims_kept:
            self._claims.popitem(last=False)

    def claims(self, project_id: str, response_ids: Iterable[str]) -> Mapping[str, Iterable[Claim]]:
        """Other claims on response ids."""
        found: dict[str, Iterable[Claim]] = {}
        for response_id in response_ids:
            known = self._claims.get((project_id, response_id))
            if known is not None and len(known) > 0:
                found[response_id] = tuple(known.values())
        return found

    def claim(self, project_id: str, response_id: str, claim: Claim) -> set[str]:
        """Note a trace's claim; the other traces that must hear of it, where it is new or changed."""
        known = self._claims.setdefault((project_id, response_id), {})
        if known.get(claim.trace_id) == claim:
            return set()
        known[claim.trace_id] = claim
        return {trace_id for trace_id in known if trace_id != claim.trace_id}
