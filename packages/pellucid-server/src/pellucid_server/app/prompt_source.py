"""The registry of prompts as the playground sees it: versions as messages in the normal form, their variables filled in."""

import re
from collections.abc import Mapping
from dataclasses import replace

from pellucid_server.dialects.messages import messages_of
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, PartType, Role, text_part
from pellucid_server.prompts.content import Content
from pellucid_server.prompts.serving import Serving, Wanted
from pellucid_server.prompts.template import TAG, VARIABLE, shown


class PromptSource:
    """Implements `playground.ports.Prompts`."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def compiled(self, project_id: str, name: str, version: int, values: Mapping[str, JsonValue]) -> tuple[Message, ...]:
        """A text prompt is a system message."""
        content = self._content(project_id, name, version)
        known = {variable.name for variable in content.variables}
        return _messages(content.compile({key: value for key, value in values.items() if key in known}))

    def filled(self, messages: tuple[Message, ...], values: Mapping[str, JsonValue]) -> tuple[Message, ...]:
        """Texts only, filled once: a value that looks like a variable is not filled again."""
        return tuple(
            replace(message, parts=tuple(_filled(part, values) for part in message.parts)) if values else message
            for message in messages
        )

    def _content(self, project_id: str, name: str, version: int) -> Content:
        served = self._serving.get(Wanted(project_id=project_id, name=name, version=version))
        return served.arms[0].content


def _filled(part: Part, values: Mapping[str, JsonValue]) -> Part:
    """Braces that are no variable with a value are text: what was recorded may hold anything."""
    if part.type is not PartType.TEXT or not part.text:
        return part

    def value_of(found: re.Match[str]) -> str:
        name = VARIABLE.fullmatch(found[1])
        return shown(values[name[1]]) if name is not None and name[1] in values else found[0]

    return replace(part, text=TAG.sub(value_of, part.text))


def _messages(prompt: JsonValue) -> tuple[Message, ...]:
    if isinstance(prompt, str):
        return (Message(role=Role.SYSTEM, parts=(text_part(prompt),)),)
    return tuple(messages_of(prompt, Role.USER))
