"""Redaction: what must go, what must stay, and that neither JSON nor time suffers."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid_server.core.errors import BadRequest
from pellucid_server.enrich.detect import Sensitive, redact
from pellucid_server.enrich.detectors import detectors
from pellucid_server.enrich.redact import BY_DEFAULT, CustomPattern, RedactionPolicy, Redactor, policy_from
from pellucid_server.model.message import Message, Part, PartType, Role, text_part
from pellucid_server.model.raw import RawEvent, RawLink, RawLog, RawSpan
from pellucid_server.model.span import Document, Kind, PromptRef, Retrieval, Span

REDACTOR = Redactor(RedactionPolicy(enabled=True))
EVERYTHING = Redactor(RedactionPolicy(enabled=True, kinds=frozenset(Sensitive)))

TOKEN_64 = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0\nabc+/=\n-----END RSA PRIVATE KEY-----"
CUT_PEM = PEM[:50]

FOUND = [
    ("write to jo.doe+x@mail.example.org.", "write to [EMAIL]."),
    ("<jo@example.com>,mailto:al@example.co.uk", "<[EMAIL]>,mailto:[EMAIL]"),
    ("邮箱是jo@example.com谢谢", "邮箱是[EMAIL]谢谢"),
    ("jürgen@example.de", "[EMAIL]"),
    ("call +1 415 555 2671 now", "call [PHONE] now"),
    ("call +14155552671.", "call [PHONE]."),
    ("(415) 555-2671 or 415-555-2671", "[PHONE] or [PHONE]"),
    ("415-555-2671 415-555-2671", "[PHONE] [PHONE]"),
    ("call 1 415-555-2671, 4 (415) 555-2671 or 7 020 7946 0958", "call 1 [PHONE], 4 [PHONE] or 7 [PHONE]"),
    ("tel:+49 30 901820", "tel:[PHONE]"),
    ("London 020 7946 0958", "London [PHONE]"),
    ("Paris 01 42 68 53 00", "Paris [PHONE]"),
    ("card 4111 1111 1111 1111 exp 12/29", "card [CARD] exp 12/29"),
    ("card 4111-1111-1111-1111", "card [CARD]"),
    ("378282246310005", "[CARD]"),
    ("3782 822463 10005", "[CARD]"),
    ("on 2024 4111 1111 1111 1111", "on 2024 [CARD]"),
    ("pay DE89 3704 0044 0532 0130 00 BIC COBADEFF", "pay [IBAN] BIC COBADEFF"),
    ("GB82WEST12345698765432", "[IBAN]"),
    ("NO93 8601 1117 947", "[IBAN]"),
    ("sk-proj-abcdefghijklmnopqrstuvwxyz0123456789", "[KEY]"),
    ("key=sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWx0123-_AA", "key=[KEY]"),
    ("AKIAIOSFODNN7EXAMPLE", "[KEY]"),
    ("/users/415-555-2671/", "/users/[PHONE]/"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[KEY]"),
    (f"token {TOKEN_64}", "token [KEY]"),
    ("Authorization: Bearer abcdef0123456789abcdef", "Authorization: Bearer [KEY]"),
    (PEM, "[KEY]"),
    (CUT_PEM, "[KEY]"),
    ("xoxb-123456789012-abcdefABCDEF", "[KEY]"),
]

KEPT = [
    "",
    "Follow @openai and npm i @scope/pkg@1.2.3",
    "a@b, user@localhost, x @ y.com",
    "trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7",
    "2026-11-24T06:06:27.123456Z, 2026-11-24 06:06:27, 01-02-2024, 24/11/2026 10 12",
    "1732428387123 1732428387123456 1732428387123456789",
    "chatcmpl-9s6XKzkNRiz8i3 resp_68af4030592c81938ec0a5fbab4a3e9f",
    "550e8400-e29b-41d4-a716-446655440000",
    "0.4111111111111111 and 3.1415926535897932384",
    "4111 1111 1111 1112",
    "1,234,567,890 tokens; 10.000.000 EUR; 192.168.100.200",
    "version 1.26.4-415.555.2671",
    "risk-assessment-methodology-guide-for-everyone and sk-this-is-just-a-long-name-of-a-thing",
    "Bearer of bad news-and-some-more-words",
    "DE89 3704 0044 0532 0130 01",
    "ISBN 978-3-16-148410-0, 123 456 7890, 555-2671",
    "+1 2 3",
    "４１１１ １１１１ １１１１ １１１１",
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_what_must_go(text: str, expected: str) -> None:
    assert REDACTOR.text(text) == expected


@pytest.mark.parametrize("text", KEPT)
def test_what_must_stay(text: str) -> None:
    assert REDACTOR.text(text) is text or REDACTOR.text(text) == text


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_text_that_is_json_in_a_string_stays_json(text: str, expected: str) -> None:
    """`\\n` before a hit belongs to the escape; so do quotes and `\\u00e9`."""
    for before, after in (("\n", "\n"), ('"', '"'), ("\t", " "), ("a\nb\n", "\\"), ("é ", '"x')):
        content = before + text + after
        got = json.loads(REDACTOR.text(json.dumps({"content": content})))["content"]
        assert got == REDACTOR.text(content)
        if text != CUT_PEM:
            assert got == before + expected + after
        twice = json.loads(json.loads(REDACTOR.text(json.dumps(json.dumps({"content": content})))))["content"]
        assert twice == got


def test_numbers_of_a_json_text_stay_and_its_strings_do_not() -> None:
    card = 4111111111111111
    for value in (
        {"n": card, "s": f"1, {card}, 3"},
        [card, 1, card],
        [[card], f"{card}"],
        {"a": [f"x {card}", card]},
        [1.5] * 90 + [card],
    ):
        redacted = json.loads(
            json.dumps(value)
            .replace(f"1, {card}, 3", "1, [CARD], 3")
            .replace(f'"{card}"', '"[CARD]"')
            .replace(f"x {card}", "x [CARD]")
        )
        assert json.loads(REDACTOR.text(json.dumps(value))) == redacted
        assert json.loads(REDACTOR.text(json.dumps(value, indent=1))) == redacted
    assert REDACTOR.text(f"[note] card: {card}, exp") == "[note] card: [CARD], exp"


@given(st.text())
def test_any_text_survives_as_json_and_redacting_twice_changes_nothing(text: str) -> None:
    once = EVERYTHING.text(text)
    assert EVERYTHING.text(once) == once
    json.loads(EVERYTHING.text(json.dumps({"a": text})))


PIECES = st.sampled_from([text for text, _ in FOUND] + KEPT + ["192.168.1.20", "2001:db8::1", "\n", '"', "\\", "é", " ", ", "])


@settings(deadline=None)
@given(st.lists(PIECES, max_size=8))
def test_hits_amid_anything_survive_as_json_and_redacting_twice_changes_nothing(pieces: list[str]) -> None:
    text = " ".join(pieces)
    once = EVERYTHING.text(text)
    assert EVERYTHING.text(once) == once
    assert json.loads(REDACTOR.text(json.dumps(text))) == REDACTOR.text(text)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=8))
def test_hints_miss_nothing_that_detectors_find(pieces: list[str]) -> None:
    for text in ("".join(pieces), json.dumps("\n".join(pieces))):
        slow = text
        for detector in detectors(RedactionPolicy().phone_regions).values():
            slow = redact(slow, detector)
        assert EVERYTHING.text(text) == slow


def test_machine_addresses_only_where_asked_for() -> None:
    text = "from 192.168.1.20 and 2001:db8::8a2e:370:7334 at 06:06:27"
    assert REDACTOR.text(text) == text
    assert EVERYTHING.text(text) == "from [IP] and [IP] at 06:06:27"


def test_only_the_kinds_of_the_policy() -> None:
    only = Redactor(RedactionPolicy(kinds=frozenset({Sensitive.EMAIL})))
    assert only.text("jo@example.com 4111 1111 1111 1111") == "[EMAIL] 4111 1111 1111 1111"
    assert Redactor(RedactionPolicy(kinds=frozenset())).text("jo@example.com") == "jo@example.com"
    assert Sensitive.IP not in BY_DEFAULT


def test_patterns_of_a_project() -> None:
    own = Redactor(RedactionPolicy(patterns=(CustomPattern(name="customer", pattern=r"\bC-\d{4}\b"),)))
    assert own.text("C-1234 wrote to jo@example.com") == "[CUSTOMER] wrote to [EMAIL]"


@pytest.mark.parametrize(("name", "pattern"), [("n", "("), ("n", "a*"), ("", "a"), ("a]b", "a"), ("n", "(?=a)")])
def test_a_pattern_that_cannot_be_meant_is_refused(name: str, pattern: str) -> None:
    with pytest.raises(BadRequest):
        Redactor(RedactionPolicy(patterns=(CustomPattern(name=name, pattern=pattern),)))


def test_a_policy_is_read_from_settings() -> None:
    assert policy_from({}) == RedactionPolicy()
    stored: dict[str, Any] = {
        "enabled": True,
        "kinds": ["email", "ip"],
        "phone_regions": ["CH"],
        "patterns": [{"name": "customer", "pattern": r"C-\d+"}],
    }
    assert policy_from(stored) == RedactionPolicy(
        enabled=True,
        kinds=frozenset({Sensitive.EMAIL, Sensitive.IP}),
        phone_regions=("CH",),
        patterns=(CustomPattern(name="customer", pattern=r"C-\d+"),),
    )


@pytest.mark.parametrize(
    "stored",
    [
        {"enable": True},
        {"enabled": "yes"},
        {"kinds": ["emails"]},
        {"kinds": "email"},
        {"kinds": [["email"]]},
        {"phone_regions": ["XX"]},
        {"phone_regions": [1]},
        {"patterns": {}},
        {"patterns": ["email"]},
        {"patterns": [{"name": "n"}]},
        {"patterns": [{"name": "n", "pattern": 1}]},
        {"patterns": [{"name": "n", "pattern": "("}]},
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused_before_it_is_stored(stored: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        policy_from(stored)


def test_lone_surrogates_do_not_stop_it() -> None:
    assert REDACTOR.text("\ud800 jo@example.com") == "\ufffd [EMAIL]"


def raw(**changes: Any) -> RawSpan:
    base: dict[str, Any] = {"trace_id": "4111111111111111" * 2, "span_id": "4111111111111111", "start_time": 4111111111111111}
    return RawSpan(**(base | changes))


def test_a_raw_span_is_redacted_everywhere_and_its_keys_and_numbers_are_not() -> None:
    secret = "jo@example.com"
    deep = {"jo@example.com": [{"a": [secret, 4111111111111111, None, True, 1.5]}]}
    got = REDACTOR.raw_span(
        raw(
            name=f"GET /users/{secret}",
            status_message=secret,
            attributes={"input.value": json.dumps(deep), "nested": deep, "gen_ai.usage.input_tokens": 4111111111111111},
            resource={"process.command_args": ["--key", "AKIAIOSFODNN7EXAMPLE"]},
            events=(RawEvent(name="e", attributes={"x": secret}),),
            links=(RawLink(trace_id="a", span_id="b", attributes={"x": secret}),),
            logs=(RawLog(name="l", body={"content": secret}, attributes={"x": secret}),),
        )
    )
    clean = {"jo@example.com": [{"a": ["[EMAIL]", 4111111111111111, None, True, 1.5]}]}
    assert got == raw(
        name="GET /users/[EMAIL]",
        status_message="[EMAIL]",
        attributes={
            "input.value": json.dumps(clean).replace('"jo@example.com"', '"[EMAIL]"', 1),
            "nested": clean,
            "gen_ai.usage.input_tokens": 4111111111111111,
        },
        resource={"process.command_args": ["--key", "[KEY]"]},
        events=(RawEvent(name="e", attributes={"x": "[EMAIL]"}),),
        links=(RawLink(trace_id="a", span_id="b", attributes={"x": "[EMAIL]"}),),
        logs=(RawLog(name="l", body={"content": "[EMAIL]"}, attributes={"x": "[EMAIL]"}),),
    )


def test_ids_times_and_counts_that_came_as_text_stay() -> None:
    digits = "4111111111111111"
    keys = ("gen_ai.response.id", "order_id", "created", "llm.token_count.tokens", "start_time", "ids", "request.seed")
    assert REDACTOR.mapping(dict.fromkeys(keys, digits)) == dict.fromkeys(keys, digits)
    assert REDACTOR.mapping({"card": digits, "user.id": "jo@example.com"}) == {"card": "[CARD]", "user.id": "[EMAIL]"}


def test_what_is_clean_is_not_copied() -> None:
    attributes: dict[str, Any] = {"a": ["x", {"b": "y"}], "n": 1}
    assert REDACTOR.mapping(attributes) is attributes
    assert REDACTOR.raw_span(raw(attributes=attributes)).attributes is attributes


def test_a_span_is_redacted_wherever_people_write() -> None:
    secret, clean = "jo@example.com", "[EMAIL]"

    def span(text: str) -> Span:
        parts = (
            text_part(text),
            Part(type=PartType.TOOL_CALL, name="f", arguments={"to": text}),
            Part(type=PartType.TOOL_RESULT, result=[text]),
            Part(type=PartType.UNKNOWN, raw={"x": text}),
        )
        message = Message(role=Role.USER, name=text, parts=parts)
        return Span(
            trace_id="a" * 32,
            span_id="b" * 16,
            start_time=1,
            kind=Kind.GENERATION,
            name=text,
            status_message=text,
            input=[text],
            output=text,
            messages_in=(message,),
            messages_out=(message,),
            documents=(Document(content=text, metadata={"a": text}),),
            retrieval=Retrieval(query=text),
            prompt=PromptRef(variables={"v": text}),
            metadata={"m": text},
            user_id=text,
            tags=(text,),
        )

    assert REDACTOR.span(span(secret)) == span(clean)


ALMOST = (
    *("sk-", "eyJ", "eyJaaaaaaaaa.", "a@", "@a.", "\\u00e9@", "Bearer ", "SG.", "-----BEGIN PRIVATE KEY-----A"),
    *("4111 ", "4111111111111111,", "AA00 ", "AA00", "1", "a:", "1.", "-", "A", "\\n", "x"),
    *("+1 ", "+1111111111 ", "0 1", "01 23 ", "020 7946 0959 ", "01 23 45 67 8x ", "212 555 0100x "),
)


@pytest.mark.parametrize("part", ALMOST)
def test_hostile_text_takes_time_in_proportion(part: str) -> None:
    """100,000 characters of almost-hits; anything quadratic would take minutes."""
    begin = time.perf_counter()
    for tail in ("", "{", " jo@example.com 4111 1111 1111 1111 sk-abcdefghijklmnopqrst1"):
        EVERYTHING.text(part * (100_000 // len(part)) + tail)
    assert time.perf_counter() - begin < 10
