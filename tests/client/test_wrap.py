"""Wrapped clients of providers: the real SDKs against the provider simulator."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from pydantic import BaseModel

import pellucid
from pellucid.errors import UnsupportedClientError
from pellucid_demo.simulator import serve_in_thread

MESSAGES: Any = [
    {"role": "system", "content": "You support customers. Give the exact steps."},
    {"role": "user", "content": "How do I download my invoices as PDF?"},
]
TOOLS: Any = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
]
WEATHER: Any = [{"role": "user", "content": "What is the weather in Brest?"}]


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    url, stop = serve_in_thread(seed=3)
    yield url
    stop()


@pytest.fixture
def chat(simulator: str, client: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{simulator}/v1", api_key="sk", max_retries=0) as inner:
        yield pellucid.wrap(inner, stream_usage=True)


@pytest.fixture
def claude(simulator: str, client: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=simulator, api_key="sk", max_retries=0) as inner:
        yield pellucid.wrap(inner)


def only_span(server: Any) -> Any:
    pellucid.flush()
    [span] = server.spans()
    return span


def text_of(messages: str) -> str:
    return "".join(part.get("content") or "" for message in json.loads(messages) for part in message["parts"])


def test_a_chat_completion(server: Any, chat: openai.OpenAI) -> None:
    answer = chat.chat.completions.create(model="gpt-4o", messages=MESSAGES, temperature=0.1, max_tokens=200)
    span = only_span(server)
    seen = span.attributes
    assert span.name == "chat gpt-4o"
    assert seen["pellucid.kind"] == "generation"
    assert seen["gen_ai.operation.name"] == "chat"
    assert seen["gen_ai.provider.name"] == "openai"
    assert seen["gen_ai.request.model"] == "gpt-4o"
    assert seen["gen_ai.response.model"] == answer.model
    assert seen["gen_ai.response.id"] == answer.id
    assert seen["gen_ai.response.finish_reasons"] == ["stop"]
    assert seen["gen_ai.openai.response.system_fingerprint"] == answer.system_fingerprint
    assert json.loads(seen["pellucid.model_parameters"]) == {"temperature": 0.1, "max_tokens": 200}
    assert json.loads(seen["gen_ai.input.messages"])[1] == {
        "role": "user",
        "parts": [{"type": "text", "content": "How do I download my invoices as PDF?"}],
    }
    assert text_of(seen["gen_ai.output.messages"]) == answer.choices[0].message.content
    assert answer.usage is not None
    assert seen["gen_ai.usage.input_tokens"] == answer.usage.prompt_tokens
    assert seen["gen_ai.usage.output_tokens"] == answer.usage.completion_tokens
    assert sum(json.loads(seen["pellucid.usage_details"]).values()) == answer.usage.total_tokens


def test_a_stream_gives_usage_and_time_to_first_token_and_the_application_sees_what_it_asked_for(
    server: Any, chat: openai.OpenAI
) -> None:
    text = ""
    for chunk in chat.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True):
        text += chunk.choices[0].delta.content or ""  # fails on a chunk without choices
        assert chunk.usage is None
    seen = only_span(server).attributes
    assert text_of(seen["gen_ai.output.messages"]) == text
    assert seen["gen_ai.usage.input_tokens"] > 0
    assert seen["gen_ai.request.stream"] is True
    assert seen["gen_ai.response.time_to_first_chunk"] > 0
    assert seen["gen_ai.response.finish_reasons"] == ["stop"]


def test_usage_that_was_asked_for_is_passed_on(server: Any, chat: openai.OpenAI) -> None:
    options: Any = {"include_usage": True}
    chunks = list(chat.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True, stream_options=options))
    assert chunks[-1].usage is not None
    assert only_span(server).attributes["gen_ai.usage.output_tokens"] == chunks[-1].usage.completion_tokens


def test_a_stream_that_is_left_early_keeps_what_came(server: Any, chat: openai.OpenAI) -> None:
    with chat.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True) as stream:
        first = next(chunk.choices[0].delta.content for chunk in stream if chunk.choices[0].delta.content)
    span = only_span(server)
    assert span.status != 2
    assert text_of(span.attributes["gen_ai.output.messages"]).startswith(first)


def test_tool_calls_whole_and_streamed(server: Any, chat: openai.OpenAI) -> None:
    chat.chat.completions.create(model="gpt-4o", messages=WEATHER, tools=TOOLS)
    with chat.chat.completions.stream(model="gpt-4o", messages=WEATHER, tools=TOOLS) as stream:
        stream.get_final_completion()
    pellucid.flush()
    whole, streamed = server.spans()
    for span in (whole, streamed):
        [message] = json.loads(span.attributes["gen_ai.output.messages"])
        [call] = [part for part in message["parts"] if part["type"] == "tool_call"]
        assert call["name"] == "get_weather"
        assert "Brest" in call["arguments"]["city"]
        assert json.loads(span.attributes["gen_ai.tool.definitions"])[0]["function"]["name"] == "get_weather"
        assert span.attributes["gen_ai.response.finish_reasons"] == ["tool_calls"]


def test_tool_results_travel_in_the_input(server: Any, chat: openai.OpenAI) -> None:
    first = chat.chat.completions.create(model="gpt-4o", messages=WEATHER, tools=TOOLS)
    [call] = first.choices[0].message.tool_calls or []
    messages = [*WEATHER, first.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
    chat.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS)
    pellucid.flush()
    sent = json.loads(server.spans()[1].attributes["gen_ai.input.messages"])
    assert sent[1]["parts"][0]["type"] == "tool_call"
    assert sent[2] == {"role": "tool", "parts": [{"type": "tool_call_response", "id": call.id, "response": "sunny"}]}


def test_parsed_answers_and_raw_responses_and_copies(server: Any, chat: openai.OpenAI) -> None:
    class Ticket(BaseModel):
        subject: str

    ask: Any = [{"role": "user", "content": "My invoice is wrong, please open a ticket."}]
    parsed = chat.chat.completions.parse(model="gpt-4o", messages=ask, response_format=Ticket)
    assert isinstance(parsed.choices[0].message.parsed, Ticket)
    raw = chat.chat.completions.with_raw_response.create(model="gpt-4o", messages=MESSAGES)
    assert raw.parse().choices[0].message.content
    chat.with_options(timeout=20).chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
    pellucid.flush()
    assert [span.name for span in server.spans()] == ["chat gpt-4o", "chat gpt-4o", "chat gpt-4o-mini"]
    assert all(text_of(span.attributes["gen_ai.output.messages"]) for span in server.spans())


def test_a_refusal_is_an_outcome_not_an_error(server: Any, chat: openai.OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {"subject": {"type": "string"}},
        "required": ["subject"],
        "additionalProperties": False,
    }
    wish: Any = {"type": "json_schema", "json_schema": {"name": "ticket", "strict": True, "schema": schema}}
    answer = chat.chat.completions.create(
        model="gpt-4o", messages=MESSAGES, response_format=wish, extra_headers={"x-simulate": "refusal"}
    )
    span = only_span(server)
    assert answer.choices[0].message.refusal
    assert span.attributes["pellucid.outcome"] == "refused"
    assert span.status != 2


def test_an_error_of_the_provider_is_recorded_and_raised(server: Any, chat: openai.OpenAI) -> None:
    with pytest.raises(openai.RateLimitError):
        chat.chat.completions.create(model="gpt-4o", messages=MESSAGES, extra_headers={"x-simulate": "rate_limit"})
    span = only_span(server)
    assert span.status == 2
    assert span.attributes["error.type"] == "openai.RateLimitError"


def test_a_stream_that_breaks_keeps_what_came_and_fails(server: Any, chat: openai.OpenAI) -> None:
    stream = chat.chat.completions.create(
        model="gpt-4o", messages=MESSAGES, stream=True, extra_headers={"x-simulate": "disconnect"}
    )
    with pytest.raises(Exception, match=r".*"):
        list(stream)
    assert only_span(server).status == 2


def test_responses_whole_and_streamed(server: Any, chat: openai.OpenAI) -> None:
    answer = chat.responses.create(model="gpt-4o", input="How do I download my invoices?", instructions="Be brief.")
    with chat.responses.stream(model="gpt-4o", input="How do I download my invoices?", instructions="Be brief.") as stream:
        final = stream.get_final_response()
    pellucid.flush()
    for span, expected in zip(server.spans(), (answer, final), strict=True):
        seen = span.attributes
        assert text_of(seen["gen_ai.output.messages"]) == expected.output_text
        assert json.loads(seen["gen_ai.system_instructions"]) == [{"type": "text", "content": "Be brief."}]
        assert expected.usage is not None
        assert seen["gen_ai.usage.input_tokens"] == expected.usage.input_tokens
        assert seen["gen_ai.response.id"] == expected.id
    assert server.spans()[1].attributes["gen_ai.response.time_to_first_chunk"] > 0


def test_embeddings_keep_texts_and_no_vectors(server: Any, chat: openai.OpenAI) -> None:
    chat.embeddings.create(model="text-embedding-3-small", input=["one", "two"])
    span = only_span(server)
    assert span.attributes["pellucid.kind"] == "embedding"
    assert [message["parts"][0]["content"] for message in json.loads(span.attributes["gen_ai.input.messages"])] == ["one", "two"]
    assert "gen_ai.output.messages" not in span.attributes
    assert span.attributes["gen_ai.usage.input_tokens"] > 0


async def test_asynchronous_clients(server: Any, client: Any, simulator: str) -> None:
    async with openai.AsyncOpenAI(base_url=f"{simulator}/v1", api_key="sk", max_retries=0) as inner:
        chat = pellucid.wrap(inner, stream_usage=True)
        with pellucid.context(user_id="ann"):
            await chat.chat.completions.create(model="gpt-4o", messages=MESSAGES)
            text = ""
            async for chunk in await chat.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True):
                text += chunk.choices[0].delta.content or ""
    pellucid.flush()
    whole, streamed = server.spans()
    assert text_of(streamed.attributes["gen_ai.output.messages"]) == text == text_of(whole.attributes["gen_ai.output.messages"])
    assert streamed.attributes["gen_ai.usage.input_tokens"] > 0
    assert {span.attributes["user.id"] for span in (whole, streamed)} == {"ann"}


def ours(server: Any) -> list[Any]:
    """Spans of this package: Anthropic's SDK also makes its own where a global provider exists."""
    pellucid.flush()
    return [span for span in server.spans() if span.scope == "pellucid"]


def test_anthropic_messages(server: Any, claude: anthropic.Anthropic) -> None:
    answer = claude.messages.create(model="claude-haiku-4-5", max_tokens=300, system="Be brief.", messages=MESSAGES[1:])
    [span] = ours(server)
    seen = span.attributes
    assert seen["gen_ai.provider.name"] == "anthropic"
    assert text_of(seen["gen_ai.output.messages"]) == "".join(block.text for block in answer.content if block.type == "text")
    assert json.loads(seen["gen_ai.system_instructions"]) == [{"type": "text", "content": "Be brief."}]
    usage = answer.usage
    total = usage.input_tokens + (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
    assert seen["gen_ai.usage.input_tokens"] == total
    assert seen["gen_ai.response.id"] == answer.id
    assert seen["gen_ai.response.finish_reasons"] == ["end_turn"]


def test_anthropic_streams_by_both_ways(server: Any, claude: anthropic.Anthropic) -> None:
    events = list(claude.messages.create(model="claude-haiku-4-5", max_tokens=300, messages=MESSAGES[1:], stream=True))
    assert events[-1].type == "message_stop"
    with claude.messages.stream(model="claude-haiku-4-5", max_tokens=300, messages=MESSAGES[1:]) as stream:
        final = stream.get_final_message()
    plain, managed = ours(server)
    for span in (plain, managed):
        assert text_of(span.attributes["gen_ai.output.messages"]) == "".join(
            block.text for block in final.content if block.type == "text"
        )
        assert span.attributes["gen_ai.usage.output_tokens"] == final.usage.output_tokens
        assert span.attributes["gen_ai.response.time_to_first_chunk"] > 0


def test_anthropic_tools(server: Any, claude: anthropic.Anthropic) -> None:
    tools: Any = [{"name": "get_weather", "description": "The weather", "input_schema": TOOLS[0]["function"]["parameters"]}]
    claude.messages.create(model="claude-haiku-4-5", max_tokens=300, messages=WEATHER, tools=tools)
    with claude.messages.stream(model="claude-haiku-4-5", max_tokens=300, messages=WEATHER, tools=tools) as stream:
        stream.until_done()
    for span in ours(server):
        [message] = json.loads(span.attributes["gen_ai.output.messages"])
        [call] = [part for part in message["parts"] if part["type"] == "tool_call"]
        assert call["name"] == "get_weather"
        assert "Brest" in call["arguments"]["city"]


async def test_anthropic_asynchronous(server: Any, client: Any, simulator: str) -> None:
    async with anthropic.AsyncAnthropic(base_url=simulator, api_key="sk", max_retries=0) as inner:
        claude = pellucid.wrap(inner)
        await claude.messages.create(model="claude-haiku-4-5", max_tokens=99, messages=MESSAGES[1:])
        async with claude.messages.stream(model="claude-haiku-4-5", max_tokens=99, messages=MESSAGES[1:]) as stream:
            final = await stream.get_final_message()
    assert [span.attributes["gen_ai.usage.output_tokens"] for span in ours(server)] == [final.usage.output_tokens] * 2


def test_wrapping_twice_records_once(server: Any, chat: openai.OpenAI) -> None:
    pellucid.wrap(chat)
    chat.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    only_span(server)


def test_content_is_left_out_where_it_must_be(server: Any, start: Any, simulator: str) -> None:
    start(capture="metadata")
    with openai.OpenAI(base_url=f"{simulator}/v1", api_key="sk") as inner:
        pellucid.wrap(inner).chat.completions.create(model="gpt-4o", messages=MESSAGES)
    span = only_span(server)
    assert not {key for key in span.attributes if "messages" in key}
    assert span.attributes["gen_ai.usage.input_tokens"] > 0
    assert span.attributes["pellucid.capture"] == "metadata"


def test_a_client_that_is_off_leaves_the_sdk_alone(simulator: str) -> None:
    with openai.OpenAI(base_url=f"{simulator}/v1", api_key="sk") as inner:
        chat = pellucid.wrap(inner)
        assert chat.chat.completions.create(model="gpt-4o", messages=MESSAGES).choices
        assert list(chat.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True))


def test_unknown_clients_are_named() -> None:
    with pytest.raises(UnsupportedClientError, match=r"builtins\.dict; it takes clients of openai"):
        pellucid.wrap({})
