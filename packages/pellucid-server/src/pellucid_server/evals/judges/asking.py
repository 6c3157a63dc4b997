"""A judge's question: messages made of a template and the subject's variables, and what becomes of the answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pellucid_server.evals.definition import Definition
from pellucid_server.evals.errors import BadEvaluator, NoVerdict
from pellucid_server.evals.judges.form import Form, read_form
from pellucid_server.evals.selecting import as_text, select
from pellucid_server.llm.calls import ModelRequest
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role, text_part

VARIABLE: Final = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
MAX_MESSAGES: Final = 50
MAX_REPEATS: Final = 5
DEFAULT_MAX_CHARS: Final = 2_000
"""Of one variable: the beginning of a text tells most of what a judge can tell, and judging must stay cheap."""
DEFAULT_PARAMETERS: Final[Mapping[str, JsonValue]] = {"temperature": 0, "max_tokens": 300}
_ROLES: Final = ("system", "user", "assistant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A judge's body, checked."""

    connection: str
    model: str
    messages: tuple[tuple[Role, str], ...]
    parameters: Mapping[str, JsonValue]
    max_chars: int
    repeats: int
    form: Form
    needed: tuple[str, ...]
    """Variables without which there is nothing to judge."""

    def request(self, variables: Mapping[str, str], repetition: int = 0) -> ModelRequest:
        """The question. Repetitions differ by their seed alone."""
        parameters = {**DEFAULT_PARAMETERS, **self.parameters}
        return ModelRequest(
            model=self.model,
            messages=tuple(Message(role=role, parts=(text_part(_filled(text, variables)),)) for role, text in self.messages),
            parameters={**parameters, "seed": repetition} if repetition else parameters,
            response_schema=self.form.schema,
            purpose="judge",
        )


def read_judge(definition: Definition) -> Judge:
    """From a definition. Raises `BadEvaluator`."""
    body = definition.body
    messages = _messages(body.get("messages"))
    used = {name for _, text in messages for name in VARIABLE.findall(text)}
    if unknown := sorted(used - set(definition.variables)):
        raise BadEvaluator(
            f"The prompt uses {{{{{unknown[0]}}}}}, which `variables` does not map; known: {', '.join(definition.variables)}."
        )
    optional = body.get("optional") or []
    if not isinstance(optional, list):
        raise BadEvaluator("`optional` is a list of names of variables.")
    parameters = body.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise BadEvaluator('`parameters` is a JSON object, such as {"temperature": 0}.')
    return Judge(
        connection=_text(body, "connection"),
        model=_text(body, "model", needed=False),
        messages=messages,
        parameters=parameters,
        max_chars=_whole(body, "max_chars", DEFAULT_MAX_CHARS, 1, 1_000_000),
        repeats=_whole(body, "repeats", 1, 1, MAX_REPEATS),
        form=read_form(body.get("form")),
        needed=tuple(sorted(used - set(map(str, optional)))),
    )


def variables_of(definition: Definition, judge: Judge, subject: JsonValue) -> dict[str, str]:
    """Values for the template, cut to the judge's length. Raises `NoVerdict` where one that is needed finds nothing."""
    found = {name: as_text(select(subject, path)) for name, path in definition.variables.items()}
    absent = [name for name in judge.needed if not found.get(name)]
    if absent:
        path = definition.variables[absent[0]]
        raise NoVerdict(f"`{absent[0]}` ({path}) finds nothing here, so there is nothing to judge.")
    return {name: _cut(value, judge.max_chars) for name, value in found.items()}


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]} […]"


def _filled(text: str, variables: Mapping[str, str]) -> str:
    """Values are put in once and never looked at again."""
    return VARIABLE.sub(lambda match: variables.get(match[1], ""), text)


def _messages(value: JsonValue) -> tuple[tuple[Role, str], ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_MESSAGES:
        raise BadEvaluator(f"A judge needs `messages`: 1 to {MAX_MESSAGES} objects with `role` and `content`.")
    made = []
    for message in value:
        role, content = (message.get("role"), message.get("content")) if isinstance(message, dict) else (None, None)
        if role not in _ROLES or not isinstance(content, str) or not content:
            raise BadEvaluator(f"Each of the judge's messages has a `role` ({', '.join(_ROLES)}) and a `content` of text.")
        made.append((Role(str(role)), content))
    return tuple(made)


def _text(body: Mapping[str, JsonValue], key: str, *, needed: bool = True) -> str:
    value = body.get(key) or ""
    if not isinstance(value, str) or (needed and not value):
        raise BadEvaluator(f"A judge needs `{key}`: the name of a model connection of the project.")
    return value


def _whole(body: Mapping[str, JsonValue], key: str, default: int, low: int, high: int) -> int:
    value = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadEvaluator(f"`{key}` is {value!r}; it must be a whole number from {low} to {high:,}.")
    return value
