"""Which settings each rule reads, for the form in which people fill them in. A test holds it to what the rules really read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pellucid_server.enrich.detect import Sensitive
from pellucid_server.evals.rules.running import RULES
from pellucid_server.evals.rules.text import TEXT_RULES


class SettingType(StrEnum):
    """What a setting holds."""

    TEXTS = "texts"
    TEXT = "text"
    PATH = "path"
    """A JSONPath."""
    NUMBER = "number"
    FLAG = "flag"
    WORD = "word"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting."""

    name: str
    type: SettingType
    needed: bool = False
    choices: Sequence[str] = ()
    """Of a word, or the texts that are known."""
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedRule:
    """One rule."""

    name: str
    about: str
    selects: bool
    """Whether it looks at one selected value; the others read the tool calls of the trace."""
    settings: Sequence[Setting]


def _texts(name: str, *, needed: bool = False, choices: Sequence[str] = (), about: str = "") -> Setting:
    return Setting(name=name, type=SettingType.TEXTS, needed=needed, choices=choices, about=about)


def _of(name: str, type_: SettingType, *, needed: bool = False, choices: Sequence[str] = (), about: str = "") -> Setting:
    return Setting(name=name, type=type_, needed=needed, choices=choices, about=about)


_IGNORE_CASE: Final = _of("ignore_case", SettingType.FLAG, about="Upper and lower case are the same.")

SETTINGS: Final[Mapping[str, Sequence[Setting]]] = {
    "required_fields": (_texts("fields", needed=True, about="JSONPaths, one a line."),),
    "matches": (
        _of("pattern", SettingType.TEXT, needed=True, about="An expression in RE2's syntax."),
        _of("forbidden", SettingType.FLAG, about="It must not be found."),
        _IGNORE_CASE,
    ),
    "json_schema": (_of("schema", SettingType.JSON, needed=True, about="Draft 2020-12."),),
    "contains": (
        _texts("words", needed=True, about="One a line."),
        _of("mode", SettingType.WORD, choices=("any", "all", "none")),
        _of("match_case", SettingType.FLAG, about="Upper and lower case differ."),
    ),
    "length": (
        _of("unit", SettingType.WORD, choices=("words", "characters", "sentences")),
        _of("min", SettingType.NUMBER),
        _of("max", SettingType.NUMBER),
    ),
    "language": (
        _texts("languages", about="ISO 639-1, one a line, such as en."),
        _of("same_as", SettingType.PATH, about="The language of this value, such as $.input."),
    ),
    "citation": (
        _of("min", SettingType.NUMBER, about="Sources."),
        _of("pattern", SettingType.TEXT, about="What a source looks like, where it is not [1], a link or a [title](…)."),
        _IGNORE_CASE,
    ),
    "refusal": (),
    "pii": (_texts("kinds", choices=tuple(kind.value for kind in Sensitive), about="One a line; empty: all but IP addresses."),),
    "toxicity": (
        _texts("words", about="Added to the list, one a line."),
        _of("only", SettingType.FLAG, about="These words alone."),
    ),
    "tools_used": (
        _texts("tools", needed=True, about="One a line."),
        _of("mode", SettingType.WORD, choices=("at_least", "only", "never")),
    ),
    "tool_order": (_texts("tools", needed=True, about="One a line, in their order."),),
    "no_loops": (
        _of("max_repeats", SettingType.NUMBER, about="Equal calls; 2 unless you say otherwise."),
        _of("max_calls", SettingType.NUMBER, about="In all; 25 unless you say otherwise."),
    ),
    "tools_succeeded": (_of("min", SettingType.NUMBER, about="Empty: the value is the share that succeeded."),),
}

DESCRIBED: Final[Sequence[DescribedRule]] = tuple(
    DescribedRule(name=name, about=(rule.__doc__ or "").strip(), selects=name in TEXT_RULES, settings=SETTINGS[name])
    for name, rule in RULES.items()
)
"""All rules, in their order."""
