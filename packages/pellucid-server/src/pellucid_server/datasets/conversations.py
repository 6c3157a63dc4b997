"""Inputs of cases that are conversations: a list of messages, as a trace's last model call was given them or as providers take them."""

from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.message import text_of
from pellucid_server.model.message_json import messages_from_json

Turn = tuple[str, str]
"""(role, text)."""


def turns(input_: JsonValue) -> list[Turn] | None:
    """The messages of an input, which is a list of them or an object that holds one under `messages`; None where it is no conversation."""
    found = input_.get("messages") if isinstance(input_, dict) else input_
    if not isinstance(found, list) or not found:
        return None
    if not all(isinstance(one, dict) and isinstance(one.get("role"), str) for one in found):
        return None
    return [(str(one["role"]), _text(one)) for one in found if isinstance(one, dict)]


def question_of(input_: JsonValue) -> JsonValue:
    """What is asked: of a conversation what the user said last, else the input itself."""
    said = [text for role, text in turns(input_) or () if role == "user"]
    return said[-1] if said else input_


def plain(value: JsonValue) -> str:
    """A value as text."""
    return value if isinstance(value, str) else "" if value is None else canonical(value)


def _text(message: dict[str, JsonValue]) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else text_of(messages_from_json([message]))
