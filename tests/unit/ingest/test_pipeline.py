"""The spine end to end, on the real journal and the real engine: one visible row per span, settled, whatever the order."""

import base64
import hashlib
import itertools
import json
from typing import Any

import pytest
from tests.unit.ingest.conftest import Line
from tests.unit.ingest.otlp_bodies import T0, logs, span, traces

from pellucid_server.core.errors import Unavailable
from pellucid_server.ingest.ports import Write

LLM: dict[str, Any] = {
    "gen_ai__operation__name": "chat",
    "gen_ai__provider__name": "openai",
    "gen_ai__request__model": "gpt-4o-mini",
    "gen_ai__response__model": "gpt-4o-mini-2024-07-18",
    "gen_ai__usage__input_tokens": 1000,
    "gen_ai__usage__output_tokens": 100,
}


def test_a_call_becomes_one_priced_row_with_its_payload(line: Line) -> None:
    messages = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Wo ist mein Café?"}]}])
    line.send(traces(span("chat", gen_ai__input__messages=messages, user__id="u1", **LLM)))
    line.flush()
    (row,) = line.rows("*")
    assert (row["project_id"], row["kind"], row["user_id"], row["is_root"], row["counted"]) == ("p", "generation", "u1", 1, 1)
    assert row["cost"] == pytest.approx(1000 * 0.15e-6 + 100 * 0.60e-6)
    assert (row["input_tokens"], row["output_tokens"], row["duration"]) == (1000, 100, 5.0)
    assert row["input_preview"] == "Wo ist mein Café?"
    (payload,) = line.payloads()
    document = json.loads(payload["payload"])
    assert document["span"]["messages_in"][0]["parts"] == [{"type": "text", "text": "Wo ist mein Café?"}]
    assert document["raw"]["attributes"]["gen_ai.request.model"] == "gpt-4o-mini"
    assert "cafe" in payload["search_text"]
    assert line.journal.statistics().entries == 0
    assert line.pipeline.statistics.tally.balanced


def test_a_resend_writes_nothing_new_even_after_a_restart(line: Line) -> None:
    body = traces(span(**LLM))
    line.send(body)
    line.flush()
    before = line.rows("version")
    for again in range(2):
        line.send(body)
        line.flush()
        assert line.rows("version") == before
        if not again:
            line.forget()


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_parts_meet_in_any_order(line: Line, order: tuple[int, ...], restart: bool) -> None:
    """A start, an end and content in a log record: three requests, one row."""
    parts = (
        ("traces", traces(span("chat", start=10, end=None, gen_ai__operation__name="chat"))),
        ("traces", traces(span("chat", start=10, end=30, **LLM))),
        ("logs", logs({"name": "gen_ai.user.message", "body": {"content": "hello there"}, "at": 11})),
    )
    for index in order:
        signal, body = parts[index]
        line.send(body, signal=signal)
        line.flush()
        if restart:
            line.forget()
        assert len(line.rows("span_id")) == 1
    (row,) = line.rows("*")
    assert (row["kind"], row["duration"], row["input_preview"]) == ("generation", 20.0, "hello there")
    assert len(line.payloads()) == 1


def test_a_running_span_is_visible(line: Line) -> None:
    line.send(traces(span("chat", end=None, gen_ai__operation__name="chat")))
    line.flush()
    (row,) = line.rows("end_time, duration, kind")
    assert row == {"end_time": None, "duration": None, "kind": "generation"}


def test_children_inherit_from_a_root_that_ends_last(line: Line) -> None:
    line.send(traces(span("chat", span_id="c" * 16, parent="b" * 16, start=1, **LLM)))
    line.flush()
    assert line.rows("user_id, is_root") == [{"user_id": "", "is_root": 1}]
    line.forget()
    line.send(traces(span("turn", openinference__span__kind="AGENT", user__id="u1", session__id="s1", end=50)))
    line.flush()
    assert line.rows("name, user_id, session_id, is_root, display_parent_id") == [
        {"name": "turn", "user_id": "u1", "session_id": "s1", "is_root": 1, "display_parent_id": ""},
        {"name": "chat", "user_id": "u1", "session_id": "s1", "is_root": 0, "display_parent_id": "b" * 16},
    ]


@pytest.mark.parametrize("restart", [False, True])
def test_one_call_seen_in_two_traces_counts_once(line: Line, restart: bool) -> None:
    first = span("outer", trace="1" * 32, start=2, gen_ai__response__id="resp-1", **LLM)
    second = span("inner", trace="2" * 32, span_id="e" * 16, start=3, gen_ai__response__id="resp-1", **LLM)
    # The later start arrives first: it counts until the earlier one is known.
    line.send(traces(second))
    line.flush()
    assert line.rows("counted") == [{"counted": 1}]
    if restart:
        line.forget()
    line.send(traces(first))
    line.flush()
    assert line.rows("trace_id, counted, counted_in") == [
        {"trace_id": "1" * 32, "counted": 1, "counted_in": ""},
        {"trace_id": "2" * 32, "counted": 0, "counted_in": f"{'1' * 32}/{'b' * 16}"},
    ]


def test_a_poison_entry_is_buried_and_the_rest_flows(line: Line) -> None:
    line.send(traces(span("good", span_id="1" * 16)))
    bad = line.send(b"\xff\xff\xff not protobuf")
    line.send(traces(span("fine", span_id="2" * 16)))
    line.flush()
    assert [row["name"] for row in line.rows("name")] == ["good", "fine"]
    (letter,) = line.journal.dead_letters("p")
    assert letter.entry.id == bad
    assert "protobuf" in letter.error
    assert line.journal.statistics().entries == 0


def test_a_store_that_is_down_is_waited_for_and_nothing_is_lost(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    fails = iter([True, True, False])
    write = line.store.write

    def flaky(rows: Write) -> None:
        if next(fails):
            raise Unavailable("down")
        write(rows)

    monkeypatch.setattr(line.store, "write", flaky)
    line.send(traces(span()))
    line.flush()
    assert len(line.rows("span_id")) == 1
    assert line.pipeline.statistics.retries == 2


def test_the_same_ids_in_two_projects_are_two_spans(line: Line) -> None:
    line.send(traces(span("one", user__id="u1")), project="p1")
    line.send(traces(span("two", user__id="u2")), project="p2")
    line.flush()
    assert {(row["project_id"], row["name"], row["user_id"]) for row in line.rows("project_id, name, user_id")} == {
        ("p1", "one", "u1"),
        ("p2", "two", "u2"),
    }


def test_wrong_clocks_are_kept_and_flagged_and_a_back_fill_is_not(line: Line) -> None:
    day = 24 * 3600 * 1000
    line.send(traces(span("past", span_id="1" * 16, start=day - T0 // 1_000_000, end=None)))
    line.send(traces(span("future", span_id="2" * 16, start=230 * 365 * day, end=230 * 365 * day + 1)))
    line.send(traces(span("ten weeks ago", span_id="3" * 16, start=-70 * day)))
    line.flush()
    flags = {row["name"]: "clock_suspect" in row["flags"] for row in line.rows("name, flags")}
    assert flags == {"past": True, "future": True, "ten weeks ago": False}


def test_media_goes_to_the_blobs_and_is_stored_once(line: Line) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
    encoded = base64.b64encode(picture).decode()
    parts = [
        {"type": "text", "content": "what is this"},
        {"type": "blob", "mime_type": "image/png", "modality": "image", "content": encoded},
    ]
    body = traces(span(gen_ai__input__messages=json.dumps([{"role": "user", "parts": parts}]), **LLM))
    line.send(body)
    line.flush()
    name = hashlib.sha256(picture).hexdigest()
    assert line.blobs == {("p", name): picture}
    (payload,) = line.payloads()
    assert encoded not in payload["payload"]
    document = json.loads(payload["payload"])
    assert document["span"]["messages_in"][0]["parts"][1]["uri"] == f"blob:{name}"
    # A later part decodes the stored raw span again: the reference stays what it is.
    line.send(
        logs({"name": "gen_ai.choice", "body": {"index": 0, "finish_reason": "stop", "message": {"content": "a picture"}}}),
        signal="logs",
    )
    line.flush()
    (payload,) = line.payloads()
    document = json.loads(payload["payload"])
    assert document["span"]["messages_in"][0]["parts"][1]["uri"] == f"blob:{name}"
