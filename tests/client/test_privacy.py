"""Capture modes, masks and cut values: what leaves the process, and what never does."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid
from pellucid import masks, privacy, semconv
from pellucid.errors import SettingsError
from pellucid.values import json_of, text_of

SECRET = "my card is 4111 1111 1111 1111, mail ann@example.org"


def wire_text(server: Any) -> str:
    """Everything that was sent, as text."""
    pellucid.flush()
    return b"".join(received.body for received in server.received).decode("utf-8", "replace")


@pellucid.observe(name="answer")
def answer(question: str) -> dict[str, str]:
    return {"reply": question}


def test_built_in_patterns_hide_what_they_know(server: Any, start: Any) -> None:
    start(mask=["email", "card"])
    answer(SECRET)
    span = server.span("answer")
    assert json.loads(span.attributes["pellucid.input"]) == {"question": "my card is [CARD], mail [EMAIL]"}
    assert json.loads(span.attributes["pellucid.output"]) == {"reply": "my card is [CARD], mail [EMAIL]"}


def test_a_mask_reaches_errors_metadata_and_documents(server: Any, start: Any) -> None:
    start(mask=lambda text: text.replace("ann", "xxx"))
    with pytest.raises(ValueError, match="ann"), pellucid.span("x", metadata={"who": "ann"}, documents=[{"content": "ann"}]):
        raise ValueError("no such user ann")
    with pellucid.context(metadata={"who": "ann"}), pellucid.span("y"):
        pass
    assert "ann" not in wire_text(server).replace("channel", "")


def test_a_mask_reaches_spans_of_other_libraries(server: Any, start: Any) -> None:
    client = start(mask=["email"])
    foreign = client.provider.get_tracer("openinference.instrumentation.openai")
    attributes = {
        "input.value": json.dumps({"messages": [{"content": "I am ann@example.org"}]}),
        "llm.input_messages.0.message.content": "I am ann@example.org",
        "llm.model_name": "gpt-4o",
        "user.id": "ann@example.org",
    }
    with pytest.raises(RuntimeError), foreign.start_as_current_span("call", attributes=attributes):
        raise RuntimeError("bad address ann@example.org")
    span = server.span("call")
    assert json.loads(span.attributes["input.value"]) == {"messages": [{"content": "I am [EMAIL]"}]}
    assert span.attributes["llm.input_messages.0.message.content"] == "I am [EMAIL]"
    assert span.attributes["llm.model_name"] == "gpt-4o"
    assert span.attributes["user.id"] == "ann@example.org"
    assert span.events == [("exception", {"exception.type": "RuntimeError"})]
    assert span.status == 2
    assert "bad address" not in wire_text(server)


def test_a_mask_that_fails_hides_everything(server: Any, start: Any) -> None:
    def broken(_: str) -> str:
        raise RuntimeError("no")

    start(mask=broken)
    answer("secret words")
    assert "secret words" not in wire_text(server)
    assert masks.MASK_FAILED in server.span("answer").attributes["pellucid.input"]


@pytest.mark.parametrize("capture", ["metadata", "none"])
def test_without_content_nothing_of_it_leaves(server: Any, start: Any, capture: Any) -> None:
    client = start(capture=capture)
    foreign = client.provider.get_tracer("other")
    with pellucid.context(user_id="ann", metadata={"plan": "pro"}):
        answer("secret words")
        with foreign.start_as_current_span(
            "theirs", attributes={"gen_ai.input.messages": "secret words", "gen_ai.usage.input_tokens": 3}
        ):
            pass
        with (
            pytest.raises(ValueError, match="secret"),
            pellucid.span("fails", prompt=None, documents=[{"content": "secret words"}]),
        ):
            raise ValueError("secret words")
    assert "secret words" not in wire_text(server)
    seen = server.span("answer").attributes
    assert seen["pellucid.capture"] == capture
    assert seen.get("user.id") == ("ann" if capture == "metadata" else None)
    assert seen.get("pellucid.metadata.plan") == ("pro" if capture == "metadata" else None)
    theirs = server.span("theirs").attributes
    assert theirs["gen_ai.usage.input_tokens"] == 3
    assert theirs.get("user.id") == ("ann" if capture == "metadata" else None)
    assert server.span("fails").message == "ValueError"


def test_capture_is_lowered_per_call_and_per_context_but_never_raised(server: Any, start: Any) -> None:
    start()

    @pellucid.observe(name="quiet", capture="metadata")
    def quiet(text: str) -> str:
        return text

    quiet("secret words")
    with pellucid.context(capture="metadata"):
        answer("secret words")
        with pellucid.span("louder", capture="full", input="secret words"):
            pass
    assert "secret words" not in wire_text(server)
    answer("open words")
    assert "open words" in wire_text(server)


def test_long_values_are_cut_visibly(server: Any, start: Any) -> None:
    start(max_value_chars=50)
    answer("a" * 200)
    span = server.span("answer")
    assert span.attributes["pellucid.input"].startswith('{"question":"aaa')
    assert span.attributes["pellucid.input"].endswith("[cut by the client: 165 more characters]")
    assert "pellucid.input.json" not in span.attributes


@pytest.mark.parametrize(
    ("name", "text", "masked"),
    [
        ("email", "write to jo.doe+x@mail.example.co.uk now", "write to [EMAIL] now"),
        ("phone", "call +49 30 1234567 or (030) 123 4567 or 555-123-4567", "call [PHONE] or [PHONE] or [PHONE]"),
        ("phone", "order 123456 from 2026-11-24 costs 12.50", "order 123456 from 2026-11-24 costs 12.50"),
        ("card", "4111-1111-1111-1111 and 4111 1111 1111 1112", "[CARD] and 4111 1111 1111 1112"),
        ("iban", "DE89 3704 0044 0532 0130 00 and DE00370400440532013000", "[IBAN] and DE00370400440532013000"),
        ("ip", "from 10.0.0.255, version 1.2.3, 999.1.1.1", "from [IP], version 1.2.3, 999.1.1.1"),
        ("key", "sk-proj-abcdefghij0123456789 and AKIAIOSFODNN7EXAMPLE", "[KEY] and [KEY]"),
    ],
)
def test_patterns(name: str, text: str, masked: str) -> None:
    assert masks.patterns([name])(text) == masked


def test_an_unknown_pattern_is_named() -> None:
    with pytest.raises(SettingsError, match="no mask passport; choose from email"):
        masks.patterns(["passport"])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_every_text_passes_the_mask_and_the_shape_stays(value: Any) -> None:
    seen: list[str] = []
    masked = masks.mask_value(value, lambda text: seen.append(text) or text)  # type: ignore[func-returns-value]  # records
    assert json.loads(json_of(masked)) == json.loads(json_of(value))


@given(st.dictionaries(st.sampled_from(sorted(privacy.CONTENT_KEYS)), st.text(min_size=1), min_size=1))
def test_no_content_key_survives_metadata_capture(attributes: dict[str, str]) -> None:
    kept, changed = privacy.clean({**attributes, "llm.model_name": "m"}, "metadata", None)
    assert kept == {"llm.model_name": "m", semconv.CAPTURE: "metadata"}
    assert changed


@given(st.one_of(json_values, st.binary(), st.sets(st.integers()), st.tuples(st.text(), st.floats()), st.complex_numbers()))
def test_any_value_becomes_text(value: Any) -> None:
    text, is_json = text_of(value, 10_000)
    text.encode()
    assert is_json == (not isinstance(value, str))
    if is_json:
        json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
