"""Two renderings of one template share a fingerprint; an edit of its wording does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.enrich.fingerprint import REMEMBERED_CHARS, fingerprint, input_hash, skeleton
from pellucid_server.model.message import Message, Part, PartType, Role, text_part
from pellucid_server.model.span import Kind, PromptRef, Span

TEMPLATE = (
    "You are the support agent of Acme.\nToday is {date:%A, %B %-d, %Y}, {date:%-I:%M %p}. Request {id}.\n"
    "The customer {email} has placed {count} orders since {date:%Y-%m-%d}; see https://acme.example/c/{id}?n={count}.\n"
    'Answer in at most 3 sentences. Reply "yes" or "no" first.'
)


def render(date: datetime, ident: UUID, email: str, count: int, template: str = TEMPLATE) -> str:
    return template.format(date=date, id=ident, email=email, count=count)


def generation(system: str, **changes: Any) -> Span:
    messages = (Message(role=Role.SYSTEM, parts=(text_part(system),)),) if system else ()
    return Span(trace_id="a" * 32, span_id="b" * 16, start_time=1, kind=Kind.GENERATION, messages_in=messages, **changes)


RENDERED = st.builds(
    render,
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - hypothesis takes naive bounds only
    st.uuids(),
    st.emails(domains=st.sampled_from(["acme.example", "mail.example.org"])).filter(
        lambda text: text.replace("@", "").replace(".", "").isalnum()
    ),
    st.integers(0, 10**9),
)


@given(RENDERED, RENDERED)
def test_renderings_of_one_template_share_a_fingerprint(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)
    assert fingerprint(generation(one)) == fingerprint(generation(other))


@given(RENDERED)
def test_a_skeleton_is_its_own_skeleton(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)


@pytest.mark.parametrize(("old", "new"), [("support", "sales"), ('"yes"', '"maybe"'), ("first.", "first. Never mention refunds.")])
def test_an_edit_of_the_wording_is_a_new_fingerprint(old: str, new: str) -> None:
    args = (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), UUID(int=7), "a@acme.example", 5)
    assert fingerprint(generation(render(*args))) != fingerprint(generation(render(*args, template=TEMPLATE.replace(old, new))))


def test_a_skeleton_can_be_read() -> None:
    text = (
        'It is Tuesday, March 3, 2026 at 10:15 AM.\n\nUser 0f8fad5b-d9cb-469f-a165-70867728950e <jo@acme.example> asks:  "where?"'
    )
    assert skeleton(text) == 'It is <n>. User <n> <<email>> asks: "where?"'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Date: 2026-03-03T10:15:00.123Z", "Date: 2025-12-31T23:59:59Z"),
        ("Date: 3 March 2026", "Date: 24 December 2025"),
        ("Heute ist der 3. März 2026.", "Heute ist der 12. Dezember 2025."),
        ("Nous sommes le 3 mars 2026.", "Nous sommes le 14 juillet 2025."),
        ("今天是2026年3月3日，用户：", "今天是2025年12月31日，用户："),
        ("orders 1, 2, 3", "orders 44"),
        ("id cus_9s6XKzkNRiz8i3", "id cus_K4f1aaBBcc22"),
        ("price 1,234.50 EUR", "price 9.99 EUR"),
        ("10:15 am", "9:03 PM"),
        ("at Mon, 03 Mar 2026 10:15:00 GMT", "at Sun, 01 Feb 2026 00:00:00 GMT"),
    ],
)
def test_what_varies_is_collapsed(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


def test_words_without_digits_stay() -> None:
    text = 'In May we march. Reply with JSON: {"a": "b"} # Title'
    assert skeleton(text) == text


def test_the_values_of_known_variables_are_collapsed() -> None:
    one, other = (
        generation(f"You help {name} of {team}.", prompt=PromptRef(variables={"name": name, "team": team, "n": 3, "x": "of"}))
        for name, team in (("Ann", "Ann Arbor Labs"), ("Bodo", "Tokyo"))
    )
    assert fingerprint(one) == fingerprint(other) != fingerprint(replace(one, prompt=None))


def test_no_system_prompt_no_fingerprint() -> None:
    assert fingerprint(generation("")) == ""
    assert fingerprint(replace(generation("Be kind."), kind=Kind.AGENT)) == ""


def test_only_the_system_prompt_takes_part() -> None:
    alone = generation("Be kind.")
    question = Message(role=Role.USER, parts=(text_part("Why?"),))
    assert fingerprint(replace(alone, messages_in=(*alone.messages_in, question))) == fingerprint(alone)
    assert fingerprint(replace(alone, messages_in=(question,))) == ""


def test_the_fingerprint_is_stable_across_versions() -> None:
    """The first 16 digits of `printf 'Be kind.' | sha256sum`: stored fingerprints must stay comparable."""
    assert fingerprint(generation("Be kind.")) == "5499befb38dbf3fc"


def test_a_long_prompt_has_the_same_fingerprint_as_if_it_were_remembered() -> None:
    long = "Be kind. " * REMEMBERED_CHARS
    assert fingerprint(generation(long)) == fingerprint(generation(long + "\n"))


def test_skeletons_take_time_in_proportion() -> None:
    """Hostile prompts: long words, digits without end, half addresses. Each is 400,000 characters."""
    parts = ("a", "1", "a-", "Mon ", "1, ", "a@", "http://", "x.y@z.", "<n>", " ", "@", "1 of ", "May\n", "é")
    before = datetime.now(UTC)
    for part in parts:
        text = part * (400_000 // len(part))
        for tail in ("", " 3", " a@b.cd", " http://x"):
            skeleton(text + tail)
    assert datetime.now(UTC) - before < timedelta(seconds=20)


def user(*parts: Part) -> Span:
    return Span(
        trace_id="a" * 32, span_id="b" * 16, start_time=1, kind=Kind.GENERATION, messages_in=(Message(role=Role.USER, parts=parts),)
    )


def test_input_hash_is_equal_for_repeats_and_differs_otherwise() -> None:
    assert input_hash(user(text_part("hi"))) == input_hash(user(text_part("hi")))
    assert input_hash(user(text_part("hi"))) != input_hash(user(text_part("ho")))
    assert input_hash(user(text_part("a"), text_part("b"))) != input_hash(user(text_part("ab")))


def test_ids_of_tool_calls_do_not_take_part_and_key_order_does_not_matter() -> None:
    one = Part(type=PartType.TOOL_CALL, id="call_1", name="f", arguments={"a": 1, "b": [2]})
    other = Part(type=PartType.TOOL_CALL, id="call_2", name="f", arguments={"b": [2], "a": 1})
    assert input_hash(user(one)) == input_hash(user(other))
    assert input_hash(user(one)) != input_hash(user(replace(other, arguments={"a": 2, "b": [2]})))


@pytest.mark.parametrize("value", ["text", {"q": 2**70}, ["\ud800"], 1.5, False])
def test_any_json_input_can_be_hashed(value: Any) -> None:
    span = Span(trace_id="a" * 32, span_id="b" * 16, start_time=1, kind=Kind.TOOL, input=value)
    assert len(input_hash(span)) == 16
    assert input_hash(replace(span, input=None)) == ""
    assert input_hash(replace(span, kind=Kind.CHAIN)) == ""
