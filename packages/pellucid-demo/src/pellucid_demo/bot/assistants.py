"""The two model providers behind one verb: answer a message, using tools until the model has what it needs.

Both use the provider's own SDK in its usual way; OpenInference watches from inside the SDKs. Errors are left to the
caller, who may try the other provider.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from anthropic import Anthropic
from openai import OpenAI

from pellucid_demo.bot.tools import BotTool

# A model that still calls tools after so many rounds is stopped.
MAX_ROUNDS = 40
_MAX_TOKENS = 700

UseTool = Callable[[BotTool, Mapping[str, Any], str], dict[str, Any]]
JsonDict = dict[str, Any]  # the SDKs' own request and message shapes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One turn. `manual` is the constant part of the prompt that is worth caching; `history` is (question, answer)."""

    system: str
    message: str
    manual: str = ""
    history: tuple[tuple[str, str], ...] = ()
    tools: tuple[BotTool, ...] = ()
    stream: bool = False
    user_id: str = ""


class Assistant(Protocol):
    def answer(self, ask: Ask, use: UseTool) -> str:
        """What the model says in the end; `use` runs a tool that it calls on the way."""
        ...


class OpenAIAssistant:
    """Chat completions."""

    def __init__(self, client: OpenAI, model: str) -> None:
        self._client, self._model = client, model

    def answer(self, ask: Ask, use: UseTool) -> str:
        messages: list[JsonDict] = [{"role": "system", "content": _joined(ask.manual, ask.system)}]
        for question, answer in ask.history:
            messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        messages.append({"role": "user", "content": ask.message})
        for _ in range(MAX_ROUNDS):
            said = self._complete(ask, messages)
            messages.append(said)
            if not said.get("tool_calls"):
                break
            messages += [_openai_result(call, ask.tools, use) for call in said["tool_calls"]]
        return said.get("content") or ""

    def _complete(self, ask: Ask, messages: list[JsonDict]) -> JsonDict:
        asked: JsonDict = {
            "model": self._model,
            "messages": messages,
            "temperature": 0,
            "max_completion_tokens": _MAX_TOKENS,
            "user": ask.user_id,
        }
        if ask.tools:
            asked["tools"] = [_openai_tool(tool) for tool in ask.tools]
        if not ask.stream:
            answered = self._client.chat.completions.create(**asked)
            said: JsonDict = answered.choices[0].message.model_dump(exclude_none=True, exclude={"annotations"})
            return said
        with self._client.chat.completions.stream(**asked, stream_options={"include_usage": True}) as stream:
            for _ in stream:
                pass  # a chat window would show each piece here
            final = stream.get_final_completion().choices[0].message
        return _plain_message(final.model_dump(exclude_none=True))


class AnthropicAssistant:
    """Messages, with the manual marked for the prompt cache."""

    def __init__(self, client: Anthropic, model: str) -> None:
        self._client, self._model = client, model

    def answer(self, ask: Ask, use: UseTool) -> str:
        messages: list[JsonDict] = []
        for question, answer in ask.history:
            messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        messages.append({"role": "user", "content": ask.message})
        for _ in range(MAX_ROUNDS):
            blocks = self._complete(ask, messages)
            messages.append({"role": "assistant", "content": blocks})
            calls = [block for block in blocks if block["type"] == "tool_use"]
            if not calls:
                break
            messages.append({"role": "user", "content": [_anthropic_result(call, ask.tools, use) for call in calls]})
        return "".join(block.get("text", "") for block in blocks)

    def _complete(self, ask: Ask, messages: list[JsonDict]) -> list[JsonDict]:
        system: list[JsonDict] = [{"type": "text", "text": ask.system}]
        if ask.manual:
            system.insert(0, {"type": "text", "text": ask.manual, "cache_control": {"type": "ephemeral"}})
        asked: JsonDict = {
            "model": self._model,
            "max_tokens": _MAX_TOKENS,
            "system": system,
            "messages": messages,
            "metadata": {"user_id": ask.user_id},
        }
        if ask.tools:
            asked["tools"] = [_anthropic_tool(tool) for tool in ask.tools]
        if not ask.stream:
            content = self._client.messages.create(**asked).content
        else:
            with self._client.messages.stream(**asked) as stream:
                content = list(stream.get_final_message().content)
        return [_plain_block(block.model_dump(exclude_none=True)) for block in content]


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _plain_message(message: JsonDict) -> JsonDict:
    """A message of the stream helper without the fields that only the helper knows."""
    kept: JsonDict = {key: message[key] for key in ("role", "content", "refusal") if key in message}
    calls = [
        {"id": call["id"], "type": "function", "function": {key: call["function"][key] for key in ("name", "arguments")}}
        for call in message.get("tool_calls") or ()
    ]
    return {**kept, "tool_calls": calls} if calls else kept


def _plain_block(block: JsonDict) -> JsonDict:
    return {key: value for key, value in block.items() if key in ("type", "text", "id", "name", "input")}


def _openai_tool(tool: BotTool) -> JsonDict:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters, "strict": False}
    return {"type": "function", "function": function}


def _openai_result(call: JsonDict, tools: Sequence[BotTool], use: UseTool) -> JsonDict:
    arguments = json.loads(call["function"]["arguments"])
    result = use(_named(tools, call["function"]["name"]), arguments, call["id"])
    return {"role": "tool", "tool_call_id": call["id"], "content": json.dumps(result)}


def _anthropic_tool(tool: BotTool) -> JsonDict:
    return {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}


def _anthropic_result(call: JsonDict, tools: Sequence[BotTool], use: UseTool) -> JsonDict:
    result = use(_named(tools, call["name"]), call["input"], call["id"])
    return {"type": "tool_result", "tool_use_id": call["id"], "content": json.dumps(result)}


def _named(tools: Sequence[BotTool], name: str) -> BotTool:
    return next(tool for tool in tools if tool.name == name)
