"""Templates are data: what is a tag, what is refused, and that a value is never looked at again."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.prompts.saying import chat, text

from pellucid.errors import PromptVariableError
from pellucid.prompts import content_hash, served_from
from pellucid_server.core.errors import PellucidError
from pellucid_server.model.json import JsonValue
from pellucid_server.prompts import template
from pellucid_server.prompts.content import MAX_CONTENT_BYTES, Content, PromptType
from pellucid_server.prompts.errors import BadPrompt, BadTemplate, BadVariables, PromptTooLarge
from pellucid_server.prompts.template import Reference

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,9}", fullmatch=True)
VALUES = st.text() | st.sampled_from(["{{x}}", "{{>other}}", "{{''.__class__}}", "{0.__init__}", "}}{{"])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize(
    "attack",
    [
        "{{''.__class__}}", "{{ 7*7 }}", "{{x|upper}}", "{{x()}}", "{{x[0]}}", "{{#if x}}", "{{/if}}", "{{{x}}}", "{{}}", "{{ }}",
        "{{% import os %}}", "{{0.__init__}}", "{{>}}", "{{>a@}}", "{{>a#}}", "{{>a#x}}", "{{> a@b@c}}",
    ],
)  # fmt: skip
def test_what_is_no_tag_is_refused_by_place(attack: str) -> None:
    with pytest.raises(BadTemplate) as caught:
        text(f"Hello {attack}").check()
    assert caught.value.details["position"] == 6
    assert "Nothing is evaluated" in caught.value.message


@pytest.mark.parametrize("literal", ["{0.__init__}", "{x}", "%(x)s", "${x}", "a {{ b", "}} c", '{"a": {"b": 1}}', "<% x %>"])
def test_single_braces_and_other_languages_are_text(literal: str) -> None:
    text(literal).check()
    assert text(literal).compile({}) == literal


def test_references_are_written_in_three_ways() -> None:
    assert template.references("{{>tone}} {{> team/tone@staging }} {{>tone#3}} {{>tone}} {{x}}") == [
        Reference(name="tone"),
        Reference(name="team/tone", label="staging"),
        Reference(name="tone", version=3),
    ]


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=5), st.lists(st.sampled_from(["a ", "\n", "{", "} "]), max_size=5))
def test_values_go_in_as_they_are_and_the_client_agrees(values: dict[str, str], between: list[str]) -> None:
    filler = " ".join(between)
    source = "".join(f"[{{{{{name}}}}}]{filler} " for name in values)
    compiled = text(source).compile(values)
    assert compiled == "".join(f"[{value}]{filler} " for value in values.values())
    assert compiled == client_prompt(text(source)).compile(**values)


@given(JSON, st.dictionaries(st.text(max_size=5), JSON, max_size=3))
def test_the_hash_is_the_clients(prompt: JsonValue, config: dict[str, JsonValue]) -> None:
    content = Content(type=PromptType.TEXT, prompt=prompt, config=config)
    assert content.hash == content_hash({"type": "text", "prompt": prompt, "config": config})


def test_the_hash_changes_with_everything_that_shapes_the_output() -> None:
    base = text("a", model="m")
    others = [text("b", model="m"), text("a", model="n"), text("a", model="m", retrieval={"index": "v2"}), text("a")]
    assert len({base.hash, *(other.hash for other in others)}) == 5
    assert base.hash == text("a", model="m").hash


def test_a_chat_prompt_is_compiled_as_by_the_client() -> None:
    content = chat(
        {"role": "system", "content": [{"type": "text", "text": "Serve {{tier}}."}]},
        {"type": "placeholder", "name": "history"},
        {"role": "user", "content": "{{question}}"},
    )
    content.check()
    assert [variable.name for variable in content.variables] == ["tier", "history", "question"]
    values: dict[str, Any] = {"tier": "pro", "history": [{"role": "user", "content": "{{tier}}"}], "question": {"a": [1, "ü"]}}
    assert content.compile(values) == client_prompt(content).compile(**values)


def test_missing_unknown_and_ill_typed_values_are_named() -> None:
    content = text("{{a}} {{n}}", variables={"n": {"type": "number", "description": "how many", "example": 3}})
    content.check()
    for values, word in (({"a": "x"}, "`n`"), ({"a": "x", "n": 1, "zz": 2}, "`zz`"), ({"a": "x", "n": "1"}, "type number")):
        with pytest.raises(BadVariables, match=word):
            content.compile(values)
    assert content.compile({"a": "x", "n": 1.5}) == "x 1.5"
    with pytest.raises(PromptVariableError):
        client_prompt(content).compile(a="x")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (text(""), BadPrompt),
        (text("  "), BadPrompt),
        (Content(type=PromptType.TEXT, prompt=["a"], config={}), BadPrompt),
        (chat(), BadPrompt),
        (chat("hello"), BadPrompt),
        (chat({"content": "no role"}), BadPrompt),
        (chat({"type": "placeholder"}), BadPrompt),
        (chat({"role": "user", "content": [{"text": "{{1+1}}"}]}), BadTemplate),
        (text("{{a}}", variables={"b": {"type": "string"}}), BadVariables),
        (text("{{a}}", variables={"a": {"type": "str"}}), BadVariables),
        (text("{{a}}", variables=["a"]), BadPrompt),
        (text("x" * 1_000_000), PromptTooLarge),
        (text("x", model="m" * MAX_CONTENT_BYTES), PromptTooLarge),
        (text(" ".join(f"{{{{v{n}}}}}" for n in range(501))), BadPrompt),
    ],
)
def test_bad_content_is_refused(content: Content, error: type[PellucidError]) -> None:
    with pytest.raises(error):
        content.check()


def client_prompt(content: Content) -> Any:
    document = {"name": "x", "version": 1, "type": content.type.value, "prompt": content.prompt, "config": content.config}
    return served_from(json.loads(json.dumps(document)), None).arms[0]
