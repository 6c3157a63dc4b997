"""Payloads: facts inside a provider's own request and response, which some emitters attach as one JSON document.

They are the last to be asked, and often the only ones who know the refusal, the response id or the model that was asked for.
Everything here fills only what is still empty.
"""

from pellucid_server.dialects import finish
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.messages import is_empty, messages_of, one_turn, with_system
from pellucid_server.dialects.parts import parts_of
from pellucid_server.dialects.providers import without_router
from pellucid_server.dialects.tools import tools_of
from pellucid_server.dialects.usage import read_usage
from pellucid_server.dialects.values import PLACEHOLDERS, first, flag, text
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, Role

Json = dict[str, JsonValue]

_NOT_PARAMETERS = frozenset(
    {
        "messages", "input", "prompt", "contents", "system", "system_instruction", "instructions", "tools", "functions", "model",
        "model_name", "_type", "id", "object", "created", "created_at", "completed_at", "metadata", "output", "usage", "error",
        "incomplete_details", "status", "api_key", "api_base", "base_url", "extra_headers", "extra_body", "previous_response_id",
        "background", "billing", "context_window", "num_output", "is_chat_model", "is_function_calling_model", "system_role",
    }
)  # fmt: skip
"""Entries of a request, or of a response that an emitter passes off as one, that are not parameters."""

_RESPONSE_IDS = ("chatcmpl-", "msg_", "resp_", "cmpl-", "gen-")


def read_parameters(facts: Facts, request: Json) -> None:
    """Request parameters from an object that may also hold the model, the messages and the tools."""
    for name, value in request.items():
        if name in _NOT_PARAMETERS or name in facts.parameters or _says_nothing(value):
            continue
        facts.parameters[name] = value
    if facts.streaming is None:
        facts.streaming = flag(request.get("stream"))
    if facts.provider_user is None:
        facts.provider_user = text(request.get("user"))
    if facts.model_requested is None and "created_at" not in request:  # which only a response has
        facts.model_requested = text(first(request, "model", "model_name", "model_id"))
    if not facts.tools:
        facts.tools = tools_of(first(request, "tools", "functions"))


def _says_nothing(value: JsonValue) -> bool:
    return value is None or (isinstance(value, str) and value in PLACEHOLDERS) or (isinstance(value, list | dict) and not value)


def read_request(facts: Facts, request: Json) -> None:
    """Messages, tools and the model from a provider's request body."""
    if is_empty(facts.messages_in):
        found = messages_of(first(request, "messages", "input", "contents", "prompt", "prompts", "chat_history"), Role.USER)
        facts.messages_in = with_system(_system(request), found)
    if facts.model_requested is None:
        facts.model_requested = text(first(request, "model", "model_id", "modelId"))
    if facts.streaming is None:
        facts.streaming = flag(request.get("stream"))
    if not facts.tools:
        facts.tools = tools_of(first(request, "tools", "functions"))


def _system(request: Json) -> tuple[Part, ...]:
    config = request.get("config")
    inner = first(config, "system_instruction", "systemInstruction") if isinstance(config, dict) else None
    return parts_of(
        inner if inner is not None else first(request, "system", "instructions", "system_instruction", "systemInstruction")
    )


def read_response(facts: Facts, response: JsonValue) -> None:
    """Everything that a provider's response body says, in OpenAI's, Anthropic's, Gemini's or LangChain's shape."""
    if not isinstance(response, dict):
        return
    if isinstance(response.get("generations"), list):
        _read_langchain(facts, response)
        return
    if facts.response_id is None and _is_response(response):
        facts.response_id = text(first(response, "id", "responseId", "response_id"))
    if facts.model_responded is None:
        facts.model_responded = text(first(response, "model", "modelVersion", "model_version"))
    if facts.system_fingerprint is None:
        facts.system_fingerprint = text(response.get("system_fingerprint"))
    if facts.service_tier is None:
        facts.service_tier = text(response.get("service_tier"))
    if is_empty(facts.messages_out):
        facts.messages_out = _answer(response) or facts.messages_out
    if facts.finish_reason is None:
        facts.finish_reason = _reason(response)
    usage = first(response, "usage", "usage_metadata", "usageMetadata")
    if isinstance(usage, dict):
        read_usage(facts, usage)


def refused_in(response: Json) -> bool:
    """Whether a response body holds a refusal, which emitters' own attributes tend to leave out."""
    choices, output = response.get("choices"), response.get("output")
    if isinstance(choices, list):
        return any(isinstance(choice, dict) and bool(_inner(choice, "message").get("refusal")) for choice in choices)
    for item in output if isinstance(output, list) else []:
        content = item.get("content") if isinstance(item, dict) else None
        if isinstance(content, list) and any(isinstance(part, dict) and part.get("type") == "refusal" for part in content):
            return True
    return False


def _inner(item: Json, key: str) -> Json:
    inner = item.get(key)
    return inner if isinstance(inner, dict) else {}


def _is_response(response: Json) -> bool:
    identity = response.get("id")
    if isinstance(identity, str) and identity.startswith(_RESPONSE_IDS):
        return True
    return any(key in response for key in ("choices", "content", "candidates", "usage", "usage_metadata"))


def _answer(response: Json) -> tuple[Message, ...]:
    choices = response.get("choices")
    if isinstance(choices, list):
        return messages_of([_choice(choice) for choice in choices if isinstance(choice, dict)], Role.ASSISTANT)
    output = response.get("output")
    if isinstance(output, list):
        return one_turn(messages_of(output, Role.ASSISTANT))
    candidates = response.get("candidates")
    if isinstance(candidates, list):
        return messages_of([first(item, "content", "message") for item in candidates if isinstance(item, dict)], Role.ASSISTANT)
    if isinstance(response.get("content"), list | str | dict):
        content = response["content"]
        if isinstance(content, dict) and "parts" in content:
            return messages_of(content, Role.ASSISTANT)
        return messages_of({"role": "assistant", "content": content, "stop_reason": response.get("stop_reason")}, Role.ASSISTANT)
    if isinstance(response.get("replies"), list):
        return messages_of(response["replies"], Role.ASSISTANT)
    if isinstance(response.get("message"), dict):
        return messages_of(response["message"], Role.ASSISTANT)
    return ()


def _choice(choice: Json) -> Json:
    """A chat choice as it is; a legacy completion (`text`) or a stream's `delta` as a message."""
    if "message" in choice:
        return choice
    delta = choice.get("delta")
    if isinstance(delta, dict):
        return {"message": delta, "finish_reason": choice.get("finish_reason")}
    return {"role": "assistant", "content": choice.get("text"), "finish_reason": choice.get("finish_reason")}


def _reason(response: Json) -> str | None:
    if response.get("object") == "response":
        return _reason_of_responses(response)
    choices = first(response, "choices", "candidates")
    chosen = choices[0] if isinstance(choices, list) and choices else response
    word = text(first(chosen, "finish_reason", "finishReason", "stop_reason", "stopReason")) if isinstance(chosen, dict) else None
    return finish.canonical(word) if word else None


def _reason_of_responses(response: Json) -> str | None:
    """OpenAI's Responses have a status instead of a reason."""
    details = response.get("incomplete_details")
    reason = text(details.get("reason")) if isinstance(details, dict) else text(response.get("status"))
    items = response.get("output")
    calls = (
        [item for item in items if isinstance(item, dict) and item.get("type") == "function_call"]
        if isinstance(items, list)
        else []
    )
    return "tool_calls" if calls and reason == "completed" else (finish.canonical(reason) if reason else None)


def _read_langchain(facts: Facts, result: Json) -> None:
    """LangChain's LLMResult: the provider's facts lie in the first generation's message."""
    generations = result["generations"]
    batch = generations[0] if isinstance(generations, list) and generations else None
    generation = batch[0] if isinstance(batch, list) and batch else batch
    message = generation.get("message") if isinstance(generation, dict) else None
    if not isinstance(generation, dict) or not isinstance(message, dict):
        return
    inner = first(message, "kwargs", "data")
    body = inner if isinstance(inner, dict) else message
    if is_empty(facts.messages_out):
        facts.messages_out = messages_of(message, Role.ASSISTANT)
    meta = body.get("response_metadata")
    if isinstance(meta, dict):
        _read_langchain_metadata(facts, meta)
    if facts.response_id is None:
        identity = text(body.get("id"))
        facts.response_id = identity if identity and identity.startswith(_RESPONSE_IDS) else None
    usage = body.get("usage_metadata")
    if isinstance(usage, dict):
        read_usage(facts, usage)


def _read_langchain_metadata(facts: Facts, meta: Json) -> None:
    if facts.response_id is None:
        facts.response_id = text(first(meta, "id", "response_id"))
    if facts.model_responded is None:
        name = text(first(meta, "model_name", "model"))
        facts.model_responded = without_router(name) if name else None
    if facts.system_fingerprint is None:
        facts.system_fingerprint = text(meta.get("system_fingerprint"))
    if facts.service_tier is None:
        facts.service_tier = text(meta.get("service_tier"))
    if facts.finish_reason is None:
        word = text(first(meta, "finish_reason", "stop_reason"))
        facts.finish_reason = finish.canonical(word) if word else None


def read_usage_of_reply(facts: Facts, meta: Json) -> None:
    """Model, reason and usage from the metadata that a framework hangs on a reply."""
    if facts.model_responded is None:
        facts.model_responded = text(meta.get("model"))
    if facts.response_id is None:
        facts.response_id = text(meta.get("id"))
    if facts.finish_reason is None:
        facts.finish_reason = _reason(meta)
    usage = meta.get("usage")
    if isinstance(usage, dict):
        read_usage(facts, usage)
