"""Messages: every chat shape that providers and SDKs send becomes roles and parts.

Understood: OpenTelemetry's parts, OpenAI Chat and Responses, Anthropic, Gemini, Bedrock, the AI SDK, LangChain (plain, `data` and
`lc` constructor), Haystack, Genkit, LlamaIndex, and the event bodies of OpenTelemetry 1.28 to 1.36.
"""

from collections.abc import Sequence
from dataclasses import replace

from pellucid_server.dialects import finish
from pellucid_server.dialects.json_text import parse_or_text
from pellucid_server.dialects.parts import call_part, is_part, part_of, parts_of, result_part
from pellucid_server.dialects.values import first, text
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, PartType, Role, text_part

Json = dict[str, JsonValue]

_ROLES = {
    **{role.value: role for role in Role},
    "developer": Role.SYSTEM,
    "instructions": Role.SYSTEM,
    "human": Role.USER,
    "ai": Role.ASSISTANT,
    "AIMessageChunk": Role.ASSISTANT,
    "HumanMessageChunk": Role.USER,
    "model": Role.ASSISTANT,
    "chatbot": Role.ASSISTANT,
    "bot": Role.ASSISTANT,
    "agent": Role.ASSISTANT,
    "tool-call": Role.ASSISTANT,
    "tool-response": Role.TOOL,
    "function": Role.TOOL,
    "ipython": Role.TOOL,
}

_CONSTRUCTORS = {
    "SystemMessage": "system",
    "HumanMessage": "user",
    "AIMessage": "assistant",
    "ToolMessage": "tool",
    "FunctionMessage": "tool",
}

_NESTED = ("messages", "message", "choices", "replies", "contents", "prompt")
"""Keys under which objects hold their messages, in the order in which they are believed."""

_ITEMS = {"function_call": Role.ASSISTANT, "function_call_output": Role.TOOL, "reasoning": Role.ASSISTANT}
"""OpenAI Responses items that are not messages but stand among them."""

_EXTRAS = frozenset(
    {"reasoning_content", "reasoning", "refusal", "tool_calls", "function_call", "finish_reason", "finishReason", "stop_reason"}
)
"""What may stand in a message beside its content; most messages have none of it."""

_DEEPEST = 6
"""How far messages may be wrapped: LangChain's batches of lists inside `data` inside a state need four."""


def role_of(value: JsonValue, default: Role) -> Role:
    """The role that a word names."""
    if not isinstance(value, str):
        return default
    found = _ROLES.get(value)
    return found if found is not None else _ROLES.get(value.lower(), default)


def messages_of(value: JsonValue, default: Role, *, depth: int = 0) -> tuple[Message, ...]:
    """The messages in a parsed value: a text, a message, a list of them, or an object that holds them."""
    if isinstance(value, str):
        return (Message(role=default, parts=(text_part(value),)),) if value else ()
    if depth > _DEEPEST:
        return ()
    if isinstance(value, dict):
        return _in_object(value, default, depth)
    if isinstance(value, list):
        if value and all(is_part(item) for item in value):
            return _of_items(value, default)
        return tuple(message for item in value for message in messages_of(item, default, depth=depth + 1))
    return ()


def message_of(item: Json, default: Role) -> Message:
    """One message from an object with a role, content or parts."""
    role = role_of(item.get("role") or item.get("_role"), default)
    parts = _content_parts(item, role)
    if _EXTRAS.isdisjoint(item):
        return Message(role=_tool_role(role, parts), parts=parts, name=_name(item, role))
    parts = _with_extras(parts, item)
    reason = text(first(item, "finish_reason", "finishReason", "stop_reason"))
    return Message(
        role=_tool_role(role, parts),
        parts=parts,
        name=_name(item, role),
        finish_reason=finish.canonical(reason) if reason else None,
    )


def is_empty(messages: Sequence[Message]) -> bool:
    """Whether no message has anything in it: an emitter that dropped the content must not hide one that kept it."""
    return not messages or all(not message.parts for message in messages)


def one_turn(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Several assistant items of one response (reasoning, text, calls) as the one message that they are."""
    if len(messages) < 2 or any(message.role is not Role.ASSISTANT for message in messages):
        return tuple(messages)
    parts = tuple(part for message in messages for part in message.parts)
    reasons = [message.finish_reason for message in messages if message.finish_reason]
    return (Message(role=Role.ASSISTANT, parts=parts, name=messages[-1].name, finish_reason=reasons[-1] if reasons else None),)


def with_system(system: tuple[Part, ...], messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages with the system prompt in front, unless they start with that very one."""
    if not system or (messages and messages[0].role is Role.SYSTEM and messages[0].parts == system):
        return messages
    return (Message(role=Role.SYSTEM, parts=system), *messages)


def with_finish_reason(messages: tuple[Message, ...], reason: str | None) -> tuple[Message, ...]:
    """The output messages, with the reason on the last one where none has one of its own."""
    if not reason or not messages or any(message.finish_reason for message in messages):
        return messages
    return (*messages[:-1], replace(messages[-1], finish_reason=reason))


def from_plain_transcript(transcript: str) -> tuple[Message, ...]:
    """Messages from lines such as `system: …` and `user: …`: lossy, and all that some emitters send."""
    found: list[tuple[Role, list[str]]] = []
    for line in transcript.split("\n"):
        word, colon, rest = line.partition(": ")
        if colon and word in _ROLES:
            found.append((_ROLES[word], [rest]))
        elif found:
            found[-1][1].append(line)
        else:
            found.append((Role.USER, [line]))
    pairs = [(role, "\n".join(lines)) for role, lines in found]
    return tuple(Message(role=role, parts=_tool_text(role, body)) for role, body in pairs if body and body != "None")


def _tool_text(role: Role, body: str) -> tuple[Part, ...]:
    return (Part(type=PartType.TOOL_RESULT, result=body),) if role is Role.TOOL else (text_part(body),)


def _in_object(item: Json, default: Role, depth: int) -> tuple[Message, ...]:
    kind = item.get("type")
    if "role" in item or "_role" in item:
        return (message_of(item, default),)
    if item.get("lc") == 1 or kind == "constructor":
        return _langchain_constructor(item, default)
    data = item.get("data")
    if isinstance(kind, str) and isinstance(data, dict) and "content" in data:
        return (message_of({**data, "role": kind}, default),)
    if isinstance(kind, str) and kind in _ROLES and ("content" in item or "tool_calls" in item):
        return (message_of({**item, "role": kind}, default),)
    if isinstance(kind, str) and kind in _ITEMS:
        return _of_items([item], default)
    for key in _NESTED:
        inner = item.get(key)
        if isinstance(inner, list | dict) or (key == "message" and isinstance(inner, str)):
            return _with_reason_of(item, messages_of(inner, default, depth=depth + 1))
    if is_part(item):
        return _of_items([item], default)
    if "content" in item or "parts" in item or "tool_calls" in item:
        return (message_of(item, default),)
    return ()


def _with_reason_of(choice: Json, messages: tuple[Message, ...]) -> tuple[Message, ...]:
    reason = text(first(choice, "finish_reason", "finishReason"))
    return with_finish_reason(messages, finish.canonical(reason)) if reason else messages


def _langchain_constructor(item: Json, default: Role) -> tuple[Message, ...]:
    kwargs, names = item.get("kwargs"), item.get("id")
    if not isinstance(kwargs, dict):
        return ()
    name = names[-1] if isinstance(names, list) and names else ""
    role = _CONSTRUCTORS.get(name.removesuffix("Chunk")) if isinstance(name, str) else None
    return (message_of({**kwargs, "role": role or kwargs.get("type")}, default),)


def _of_items(items: Sequence[JsonValue], default: Role) -> tuple[Message, ...]:
    """Parts without a message around them: one message for each run of one role."""
    runs: list[tuple[Role, list[Part]]] = []
    for item in items:
        if not isinstance(item, dict):
            continue
        role = _ITEMS.get(str(item.get("type")), default)
        if not runs or runs[-1][0] is not role:
            runs.append((role, []))
        runs[-1][1].extend(part_of(item))
    return tuple(Message(role=_tool_role(role, tuple(parts)), parts=tuple(parts)) for role, parts in runs if parts)


def _name(item: Json, role: Role) -> str | None:
    """The participant's name; a tool message's is the tool's."""
    name = item.get("name")
    return text(name) if name is not None and role is not Role.TOOL else None


def _content_parts(item: Json, role: Role) -> tuple[Part, ...]:
    content = item.get("parts")
    if content is None:
        content = first(item, "content", "contents", "blocks", "_content")
    if role is Role.TOOL:
        return _tool_parts(item, content)
    return parts_of(parse_or_text(content) if _holds_parts(content) else content)


def _with_extras(found: tuple[Part, ...], item: Json) -> tuple[Part, ...]:
    """The parts, and what stands beside the content: reasoning, a refusal, tool calls."""
    reasoning = first(item, "reasoning_content", "reasoning")
    if isinstance(reasoning, str) and reasoning:
        found = (Part(type=PartType.REASONING, text=reasoning), *found)
    refusal = item.get("refusal")
    if isinstance(refusal, str) and refusal:
        found = (*found, Part(type=PartType.REFUSAL, text=refusal))
    return _with_calls(found, item)


def _holds_parts(content: JsonValue) -> bool:
    """Whether a text is really a JSON list of parts: OpenLLMetry and Strands encode them so."""
    return (
        isinstance(content, str)
        and content.startswith("[{")
        and content.endswith("}]")
        and ('"type"' in content or '"text"' in content)
    )


def _tool_parts(item: Json, content: JsonValue) -> tuple[Part, ...]:
    """A tool message is one result, unless its parts say so themselves."""
    if isinstance(content, list) and any(isinstance(inner, dict) and is_part(inner) for inner in content):
        found = parts_of(content)
        if any(part.type in (PartType.TOOL_RESULT, PartType.TOOL_CALL) for part in found):
            return found
    if content is None:
        return ()
    return (result_part({**item, "content": content, "id": first(item, "tool_call_id", "id")}),)


def _with_calls(parts: tuple[Part, ...], item: Json) -> tuple[Part, ...]:
    """The parts and those tool calls beside them that they do not hold already."""
    calls = item.get("tool_calls")
    listed = [call_part(call) for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    single = item.get("function_call")
    if isinstance(single, dict) and not listed:
        listed = [call_part(single)]
    if not listed:
        return parts
    if any(part.type is PartType.TOOL_CALL for part in parts):
        held = {part.id for part in parts if part.type is PartType.TOOL_CALL}
        listed = [call for call in listed if call.id not in held]
    return (*parts, *listed)


def _tool_role(role: Role, parts: tuple[Part, ...]) -> Role:
    """Results in a user's message (Anthropic, older Pydantic AI) come from the tool."""
    if role is Role.USER and parts and all(part.type is PartType.TOOL_RESULT for part in parts):
        return Role.TOOL
    return role
