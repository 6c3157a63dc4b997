"""Bodies that nobody should send: whatever the bytes, a clear answer within the bounds; and what was confirmed can be decoded."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from tests.unit.ingest.otlp_bodies import T0, logs, span, traces

from pellucid_server.core.bounds import DEFAULT_BOUNDS, Bounds
from pellucid_server.core.clock import DAY
from pellucid_server.core.errors import BadPayload, TooLarge
from pellucid_server.ingest.decoding import LATEST_STORABLE, decode_entries
from pellucid_server.ingest.door import Door, Request
from pellucid_server.ingest.enriching import Enricher
from pellucid_server.ingest.otlp.parsed import Parsed
from pellucid_server.ingest.parse import parse, raw_body
from pellucid_server.journal.port import Entry
from pellucid_server.store.spans.encode import encode

PROTOBUF, JSON = "application/x-protobuf", "application/json"
NOW = 1_790_000_000_000_000
TIGHT = replace(
    DEFAULT_BOUNDS, attribute_bytes=200, attributes_per_span=20, depth=8, index=16, events_per_span=5, spans_per_request=3
)

VALID: dict[tuple[str, str], bytes] = {
    ("traces", PROTOBUF): traces(
        span("a", gen_ai__operation__name="chat", gen_ai__usage__input_tokens=3, deep={"k": [1, {"x": 2.5}]}, user__id="ü"),
        span("b", span_id="c" * 16, parent="b" * 16, llm__input_messages="[]", status=2, message="no"),
    ),
    ("logs", PROTOBUF): logs({"name": "gen_ai.user.message", "body": {"role": "user", "content": "hi"}}),
    ("traces", JSON): json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [
        {"traceId": "a" * 32, "spanId": "b" * 16, "name": "call", "startTimeUnixNano": str(T0),
         "attributes": [{"key": "k", "value": {"kvlistValue": {"values": [{"key": "x", "value": {"doubleValue": "NaN"}}]}}}]},
    ]}]}]}).encode(),
    ("logs", JSON): json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [
        {"traceId": "a" * 32, "spanId": "b" * 16, "eventName": "gen_ai.choice", "body": {"stringValue": "hi"}},
    ]}]}]}).encode(),
}  # fmt: skip


def take(signal: str, content_type: str, body: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> Parsed | None:
    """What the way in makes of a body: refused by name, or decoded and encoded to the end."""
    try:
        parsed = parse(signal, content_type, body, bounds)
    except BadPayload:
        return None
    assert len(parsed.parts) + len(parsed.rejected) == parsed.records
    entry = Entry(
        id=1, project_id="p", signal=signal, content_type=content_type, encoding="", received_at=NOW, records=1, body=body
    )
    chunk = decode_entries([entry], lambda project_id: Enricher(), bounds)
    assert not chunk.failed
    assert chunk.tally.balanced
    spans, payloads = encode(chunk.rows)
    assert spans.num_rows == payloads.num_rows == len({(part.trace_id, part.span_id) for part in parsed.parts})
    raw_body(parsed.parts)
    return parsed


@pytest.mark.parametrize(("signal", "content_type"), VALID)
@given(noise=st.binary(max_size=300))
def test_noise_is_refused_or_taken(signal: str, content_type: str, noise: bytes) -> None:
    take(signal, content_type, noise)


@pytest.mark.parametrize(("signal", "content_type"), VALID)
@settings(max_examples=300)
@given(seed=st.integers(0, 2**32), changes=st.integers(1, 6))
def test_a_valid_body_with_changed_bytes_is_refused_or_taken(signal: str, content_type: str, seed: int, changes: int) -> None:
    source = random.Random(seed)
    body = bytearray(VALID[signal, content_type])
    for _ in range(changes):
        place = source.randrange(len(body))
        match source.randrange(4):
            case 0:
                body[place] = source.randrange(256)
            case 1:
                body[place] ^= 1 << source.randrange(8)
            case 2:
                del body[place : place + source.randrange(1, 8)]
            case 3:
                body[place:place] = source.randbytes(source.randrange(1, 8))
        if not body:
            return
    take(signal, content_type, bytes(body))


@pytest.mark.parametrize(("signal", "content_type"), VALID)
def test_every_cut_of_a_valid_body_is_refused_or_taken(signal: str, content_type: str) -> None:
    body = VALID[signal, content_type]
    assert take(signal, content_type, body) is not None
    for end in range(0, len(body), 3):
        take(signal, content_type, body[:end])


# --- values ----------------------------------------------------------------------------------------------------------------------

_keys = st.sampled_from(
    ["__proto__", "constructor", "", " ", ".", "a..b", "gen_ai.input.messages", "gen_ai.prompt.0.content", "gen_ai.usage.input_tokens",
     "llm.input_messages.99999999.message.content", "llm.token_count.prompt", "input.value", "openinference.span.kind", "session.id",
     "gen_ai.response.finish_reasons", "metadata", "tag.tags", "llm.invocation_parameters", "gen_ai.request.temperature", "\x00",
     "k" * 3_000]
) | st.text(max_size=12)  # fmt: skip
_scalars = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=30) | st.binary(max_size=20)
    | st.sampled_from(["[" * 2_000, '{"a":' * 500, '[{"role":"user","content":null}]', "[1,2", "NaN", "-1", "1e400", "\x00", "💥" * 20])
)  # fmt: skip
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3), max_leaves=12
)


def fill(target: AnyValue, value: Any) -> None:
    """Any value that OTLP can carry."""
    if isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int):
        target.int_value = value
    elif isinstance(value, float):
        target.double_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, bytes):
        target.bytes_value = value
    elif isinstance(value, list):
        target.array_value.SetInParent()
        for one in value:
            fill(target.array_value.values.add(), one)
    elif isinstance(value, dict):
        target.kvlist_value.SetInParent()
        for key, one in value.items():
            pair = target.kvlist_value.values.add()
            pair.key = key
            fill(pair.value, one)


def request_of(attributes: dict[str, Any], **times: int) -> ExportTraceServiceRequest:
    """One span with these attributes."""
    request = ExportTraceServiceRequest()
    added = request.resource_spans.add().scope_spans.add().spans.add()
    added.trace_id, added.span_id, added.name = b"\1" * 16, b"\2" * 8, "x"
    added.start_time_unix_nano = times.get("start", T0)
    added.end_time_unix_nano = times.get("end", T0 + 1)
    for key, value in attributes.items():
        pair = added.attributes.add()
        pair.key = key
        fill(pair.value, value)
    return request


@settings(max_examples=300)
@given(attributes=st.dictionaries(_keys, _values, max_size=8))
@example(attributes={"__proto__": {"polluted": True}, "constructor": {"prototype": 1}})
@example(attributes={"gen_ai.usage.input_tokens": float("nan"), "llm.token_count.prompt": float("inf")})
@example(attributes={"gen_ai.usage.input_tokens": -(2**63), "llm.token_count.completion": 2**63 - 1})
def test_a_span_with_any_attributes_becomes_a_row(attributes: dict[str, Any]) -> None:
    for bounds in (DEFAULT_BOUNDS, TIGHT):
        parsed = take("traces", PROTOBUF, request_of(attributes).SerializeToString(), bounds)
        assert parsed is not None
        assert parsed.records == 1


@given(start=st.integers(0, 2**64 - 1), end=st.integers(0, 2**64 - 1))
@example(start=0, end=0)
@example(start=1, end=2**64 - 1)
@example(start=9_214_646_400 * 10**9, end=9_214_646_400 * 10**9)
def test_a_span_of_any_time_becomes_a_row(start: int, end: int) -> None:
    parsed = take("traces", PROTOBUF, request_of({}, start=start, end=end).SerializeToString())
    assert parsed is not None
    assert parsed.records == 1


@given(start=st.integers(0, 2**64 - 1), end=st.integers(0, 2**64 - 1))
def test_no_stored_time_is_beyond_what_the_engine_and_the_api_can_say(start: int, end: int) -> None:
    body = request_of({}, start=start, end=end).SerializeToString()
    entry = Entry(id=1, project_id="p", signal="traces", content_type=PROTOBUF, encoding="", received_at=NOW, records=1, body=body)
    (row,) = decode_entries([entry], lambda project_id: Enricher()).rows
    assert row.span.start_time <= LATEST_STORABLE
    assert (row.span.end_time or 0) <= LATEST_STORABLE
    assert ("clock_suspect" in row.span.flags) or row.span.start_time <= NOW + DAY


# --- bombs -----------------------------------------------------------------------------------------------------------------------


def nested(depth: int) -> Any:
    """A list in a list in a list."""
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


def test_deep_values_are_cut_and_flagged() -> None:
    # The protobuf parser itself stops at a hundred messages in each other.
    parsed = take("traces", PROTOBUF, request_of({"deep": nested(40)}).SerializeToString(), TIGHT)
    assert parsed is not None
    assert "depth_cut" in parsed.parts[0].flags


@pytest.mark.parametrize("kind", ["arrayValue", "kvlistValue"])
def test_deep_json_is_refused_or_cut(kind: str) -> None:
    inner = '{"values":[' if kind == "arrayValue" else '{"values":[{"key":"k","value":'
    outer = "]}" if kind == "arrayValue" else "}]}"
    for depth in (50, 300, 20_000):
        value = f'{{"{kind}":{inner}' * depth + '{"stringValue":"x"}' + f"{outer}}}" * depth
        attributes = f'[{{"key":"k","value":{value}}}]'
        one = f'{{"traceId":"{"a" * 32}","spanId":"{"b" * 16}","name":"x","attributes":{attributes}}}'
        body = f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{one}]}}]}}]}}'
        take("traces", JSON, body.encode())


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000 + "]" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000, "[" * 1_000_000, '"' + "\\" * 999_999],
    ids=["lists", "objects", "open", "escapes"],
)
def test_depth_in_the_text_of_an_attribute_is_only_text(text: str) -> None:
    for key in ("gen_ai.input.messages", "input.value", "llm.invocation_parameters", "gen_ai.tool.definitions", "metadata"):
        assert take("traces", PROTOBUF, request_of({key: text}).SerializeToString()) is not None


def _field(number: int, content: bytes) -> bytes:
    size, length = len(content), bytearray()
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    return bytes([number << 3 | 2, *length, size]) + content


_IDS = _field(1, b"\1" * 16) + _field(2, b"\1" * 8)
BOMBS: dict[str, bytes] = {
    "resources": _field(1, b"") * 300_000,
    "scopes": _field(1, _field(2, b"") * 300_000),
    "spans": _field(1, _field(2, _field(2, b"") * 300_000)),
    "attributes": _field(1, _field(2, _field(2, _IDS + _field(9, b"") * 2_200_000))),
    "events": _field(1, _field(2, _field(2, _IDS + _field(11, b"") * 2_200_000))),
    "values": _field(1, _field(2, _field(2, _IDS + _field(9, _field(2, _field(5, _field(1, b"") * 2_200_000)))))),
    "many small spans of nothing": _field(1, _field(2, _field(2, _IDS + _field(9, b"") * 300) * 8_000)),
    "behind a group": b"\x1b\x1c" + _field(1, _field(2, _field(2, b"") * 300_000)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_what_would_unfold_is_refused_before_it_does(bomb: str) -> None:
    for signal in ("traces", "logs"):
        if signal == "logs" and bomb not in ("resources", "scopes", "spans", "behind a group"):
            continue
        with pytest.raises(TooLarge, match="smaller batches"):
            parse(signal, PROTOBUF, BOMBS[bomb])


def test_json_that_would_unfold_is_refused_before_it_does() -> None:
    with pytest.raises(TooLarge, match="smaller batches"):
        parse("traces", JSON, b'{"resourceSpans":[' + b"{}," * 2_100_000 + b"{}]}")


def test_large_bodies_of_ordinary_density_are_taken() -> None:
    spans = [span(str(n), span_id=f"{n + 1:016x}", text="x" * 900, nested={"k": ["v"] * 20}) for n in range(9_000)]
    body = traces(*spans)
    assert len(body) > 2 * 4 * 1024**2 * 0.9
    assert parse("traces", PROTOBUF, body).records == 9_000


def test_an_index_bomb_builds_nothing() -> None:
    bomb = {f"llm.input_messages.{number}.message.content": "x" for number in (0, 10**8, 2**63, 10**30)}
    bomb |= {f"gen_ai.prompt.{number}.content": "x" for number in (1, 99_999_999, 10**18)}
    assert take("traces", PROTOBUF, request_of(bomb).SerializeToString()) is not None


def test_an_attribute_flood_is_cut_counted_and_flagged() -> None:
    parsed = take("traces", PROTOBUF, request_of({f"k{number}": number for number in range(30_000)}).SerializeToString())
    assert parsed is not None
    (part,) = parsed.parts
    assert len(part.attributes) == DEFAULT_BOUNDS.attributes_per_span
    assert part.dropped_attributes == 30_000 - DEFAULT_BOUNDS.attributes_per_span
    assert "attributes_cut" in part.flags


def test_a_long_attribute_is_kept_and_a_longer_one_is_cut_and_flagged() -> None:
    kept, cut = "x" * 1_000_000, "y" * (DEFAULT_BOUNDS.attribute_bytes + 1)
    parsed = take("traces", PROTOBUF, request_of({"kept": kept, "cut": cut}).SerializeToString())
    assert parsed is not None
    (part,) = parsed.parts
    assert part.attributes["kept"] == kept
    assert part.attributes["cut"] == cut[:-1]
    assert part.flags == ("attribute_cut",)


def test_spans_above_the_bound_are_rejected_by_name() -> None:
    body = traces(*(span(str(number), span_id=f"{number:016x}") for number in range(1, 6)))
    parsed = take("traces", PROTOBUF, body, TIGHT)
    assert parsed is not None
    assert (len(parsed.parts), [reason.value for reason, _ in parsed.rejected]) == (3, ["too_many_spans"] * 2)


# --- the door and the decoder agree ----------------------------------------------------------------------------------------------


@given(body=st.binary(max_size=200) | st.integers(0, 2**32).map(lambda seed: _mutated(seed)))
def test_what_the_door_counts_is_what_the_decoder_finds(body: bytes) -> None:
    """The door looks at a request without taking it apart: a difference would confirm what nobody can decode."""
    door = Door(journal=None, clock=lambda: NOW)  # type: ignore[arg-type]  # nothing is appended here
    request = Request(project_id="p", signal="traces", content_type=PROTOBUF, encoding="", body=body)
    seen = _outcome(lambda: door._inspect(request, body))
    found = _outcome(lambda: parse("traces", PROTOBUF, body))
    assert seen == found


def _mutated(seed: int) -> bytes:
    source = random.Random(seed)
    body = bytearray(VALID["traces", PROTOBUF])
    for _ in range(source.randrange(1, 5)):
        body[source.randrange(len(body))] ^= 1 << source.randrange(8)
    return bytes(body)


def _outcome(act: Callable[[], Parsed]) -> tuple[int, list[tuple[str, str]]] | None:
    try:
        parsed = act()
    except BadPayload:
        return None
    return parsed.records, [(reason.value, name) for reason, name in parsed.rejected]
