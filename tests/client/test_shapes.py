"""Shapes of providers that the simulator does not send: read from plain documents."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.providers.anthropic_messages import AnthropicMessages
from pellucid.providers.facts import HIDDEN, without_secrets
from pellucid.providers.google_content import GoogleContent
from pellucid.providers.openai_chat import OpenAIChat
from pellucid.providers.openai_responses import OpenAIResponses

SHAPES = [OpenAIChat(), OpenAIResponses(), AnthropicMessages(), GoogleContent()]


def test_secrets_in_parameters_and_tools_are_hidden() -> None:
    request = {
        "model": "m",
        "messages": [],
        "api_key": "sk-1",
        "aws_secret_access_key": "s",
        "extra_headers": {"Authorization": "Bearer x"},
        "max_tokens": 5,
        "mcp_servers": [{"url": "https://x", "authorization_token": "t"}],
        "user": "ann",
    }
    assert OpenAIChat().asked(request).parameters == {
        "api_key": HIDDEN,
        "aws_secret_access_key": HIDDEN,
        "extra_headers": {"Authorization": HIDDEN},
        "max_tokens": 5,
        "mcp_servers": [{"url": "https://x", "authorization_token": HIDDEN}],
        "user": "ann",
    }
    schema = {"type": "object", "properties": {"password": {"type": "string"}, "headers": {"type": "object"}}}
    assert without_secrets([{"name": "login", "parameters": schema}]) == [{"name": "login", "parameters": schema}]


def test_images_and_audio_are_references_not_bytes() -> None:
    content = [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 400}},
        {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}},
        {"type": "input_audio", "input_audio": {"data": "A" * 400, "format": "wav"}},
    ]
    [message] = OpenAIChat().asked({"messages": [{"role": "user", "content": content}]}).messages
    assert message["parts"] == [
        {"type": "text", "content": "what is this?"},
        {"type": "blob", "modality": "image", "mime_type": "image/png", "size": 300},
        {"type": "uri", "modality": "image", "uri": "https://example.org/cat.png"},
        {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "size": 300},
    ]
    source = {"type": "base64", "media_type": "image/png", "data": "A" * 400}
    [message] = (
        AnthropicMessages().asked({"messages": [{"role": "user", "content": [{"type": "image", "source": source}]}]}).messages
    )
    assert message["parts"] == [{"type": "blob", "modality": "image", "mime_type": "image/png", "size": 300}]


def test_anthropic_thinking_tools_and_cache_in_a_stream() -> None:
    gatherer = AnthropicMessages().gatherer()
    events: list[dict[str, Any]] = [
        {
            "type": "message_start",
            "message": {
                "id": "m1",
                "model": "claude",
                "usage": {"input_tokens": 3, "cache_read_input_tokens": 90, "output_tokens": 1},
            },
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "t1", "name": "look", "input": {}}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"q":'}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "1}"}},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 12}},
    ]
    carried = [gatherer.add(event) for event in events]
    assert carried == [False, False, True, False, True, True, False]
    answered = gatherer.answered()
    assert answered.messages == [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "hm"},
                {"type": "tool_call", "id": "t1", "name": "look", "arguments": {"q": 1}},
            ],
            "finish_reason": "tool_use",
        }
    ]
    assert answered.usage == {"input": 3, "cache_read": 90, "output": 12}


def test_anthropic_refusals_and_tool_results() -> None:
    answered = AnthropicMessages().answered(
        {"content": [], "stop_reason": "refusal", "usage": {"input_tokens": 3, "output_tokens": 0}}
    )
    assert (answered.is_refused, answered.usage) == (True, {"input": 3})
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "sunny"}]}
    [message] = AnthropicMessages().asked({"messages": [{"role": "user", "content": [result]}]}).messages
    assert message == {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": "sunny"}]}


def test_responses_items_of_every_kind() -> None:
    output = [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "thinking"}]},
        {"type": "web_search_call", "id": "w1", "status": "completed", "action": {"query": "rain"}},
        {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
    ]
    answered = OpenAIResponses().answered({"output": output, "status": "completed"})
    assert answered.is_refused
    assert [part["type"] for part in answered.messages[0]["parts"]] == ["reasoning", "tool_call", "refusal"]
    failed = OpenAIResponses().answered({"status": "failed", "error": {"code": "server_error", "message": "broke"}, "output": []})
    assert failed.error == "broke"
    cut = OpenAIResponses().answered({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []})
    assert cut.finish_reasons == ["max_output_tokens"]


@pytest.mark.parametrize("reason", ["content_filter"])
def test_filtered_answers_are_refusals(reason: str) -> None:
    assert OpenAIChat().answered({"choices": [{"message": {"content": ""}, "finish_reason": reason}]}).is_refused


def test_arguments_that_are_no_json_stay_text() -> None:
    call = {"id": "c", "function": {"name": "f", "arguments": "{broken"}}
    [message] = OpenAIChat().answered({"choices": [{"message": {"tool_calls": [call]}}]}).messages
    assert message["parts"] == [{"type": "tool_call", "id": "c", "name": "f", "arguments": "{broken"}]


documents = st.dictionaries(
    st.sampled_from(
        ["model", "messages", "input", "choices", "output", "content", "contents", "usage", "type", "delta", "id", "candidates"]
    ),
    st.none()
    | st.text(max_size=5)
    | st.integers(0, 9)
    | st.lists(st.dictionaries(st.sampled_from(["role", "content", "type"]), st.text(max_size=5)), max_size=2),
    max_size=6,
)


@given(st.sampled_from(SHAPES), documents)
def test_odd_documents_never_leave_the_guard(shape: Any, document: dict[str, Any]) -> None:
    for read in (shape.asked, shape.answered):
        try:
            json.dumps(read(document).messages)
        except (TypeError, AttributeError, ValueError, KeyError):
            continue  # the recorder's guard takes these; anything else would be a surprise
