"""Faults inside the spine: whatever fails, and wherever in a batch, nothing is lost, nothing is doubled, and the rest flows."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from tests.unit.ingest.conftest import Line
from tests.unit.ingest.otlp_bodies import span, traces

from pellucid_server.core.errors import PellucidError, QueryTooExpensive, Unavailable
from pellucid_server.ingest import decoding, local, pipeline
from pellucid_server.ingest.decoding import Chunk
from pellucid_server.ingest.ports import TraceKey, Write
from pellucid_server.journal.port import Entry

ONE, TWO, THREE = "1" * 16, "2" * 16, "3" * 16


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "RETRY_FIRST_S", 0.001)
    monkeypatch.setattr(pipeline, "RETRY_MOST_S", 0.001)


def _fail_once(monkeypatch: pytest.MonkeyPatch, target: Any, name: str, error: Exception) -> Iterator[bool]:
    """Let the first call of a method fail."""
    real = getattr(target, name)
    fails = iter([True])

    def flaky(*arguments: Any) -> Any:
        if next(fails, False):
            raise error
        return real(*arguments)

    monkeypatch.setattr(target, name, flaky)
    return fails


def expect_whole(line: Line, names: Sequence[str]) -> None:
    """One row and one payload for each span."""
    assert sorted(row["name"] for row in line.rows("name")) == sorted(names)
    assert len(line.payloads()) == len(names)
    assert line.journal.statistics().entries == 0
    assert line.journal.statistics().dead_letters == 0


@pytest.mark.parametrize("method", ["load", "load_payloads", "write"])
def test_a_store_that_fails_in_the_middle_of_settling_loses_no_row(
    line: Line, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    line.send(traces(span("old", span_id=ONE)))
    line.flush()
    line.forget()
    _fail_once(monkeypatch, line.store, method, Unavailable("gone"))
    # One request: a new span, a part of one that is stored, and a span of a trace of its own.
    line.send(traces(span("new", span_id=TWO), span("old", span_id=ONE, more="x"), span("other", trace="c" * 32, span_id=THREE)))
    line.flush()
    expect_whole(line, ["old", "new", "other"])
    assert line.pipeline.statistics.retries == 1


def test_a_failure_while_another_trace_is_recalled_loses_no_row(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    call: dict[str, Any] = {"gen_ai__operation__name": "chat", "gen_ai__response__id": "resp-1", "gen_ai__usage__input_tokens": 5}
    line.send(traces(span("inner", trace="2" * 32, span_id=TWO, start=3, **call)))
    line.flush()
    line.pipeline.settler.memory._traces.clear()  # it is known who claimed the response, but not what its trace holds
    _fail_once(monkeypatch, line.store, "load", Unavailable("gone"))
    line.send(traces(span("outer", trace="1" * 32, span_id=ONE, start=2, **call)))
    line.flush()
    expect_whole(line, ["inner", "outer"])


def test_several_spans_whose_start_moves_leave_nothing_behind(line: Line) -> None:
    ids = (ONE, TWO, THREE)
    line.send(traces(*(span(name, span_id=one, start=0, end=None) for name, one in zip("abc", ids, strict=True))))
    line.flush()
    line.send(traces(*(span(name, span_id=one, start=10, end=20) for name, one in zip("abc", ids, strict=True))))
    line.flush()
    expect_whole(line, ["a", "b", "c"])
    assert {payload["span_id"] for payload in line.payloads()} == set(ids)


def test_a_limit_that_is_met_for_ever_does_not_stop_the_rest(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    write = line.store.write

    def heavy(rows: Write) -> None:
        if TraceKey("p", "e" * 32) in rows.traces:
            raise QueryTooExpensive("memory")
        write(rows)

    monkeypatch.setattr(line.store, "write", heavy)
    line.send(traces(span("before", span_id=ONE)))
    bad = line.send(traces(span("heavy", trace="e" * 32)))
    line.send(traces(span("after", span_id=TWO)))
    line.flush()
    assert [row["name"] for row in line.rows("name")] == ["before", "after"]
    assert [letter.entry.id for letter in line.journal.dead_letters("p")] == [bad]


def test_an_entry_that_cannot_be_decoded_is_buried_and_flows_after_the_fix(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    decode = decoding.decode_raw

    def broken(project_id: str, raw: Any, *rest: Any) -> Any:
        if raw.name == "poison":
            raise KeyError("a bug of ours")
        return decode(project_id, raw, *rest)

    monkeypatch.setattr(decoding, "decode_raw", broken)
    line.send(traces(span("before", span_id=ONE)))
    bad = line.send(traces(span("poison", trace="d" * 32)))
    line.send(traces(span("after", span_id=TWO)))
    line.flush()
    assert [row["name"] for row in line.rows("name")] == ["before", "after"]
    (letter,) = line.journal.dead_letters("p")
    assert (letter.entry.id, letter.attempts) == (bad, 1)
    assert "a bug of ours" in letter.error
    line.journal.replay("p", bad)
    line.flush()
    (again,) = line.journal.dead_letters("p")
    assert again.attempts == 2, "it comes back until it is fixed"
    monkeypatch.setattr(decoding, "decode_raw", decode)
    line.journal.replay("p", again.entry.id)
    line.flush()
    expect_whole(line, ["before", "poison", "after"])


def test_a_decoder_that_fails_as_a_whole_blames_only_the_guilty(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = local.decode_entries

    def broken(entries: Sequence[Entry], *rest: Any) -> Chunk:
        if any(entry.id == 2 for entry in entries):
            raise MemoryError
        return whole(entries, *rest)

    monkeypatch.setattr(local, "decode_entries", broken)
    for number, name in enumerate(["one", "two", "three"], start=1):
        line.send(traces(span(name, span_id=f"{number:016x}")))
    line.flush()
    assert [row["name"] for row in line.rows("name")] == ["one", "three"]
    assert [letter.entry.id for letter in line.journal.dead_letters("p")] == [2]


def test_rows_that_the_store_refuses_are_set_aside_alone(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    write = line.store.write

    def picky(rows: Write) -> None:
        if "refused" in rows.spans.column("name").to_pylist():
            raise PellucidError("The analytic store failed: Code: 117.")
        write(rows)

    monkeypatch.setattr(line.store, "write", picky)
    for number, name in enumerate(["one", "refused", "three"], start=1):
        line.send(traces(span(name, trace=f"{number:032x}")))
    line.flush()
    assert sorted(row["name"] for row in line.rows("name")) == ["one", "three"]
    assert line.pipeline.statistics.buried == 1
