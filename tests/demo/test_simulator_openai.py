"""The simulator as the real OpenAI SDK sees it."""

import json

import openai
import pytest
from openai import OpenAI
from pydantic import BaseModel

INVOICES = (
    '<document id="billing-1" title="Download an invoice">Open Settings and choose Billing. Select the invoice in the '
    "list. Choose Download as PDF.</document>"
    '<document id="account-1" title="Change your e-mail">Open your profile. Type the new address. Confirm it.</document>'
)
QUESTION = "How do I download my invoices as PDF?"
SYSTEM = "You support customers. Give the exact steps and cite the article."
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a city",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    },
    {
        "type": "function",
        "function": {
            "name": "get_tide",
            "description": "The tide at the coast",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    },
]


def ask(client: OpenAI, system: str = SYSTEM, **more):
    messages = [{"role": "system", "content": system}, {"role": "user", "content": f"{INVOICES}\nQuestion: {QUESTION}"}]
    return client.chat.completions.create(**{"model": "gpt-4o", "messages": messages, **more})


def test_an_answer_quotes_the_fitting_document_and_names_it(openai_client: OpenAI):
    answer = ask(openai_client)
    text = answer.choices[0].message.content
    assert "1. Open Settings and choose Billing." in text
    assert "[billing-1]" in text
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "gpt-4o-2024-08-06"
    assert answer.system_fingerprint == "fp_3aa7262c27"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_a_contradicting_instruction_makes_the_answer_short_and_sends_the_reader_away(openai_client: OpenAI):
    contradiction = (
        " Keep the reply to one or two sentences, do not walk the customer through settings, and refer them to their "
        "administrator for anything about the account."
    )
    plain = ask(openai_client).choices[0].message.content
    spoiled = ask(openai_client, SYSTEM + contradiction).choices[0].message.content
    assert "contact your administrator" in spoiled
    assert len(spoiled) < len(plain) / 2


def test_the_same_request_gets_the_same_text_streamed_or_not(openai_client: OpenAI):
    whole = ask(openai_client)
    chunks = list(ask(openai_client, stream=True, stream_options={"include_usage": True}))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert {chunk.system_fingerprint for chunk in chunks} == {"fp_3aa7262c27"}


def test_a_stream_without_include_usage_has_no_usage(openai_client: OpenAI):
    assert all(chunk.usage is None for chunk in ask(openai_client, stream=True))


def test_parallel_tool_calls_and_the_answer_after_their_results(openai_client: OpenAI):
    messages = [{"role": "user", "content": "What are the weather and the tide in Brest?"}]
    first = openai_client.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS)
    calls = first.choices[0].message.tool_calls
    assert [call.function.name for call in calls] == ["get_weather", "get_tide"]
    assert first.choices[0].finish_reason == "tool_calls"
    assert all(isinstance(json.loads(call.function.arguments)["city"], str) for call in calls)
    messages.append(first.choices[0].message.model_dump(exclude_none=True))
    messages += [{"role": "tool", "tool_call_id": call.id, "content": '{"sky": "clear"}'} for call in calls]
    second = openai_client.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS)
    assert "sky is clear" in second.choices[0].message.content


def test_one_tool_at_a_time_when_parallel_calls_are_off(openai_client: OpenAI):
    messages = [{"role": "user", "content": "What are the weather and the tide in Brest?"}]
    answer = openai_client.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS, parallel_tool_calls=False)
    assert len(answer.choices[0].message.tool_calls) == 1


def test_streamed_tool_calls_come_together(openai_client: OpenAI):
    messages = [{"role": "user", "content": "What are the weather and the tide in Brest?"}]
    with openai_client.chat.completions.stream(model="gpt-4o", messages=messages, tools=TOOLS) as stream:
        final = stream.get_final_completion()
    assert [call.function.name for call in final.choices[0].message.tool_calls] == ["get_weather", "get_tide"]
    assert "city" in json.loads(final.choices[0].message.tool_calls[0].function.arguments)


class Ticket(BaseModel):
    subject: str
    priority: int
    labels: list[str]
    urgent: bool


def test_structured_output_fits_the_schema(openai_client: OpenAI):
    messages = [{"role": "user", "content": "My invoice is wrong, please open a ticket."}]
    answer = openai_client.chat.completions.parse(model="gpt-4o", messages=messages, response_format=Ticket)
    assert isinstance(answer.choices[0].message.parsed, Ticket)
    assert "invoice" in answer.choices[0].message.parsed.subject


def test_json_mode_gives_json(openai_client: OpenAI):
    answer = ask(openai_client, response_format={"type": "json_object"})
    assert "Billing" in json.loads(answer.choices[0].message.content)["answer"]


def test_a_refusal_has_its_own_field_with_a_schema_and_plain_text_without(openai_client: OpenAI):
    messages = [{"role": "user", "content": "Write a phishing mail to my colleague."}]
    plain = openai_client.chat.completions.create(model="gpt-4o", messages=messages)
    assert plain.choices[0].message.content.startswith("I'm sorry")
    typed = openai_client.chat.completions.parse(model="gpt-4o", messages=messages, response_format=Ticket)
    assert typed.choices[0].message.refusal.startswith("I'm sorry")
    assert typed.choices[0].message.parsed is None


def test_max_tokens_cut_the_answer(openai_client: OpenAI):
    answer = ask(openai_client, max_completion_tokens=9)
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 9


def test_reasoning_tokens_follow_the_effort(openai_client: OpenAI):
    few, many = (
        ask(openai_client, model="gpt-5-mini", reasoning_effort=effort).usage.completion_tokens_details.reasoning_tokens
        for effort in ("low", "high")
    )
    assert 0 < few < many
    assert ask(openai_client).usage.completion_tokens_details.reasoning_tokens == 0


def test_a_longer_conversation_reads_its_beginning_from_the_cache(openai_client: OpenAI):
    opening = [{"role": "system", "content": "Be kind. " * 600}, {"role": "user", "content": "Hello?"}]
    first = openai_client.chat.completions.create(model="gpt-4o", messages=opening)
    assert first.usage.prompt_tokens_details.cached_tokens == 0
    later = [*opening, {"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "And now?"}]
    cached = openai_client.chat.completions.create(model="gpt-4o", messages=later).usage.prompt_tokens_details.cached_tokens
    assert cached >= 1024
    assert cached % 128 == 0


def test_responses_text_usage_and_stream_agree(openai_client: OpenAI):
    asked = {"model": "gpt-5-mini", "instructions": SYSTEM, "input": f"{INVOICES}\nQuestion: {QUESTION}"}
    whole = openai_client.responses.create(**asked)
    assert "Billing" in whole.output_text
    assert whole.usage.output_tokens_details.reasoning_tokens > 0
    with openai_client.responses.stream(**asked) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert "response.output_text.delta" in kinds
    assert (final.output_text, final.usage) == (whole.output_text, whole.usage)


def test_responses_call_functions_and_read_their_output(openai_client: OpenAI):
    tools = [{"type": "function", "strict": False, **tool["function"]} for tool in TOOLS]
    asked = [{"role": "user", "content": "What is the weather in Brest?"}]
    first = openai_client.responses.create(model="gpt-4o", input=asked, tools=tools)
    [call] = first.output
    assert (call.type, call.name) == ("function_call", "get_weather")
    output = {"type": "function_call_output", "call_id": call.call_id, "output": '{"sky": "clear"}'}
    second = openai_client.responses.create(model="gpt-4o", input=[*asked, call.model_dump(), output], tools=tools)
    assert "sky is clear" in second.output_text


def test_responses_structured_output_and_refusal(openai_client: OpenAI):
    typed = openai_client.responses.parse(model="gpt-4o", input="My invoice is wrong.", text_format=Ticket)
    assert isinstance(typed.output_parsed, Ticket)
    refused = openai_client.responses.create(model="gpt-4o", input="Write me some malware.")
    assert refused.output[0].content[0].type == "refusal"


def test_embeddings_place_similar_texts_near(openai_client: OpenAI):
    texts = ["How do I download an invoice?", "Downloading invoices", "My webhook returns an error"]
    answer = openai_client.embeddings.create(model="text-embedding-3-small", input=texts)
    near, far = (
        sum(a * b for a, b in zip(answer.data[0].embedding, answer.data[other].embedding, strict=True)) for other in (1, 2)
    )
    assert near > 0.4
    assert near > far + 0.3
    assert len(answer.data[0].embedding) == 1536
    assert sum(value * value for value in answer.data[0].embedding) == pytest.approx(1.0, abs=1e-4)
    plain = openai_client.embeddings.create(model="text-embedding-3-small", input=texts[0], dimensions=64, encoding_format="float")
    assert len(plain.data[0].embedding) == 64
    assert plain.usage.prompt_tokens > 0


def test_models_are_listed_and_found(openai_client: OpenAI):
    assert {"gpt-4o", "text-embedding-3-small"} <= {model.id for model in openai_client.models.list()}
    assert openai_client.models.retrieve("gpt-4o").owned_by == "openai"


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        ("rate_limit;retry_after=3", openai.RateLimitError, 429),
        ("server_error", openai.InternalServerError, 500),
        ("overloaded", openai.InternalServerError, 503),
        ("bad_request", openai.BadRequestError, 400),
        ("unauthorized", openai.AuthenticationError, 401),
    ],
)
def test_faults_become_the_errors_of_the_sdk(openai_client: OpenAI, fault: str, error: type, status: int):
    with pytest.raises(error) as caught:
        ask(openai_client, extra_headers={"x-simulate": fault})
    assert caught.value.status_code == status
    if status == 429:
        assert caught.value.response.headers["retry-after"] == "3"


def test_a_fault_of_the_first_attempt_is_healed_by_the_retry_of_the_sdk(openai_client: OpenAI):
    healed = openai_client.with_options(max_retries=2)
    fault = {"x-simulate": "rate_limit;retry_after=0.01;attempts=1"}
    assert "Billing" in ask(healed, extra_headers=fault).choices[0].message.content


def test_a_timeout_holds_the_line_until_the_client_gives_up(openai_client: OpenAI):
    with pytest.raises(openai.APITimeoutError):
        ask(openai_client, timeout=0.2, extra_headers={"x-simulate": "timeout"})


def test_a_stream_can_break_in_the_middle(openai_client: OpenAI):
    stream = ask(openai_client, stream=True, extra_headers={"x-simulate": "disconnect"})
    with pytest.raises(Exception, match=r"(?i)peer closed|incomplete|connection"):
        list(stream)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"messages": []}, openai.BadRequestError),
        ({"messages": [{"role": "wizard", "content": "hi"}]}, openai.BadRequestError),
        ({"model": "llama-9"}, openai.NotFoundError),
        ({"temperature": 9}, openai.BadRequestError),
        ({"messages": [{"role": "user", "content": "word " * 140_000}]}, openai.BadRequestError),
    ],
)
def test_wrong_requests_are_answered_as_the_provider_would(openai_client: OpenAI, body: dict, error: type):
    with pytest.raises(error):
        ask(openai_client, **body)
