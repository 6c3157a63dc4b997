"""Joins prompts and data sets: what a version of a prompt says for the input of a case."""

from collections.abc import Mapping

from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.prompts.content import Content
from pellucid_server.prompts.serving import Serving, Wanted

ROLES = {"developer": "system", "system": "system", "user": "user", "assistant": "assistant"}


class PromptMessages:
    """The source of prompts for experiments."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def messages(
        self, project_id: str, name: str, version: int, input_: JsonValue
    ) -> tuple[list[tuple[str, str]], Mapping[str, JsonValue]]:
        """Variables are filled from the input's fields of the same name, a single one from the input itself; without any, the input is
        the user's message."""
        served = self._serving.get(Wanted(project_id, name, version=version))
        content = served.arms[0].content
        compiled = content.compile(_values(content, input_))
        if isinstance(compiled, list):
            said = [_said(entry) for entry in compiled if isinstance(entry, dict)]
        else:
            said = [("system" if not content.variables else "user", _text(compiled))]
        if not content.variables:
            said.append(("user", _text(input_)))
        return said, content.config


def _values(content: Content, input_: JsonValue) -> dict[str, JsonValue]:
    names = [variable.name for variable in content.variables]
    if isinstance(input_, dict):
        return {name: input_[name] for name in names if name in input_}
    return dict.fromkeys(names[:1], input_)


def _said(entry: Mapping[str, JsonValue]) -> tuple[str, str]:
    return ROLES.get(str(entry.get("role")), "user"), _text(entry.get("content"))


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else canonical(value)
