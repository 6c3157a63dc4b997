"""Settling arrived rows: join them with what is known of their traces, merge parts, settle, and say what must be written.

One thread calls this, chunk after chunk. The common case, whole spans of new traces, reads nothing and copies no row: the worker's
Arrow columns go to the store with the settled columns replaced.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import xxhash

from pellucid_server.core.clock import Clock
from pellucid_server.core.moments import to_micros
from pellucid_server.enrich.facts import SettledFacts
from pellucid_server.enrich.settle import settle
from pellucid_server.ingest import raw_json
from pellucid_server.ingest.decoding import Decoded, decode_raw
from pellucid_server.ingest.enriching import Enricher
from pellucid_server.ingest.known import Known, Memory
from pellucid_server.ingest.merge import merge
from pellucid_server.ingest.ports import Encode, EncodedChunk, RowKey, TraceKey, TraceStore, Write
from pellucid_server.ingest.rowfacts import READ_COLUMNS, answer_from, claim_from, facts_from

VERSION_STEP = 1_000
"""Between two writes, whatever the clock says: a correction of a stored row is one version newer than it, and older than the next write."""

_decode_payload = msgspec.json.Decoder().decode
EnricherOf = Mapping[str, Enricher]


@dataclass(slots=True)
class _Out:
    """Rows to write, as (table, row) with what settling says of each."""

    spans: dict[tuple[TraceKey, str], Known] = field(default_factory=dict)
    payloads: list[pa.Table] = field(default_factory=list)
    spooled: Path | None = None
    """The chunk's own file of payloads, where every row of it is new."""
    gone: list[pa.Table] = field(default_factory=list)
    """Narrow rows whose key changed, to be hidden at their old place."""
    gone_payloads: list[pa.Table] = field(default_factory=list)


class Settler:
    """Turns encoded chunks into writes."""

    def __init__(self, store: TraceStore, encode: Encode, clock: Clock, memory: Memory | None = None) -> None:
        self._store = store
        self._encode = encode
        self._clock = clock
        self._version = 0
        self.memory = memory or Memory()

    def start_above(self, version: int) -> None:
        """Versions that were given before this process began: every later one is greater, whatever the clock says."""
        self._version = max(self._version, version)

    def recall_from(self, traces: Iterable[tuple[str, str]], calls: Iterable[Mapping[str, Any]]) -> None:
        """What a process that begins must know of what is stored: which traces are not new, and who claims recent calls."""
        for project_id, trace_id in traces:
            self.memory.seen.add(TraceKey(project_id, trace_id))
        for row in calls:
            self.memory.claim(row["project_id"], row["response_id"], claim_from(row))

    def settle(self, chunk: EncodedChunk, enricher_of: EnricherOf) -> Write:
        """What must be written so that the store holds `chunk`, settled."""
        keys = [TraceKey(project, facts.trace_id) for project, facts in zip(chunk.projects, chunk.facts, strict=True)]
        touched = list(dict.fromkeys(keys))
        self._recall(touched)
        out = _Out()
        self._take(chunk, keys, out, enricher_of)
        self._settle_all(touched, out)
        self.memory.trim(keep=touched)
        write = self._write(out)
        write.blobs.extend(chunk.blobs)
        return write

    def settle_stored(self, keys: Sequence[TraceKey]) -> Write:
        """What must be written where others changed the stored rows of these traces."""
        self._recall(keys)
        out = _Out()
        self._settle_all(keys, out)
        return self._write(out)

    def erase(self, traces: Sequence[TraceKey]) -> Write:
        """Take traces out of the store; what must be written of those whose calls were counted in one of them.

        A part that arrives later begins its trace anew, alone.
        """
        self._recall(traces)
        others = {TraceKey(key.project_id, other) for key in traces for other in self.memory.forget(key)}
        self._version = max(self._version + 1, self._clock())
        self._store.erase(traces, self._version)
        out = _Out()
        left = sorted(others.difference(traces))
        self._recall(left)
        self._settle_all(left, out)
        return self._write(out)

    def _recall(self, touched: Iterable[TraceKey]) -> None:
        """Load what the store knows of traces that are not in memory; new traces cost no read."""
        asked = [key for key in touched if key not in self.memory and self.memory.seen.add(key)]
        if not asked:
            return
        table = self._store.load(asked)
        rows = table.select([*READ_COLUMNS, "project_id", "content_hash"]).to_pylist()
        for index, row in enumerate(rows):
            key = TraceKey(row["project_id"], row["trace_id"])
            self.memory.put(key, Known(facts_from(row), row["content_hash"], table, index, answer_from(row)))

    def _take(self, chunk: EncodedChunk, keys: Sequence[TraceKey], out: _Out, enricher_of: EnricherOf) -> None:
        fresh: list[int] = []
        parts: list[int] = []
        memory = self.memory
        for index, (key, facts, content_hash) in enumerate(zip(keys, chunk.facts, chunk.hashes, strict=True)):
            known = memory.trace(key).get(facts.span_id)
            if known is None:
                made = Known(facts, content_hash, chunk.spans, index, None)
                memory.put(key, made)
                out.spans[key, facts.span_id] = made
                fresh.append(index)
            elif known.content_hash != content_hash:
                parts.append(index)
        if fresh:
            self._take_payloads(chunk, fresh, out)
        if parts:
            self._merge(chunk, keys, parts, out, enricher_of)

    @staticmethod
    def _take_payloads(chunk: EncodedChunk, fresh: Sequence[int], out: _Out) -> None:
        if len(fresh) < chunk.payloads.num_rows:
            out.payloads.append(chunk.payloads.take(fresh))
        elif chunk.spooled is not None:
            out.spooled = chunk.spooled
        else:
            out.payloads.append(chunk.payloads)

    def _merge(
        self, chunk: EncodedChunk, keys: Sequence[TraceKey], parts: Sequence[int], out: _Out, enricher_of: EnricherOf
    ) -> None:
        """Join new parts with the span that is known already: its raw parts are read back, merged and decoded as a whole."""
        old = [self.memory.trace(keys[index])[chunk.facts[index].span_id] for index in parts]
        stored = self._store.load_payloads([_row_key(known) for known in old])
        documents = chunk.payloads.column("payload")
        wholes: list[tuple[TraceKey, Known, Decoded]] = []
        for index, known in zip(parts, old, strict=True):
            before = stored.get(_row_key(known))
            new = raw_json.from_dict(_decode_payload(documents[index].as_py())["raw"])
            whole = merge([raw_json.from_dict(_decode_payload(before)["raw"]), new]) if before else new
            if xxhash.xxh3_64_intdigest(raw_json.dump(whole)) != known.content_hash:
                key = keys[index]
                received_at = to_micros(known.value("received_at"))
                wholes.append((key, known, decode_raw(key.project_id, whole, received_at, enricher_of[key.project_id])))
        if wholes:
            self._replace(wholes, out)

    def _replace(self, wholes: Sequence[tuple[TraceKey, Known, Decoded]], out: _Out) -> None:
        """Put merged spans in the place of what was known of them; a row whose key changed is hidden at its old place."""
        spans, payloads = self._encode([row for _, _, row in wholes])
        out.payloads.append(payloads)
        for place, (key, known, row) in enumerate(wholes):
            if _row_key(known).start_time != to_micros(spans.column("start_time")[place].as_py()):
                out.gone.append(known.table.slice(known.index, 1))
                out.gone_payloads.append(_gone_payload(payloads.slice(place, 1), known))
            made = Known(row.facts, row.content_hash, spans, place, None)
            self.memory.put(key, made)
            out.spans[key, row.facts.span_id] = made

    def _settle_all(self, touched: Iterable[TraceKey], out: _Out) -> None:
        """Settle the touched traces, and those that share a provider's response with one of them, until nothing changes."""
        queue = list(touched)
        settled: set[TraceKey] = set()
        while queue:
            key = queue.pop(0)
            others = self._settle_one(key, out)
            again = [other for other in others if other not in settled and other not in queue]
            self._recall(again)
            queue.extend(again)
            settled.add(key)

    def _settle_one(self, key: TraceKey, out: _Out) -> list[TraceKey]:
        trace = self.memory.trace(key)
        facts = [known.facts for known in trace.values()]
        ids = {one.response_id for one in facts if one.response_id}
        settlement = settle(facts, self.memory.claims(key.project_id, ids) if ids else {})
        for span_id, answer in settlement.spans.items():
            known = trace[span_id]
            if known.answer != answer:
                known.answer = answer
                out.spans[key, span_id] = known
        others: set[str] = set()
        for response_id, claim in settlement.claims.items():
            others |= self.memory.claim(key.project_id, response_id, claim)
        return [TraceKey(key.project_id, trace_id) for trace_id in sorted(others)]

    def _write(self, out: _Out) -> Write:
        self._version = max(self._version + VERSION_STEP, self._clock())
        knowns = list(out.spans.values())
        spans = _settled(_gather(knowns), [known.answer for known in knowns]) if knowns else None
        parts = [table for table in (spans, *(_hidden(row) for row in out.gone)) if table is not None]
        payloads = [*out.payloads, *out.gone_payloads]
        return Write(
            spans=_versioned(pa.concat_tables(parts), self._version) if parts else pa.table({}),
            payloads=_versioned(pa.concat_tables(payloads), self._version) if payloads else pa.table({}),
            spooled=out.spooled,
            version=self._version,
            traces={key for key, _ in out.spans},
        )


def _row_key(known: Known) -> RowKey:
    return RowKey(known.value("project_id"), to_micros(known.value("start_time")), known.facts.trace_id, known.facts.span_id)


def _gather(knowns: Sequence[Known]) -> pa.Table:
    """The rows of `knowns`, in their order, copying as little as possible."""
    runs: list[tuple[pa.Table, list[int]]] = []
    for known in knowns:
        if runs and runs[-1][0] is known.table:
            runs[-1][1].append(known.index)
        else:
            runs.append((known.table, [known.index]))
    schema = runs[0][0].schema
    return pa.concat_tables([_rows(table, indices).cast(schema) for table, indices in runs])


def _rows(table: pa.Table, indices: list[int]) -> pa.Table:
    whole = len(indices) == table.num_rows and indices[0] == 0 and indices[-1] == table.num_rows - 1
    return table if whole and indices == list(range(table.num_rows)) else table.take(indices)


def _settled(table: pa.Table, answers: Sequence[SettledFacts | None]) -> pa.Table:
    """`table` with the settled columns replaced by what settling says."""
    known = [answer for answer in answers if answer is not None]
    if len(known) != table.num_rows:
        raise ValueError("every row must have been settled before it is written")
    settled = [answer.settled for answer in known]
    inherited = [answer.inherited for answer in known]
    columns: dict[str, list[Any]] = {
        "folded": [int(one.folded) for one in settled],
        "display_parent_id": [one.display_parent_id for one in settled],
        "is_root": [int(one.is_root) for one in settled],
        "counted": [int(one.counted) for one in settled],
        "counted_in": [one.counted_in for one in settled],
        "user_id": [one.user_id for one in inherited],
        "session_id": [one.session_id for one in inherited],
        "feature": [one.feature for one in inherited],
        "user_tier": [one.user_tier for one in inherited],
        "environment": [one.environment for one in inherited],
        "release": [one.release for one in inherited],
        "tags": [one.tags for one in inherited],
        "trace_name": [one.trace_name for one in inherited],
        "experiment": [(one.rollout.experiment or "") if one.rollout else "" for one in inherited],
        "rollout_arm": [(one.rollout.arm or "") if one.rollout else "" for one in inherited],
        "rollout_probability": [(one.rollout.probability or 0.0) if one.rollout else 0.0 for one in inherited],
    }
    for name, values in columns.items():
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(place), pa.array(values, table.schema.field(place).type))
    return table


def _constant(table: pa.Table, name: str, value: int) -> pa.Table:
    place = table.schema.get_field_index(name)
    kind = table.schema.field(place).type
    return table.set_column(place, table.schema.field(place), pa.repeat(pa.scalar(value, kind), table.num_rows))


def _hidden(row: pa.Table) -> pa.Table:
    return _constant(row, "is_deleted", 1)


def _versioned(table: pa.Table, version: int) -> pa.Table:
    return _constant(table, "version", version)


def _gone_payload(like: pa.Table, known: Known) -> pa.Table:
    """A payload row that hides the one at `known`'s old place; `like` is the row that takes its place."""
    place = like.schema.get_field_index("start_time")
    old = pa.array([known.value("start_time")], like.schema.field(place).type)
    row = like.set_column(place, like.schema.field(place), old)
    for name in ("payload", "search_text"):
        at = row.schema.get_field_index(name)
        row = row.set_column(at, row.schema.field(at), pa.array([""], row.schema.field(at).type))
    return _hidden(row)
