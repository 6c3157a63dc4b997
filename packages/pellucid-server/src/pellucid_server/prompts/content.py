"""What a version consists of: a text or messages, and the config that goes with it. Checked once, hashed once, never changed.

Config is free JSON for the application. Known keys are `model`, `parameters`, `tools`, `response_schema`, `few_shots`,
`retrieval` and `variables`; only the last one is read here: `{"variables": {"name": {"type", "description", "example"}}}`.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pellucid_server.core.bounds import KIB
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.prompts.errors import BadPrompt, BadVariables, PromptTooLarge
from pellucid_server.prompts.template import Reference, Tag, fill, references, tags

MAX_CONTENT_BYTES = 512 * KIB
"""Prompt and config as JSON. The longest system prompts in the wild are a tenth of it."""
MAX_MESSAGES = 1_000
MAX_VARIABLES = 500
PLACEHOLDER = "placeholder"


class PromptType(StrEnum):
    """What a prompt is, in all its versions."""

    TEXT = "text"
    CHAT = "chat"


class VariableType(StrEnum):
    """What a variable may be given."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ARRAY = "array"
    OBJECT = "object"
    MESSAGES = "messages"
    """A placeholder's: a list of messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What a caller fills in."""

    name: str
    type: VariableType
    description: str = ""
    example: JsonValue = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Everything that shapes the output. Equal content is one version."""

    type: PromptType
    prompt: JsonValue
    config: Mapping[str, JsonValue]

    @property
    def hash(self) -> str:
        """SHA-256 of type, prompt and config as sorted JSON; the client reckons the same."""
        document: JsonValue = {"type": self.type.value, "prompt": self.prompt, "config": dict(self.config)}
        return hashlib.sha256(canonical(document).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def references(self) -> list[Reference]:
        """Prompts that it includes, each once."""
        return list(dict.fromkeys(reference for text in texts(self.prompt) for reference in references(text)))

    @property
    def variables(self) -> list[Variable]:
        """What must be filled in, in order; typed as declared, else as text."""
        declared = self.config.get("variables")
        return [_variable(name, declared if isinstance(declared, dict) else {}, kind) for name, kind in _names(self.prompt).items()]

    def check(self) -> None:
        """Raise a member of `BadPrompt`, or `PromptTooLarge`, unless this can be saved."""
        document: JsonValue = [self.prompt, dict(self.config)]
        size = len(canonical(document).encode("utf-8", "surrogatepass"))
        if size > MAX_CONTENT_BYTES:
            raise PromptTooLarge(
                f"The prompt and its config have {size:,} bytes as JSON; at most {MAX_CONTENT_BYTES:,} can be saved."
                " Move data into variables or retrieval."
            )
        if self.type is PromptType.TEXT:
            _check_text(self.prompt)
        else:
            _check_messages(self.prompt)
        names = _names(self.prompt)
        if len(names) > MAX_VARIABLES:
            raise BadPrompt(f"The prompt has {len(names)} variables; at most {MAX_VARIABLES} can be filled in.")
        _check_declared(self.config.get("variables"), names)

    def compile(self, values: Mapping[str, JsonValue]) -> JsonValue:
        """The prompt as it is sent. Raises `BadVariables` for a missing, an unknown and an ill-typed value."""
        _check_values(self.variables, values)
        if isinstance(self.prompt, str):
            return fill(self.prompt, values)
        messages: list[JsonValue] = []
        for entry in self.prompt if isinstance(self.prompt, list) else []:
            if is_placeholder(entry):
                given = values[_placeholder_name(entry)]
                messages.extend(given if isinstance(given, list) else [])
            else:
                messages.append(mapped(entry, values))
        return messages


def texts(prompt: JsonValue) -> Iterator[str]:
    """Every text of a prompt that may hold tags, in order."""
    if isinstance(prompt, str):
        yield prompt
    elif isinstance(prompt, list):
        for item in prompt:
            yield from texts(item)
    elif isinstance(prompt, dict) and not is_placeholder(prompt):
        for value in prompt.values():
            yield from texts(value)


def mapped(value: JsonValue, values: Mapping[str, JsonValue]) -> JsonValue:
    """`value` with its variables filled in, at any depth."""
    if isinstance(value, str):
        return fill(value, values)
    if isinstance(value, list):
        return [mapped(item, values) for item in value]
    return {key: mapped(item, values) for key, item in value.items()} if isinstance(value, dict) else value


def is_placeholder(entry: JsonValue) -> bool:
    """Whether an entry of a chat prompt stands for messages of the caller."""
    return isinstance(entry, dict) and entry.get("type") == PLACEHOLDER


def _placeholder_name(entry: JsonValue) -> str:
    return str(entry.get("name", "")) if isinstance(entry, dict) else ""


def _names(prompt: JsonValue) -> dict[str, VariableType]:
    found: dict[str, VariableType] = {}
    for entry in prompt if isinstance(prompt, list) else [prompt]:
        if is_placeholder(entry):
            found[_placeholder_name(entry)] = VariableType.MESSAGES
        else:
            named: list[Tag] = [tag for text in texts(entry) for tag in tags(text)]
            found |= {tag: VariableType.STRING for tag in named if isinstance(tag, str) and tag not in found}
    return found


def _variable(name: str, declared: Mapping[str, JsonValue], kind: VariableType) -> Variable:
    said = declared.get(name)
    told = said if isinstance(said, dict) else {}
    if kind is not VariableType.MESSAGES:
        kind = VariableType(str(told.get("type", kind)))
    return Variable(name=name, type=kind, description=str(told.get("description", "")), example=told.get("example"))


def _check_text(prompt: JsonValue) -> None:
    if not isinstance(prompt, str) or not prompt.strip():
        raise BadPrompt("The `prompt` of a text prompt is a text that is not empty; for messages say `type: chat`.")
    list(tags(prompt))


def _check_messages(prompt: JsonValue) -> None:
    if not isinstance(prompt, list) or not 1 <= len(prompt) <= MAX_MESSAGES:
        raise BadPrompt(f"The `prompt` of a chat prompt is a list of 1 to {MAX_MESSAGES:,} messages.")
    for index, entry in enumerate(prompt):
        if not isinstance(entry, dict):
            raise BadPrompt(f"Message {index} of the prompt is no object; write `role` and `content`.", index=index)
        if is_placeholder(entry):
            if not isinstance(entry.get("name"), str) or not entry["name"]:
                raise BadPrompt(f"The placeholder at place {index} has no name; give the variable that brings its messages.")
        elif not isinstance(entry.get("role"), str) or not entry["role"]:
            raise BadPrompt(f"Message {index} of the prompt has no role; say system, user, assistant or tool.", index=index)
        for text in texts(entry):
            list(tags(text))


def _check_declared(declared: JsonValue, names: Mapping[str, VariableType]) -> None:
    if declared is None:
        return
    if not isinstance(declared, dict):
        raise BadPrompt("`config.variables` is an object: a variable's name → type, description, example.")
    for name, told in declared.items():
        if name not in names:
            raise BadVariables(
                f"`config.variables` declares `{name}`, which the prompt does not use; it has {_listed(names)}.", variable=name
            )
        kind = told.get("type", "string") if isinstance(told, dict) else None
        if kind not in {item.value for item in VariableType}:
            raise BadVariables(f"The variable `{name}` is declared wrongly; its `type` is one of {_listed(VariableType)}.")


def _check_values(wanted: Sequence[Variable], values: Mapping[str, JsonValue]) -> None:
    known = {variable.name: variable for variable in wanted}
    missing, unknown = [name for name in known if name not in values], [name for name in values if name not in known]
    if missing:
        raise BadVariables(f"The prompt needs {_listed(missing)} too; it was given {_listed(values)}.", missing=missing)
    if unknown:
        raise BadVariables(f"The prompt has no variable {_listed(unknown)}; it has {_listed(known)}.", unknown=unknown)
    for name, value in values.items():
        if not _fits(known[name].type, value):
            raise BadVariables(f"The variable `{name}` is of type {known[name].type}; it was given {canonical(value)[:80]}.")


def _fits(kind: VariableType, value: JsonValue) -> bool:
    if kind is VariableType.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is VariableType.MESSAGES:
        return isinstance(value, list) and all(isinstance(item, dict) for item in value)
    types: dict[VariableType, type] = {
        VariableType.BOOLEAN: bool,
        VariableType.ARRAY: list,
        VariableType.OBJECT: dict,
    }
    return isinstance(value, types[kind]) if kind in types else True


def _listed(names: Sequence[str] | Mapping[str, object] | type[VariableType]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
