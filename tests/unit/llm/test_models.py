"""The port to models against the simulator's real wire: whole, streamed, with tools, with schemas, and with everything that goes wrong."""

import asyncio

import pytest
from tests.unit.llm.conftest import Bench, MakeBench

from pellucid_demo.simulator import Fault
from pellucid_server.llm.calls import ModelAnswer, ModelDelta, ModelRequest, Origin, answer_from_json
from pellucid_server.llm.errors import (
    ConnectionUnknown,
    ModelAnswerInvalid,
    ModelRateLimited,
    ModelRefusedRequest,
    ModelUnavailable,
)
from pellucid_server.llm.models import LanguageModels
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, PartType, Role, ToolDefinition, text_part
from pellucid_server.model.span import Outcome
from pellucid_server.outbound.errors import DestinationRefused
from pellucid_server.outbound.guard import Guard

ENVIRONMENT = "pellucid-playground"
PROVIDERS = pytest.mark.parametrize("connection", ["openai", "anthropic", "google", "compatible"])
WEATHER = ToolDefinition(
    name="get_weather",
    description="Current weather of a city",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
VERDICT: JsonValue = {
    "type": "object",
    "properties": {"reason": {"type": "string"}, "score": {"type": "number"}},
    "required": ["reason", "score"],
    "additionalProperties": False,
}


def asked(text: str, **more: object) -> ModelRequest:
    system = Message(role=Role.SYSTEM, parts=(text_part("You are a helpful assistant."),))
    user = Message(role=Role.USER, parts=(text_part(text),))
    return ModelRequest(**{"model": "", "messages": (system, user), "purpose": "playground", **more})  # type: ignore[arg-type]


@PROVIDERS
async def test_an_answer_comes_whole(bench: Bench, connection: str) -> None:
    answer = await bench.models.complete("p", connection, asked("Hello there!"), environment=ENVIRONMENT)
    assert answer.text
    assert answer.finish_reason == "stop"
    assert answer.outcome is Outcome.SUCCESS
    assert answer.usage.input_total > 0
    assert answer.usage.output_total > 0
    assert answer.cost is not None
    assert answer.model.startswith(bench.connections[connection].default_model)
    assert answer.response_id
    [record] = bench.records
    assert (record.trace_id, record.environment, record.error_type) == (answer.trace_id, ENVIRONMENT, "")
    assert record.end_time >= record.start_time
    assert answer_from_json(answer.as_json()) == answer


@PROVIDERS
async def test_a_streamed_answer_says_the_same_as_a_whole_one(bench: Bench, connection: str) -> None:
    request = asked("Tell me about your opening hours, please.")
    whole = await bench.models.complete("p", connection, request, environment=ENVIRONMENT)
    deltas = [delta async for delta in bench.models.stream("p", connection, request, environment=ENVIRONMENT)]
    last = deltas[-1].answer
    assert last is not None
    assert "".join(delta.text for delta in deltas) == last.text == whole.text
    assert last.usage == whole.usage
    assert last.ttft_ms is not None
    assert last.ttft_ms <= last.duration_ms
    assert len(bench.records) == 2


@PROVIDERS
@pytest.mark.parametrize("streamed", [False, True])
async def test_tools_are_called_and_their_results_are_read(bench: Bench, connection: str, streamed: bool) -> None:
    request = asked("What is the weather in the city of Oslo?", tools=(WEATHER,), parameters={"tool_choice": "required"})
    first = await _answer(bench.models, connection, request, streamed)
    [call] = first.tool_calls
    assert call.name == "get_weather"
    assert isinstance(call.arguments, dict)
    assert first.finish_reason == "tool_calls"
    result = Part(type=PartType.TOOL_RESULT, id=call.id, name=call.name, result={"sky": "overcast in Oslo"})
    followed = (*request.messages, *first.messages, Message(role=Role.TOOL, parts=(result,)))
    second = await _answer(bench.models, connection, asked("", messages=followed, tools=(WEATHER,)), streamed)
    assert "overcast" in second.text


async def _answer(models: LanguageModels, connection: str, request: ModelRequest, streamed: bool) -> ModelAnswer:
    if not streamed:
        return await models.complete("p", connection, request, environment=ENVIRONMENT)
    deltas = [delta async for delta in models.stream("p", connection, request, environment=ENVIRONMENT)]
    assert [delta.tool_call for delta in deltas if delta.tool_call] == list(
        (deltas[-1].answer or pytest.fail("no answer")).tool_calls
    )
    return deltas[-1].answer or pytest.fail("no answer")


@PROVIDERS
async def test_a_schema_gives_a_value_that_fits(bench: Bench, connection: str) -> None:
    answer = await bench.models.complete(
        "p", connection, asked("Judge this answer: fine.", response_schema=VERDICT), environment=ENVIRONMENT
    )
    assert isinstance(answer.structured, dict)
    assert set(answer.structured) == {"reason", "score"}


@pytest.mark.parametrize("fault", [Fault.NOT_JSON, Fault.TRUNCATED])
async def test_an_answer_that_does_not_fit_is_an_error_but_was_paid_and_recorded(make_bench: MakeBench, fault: Fault) -> None:
    bench = make_bench(fault_rates={fault: 1.0})
    with pytest.raises(ModelAnswerInvalid):
        await bench.models.complete("p", "openai", asked("Judge this.", response_schema=VERDICT), environment=ENVIRONMENT)
    [record] = bench.records
    assert record.answer is not None
    assert record.answer.cost is not None


@PROVIDERS
async def test_a_refusal_is_an_outcome_not_an_error(make_bench: MakeBench, connection: str) -> None:
    bench = make_bench(fault_rates={Fault.REFUSAL: 1.0})
    answer = await bench.models.complete("p", connection, asked("Judge.", response_schema=VERDICT), environment=ENVIRONMENT)
    assert answer.outcome is Outcome.REFUSED
    assert answer.structured is None
    assert answer.text


@PROVIDERS
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.SERVER_ERROR, ModelUnavailable),
        (Fault.OVERLOADED, ModelUnavailable),
        (Fault.DISCONNECT, ModelUnavailable),
        (Fault.RATE_LIMIT, ModelRateLimited),
        (Fault.BAD_REQUEST, ModelRefusedRequest),
        (Fault.UNAUTHORIZED, ModelRefusedRequest),
    ],
)
async def test_what_goes_wrong_has_its_name(make_bench: MakeBench, connection: str, fault: Fault, error: type[Exception]) -> None:
    bench = make_bench(fault_rates={fault: 1.0})
    with pytest.raises(error):
        await bench.models.complete("p", connection, asked("Hello"), environment=ENVIRONMENT, patience_s=0.0)
    [record] = bench.records
    assert record.error_type == error.code  # type: ignore[attr-defined]
    assert record.answer is None


@PROVIDERS
async def test_a_stream_that_breaks_off_is_no_answer(make_bench: MakeBench, connection: str) -> None:
    bench = make_bench(fault_rates={Fault.DISCONNECT: 1.0})
    seen: list[ModelDelta] = []

    async def listen() -> None:
        async for delta in bench.models.stream("p", connection, asked("Tell me all about refunds."), environment=ENVIRONMENT):
            seen.append(delta)  # noqa: PERF401 (what came before the break counts)

    with pytest.raises(ModelUnavailable):
        await listen()
    assert all(delta.answer is None for delta in seen)
    assert bench.records[-1].error_type == "model_unavailable"


async def test_what_may_pass_is_tried_again(make_bench: MakeBench) -> None:
    bench = make_bench(fault_rates={Fault.SERVER_ERROR: 0.6})
    answers = await asyncio.gather(
        *(bench.models.complete("p", "openai", asked(f"Hello {n}"), environment=ENVIRONMENT) for n in range(12))
    )
    assert all(answer.text for answer in answers)
    assert len(bench.records) == 12


async def test_many_calls_at_once_share_the_connection(bench: Bench) -> None:
    answers = await asyncio.gather(
        *(bench.models.complete("p", "openai", asked(f"Question {n}?"), environment=ENVIRONMENT) for n in range(100))
    )
    assert len({answer.trace_id for answer in answers}) == 100


async def test_parameters_that_a_provider_lacks_are_named(bench: Bench) -> None:
    request = asked("Hi", parameters={"temperature": 0.2, "max_tokens": 50, "logit_bias": {"1": 2}, "stop": "END"})
    answer = await bench.models.complete("p", "anthropic", request, environment=ENVIRONMENT)
    assert answer.ignored == ("logit_bias",)


async def test_the_guard_stands_before_every_connection(bench: Bench) -> None:
    closed = LanguageModels(bench, guard=Guard(), price_of=lambda *_: None, recorder=bench)
    with pytest.raises(DestinationRefused):
        await closed.complete("p", "openai", asked("Hello"), environment=ENVIRONMENT)
    await closed.close()


@PROVIDERS
async def test_how_long_to_wait_is_read_wherever_the_provider_says_it(make_bench: MakeBench, connection: str) -> None:
    bench = make_bench(requests_per_minute=1)
    await bench.models.complete("p", connection, asked("Hello"), environment=ENVIRONMENT)
    with pytest.raises(ModelRateLimited) as raised:
        await bench.models.complete("p", connection, asked("Hello again"), environment=ENVIRONMENT, patience_s=0.0)
    assert raised.value.retry_after_s is not None
    assert 30 < raised.value.retry_after_s <= 60


@pytest.mark.parametrize("streamed", [False, True])
async def test_google_says_what_was_thought_and_what_was_spent_on_it(bench: Bench, streamed: bool) -> None:
    request = asked("Why is the sky blue?", model="gemini-2.5-pro")
    answer = await _answer(bench.models, "google", request, streamed)
    assert answer.model == "gemini-2.5-pro"
    assert answer.usage.reasoning
    assert answer.usage.output
    assert answer.usage.output_total == answer.usage.output + answer.usage.reasoning
    assert any(part.type is PartType.REASONING for part in answer.parts)
    assert answer.text
    assert not any(part.text and part.text in answer.text for part in answer.parts if part.type is PartType.REASONING)


async def test_a_model_of_another_house_is_refused_by_name(bench: Bench) -> None:
    with pytest.raises(ModelRefusedRequest, match="models/gpt-4o is not found"):
        await bench.models.complete("p", "google", asked("Hello", model="gpt-4o"), environment=ENVIRONMENT)
    with pytest.raises(ModelRefusedRequest, match=r"gemini-2\.5-flash"):
        await bench.models.complete("p", "anthropic", asked("Hello", model="gemini-2.5-flash"), environment=ENVIRONMENT)


async def test_parameters_reach_google_under_its_own_names(bench: Bench) -> None:
    request = asked("Tell me all about refunds.", parameters={"max_tokens": 5, "temperature": 0.1, "logit_bias": {"1": 2}})
    answer = await bench.models.complete("p", "google", request, environment=ENVIRONMENT)
    assert answer.ignored == ("logit_bias",)
    assert answer.finish_reason == "length"
    assert answer.usage.output == 5


async def test_an_unknown_connection_is_named(bench: Bench) -> None:
    with pytest.raises(ConnectionUnknown):
        await bench.models.complete("p", "nobody", asked("Hello"), environment=ENVIRONMENT)


async def test_a_call_may_belong_to_a_trace(bench: Bench) -> None:
    origin = Origin(name="judge", trace_id="a" * 32, parent_span_id="b" * 16, metadata={"run": "r1"})
    answer = await bench.models.complete("p", "openai", asked("Hello"), environment=ENVIRONMENT, origin=origin)
    assert answer.trace_id == "a" * 32
    assert bench.records[0].origin == origin
