"""Files of cases: what goes out comes in again, and what is broken is named by its line and writes nothing."""

import csv
import io
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pellucid_server.core.clock import DAY
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.errors import BadDataset, BadFile, BadItem
from pellucid_server.datasets.importing import Imported, Importing
from pellucid_server.datasets.reading_files import MAX_COLUMNS, Columns, Format
from pellucid_server.datasets.writing_files import write_chats, write_file
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.datasets import STAGED_SINCE

Import = Callable[..., Imported]


@pytest.fixture
def read(store: MetaStore, cases: Cases, scope: Scope) -> Import:
    """Imports bytes into the data set `s`."""
    numbers = count(1_000_000)
    importing = Importing(store, cases, lambda: next(numbers) * 1_000)
    cases.create(scope, name="s")

    def run(content: bytes, format_: Format = "csv", *, skip_faulty: bool = False, **columns: tuple[str, ...]) -> Imported:
        return importing.run(scope, "s", io.BytesIO(content), format_, Columns(**columns), skip_faulty=skip_faulty)

    return run


def inputs(cases: Cases, scope: Scope) -> list[object]:
    return [item.input for item in cases.items(scope, "s", limit=1_000).items]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_sheet_is_read_in_every_encoding_that_sheets_are_saved_in(
    read: Import, cases: Cases, scope: Scope, encoding: str
) -> None:
    sheet = 'id,input,expected,topic\r\na,"Größe, bitte\nzweite Zeile",ja,シャツ\r\n\r\nb,42,,\r\n'
    done = read(sheet.encode(encoding))
    assert (done.lines, done.added, done.version, done.fault_count) == (2, 2, 1, 0)
    first, second = cases.items(scope, "s").items
    assert (first.id, first.input, first.expected, first.metadata) == ("a", "Größe, bitte\nzweite Zeile", "ja", {"topic": "シャツ"})
    assert (second.input, second.expected, second.metadata) == ("42", None, {})


def test_columns_are_mapped_by_name(read: Import, cases: Cases, scope: Scope) -> None:
    read(b"question,context,answer,note\nq,c,a,n\n", input=("question", "context"), expected=("answer",), metadata=())
    (item,) = cases.items(scope, "s").items
    assert (item.input, item.expected, item.metadata) == ({"question": "q", "context": "c"}, "a", {})


FAULTY = [
    (b"input,expected\nq,a\nonly one\nq2,a2\n", "csv", 3, "1 fields where the header has 2"),
    (b"input,expected\nq,a\nq2,\xff\xfe\n", "csv", 3, "not valid Unicode"),
    (b"input,expected\nq,a\nq\x002,b\n", "csv", 3, ""),
    (b'input,expected\nq,a\n"q2" x,b\n', "csv", 3, "not readable as CSV"),
    (b'{"input": "q"}\n{"input": \n', "jsonl", 2, "not JSON"),
    (b'{"input": "q"}\n["input"]\n', "jsonl", 2, "not a JSON object but list"),
    (b'{"input": "q"}\n{"input": "\\ud800"}\n', "jsonl", 2, ""),
    (b'{"input": "q"}\n{"other": 1}\n', "jsonl", 2, "neither input nor expected"),
    (b'{"input": "q"}\n{"input": "\xff"}\n', "jsonl", 2, "not JSON in UTF-8"),
]


@pytest.mark.parametrize(("content", "format_", "line", "message"), FAULTY)
def test_a_faulty_line_is_named_and_nothing_is_written(
    read: Import, store: MetaStore, cases: Cases, scope: Scope, content: bytes, format_: Format, line: int, message: str
) -> None:
    with pytest.raises(BadFile) as refused:
        read(content, format_)
    faults = refused.value.details["faults"]
    assert isinstance(faults, list)
    assert faults[0]["line"] == line
    assert message in faults[0]["message"]
    assert cases.get(scope, "s").version == 0
    with store.reading() as unit:
        assert unit.datasets.items(cases.get(scope, "s").id, 2 * STAGED_SINCE, limit=10) == []
    done = read(content, format_, skip_faulty=True)
    assert (done.fault_count, done.added) == (1, done.lines - 1)
    assert "q" in inputs(cases, scope)


@pytest.mark.parametrize(
    ("content", "format_", "message"),
    [
        (b"", "csv", "is empty"),
        (b"\n\n", "csv", "is empty"),
        (b"input,input\n1,2\n", "csv", "Two columns are named 'input'"),
        (",".join(f"c{n}" for n in range(10_000)).encode() + b"\n", "csv", "has 10,000 columns"),
        (b"", "jsonl", "no case"),
        (b"PAR1 but not really", "parquet", "no Parquet file"),
        (b"input\n", "csv", "no case"),
    ],
)
def test_a_file_that_is_none_says_so(read: Import, content: bytes, format_: Format, message: str) -> None:
    with pytest.raises(BadFile, match=message):
        read(content, format_)


def test_a_json_line_with_too_many_fields_is_refused(read: Import) -> None:
    wide = "{" + ",".join(f'"c{n}":1' for n in range(MAX_COLUMNS + 1)) + "}\n"
    with pytest.raises(BadFile, match="at most 1,000 are read"):
        read(wide.encode(), "jsonl")


def test_an_import_is_one_version_and_says_what_it_changed(read: Import, cases: Cases, scope: Scope) -> None:
    read(b'{"id":"a","input":1}\n{"id":"b","input":2}\n', "jsonl")
    done = read(b'{"id":"a","input":1}\n{"id":"b","input":3}\n{"id":"c","input":4}\n{"id":"c","input":5}\n', "jsonl")
    assert (done.version, done.added, done.changed, done.unchanged, done.duplicates) == (2, 1, 1, 1, 1)
    assert inputs(cases, scope) == [1, 3, 5]
    assert [item.input for item in cases.items(scope, "s", version=1).items] == [1, 2]
    again = read(b'{"id":"a","input":1}\n', "jsonl")
    assert (again.version, again.added, again.changed, again.unchanged) == (2, 0, 0, 1)
    assert cases.get(scope, "s").version == 2


def test_many_items_are_one_version_and_unfinished_imports_are_unseen(
    read: Import, store: MetaStore, cases: Cases, scope: Scope
) -> None:
    lines = b"".join(b'{"id":"%d","input":%d}\n' % (n % 1_400, n) for n in range(1_500))
    done = read(lines, "jsonl")
    assert (done.version, done.added, done.duplicates) == (1, 1_400, 100)
    dataset = cases.get(scope, "s")
    item = cases.items(scope, "s", limit=1).items[0]
    with store.writing() as unit:
        unit.datasets.stage([replace(item, id="left", since=STAGED_SINCE + 5)])
    assert cases.list_datasets(scope)[0][1] == 1_400
    cases.write(scope, "s", [ItemDraft(id="left", input="seen")])
    assert sum(len(page) for page in cases.pages(scope, "s")) == 1_401
    with store.writing() as unit:
        unit.datasets.drop_stage(dataset.id, before=item.time + 2 * DAY)
        assert unit.datasets.current(dataset.id, ["left"])["left"].input == "seen"


_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_draft = st.builds(
    ItemDraft,
    input=_json.filter(lambda value: value is not None),
    expected=_json,
    metadata=st.dictionaries(_text, _json, max_size=2),
    split=st.sampled_from(["", "train"]),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(drafts=st.lists(_draft, min_size=1, max_size=5), format_=st.sampled_from(["jsonl", "parquet"]))
def test_what_was_written_is_read_back(
    cases: Cases, scope: Scope, store: MetaStore, drafts: list[ItemDraft], format_: Format
) -> None:
    cases.create(scope, name="from")
    cases.create(scope, name="to")
    for name in ("from", "to"):
        cases.remove_items(scope, name, [item.id for page in cases.pages(scope, name) for item in page])
    cases.write(scope, "from", drafts)
    file = io.BytesIO(b"".join(write_file(cases.pages(scope, "from"), format_)))
    Importing(store, cases, lambda: 1_000).run(scope, "to", file, format_, Columns(), skip_faulty=False)

    def said(name: str) -> list[object]:
        return [
            (item.id, item.input, item.expected, item.metadata, item.split) for page in cases.pages(scope, name) for item in page
        ]

    assert said("to") == said("from")


def test_a_csv_keeps_text_exactly_and_chats_are_what_providers_take(cases: Cases, scope: Scope, read: Import) -> None:
    drafts = [
        ItemDraft(id="a", input='{"looks": "like JSON"}', expected='=1+1, "quoted"'),
        ItemDraft(id="b", input=[{"role": "user", "parts": [{"type": "text", "text": "Hi"}]}], expected="Hello"),
        ItemDraft(id="c", input="no answer"),
    ]
    cases.create(scope, name="out")
    cases.write(scope, "out", drafts)
    read(b"".join(write_file(cases.pages(scope, "out"), "csv", raw=True)))
    assert [(item.input, item.expected) for item in cases.items(scope, "s").items] == [(one.input, one.expected) for one in drafts]
    chats = b"".join(write_chats(cases.pages(scope, "out"), "Be kind.")).decode().splitlines()
    assert chats == [
        '{"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"{\\"looks\\": \\"like JSON\\"}"},'
        '{"role":"assistant","content":"=1+1, \\"quoted\\""}]}',
        '{"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}',
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_csv_holds_no_formula_unless_it_shall_be_raw(cases: Cases, scope: Scope, start: str) -> None:
    hostile = f'{start}HYPERLINK("http://evil", 1)'
    cases.create(scope, name="out")
    cases.write(scope, "out", [ItemDraft(id="=a", input=hostile, expected=f"harmless {start}", split="@x")])

    def rows(*, raw: bool) -> list[str]:
        text = b"".join(write_file(cases.pages(scope, "out"), "csv", raw=raw)).decode()
        return list(csv.reader(io.StringIO(text, newline="")))[1]

    assert rows(raw=False)[:5] == ["'=a", f"'{hostile}", f"harmless {start}", "{}", "'@x"]
    assert rows(raw=True)[:5] == ["=a", hostile, f"harmless {start}", "{}", "@x"]


def test_foreign_parquet_is_read(read: Import, cases: Cases, scope: Scope) -> None:
    file = io.BytesIO()
    pa_parquet.write_table(pa.table({"q": ["1", "2"], "facts": [[{"k": 1}], None], "answer": [True, False]}), file)
    assert read(file.getvalue(), "parquet", input=("q",), expected=("answer",)).added == 2
    found = {item.input: (item.expected, item.metadata) for item in cases.items(scope, "s").items}
    assert found == {"1": (True, {"facts": [{"k": 1}]}), "2": (False, {})}


def test_a_schema_refuses_what_does_not_fit_by_name(read: Import, cases: Cases, scope: Scope) -> None:
    cases.put_rules(scope, "s", input_schema={"type": "object", "required": ["question"]}, expected_schema={"enum": ["yes", "no"]})
    with pytest.raises(BadItem, match="'question' is a required property"):
        cases.write(scope, "s", [ItemDraft(id="x", input={}, expected="yes")])
    with pytest.raises(BadFile, match="is not one of"):
        read(b'{"input":{"question":1},"expected":"maybe"}\n', "jsonl")
    assert read(b'{"input":{"question":1},"expected":"no"}\n', "jsonl").added == 1
    with pytest.raises(BadDataset, match="no JSON Schema"):
        cases.put_rules(scope, "s", input_schema={"type": "nonsense"}, expected_schema=None)
    cases.put_rules(scope, "s", input_schema={"$ref": "http://127.0.0.1:9/schema"}, expected_schema=None)
    with pytest.raises(BadItem, match="which is not in it"):
        cases.write(scope, "s", [ItemDraft(id="y", input=1)])


def test_a_large_file_costs_no_more_memory_than_a_batch(store: MetaStore, cases: Cases, scope: Scope, tmp_path: Path) -> None:
    """A gigabyte is this forty times: what is held at once does not grow with the file (`benchmarks/imports.py` reads the gigabyte)."""
    cases.create(scope, name="s")
    line = b'{"id": "%06d", "input": "' + b"x" * 5_000 + b'"}\n'
    path = tmp_path / "cases.jsonl"
    with path.open("wb") as out:
        out.writelines(line % number for number in range(5_000))
    importing = Importing(store, cases, lambda: 1_000_000)
    with path.open("rb") as file:
        tracemalloc.start()
        done = importing.run(scope, "s", file, "jsonl", Columns(), skip_faulty=False)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert done.added == 5_000
    assert peak < path.stat().st_size / 2
