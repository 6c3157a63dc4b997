"""Exports: a filtered selection of spans as a stream of JSONL, CSV or Parquet, newest first, page by page in constant memory."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
import pyarrow as pa
import pyarrow.compute as pa_compute
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from pellucid_server.core.clock import Clock
from pellucid_server.core.sinks import PassingSink
from pellucid_server.core.spreadsheets import FORMULA_STARTS, MARK
from pellucid_server.filters.tree import Filter
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import asked_in
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.filter_sql import Asked
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import spans as sql

MAX_ROWS: Final = 100_000
_PAGE: Final = 5_000
_PAGE_WITH_CONTENT: Final = 250
"""A payload may be megabytes."""

Format = Literal["jsonl", "csv", "parquet"]
MEDIA_TYPES: Final[dict[Format, str]] = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
_FORMULA: Final = rf"\A([{re.escape(FORMULA_STARTS)}])"
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAsk:
    """What is exported."""

    filter: Filter
    window: Window
    format: Format
    content: bool = False
    """Whether messages, documents and the raw span come along, as one column `content`."""
    raw: bool = False
    """Whether cells of a CSV file that a spreadsheet would run stay as they are."""


class Exports:
    """The verb."""

    def __init__(self, reader: SpanReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def spans(self, scope: Scope, ask: ExportAsk) -> Iterator[bytes]:
        """The file, in pieces; at most `MAX_ROWS` rows. What arrives while it is read may or may not be in it."""
        asked = asked_in(scope, ask.window, self._clock())
        pages = self._pages(asked, ask)
        first = next(pages)
        match ask.format:
            case "jsonl":
                return _jsonl(first, pages)
            case "csv":
                return _csv(first, pages, raw=ask.raw)
            case "parquet":
                return _parquet(first, pages)

    def _pages(self, asked: Asked, ask: ExportAsk) -> Iterator[pa.Table]:
        """At least one table, all of one schema; the first may be empty."""
        size = _PAGE_WITH_CONTENT if ask.content else _PAGE
        after: sql.Key | None = None
        left = MAX_ROWS
        while True:
            limit = min(size, left)
            page = self._reader.table(sql.export_page(asked, ask.filter, style=_STYLES[ask.format], after=after, limit=limit))
            keys = list(zip(*(page.column(name).to_pylist() for name in ("key_start", "x_trace_id", "x_span_id")), strict=True))
            page = page.drop_columns(["key_start"]).rename_columns([column.name for column in sql.EXPORT_COLUMNS])
            yield page.append_column("content", self._content(asked.project_id, keys)) if ask.content else page
            left -= page.num_rows
            if page.num_rows < limit or left <= 0:
                return
            after = keys[-1]

    def _content(self, project_id: str, keys: Sequence[sql.Key]) -> pa.Array:
        rows = self._reader.rows(sql.payloads(project_id, keys)) if keys else ()
        found = {(trace_id, span_id): document for trace_id, span_id, document in rows}
        return pa.array([found.get((trace_id, span_id), "") for _, trace_id, span_id in keys], pa.string())


def _jsonl(first: pa.Table, rest: Iterator[pa.Table]) -> Iterator[bytes]:
    maps = [field.name for field in first.schema if pa.types.is_map(field.type)]
    for page in _chain(first, rest):
        yield b"".join(_line(row, maps) for row in page.to_pylist())


def _line(row: dict[str, Any], maps: Sequence[str]) -> bytes:
    for name in maps:
        row[name] = dict(row[name])
    if row.get("content"):
        row["content"] = msgspec.Raw(row["content"].encode())
    return _encode(row) + b"\n"


def _csv(first: pa.Table, rest: Iterator[pa.Table], *, raw: bool) -> Iterator[bytes]:
    sink = PassingSink()
    with pa_csv.CSVWriter(sink, first.schema) as writer:
        for page in _chain(first, rest):
            writer.write_table(page if raw else _neutral(page))
            yield sink.take()
    yield sink.take()


def _neutral(page: pa.Table) -> pa.Table:
    """As `core.spreadsheets.neutral`, a column at a time."""
    for place, field in enumerate(page.schema):
        if pa.types.is_string(field.type):
            cells = pa_compute.replace_substring_regex(page.column(place), pattern=_FORMULA, replacement=rf"{MARK}\1")
            page = page.set_column(place, field, cells)
    return page


def _parquet(first: pa.Table, rest: Iterator[pa.Table]) -> Iterator[bytes]:
    sink = PassingSink()
    with pa_parquet.ParquetWriter(sink, first.schema, compression="zstd") as writer:
        for page in _chain(first, rest):
            writer.write_table(page.cast(first.schema))
            yield sink.take()
    yield sink.take()


def _chain(first: pa.Table, rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    yield first
    yield from rest


_STYLES: Final[dict[Format, sql.ExportStyle]] = {"jsonl": "text", "csv": "csv", "parquet": "native"}
