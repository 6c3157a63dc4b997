"""The kit for users' own tests, and the emitter's records."""

from typing import Any

import pytest

import pellucid
from pellucid import testing


def test_recording_gives_whole_comparable_records() -> None:
    with testing.recording() as recorded, pellucid.context(user_id="ann"), pellucid.span("root", "chain", input={"q": 1}) as step:
        step.update(output="done", metadata={"n": 1}, tags=["t"])
        with pellucid.span("child"):
            pass
    assert recorded.span("root") == {
        "record": "span",
        "name": "root",
        "trace_id": "0" * 31 + "1",
        "span_id": "0" * 15 + "1",
        "parent_span_id": None,
        "start_time": "2026-01-01T00:00:00+00:00",
        "duration_ms": 3.0,
        "outcome": "success",
        "kind": "chain",
        "user_id": "ann",
        "input": {"q": 1},
        "output": "done",
        "metadata": {"n": 1},
        "tags": ["t"],
    }
    assert [child["name"] for child in recorded.children("root")] == ["child"]


def test_recording_ends_with_its_block_and_restores_the_client(server: Any, client: Any) -> None:
    with testing.recording() as recorded, pellucid.span("inside"):
        pellucid.score("good", 1)
    with pellucid.span("outside"):
        pass
    assert [span["name"] for span in recorded.spans] == ["inside"]
    assert [score["name"] for score in recorded.scores] == ["good"]
    assert server.span("outside")
    with pytest.raises(AssertionError, match=r"0 spans are named 'outside'; recorded were \['inside'\]"):
        recorded.span("outside")


def test_failures_of_the_client_are_loud_in_tests() -> None:
    with testing.recording() as recorded:
        with pytest.raises(ValueError, match="target"):
            pellucid.score("x", 1)
        recorded.clear()
        assert recorded.records == []


def test_an_emitter_gets_plain_dicts_and_needs_no_server(start: Any) -> None:
    records: list[dict[str, Any]] = []
    pellucid.init(emit=records.append, set_global=False, strict=True, flush_interval_s=0.01)

    @pellucid.observe(kind="generation", name="call")
    def call() -> str:
        pellucid.update_span(model="gpt-4o", usage={"input": 3, "output": 2}, cost=0.01)
        pellucid.score("good", True)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        call()
    assert pellucid.flush() is True
    by_kind = {record["record"]: record for record in records}
    span = by_kind["span"]
    assert (span["model_requested"], span["usage"], span["cost"]) == ("gpt-4o", {"input": 3, "output": 2}, {"total": 0.01})
    assert (span["outcome"], span["status_message"], span["error_type"]) == ("error", "ValueError: no", "ValueError")
    assert by_kind["score"]["trace_id"] == span["trace_id"]
    assert pellucid.stats().lost == {}
