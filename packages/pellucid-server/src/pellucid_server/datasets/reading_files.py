"""Files of cases, read line by line: CSV, JSONL and Parquet become drafts, and what cannot be read becomes a fault that names its line.

Nothing here holds more than one batch, so that a file of a gigabyte costs no more memory than one of a kilobyte.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Literal, TypeAlias

import msgspec
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from pellucid_server.datasets.drafts import MAX_ITEM_CHARS, ItemDraft
from pellucid_server.datasets.errors import BadFile
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.errors import UnstorableText
from pellucid_server.store.meta.schema import storable

Format = Literal["csv", "jsonl", "parquet"]

MAX_COLUMNS: Final = 1_000
"""A case with more fields is a mistake of whoever wrote the file: a sheet exported sideways, a text split at every comma."""
MAX_LINE_CHARS: Final = MAX_ITEM_CHARS + 100_000
JSON_MARK: Final = b"pellucid.json"
"""In the metadata of a Parquet file that we wrote: its cells are JSON, so that a number stays a number."""
_PARQUET_BATCH: Final = 500
_OWN: Final = ("id", "input", "expected", "metadata", "split", "trace_id", "span_id")
_BOMS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

Row: TypeAlias = Mapping[str, JsonValue]
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns of a file are which part of a case. Without any: those that have our names; all others are metadata."""

    input: tuple[str, ...] = ()
    """One is the input itself; several make an object."""
    expected: tuple[str, ...] = ()
    metadata: tuple[str, ...] | None = None
    """None: all that are nothing else."""
    id: str = "id"
    split: str = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A draft, or why there is none."""

    number: int
    """Of the line in the file, the header being 1; of a Parquet file, of the row."""
    draft: ItemDraft | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Raw:
    number: int
    values: Row = field(default_factory=dict)
    fault: str = ""


def read_file(file: BinaryIO, format_: Format, mapping: Columns) -> Iterator[Line]:
    """The lines of a file. Raises `BadFile` where the file as a whole cannot be read."""
    match format_:
        case "csv":
            rows = _csv(file)
        case "jsonl":
            rows = _jsonl(file)
        case "parquet":
            rows = _parquet(file)
    return (_line(raw, mapping) for raw in rows)


def _csv(file: BinaryIO) -> Iterator[_Raw]:
    encoding = _encoding(file)
    # `surrogateescape` lets a line with broken Unicode be named, where a strict decoder would only say "somewhere".
    text = io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="")
    csv.field_size_limit(MAX_LINE_CHARS)
    reader = csv.reader(text, strict=True)
    try:
        header = next(reader, None)
    except csv.Error as error:
        raise BadFile(f"The header of the CSV file cannot be read: {error}. Its first line must name the columns.") from error
    names = _header(header)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Raw(number, fault=f"not readable as CSV: {error}")
            if reader.line_num < number:
                return
            continue
        if not cells:
            continue
        if len(cells) != len(names):
            yield _Raw(number, fault=f"{len(cells)} fields where the header has {len(names)}; quote fields that contain commas")
        else:
            yield _Raw(number, {name: _cell(cell) for name, cell in zip(names, cells, strict=True)})


def _header(header: list[str] | None) -> list[str]:
    if not header or not any(name.strip() for name in header):
        raise BadFile("The CSV file is empty; its first line names the columns, such as `input,expected`.")
    names = [name.strip() for name in header]
    _check_columns(names)
    if any("\udc80" <= character <= "\udcff" for name in names for character in name):
        raise BadFile("The header is not UTF-8; save the file as UTF-8, or as UTF-16 with a byte order mark.")
    return names


def _check_columns(names: Sequence[str]) -> None:
    if len(names) > MAX_COLUMNS:
        raise BadFile(f"The file has {len(names):,} columns and at most {MAX_COLUMNS:,} are read; keep those that say something.")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadFile(f"Two columns are named {twice!r}; give each a name of its own.")


def _encoding(file: BinaryIO) -> str:
    start = file.read(3)
    file.seek(0)
    return next((encoding for mark, encoding in _BOMS if start.startswith(mark)), "utf-8-sig")


def _cell(text: str) -> JsonValue:
    """A cell is text. What is plainly JSON (an object, a list, a quoted text) is that; an empty one is nothing."""
    if not text:
        return None
    if text[0] in '{["':
        try:
            value: JsonValue = _decode(text.encode())
        except (ValueError, UnicodeEncodeError):
            return text
        return value
    return text


def _jsonl(file: BinaryIO) -> Iterator[_Raw]:
    number = 0
    while line := file.readline(MAX_LINE_CHARS):
        number += 1
        if not line.endswith(b"\n") and len(line) == MAX_LINE_CHARS:
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE_CHARS)
            yield _Raw(number, fault=f"longer than {MAX_LINE_CHARS:,} bytes")
            continue
        stripped = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
        if stripped:
            yield _object(number, stripped)


def _object(number: int, line: bytes) -> _Raw:
    try:
        value = _decode(line)
    except (ValueError, RecursionError) as error:
        return _Raw(number, fault=f"not JSON in UTF-8: {error}")
    if not isinstance(value, dict):
        return _Raw(number, fault=f"not a JSON object but {type(value).__name__}")
    if len(value) > MAX_COLUMNS:
        return _Raw(number, fault=f"{len(value):,} fields; at most {MAX_COLUMNS:,} are read")
    return _Raw(number, value)


def _parquet(file: BinaryIO) -> Iterator[_Raw]:
    try:
        opened = pa_parquet.ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        raise BadFile(f"This is no Parquet file, or it was cut off: {str(error)[:200]}.") from error
    _check_columns(opened.schema_arrow.names)
    marked = JSON_MARK in (opened.schema_arrow.metadata or {})
    number = 0
    try:
        for batch in opened.iter_batches(batch_size=_PARQUET_BATCH):
            for row in batch.to_pylist():
                number += 1
                values = {name: _marked(name, value, marked) for name, value in row.items()}
                yield _Raw(number, msgspec.to_builtins(values, builtin_types=(), str_keys=True))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadFile(f"The Parquet file is damaged after row {number:,}: {str(error)[:200]}.") from error


def _marked(name: str, value: JsonValue, marked: bool) -> JsonValue:
    if not isinstance(value, str):
        return value
    if not marked:
        return _cell(value)
    exact: JsonValue = _decode(value.encode()) if name in ("input", "expected", "metadata") else value
    return exact


def _line(raw: _Raw, mapping: Columns) -> Line:
    if raw.fault:
        return Line(number=raw.number, fault=raw.fault)
    try:
        return Line(number=raw.number, draft=_draft(raw.values, mapping))
    except BadFile as error:
        return Line(number=raw.number, fault=error.message)


def _draft(row: Row, mapping: Columns) -> ItemDraft:
    inputs, expected = mapping.input or ("input",), mapping.expected or ("expected",)
    missing = [name for name in (*mapping.input, *mapping.expected) if name not in row]
    if missing:
        raise BadFile(f"there is no column {missing[0]!r}")
    for name, value in row.items():
        _check_text(name, name)
        _check_text(name, value)
    used = {*inputs, *expected, mapping.id, mapping.split, *_OWN}
    rest = [name for name in row if name not in used] if mapping.metadata is None else [*mapping.metadata]
    own = row.get("metadata")
    metadata = {**(own if isinstance(own, dict) else {}), **{name: row[name] for name in rest if row.get(name) is not None}}
    id_ = row.get(mapping.id)
    return ItemDraft(
        id=None if id_ is None else str(id_),
        input=_part(row, inputs),
        expected=_part(row, expected),
        metadata=metadata,
        split=_text(row.get(mapping.split)),
        trace_id=_text(row.get("trace_id")),
        span_id=_text(row.get("span_id")),
    )


def _part(row: Row, names: Sequence[str]) -> JsonValue:
    return row.get(names[0]) if len(names) == 1 else {name: row.get(name) for name in names}


def _text(value: JsonValue) -> str:
    return "" if value is None else str(value)


def _check_text(name: str, value: JsonValue) -> None:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str):
            try:
                storable(part)
            except UnstorableText:
                raise BadFile(f"{name[:60]!a} holds a character that is not valid Unicode, or NUL") from None
