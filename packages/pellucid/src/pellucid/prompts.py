"""Prompts: asked for by name and label, cached, compiled, and linked to the generation that uses them.

What lives here: the prompt itself, its template, and the assignment of a rollout's arm. What must not live here:
fetching and caching (`prompt_cache`).

Templates use `{{name}}`; in chat prompts an entry {"type": "placeholder", "name": "history"} is replaced by a list
of messages.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pellucid import links, semconv
from pellucid.errors import PromptVariableError
from pellucid.narrowing import document_of, is_document, is_list
from pellucid.values import json_of

Message: TypeAlias = dict[str, Any]
Template: TypeAlias = str | list[Message]

VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}")
HASH_BITS = 64


class CompiledText(str):
    """The text of a compiled prompt; a text like any other that remembers its prompt."""

    __slots__ = ("link",)
    link: Mapping[str, Any]


class CompiledMessages(list[Message]):
    """The messages of a compiled chat prompt; a list like any other that remembers its prompt."""

    link: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One version of a prompt."""

    name: str
    type: Literal["text", "chat"]
    template: Template
    version: int | None = None
    """None for a fallback."""
    label: str | None = None
    """The label it was asked for by."""
    hash: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Model, parameters, tools, response schema: whatever was stored with it."""
    rollout_id: str | None = None
    """Of the experiment that assigned this version; None where the label points at one version."""
    rollout_arm: str | None = None
    rollout_probability: float | None = None
    is_fallback: bool = False

    @property
    def link(self) -> Mapping[str, Any]:
        """The attributes that link a generation to this prompt."""
        return self._link({})

    @property
    def variables(self) -> tuple[str, ...]:
        """Names that `compile` must be given, in order of appearance; placeholders included."""
        names: dict[str, None] = {}
        for entry in [self.template] if isinstance(self.template, str) else self.template:
            if isinstance(entry, dict) and entry.get("type") == "placeholder":
                names[str(entry["name"])] = None
            else:
                names.update(dict.fromkeys(VARIABLE.findall(entry if isinstance(entry, str) else json_of(entry))))
        return tuple(names)

    def compile(self, **variables: Any) -> Any:
        """The template with its variables filled in: a text, or for chat prompts a list of messages.

        Texts are inserted as they are, everything else as JSON. Raises `PromptVariableError` for a variable that is
        missing; additional ones are ignored. The next generation that is given the result is linked to this version.
        """
        link = self._link(variables)
        if isinstance(self.template, str):
            text = CompiledText(self._filled(self.template, variables))
            text.link = link
            links.note([text], link)
            return text
        messages = CompiledMessages()
        for entry in self.template:
            if entry.get("type") == "placeholder":
                messages.extend(self._placed(str(entry["name"]), variables))
            else:
                messages.append({key: self._walked(value, variables) for key, value in entry.items()})
        messages.link = link
        links.note(links.texts_in([message.get("content") for message in messages if message.get("role") == "system"]), link)
        if not any(message.get("role") == "system" for message in messages):
            links.note(links.texts_in([message.get("content") for message in messages]), link)
        return messages

    def _filled(self, template: str, variables: Mapping[str, Any]) -> str:
        def value_of(found: re.Match[str]) -> str:
            value = self._variable(found[1], variables)
            return value if isinstance(value, str) else json_of(value)

        return VARIABLE.sub(value_of, template)

    def _walked(self, value: Any, variables: Mapping[str, Any]) -> Any:
        if isinstance(value, str):
            return self._filled(value, variables)
        if is_document(value):
            return {key: self._walked(item, variables) for key, item in value.items()}
        return [self._walked(item, variables) for item in value] if is_list(value) else value

    def _placed(self, name: str, variables: Mapping[str, Any]) -> Sequence[Message]:
        value = self._variable(name, variables)
        if not is_list(value):
            raise PromptVariableError(f"The placeholder {name!r} of prompt {self.name!r} needs a list of messages.")
        return [dict(message) for message in value]

    def _variable(self, name: str, variables: Mapping[str, Any]) -> Any:
        if name not in variables:
            raise PromptVariableError(
                f"Prompt {self.name!r} needs the variable {name!r}; compile() was given {', '.join(variables) or 'none'}."
            )
        return variables[name]

    def _link(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        pairs: dict[str, Any] = {
            semconv.PROMPT_NAME: self.name,
            semconv.PROMPT_VERSION: self.version,
            semconv.PROMPT_LABEL: self.label,
            semconv.PROMPT_HASH: self.hash,
            semconv.PROMPT_FALLBACK: True if self.is_fallback else None,
            semconv.ROLLOUT_ID: self.rollout_id,
            semconv.ROLLOUT_ARM: self.rollout_arm,
            semconv.ROLLOUT_PROBABILITY: self.rollout_probability,
        }
        for name, value in variables.items():
            pairs[f"{semconv.PROMPT_VARIABLE_PREFIX}{name}"] = value if isinstance(value, str) else json_of(value)
        return {key: value for key, value in pairs.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a name and a label stand for: one version, or several with their shares."""

    arms: tuple[Prompt, ...]
    rollout_id: str

    def assigned(self, key: str) -> Prompt:
        """The arm of this key (a user, a session): always the same one while the rollout stands."""
        if len(self.arms) == 1:
            return self.arms[0]
        point = share_of(f"{self.rollout_id}:{key}")
        passed = 0.0
        for arm in self.arms:
            passed += arm.rollout_probability or 0.0
            if point < passed:
                return arm
        return self.arms[-1]


def share_of(text: str) -> float:
    """A number in [0, 1) that depends on the text alone: SHA-256, first 64 bits, big-endian."""
    digest = hashlib.sha256(text.encode()).digest()
    share: float = int.from_bytes(digest[:8], "big") / 2**HASH_BITS
    return share


def served_from(document: Mapping[str, Any], label: str | None) -> Served:
    """What `GET /api/v1/prompts/{name}` answered (see the wire reference)."""
    rollout = document_of(document.get("rollout"))
    arms: list[Mapping[str, Any]] = rollout.get("arms") or [document]
    rollout_id = str(rollout.get("id") or "")
    return Served(
        rollout_id=rollout_id,
        arms=tuple(_prompt(document["name"], arm, label, rollout_id if len(arms) > 1 else None) for arm in arms),
    )


def _prompt(name: str, document: Mapping[str, Any], label: str | None, rollout_id: str | None) -> Prompt:
    version = int(document["version"])
    return Prompt(
        name=name,
        type="chat" if document.get("type") == "chat" else "text",
        template=document["prompt"],
        version=version,
        label=label,
        hash=document.get("hash") or content_hash(document),
        config=document.get("config") or {},
        rollout_id=rollout_id,
        rollout_arm=None if rollout_id is None else f"v{version}",
        rollout_probability=None if rollout_id is None else float(document["probability"]),
    )


def content_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of type, template and config as sorted JSON, 64 hexadecimal digits."""
    kept = {key: document.get(key) for key in ("type", "prompt", "config")}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def fallback_prompt(name: str, template: Template | Mapping[str, Any], label: str | None) -> Prompt:
    """A prompt that ships with the application: a text, a list of messages, or an exported document."""
    if isinstance(template, Mapping):
        return Prompt(
            name=name,
            type="chat" if template.get("type") == "chat" else "text",
            template=template["prompt"],
            version=template.get("version"),
            label=label,
            hash=template.get("hash"),
            config=template.get("config") or {},
            is_fallback=True,
        )
    kind: Literal["text", "chat"] = "text" if isinstance(template, str) else "chat"
    return Prompt(name=name, type=kind, template=template, label=label, is_fallback=True)
