"""The form of a rule shows the settings that the rule really reads, and what is wrong is said by the name of its field."""

import re

import pytest

from pellucid_server.core.errors import PellucidError
from pellucid_server.evals.definition import read_definition
from pellucid_server.evals.errors import BadEvaluator
from pellucid_server.evals.gallery.entry import Entry
from pellucid_server.evals.gallery.machines import MACHINES
from pellucid_server.evals.judges.asking import read_judge
from pellucid_server.evals.rules.describing import DESCRIBED, SETTINGS, DescribedRule, Setting, SettingType
from pellucid_server.evals.rules.running import RULES, compile_rule
from pellucid_server.model.json import JsonValue

GOOD: dict[SettingType, JsonValue] = {
    SettingType.TEXTS: ["$.answer"],
    SettingType.TEXT: "a+",
    SettingType.PATH: "$.input",
    SettingType.NUMBER: 1,
    SettingType.FLAG: True,
    SettingType.JSON: {"type": "object"},
}
BAD: dict[SettingType, JsonValue] = {
    SettingType.TEXTS: "no list",
    SettingType.TEXT: 5,
    SettingType.PATH: "$[",
    SettingType.NUMBER: "many",
    SettingType.FLAG: "perhaps",
    SettingType.WORD: "another",
    SettingType.JSON: "no schema",
}


def good(setting: Setting) -> JsonValue:
    if setting.choices:
        return [setting.choices[0]] if setting.type is SettingType.TEXTS else setting.choices[0]
    return GOOD[setting.type]


def test_every_rule_is_described_by_its_own_words() -> None:
    assert [rule.name for rule in DESCRIBED] == list(RULES)
    assert set(SETTINGS) == set(RULES)
    assert all(rule.about for rule in DESCRIBED)


@pytest.mark.parametrize("rule", DESCRIBED, ids=lambda rule: rule.name)
def test_a_rule_takes_what_its_form_gives(rule: DescribedRule) -> None:
    compile_rule({"rule": rule.name, "settings": {setting.name: good(setting) for setting in rule.settings}})


@pytest.mark.parametrize(
    ("rule", "setting"),
    [(rule, setting) for rule in DESCRIBED for setting in rule.settings],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_wrong_setting_is_refused(rule: DescribedRule, setting: Setting) -> None:
    settings = {other.name: good(other) for other in rule.settings} | {setting.name: BAD[setting.type]}
    with pytest.raises(PellucidError):
        compile_rule({"rule": rule.name, "settings": settings})


@pytest.mark.parametrize("entry", MACHINES, ids=lambda entry: entry.key)
def test_the_gallery_uses_no_setting_that_the_form_does_not_show(entry: Entry) -> None:
    body = entry.definition["body"]
    assert isinstance(body, dict)
    if "rule" in body:
        settings = body["settings"]
        assert isinstance(settings, dict)
        assert set(settings) <= {setting.name for setting in SETTINGS[str(body["rule"])]}


def rule(**changes: JsonValue) -> dict[str, JsonValue]:
    return {"kind": "rule", "target": "span", "output": "boolean", "score_name": "x", "variables": {}, "body": {}, **changes}


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        (rule(target="planet"), "target"),
        (rule(output="text"), "output"),
        (rule(score_name=""), "score_name"),
        (rule(variables={"answer": "$["}), "variables.answer"),
        (rule(body=5), "body"),
    ],
)
def test_a_definition_that_cannot_be_read_names_its_field(definition: JsonValue, field: str) -> None:
    with pytest.raises(BadEvaluator) as refused:
        read_definition(definition)
    assert field in re.findall(r"`([^`]+)`", refused.value.message)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"connection": ""}, "connection"),
        ({"messages": []}, "messages"),
        ({"repeats": 9}, "repeats"),
        ({"max_chars": 0}, "max_chars"),
        ({"form": {"kind": "stars"}}, "form"),
        ({"form": {"kind": "number", "min": 5, "max": 1}}, "min"),
        ({"form": {"kind": "choice", "choices": ["one"]}}, "choices"),
        ({"form": {"kind": "rubric", "dimensions": {}}}, "dimensions"),
        ({"form": {"kind": "items", "reducer": "sum"}}, "reducer"),
        ({"parameters": 5}, "parameters"),
        ({"optional": 5}, "optional"),
    ],
)
def test_a_judge_that_cannot_be_used_names_its_field(body: dict[str, JsonValue], field: str) -> None:
    whole: dict[str, JsonValue] = {
        "connection": "sim",
        "messages": [{"role": "user", "content": "{{answer}}"}],
        "form": {"kind": "boolean"},
        **body,
    }
    with pytest.raises(BadEvaluator) as refused:
        read_judge(read_definition(rule(kind="judge", variables={"answer": "$.output"}, body=whole)))
    assert field in re.findall(r"`([^`]+)`", refused.value.message)


def test_a_rule_with_a_path_that_is_none_names_it() -> None:
    with pytest.raises(BadEvaluator, match="`select`"):
        compile_rule({"rule": "refusal", "select": "$["})
