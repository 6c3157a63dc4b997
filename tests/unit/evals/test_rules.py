"""Rules: each says what it should about texts and traces, nothing about what is not there, and refuses settings that mean nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.core.errors import PellucidError
from pellucid_server.evals.rules.running import RULES, compile_rule
from pellucid_server.model.json import JsonValue
from pellucid_server.model.score import ScoreStatus


def said(rule: str, output: JsonValue, settings: dict[str, JsonValue], subject: dict[str, JsonValue] | None = None) -> JsonValue:
    """The value of a rule's verdict; `missing` where there is none."""
    verdict = compile_rule({"rule": rule, "settings": settings})({"output": output, **(subject or {})})
    return verdict.value if verdict.status is ScoreStatus.VALID else "missing"


@pytest.mark.parametrize(
    ("rule", "output", "settings", "expected"),
    [
        ("required_fields", '{"answer": "x"}', {"fields": ["$.answer"]}, True),
        ("required_fields", '{"answer": ""}', {"fields": ["$.answer"]}, False),
        ("required_fields", "no JSON", {"fields": ["$.answer"]}, False),
        ("required_fields", {"answer": {"id": 1}}, {"fields": ["$.answer.id"]}, True),
        ("matches", "order #12", {"pattern": "#\\d+"}, True),
        ("matches", "ORDER", {"pattern": "order", "ignore_case": True}, True),
        ("matches", "order #12", {"pattern": "#\\d+", "forbidden": True}, False),
        ("json_schema", '{"a": 1}', {"schema": {"required": ["a"]}}, True),
        ("json_schema", '{"b": 1}', {"schema": {"required": ["a"]}}, False),
        ("contains", "Use the Portal", {"words": ["portal", "token"]}, True),
        ("contains", "Use the Portal", {"words": ["portal", "token"], "mode": "all"}, False),
        ("contains", "Use the Portal", {"words": ["token"], "mode": "none"}, True),
        ("contains", "Use the Portal", {"words": ["portal"], "match_case": True}, False),
        ("length", "one two three", {"max": 3}, True),
        ("length", "one two three four", {"max": 3}, False),
        ("length", "One. Two.", {"unit": "sentences", "min": 2, "max": 2}, True),
        ("language", "Bitte setzen Sie Ihr Passwort im Portal zurück.", {"languages": ["de"]}, True),
        ("language", "Please reset your password in the portal.", {"languages": ["de"]}, False),
        ("language", "ok", {"languages": ["de"]}, "missing"),
        ("citation", "As the guide says [1].", {}, True),
        ("citation", "As the guide says.", {}, False),
        ("refusal", "I'm sorry, but I can't help with that.", {}, False),
        ("refusal", "Open the settings.", {}, True),
        ("pii", "Write to ada@example.com", {}, False),
        ("pii", "Write to us", {}, True),
        ("toxicity", "You are an idiot.", {}, False),
        ("toxicity", "Idiotic tests of shitake mushrooms", {}, True),
        ("toxicity", "blimey", {"words": ["blimey"], "only": True}, False),
        ("length", None, {}, "missing"),
    ],
)
def test_text_rules(rule: str, output: JsonValue, settings: dict[str, JsonValue], expected: JsonValue) -> None:
    assert said(rule, output, settings) == expected


def calls(*made: tuple[str, JsonValue]) -> dict[str, JsonValue]:
    return {"tool_calls": [{"name": name, "arguments": arguments, "outcome": "success"} for name, arguments in made]}


@pytest.mark.parametrize(
    ("rule", "made", "settings", "expected"),
    [
        ("tools_used", [("search", 1)], {"tools": ["search"]}, True),
        ("tools_used", [("search", 1), ("refund", 2)], {"tools": ["search"], "mode": "only"}, False),
        ("tools_used", [("refund", 2)], {"tools": ["refund"], "mode": "never"}, False),
        ("tool_order", [("search", 1), ("think", 1), ("answer", 1)], {"tools": ["search", "answer"]}, 1.0),
        ("tool_order", [("answer", 1), ("search", 1)], {"tools": ["search", "answer"]}, 0.5),
        ("no_loops", [("search", {"q": 1})] * 3, {"max_repeats": 2}, False),
        ("no_loops", [("search", {"q": 1}), ("search", {"q": 2}), ("search", {"q": 3})], {"max_repeats": 2}, True),
        ("tools_succeeded", [], {}, "missing"),
    ],
)
def test_trajectory_rules(
    rule: str, made: list[tuple[str, JsonValue]], settings: dict[str, JsonValue], expected: JsonValue
) -> None:
    assert said(rule, "done", settings, calls(*made)) == expected


@pytest.mark.parametrize(
    "body",
    [
        {"rule": "unknown"},
        {"rule": "matches", "settings": {"pattern": "(a"}},
        {"rule": "matches", "settings": {"pattern": "(?<=a)b"}},
        {"rule": "contains", "settings": {"words": []}},
        {"rule": "length", "settings": {"min": 5, "max": 2}},
        {"rule": "json_schema", "settings": {"schema": {"type": "nonsense"}}},
        {"rule": "language", "settings": {}},
        {"rule": "pii", "settings": {"kinds": ["soul"]}},
        {"rule": "length", "select": "$.[", "settings": {}},
        {"rule": "no_loops", "settings": {"max_repeats": 0}},
    ],
)
def test_settings_that_mean_nothing_are_refused(body: dict[str, JsonValue]) -> None:
    with pytest.raises(PellucidError) as refused:
        compile_rule(body)
    assert refused.value.status == 400


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(ANYTHING, st.sampled_from(["matches", "length", "citation", "refusal", "toxicity", "no_loops", "required_fields"]))
def test_no_value_breaks_a_rule(value: JsonValue, rule: str) -> None:
    settings: dict[str, dict[str, JsonValue]] = {"matches": {"pattern": "(a+)+$"}, "required_fields": {"fields": ["$.a"]}}
    verdict = compile_rule({"rule": rule, "settings": settings.get(rule, {})})({"output": value, "tool_calls": value})
    assert (verdict.value is None) == (verdict.status is not ScoreStatus.VALID)
    assert rule in RULES
