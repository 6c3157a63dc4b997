"""Cases as files: JSONL and Parquet hold them exactly, CSV as text; and chats for fine-tuning in the form that providers take."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from pellucid_server.core.sinks import PassingSink
from pellucid_server.core.spreadsheets import neutral
from pellucid_server.datasets.reading_files import JSON_MARK, Format
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.datasets import Item

MEDIA_TYPES: Final[dict[Format, str]] = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
COLUMNS: Final = ("id", "input", "expected", "metadata", "split", "trace_id", "span_id")
_AS_JSON: Final = ("input", "expected", "metadata")
_SCHEMA: Final = pa.schema([(name, pa.string()) for name in COLUMNS], metadata={JSON_MARK: b"1"})
_encode = msgspec.json.Encoder().encode


def write_file(pages: Iterable[list[Item]], format_: Format, *, raw: bool = False) -> Iterator[bytes]:
    """The file, a page of items at a time. Cells of a CSV file that look like formulas are neutralised, unless `raw`."""
    match format_:
        case "jsonl":
            return (b"".join(_encode(_values(item)) + b"\n" for item in page) for page in pages)
        case "csv":
            return _csv(pages, raw=raw)
        case "parquet":
            return _parquet(pages)


def write_chats(pages: Iterable[list[Item]], system: str = "") -> Iterator[bytes]:
    """JSONL for fine-tuning: `{"messages": […]}`, the last message being the expected answer. Items without one are left out."""
    for page in pages:
        yield b"".join(_encode({"messages": _chat(item, system)}) + b"\n" for item in page if item.expected is not None)


def _values(item: Item) -> dict[str, JsonValue]:
    return {name: getattr(item, name) for name in COLUMNS}


def _csv(pages: Iterable[list[Item]], *, raw: bool) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for page in pages:
        for item in page:
            values = _values(item)
            cells = [_cell(values[name]) for name in COLUMNS]
            writer.writerow(cells if raw else [neutral(cell) for cell in cells])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def _cell(value: JsonValue) -> str:
    """Text as it is, unless it would be read back as something else; all else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str) and value and value[0] not in '{["':
        return value
    return _encode(value).decode()


def _parquet(pages: Iterable[list[Item]]) -> Iterator[bytes]:
    sink = PassingSink()
    with pa_parquet.ParquetWriter(sink, _SCHEMA, compression="zstd") as writer:
        for page in pages:
            rows = [{name: _exact(name, value) for name, value in _values(item).items()} for item in page]
            writer.write_table(pa.Table.from_pylist(rows, _SCHEMA))
            yield sink.take()
    yield sink.take()


def _exact(name: str, value: JsonValue) -> JsonValue:
    return _encode(value).decode() if name in _AS_JSON and value is not None else value


def _chat(item: Item, system: str) -> list[JsonValue]:
    messages: list[JsonValue] = [{"role": "system", "content": system}] if system else []
    if isinstance(item.input, list) and all(isinstance(one, dict) and "role" in one for one in item.input):
        messages += [_plain(one) for one in item.input if isinstance(one, dict)]
    else:
        messages.append({"role": "user", "content": _said(item.input)})
    return [*messages, {"role": "assistant", "content": _said(item.expected)}]


def _plain(message: dict[str, JsonValue]) -> JsonValue:
    """A message of the normal form (role, parts) as a provider takes it; one that has `content` already stays."""
    if "content" in message:
        return {"role": message["role"], "content": message["content"]}
    parts = message.get("parts")
    texts = [part.get("text") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return {"role": message["role"], "content": "\n".join(text for text in texts if isinstance(text, str))}


def _said(value: JsonValue) -> str:
    return value if isinstance(value, str) else _encode(value).decode()
