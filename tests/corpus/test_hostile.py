"""Whatever a span contains, it is kept: nothing raises, nothing grows beyond its bound, nothing vanishes unseen."""

import json
import tracemalloc
from dataclasses import replace
from itertools import chain

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.corpus.loader import captures
from tests.corpus.spans import END, decoded, raw

from pellucid_server.dialects import read
from pellucid_server.dialects.convention import Convention, Family, Reading
from pellucid_server.dialects.decode import decode
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.registry import CONVENTIONS, LEXICON
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import PartType
from pellucid_server.model.raw import RawEvent, RawLog, RawSpan
from pellucid_server.model.span import Kind, Outcome
from pellucid_server.model.usage import USAGE_KINDS

PREFIXES = [family.prefix for convention in CONVENTIONS for family in convention.families]
LEAVES = [
    "0.message.role",
    "1.message.content",
    "0.content",
    "3.tool_calls.0.id",
    "x",
    "0",
    "99999999.a",
    "0.document.score",
    "__proto__",
]

scalars: st.SearchStrategy[JsonValue] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "None", "-1", "[]", "{}", "NaN", '{"a":', '[{"role":"user"', '"\\"gold\\""', "chat", "LLM", "stop", "openai.chat", "7"]
    ),
)
values: st.SearchStrategy[JsonValue] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(
                st.text(max_size=8),
                st.sampled_from(
                    ["role", "content", "type", "parts", "text", "messages", "choices", "message", "usage", "id", "__proto__"]
                ),
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
encoded = values.map(lambda value: json.dumps(value))
cut = encoded.flatmap(lambda text: st.integers(0, len(text)).map(lambda end: text[:end]))
keys = st.one_of(
    st.sampled_from(sorted(LEXICON.keys)),
    st.builds(lambda prefix, leaf: f"{prefix}.{leaf}", st.sampled_from(PREFIXES), st.sampled_from(LEAVES)),
    st.text(max_size=20),
)
attributes = st.dictionaries(keys, st.one_of(values, encoded, cut), max_size=12)
event_names = st.sampled_from(
    sorted(
        {name for convention in CONVENTIONS for name in convention.events}
        | {"exception", "First Token Stream Event", "tool.output"}
    )
)
scopes = st.sampled_from([None, "", *sorted({scope for convention in CONVENTIONS for scope in convention.scopes})])
spans = st.builds(
    RawSpan,
    trace_id=st.just("a" * 32),
    span_id=st.just("b" * 16),
    name=st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["call_llm", "invocation", "raw_gen_ai_request", "llm_node"])),
    start_time=st.one_of(st.none(), st.integers(-(2**62), 2**62)),
    end_time=st.one_of(st.none(), st.integers(-(2**62), 2**62)),
    status_code=st.sampled_from([None, 0, 1, 2, 99]),
    status_message=st.one_of(st.none(), st.text(max_size=30)),
    scope_name=scopes,
    attributes=attributes,
    resource=st.dictionaries(st.sampled_from(["service.name", "service.version", "telemetry.sdk.name"]), values, max_size=3),
    events=st.lists(
        st.builds(RawEvent, name=event_names, time=st.one_of(st.none(), st.integers(0, 2**62)), attributes=attributes), max_size=3
    ).map(tuple),
    logs=st.lists(st.builds(RawLog, name=event_names, body=st.one_of(values, encoded), attributes=attributes), max_size=2).map(
        tuple
    ),
)
often = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(spans)
@often
def test_decoding_never_fails(span: RawSpan) -> None:
    found = decode(span, received_at=END)
    assert (found.trace_id, found.span_id) == (span.trace_id, span.span_id)
    assert [flag for flag in found.flags if flag.startswith("decode_failed")] == []
    msgspec.json.encode(found)


@given(spans)
@often
def test_decoding_is_deterministic_and_leaves_its_input_alone(span: RawSpan) -> None:
    before = repr(span)
    assert repr(decode(span, received_at=END)) == repr(decode(replace(span), received_at=END))
    assert repr(span) == before


@given(spans)
@often
def test_usage_is_disjoint_and_not_negative(span: RawSpan) -> None:
    usage = decode(span, received_at=END).usage
    parts = [getattr(usage, kind) for kind in USAGE_KINDS]
    assert all(part is None or part >= 0 for part in parts)
    assert usage.total == sum(part or 0 for part in parts)


counts = st.integers(0, 10**6)


@given(counts, counts, counts, counts, counts)
@often
def test_inclusive_parts_sum_to_what_was_reported(
    fresh: int, cache_read: int, cache_write: int, visible: int, reasoning: int
) -> None:
    usage = decoded(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.usage.input_tokens": fresh + cache_read + cache_write,
            "gen_ai.usage.cache_read.input_tokens": cache_read,
            "gen_ai.usage.cache_write.input_tokens": cache_write,
            "gen_ai.usage.output_tokens": visible + reasoning,
            "gen_ai.usage.reasoning.output_tokens": reasoning,
        }
    ).usage
    assert (usage.input, usage.cache_read, usage.cache_write, usage.output, usage.reasoning) == (
        fresh, cache_read, cache_write, visible, reasoning,
    )  # fmt: skip


@given(st.dictionaries(st.text(min_size=1, max_size=30).map(lambda word: f"acme.{word}"), values, max_size=6))
@often
def test_keys_that_nobody_knows_are_listed(unknown: dict[str, JsonValue]) -> None:
    found = decoded({**unknown, "gen_ai.operation.name": "chat"})
    assert set(found.unmapped) == set(unknown)


@pytest.mark.parametrize(
    "key",
    [
        "llm.input_messages.99999999.message.content",
        "llm.input_messages.99999999999999999999999999.message.content",
        "gen_ai.prompt.99999999.content",
        "retrieval.documents.4097.document.content",
        "llm.input_messages.0.message.contents.123456789.message_content.text",
    ],
)
def test_an_index_beyond_the_bound_builds_nothing(key: str) -> None:
    tracemalloc.start()
    found = decoded({key: "x", "openinference.span.kind": "LLM"})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not found.messages_in
    assert not found.documents
    assert found.unmapped == (key,)
    assert "index_cut" in found.flags
    assert peak < 1_000_000


def test_the_largest_index_is_still_read() -> None:
    found = decoded({"llm.input_messages.4096.message.content": "last", "llm.input_messages.4096.message.role": "user"})
    assert len(found.messages_in) == 1


@pytest.mark.parametrize("opener", ["[", '{"a":', '[{"parts":'])
def test_depth_bombs_stay_text(opener: str) -> None:
    closer = {"[": "]", '{"a":': "}", '[{"parts":': "}]"}[opener]
    for depth in (65, 900, 100_000):
        bomb = opener * depth + "1" + closer * depth
        found = decoded({"gen_ai.operation.name": "chat", "gen_ai.input.messages": bomb, "input.value": bomb})
        assert found.messages_in[0].parts[0].text == bomb
        msgspec.json.encode(found)


def test_a_document_within_the_depth_bound_is_parsed() -> None:
    nested = "[" * 40 + "]" * 40
    assert isinstance(decoded({"openinference.span.kind": "CHAIN", "input.value": nested}).input, list)


def test_truncated_json_is_kept_as_text_and_flagged() -> None:
    text = '[{"role":"user","parts":[{"type":"text","content":"Say hel'
    found = decoded({"gen_ai.operation.name": "chat", "gen_ai.input.messages": text})
    assert found.messages_in[0].parts[0].text == text
    assert found.flags == ("json_cut",)


def test_prototype_keys_are_plain_data() -> None:
    found = decoded(
        {
            "openinference.span.kind": "CHAIN",
            "__proto__": "x",
            "constructor.prototype": "x",
            "metadata": '{"__proto__": {"polluted": true}, "plan": "pro"}',
            "input.value": '{"__proto__": {"polluted": true}}',
            "llm.input_messages.__proto__.message.content": "x",
            "llm.input_messages.0.message.__proto__.content": "x",
        }
    )
    assert found.metadata == {"__proto__": {"polluted": True}, "plan": "pro"}
    assert found.input == {"__proto__": {"polluted": True}}
    assert found.messages_in == ()
    assert set(found.unmapped) == {"__proto__", "constructor.prototype", "llm.input_messages.__proto__.message.content"}


def test_cut_tool_definitions_define_nothing() -> None:
    found = decoded({"gen_ai.operation.name": "chat", "gen_ai.tool.definitions": '[{"name": "get_wea'})
    assert (found.tools, found.flags) == ((), ("json_cut",))


def test_prose_in_brackets_is_not_called_cut() -> None:
    found = decoded({"openinference.span.kind": "TOOL", "output.value": "[see the manual] for {name}"})
    assert found.output == "[see the manual] for {name}"
    assert found.flags == ()


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), -1, "-1", True, 10**30, "12 tokens", [5], None])
def test_what_is_no_count_is_not_reported(number: JsonValue) -> None:
    found = decoded({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": number})
    assert not found.usage.reported


def test_json_with_nan_and_lone_surrogates_can_be_encoded_again() -> None:
    found = decoded(
        {"openinference.span.kind": "CHAIN", "input.value": '{"a": NaN, "b": "\\ud800", "c": 123456789012345678901234567890}'}
    )
    assert isinstance(found.input, dict)
    assert found.input["a"] is None
    msgspec.json.encode(found)


@pytest.mark.parametrize("placeholder", ["", "None", "null", "N/A", "<not specified>", "__REDACTED__", "<REDACTED>", "undefined"])
def test_placeholders_are_no_facts(placeholder: str) -> None:
    found = decoded(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": placeholder,
            "gen_ai.response.id": placeholder,
            "user.id": placeholder,
            "gen_ai.request.seed": placeholder,
            "gen_ai.request.max_tokens": -1,
        }
    )
    assert (found.model, found.response_id, found.user_id, found.model_parameters) == ("", "", "", {})


def test_a_failing_convention_is_named_and_the_rest_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(reading: Reading, facts: Facts) -> None:
        raise RuntimeError("a defect of ours")

    broken = {found.name: replace(found, derive=fail) for found in CONVENTIONS if found.name == "openinference"}
    bits = tuple((broken.get(found.name, found), bit) for found, bit in read._DERIVING_BITS)
    monkeypatch.setattr(read, "_DERIVING_BITS", bits)
    read._deriving.cache_clear()
    try:
        found = decoded(
            {"openinference.span.kind": "LLM", "llm.model_name": "gpt-4o", "llm.token_count.prompt": 3, "session.id": "s"}
        )
    finally:
        read._deriving.cache_clear()
    assert found.flags == ("decode_failed:openinference",)
    assert (found.kind, found.model, found.usage.input, found.session_id) == (Kind.GENERATION, "gpt-4o", 3, "s")


def test_a_failing_assembly_keeps_the_span_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(facts: Facts) -> None:
        raise RuntimeError("a defect of ours")

    monkeypatch.setattr("pellucid_server.dialects.assemble.disjoint", fail)
    found = decoded({"gen_ai.operation.name": "chat"}, name="chat x", status=2, message="boom\nTraceback")
    assert found.flags == ("decode_failed:span",)
    assert (found.kind, found.name, found.outcome, found.status_message) == (Kind.SPAN, "chat x", Outcome.ERROR, "boom")
    assert found.unmapped == ("gen_ai.operation.name",)


def test_no_shape_of_the_corpus_is_unknown() -> None:
    parts = [
        part
        for capture in captures()
        for span in capture.spans
        for message in chain(span.messages_in, span.messages_out)
        for part in message.parts
    ]
    assert parts
    assert [part.raw for part in parts if part.type is PartType.UNKNOWN] == []


def test_a_span_without_any_time_starts_when_it_was_received() -> None:
    found = decode(RawSpan(trace_id="a" * 32, span_id="b" * 16), received_at=END)
    assert (found.start_time, found.end_time, found.kind) == (END, None, Kind.SPAN)


def test_times_that_run_backwards_are_flagged() -> None:
    found = decode(replace(raw(), start_time=END, end_time=END - 5), received_at=END)
    assert found.flags == ("end_before_start",)


def test_attributes_that_the_sender_cut_off_are_named() -> None:
    assert decode(replace(raw(), dropped_attributes=3), received_at=END).flags == ("attributes_dropped",)


def test_every_rule_names_a_fact() -> None:
    with pytest.raises(ValueError, match="no fact 'nonsense'"):
        type(LEXICON)([replace(CONVENTIONS[0], rules=(replace(CONVENTIONS[0].rules[0], fact="nonsense"),))], (), frozenset())


def test_a_convention_of_families_alone_lists_leaves_that_it_does_not_know() -> None:
    lexicon = type(LEXICON)(
        [Convention(name="x", title="X", about="", families=(Family(prefix="x.rows", leaves=frozenset({"a"}), indexed=True),))],
        (),
        frozenset(),
    )
    assert lexicon.entry("x.rows.0.a").prefix == "x.rows"
    assert lexicon.entry("x.rows.0.b").prefix == ""
    assert lexicon.entry("x.rows.name").prefix == ""
