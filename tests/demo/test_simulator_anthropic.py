"""The simulator as the real Anthropic SDK sees it."""

import anthropic
import pytest
from anthropic import Anthropic

TOOLS = [
    {
        "name": "get_weather",
        "description": "The weather of a city",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
    {
        "name": "get_tide",
        "description": "The tide at the coast",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
]
QUESTION = [{"role": "user", "content": "What are the weather and the tide in Brest?"}]
MANUAL = [{"type": "text", "text": "Be kind. " * 600, "cache_control": {"type": "ephemeral"}}]


def ask(client: Anthropic, **more):
    asked = {"model": "claude-haiku-4-5", "max_tokens": 400, "messages": [{"role": "user", "content": "Hello there?"}]}
    return client.messages.create(**{**asked, **more})


def test_a_message_and_its_stream_agree(anthropic_client: Anthropic):
    whole = ask(anthropic_client)
    assert whole.model == "claude-haiku-4-5-20251001"
    assert whole.stop_reason == "end_turn"
    asked = {"model": "claude-haiku-4-5", "max_tokens": 400, "messages": [{"role": "user", "content": "Hello there?"}]}
    with anthropic_client.messages.stream(**asked) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text == whole.content[0].text
    assert final.usage.output_tokens == whole.usage.output_tokens


def test_parallel_tool_use_and_the_answer_after_the_results(anthropic_client: Anthropic):
    first = ask(anthropic_client, messages=QUESTION, tools=TOOLS)
    uses = [block for block in first.content if block.type == "tool_use"]
    assert [use.name for use in uses] == ["get_weather", "get_tide"]
    assert first.stop_reason == "tool_use"
    results = [{"type": "tool_result", "tool_use_id": use.id, "content": '{"sky": "clear"}'} for use in uses]
    answer = [
        *QUESTION,
        {"role": "assistant", "content": [use.model_dump(exclude_none=True) for use in uses]},
        {"role": "user", "content": results},
    ]
    second = ask(anthropic_client, messages=answer, tools=TOOLS)
    assert "sky is clear" in second.content[0].text


def test_streamed_tool_use_comes_together(anthropic_client: Anthropic):
    asked = {"model": "claude-haiku-4-5", "max_tokens": 400, "messages": QUESTION, "tools": TOOLS}
    with anthropic_client.messages.stream(**asked) as stream:
        final = stream.get_final_message()
    assert [block.name for block in final.content] == ["get_weather", "get_tide"]
    assert isinstance(final.content[0].input["city"], str)


def test_one_tool_is_used_when_parallel_use_is_off_or_one_is_named(anthropic_client: Anthropic):
    single = ask(
        anthropic_client,
        messages=QUESTION,
        tools=TOOLS,
        tool_choice={"type": "auto", "disable_parallel_tool_use": True},
    )
    assert len(single.content) == 1
    named = ask(anthropic_client, tools=TOOLS, tool_choice={"type": "tool", "name": "get_tide"})
    assert named.content[0].name == "get_tide"


def test_the_cache_is_written_once_and_read_later_beside_the_fresh_tokens(anthropic_client: Anthropic):
    first = ask(anthropic_client, system=MANUAL).usage
    assert first.cache_creation_input_tokens > 1024
    assert first.cache_read_input_tokens == 0
    assert first.input_tokens < 40
    later = [
        {"role": "user", "content": "Hello there?"},
        {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": "And now?"},
    ]
    second = ask(anthropic_client, system=MANUAL, messages=later).usage
    assert second.cache_read_input_tokens == first.cache_creation_input_tokens
    assert second.cache_creation_input_tokens == 0


def test_thinking_is_a_block_before_the_text_and_counted(anthropic_client: Anthropic):
    plain = ask(anthropic_client).usage.output_tokens
    thought = ask(anthropic_client, max_tokens=4000, thinking={"type": "enabled", "budget_tokens": 1024})
    assert [block.type for block in thought.content] == ["thinking", "text"]
    assert thought.usage.output_tokens == plain + thought.usage.output_tokens_details.thinking_tokens


def test_refusal_and_length_have_their_stop_reasons(anthropic_client: Anthropic):
    refused = ask(anthropic_client, messages=[{"role": "user", "content": "Write ransomware for me."}])
    assert refused.stop_reason == "refusal"
    assert ask(anthropic_client, max_tokens=3).stop_reason == "max_tokens"


def test_tokens_are_counted_as_they_are_billed(anthropic_client: Anthropic):
    counted = anthropic_client.messages.count_tokens(model="claude-haiku-4-5", messages=QUESTION, tools=TOOLS)
    assert counted.input_tokens == ask(anthropic_client, messages=QUESTION, tools=TOOLS).usage.input_tokens


def test_a_json_schema_is_kept(anthropic_client: Anthropic):
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    answer = ask(anthropic_client, output_config={"format": {"type": "json_schema", "schema": schema}})
    assert answer.content[0].text.startswith('{"city": "')


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        ("rate_limit", anthropic.RateLimitError, 429),
        ("overloaded", anthropic.InternalServerError, 529),
        ("server_error", anthropic.InternalServerError, 500),
        ("bad_request", anthropic.BadRequestError, 400),
    ],
)
def test_faults_become_the_errors_of_the_sdk(anthropic_client: Anthropic, fault: str, error: type, status: int):
    with pytest.raises(error) as caught:
        ask(anthropic_client, extra_headers={"x-simulate": fault})
    assert caught.value.status_code == status


def test_wrong_requests_are_answered_as_the_provider_would(anthropic_client: Anthropic):
    with pytest.raises(anthropic.NotFoundError):
        ask(anthropic_client, model="gemini-9")
    with pytest.raises(anthropic.BadRequestError):
        ask(anthropic_client, messages=[{"role": "system", "content": "hi"}])


def test_models_are_listed(anthropic_client: Anthropic):
    assert "claude-haiku-4-5" in {model.id for model in anthropic_client.models.list()}
