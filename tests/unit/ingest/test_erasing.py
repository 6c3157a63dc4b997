"""Erasing traces while the spine runs: nothing of them is seen, what they carried for others is settled anew, late parts stand alone."""

from typing import Any

import pytest
from tests.store.spans.tables import insert, score
from tests.unit.ingest.conftest import Line
from tests.unit.ingest.otlp_bodies import span, traces

from pellucid_server.core.errors import QueryTooExpensive
from pellucid_server.ingest.ports import TraceKey
from pellucid_server.model.json import JsonValue
from pellucid_server.store.spans.columns import SCORES
from pellucid_server.store.spans.drivers.port import Statement

FIRST, SECOND = "1" * 32, "2" * 32
CALL: dict[str, JsonValue] = {
    "gen_ai__operation__name": "chat",
    "gen_ai__request__model": "gpt-4o-mini",
    "gen_ai__response__id": "resp-1",
    "gen_ai__usage__input_tokens": 1000,
    "gen_ai__usage__output_tokens": 100,
}


def erase(line: Line, *trace_ids: str) -> None:
    """As a run would."""
    done = line.pipeline.erase([TraceKey("p", trace_id) for trace_id in trace_ids])
    line.pipeline.step(0)
    done.result(0)


def visible(line: Line, table: str) -> list[dict[str, Any]]:
    sql = f"SELECT trace_id FROM {table} FINAL"
    return line.driver.query(Statement(sql=sql, parameters={})).dicts()


@pytest.mark.parametrize("restart", [False, True])
def test_an_erased_trace_is_gone_with_its_content_and_scores(line: Line, restart: bool) -> None:
    line.send(traces(span("gone", trace=FIRST, pellucid__input="secret"), span("stays", trace=SECOND)))
    line.flush()
    insert(line.driver, SCORES, [{**score(one, "quality", project_id="p"), "trace_id": one} for one in (FIRST, SECOND)])
    if restart:
        line.forget()
    erase(line, FIRST)
    assert [row["trace_id"] for row in line.rows("trace_id")] == [SECOND]
    assert {row["trace_id"] for table in ("payloads", "scores") for row in visible(line, table)} == {SECOND}
    erase(line, FIRST)
    assert len(line.rows("trace_id")) == 1


def test_what_was_counted_in_an_erased_trace_counts_again(line: Line) -> None:
    line.send(traces(span("outer", trace=FIRST, start=2, **CALL), span("inner", trace=SECOND, span_id="e" * 16, start=3, **CALL)))
    line.flush()
    assert [row["counted"] for row in line.rows("counted", f"trace_id = '{SECOND}'")] == [0]
    erase(line, FIRST)
    assert line.rows("trace_id, counted, counted_in") == [{"trace_id": SECOND, "counted": 1, "counted_in": ""}]


def test_a_late_part_of_an_erased_trace_stands_alone(line: Line) -> None:
    line.send(traces(span("root", trace=FIRST)))
    line.flush()
    erase(line, FIRST)
    line.send(traces(span("late", trace=FIRST, span_id="e" * 16, parent="b" * 16, start=2)))
    line.flush()
    assert line.rows("name, is_root") == [{"name": "late", "is_root": 1}]


def test_a_store_that_refuses_is_told_to_whoever_erases(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.send(traces(span("root", trace=FIRST)))
    line.flush()

    def refuse(*_: object) -> None:
        raise QueryTooExpensive("too much at once")

    with monkeypatch.context() as patched:
        patched.setattr(line.store, "erase", refuse)
        with pytest.raises(QueryTooExpensive):
            erase(line, FIRST)
    assert len(line.rows("trace_id")) == 1
    line.send(traces(span("after", trace=SECOND)))
    line.flush()
    assert len(line.rows("trace_id")) == 2
