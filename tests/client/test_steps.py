"""Plain objects for callback-style code, and every field that can be said about a step."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

import pellucid


def test_trace_generation_end_without_context(server: Any, client: Any) -> None:
    trace = pellucid.trace("conversation", user_id="ann", session_id="s1", input="hi")
    generation = trace.generation("call", model="gpt-4o", input=[{"role": "user", "content": "hi"}])
    assert pellucid.current_trace_id() is None
    generation.end(output="hello", usage={"input": 10, "output": 5})
    trace.end(output="hello")
    call = server.span("call")
    assert call.parent_id == server.span("conversation").span_id
    assert call.attributes["pellucid.kind"] == "generation"
    assert call.attributes["gen_ai.request.model"] == "gpt-4o"
    assert json.loads(call.attributes["pellucid.usage_details"]) == {"input": 10, "output": 5}
    assert call.attributes["gen_ai.usage.input_tokens"] == 10
    assert server.span("conversation").attributes["session.id"] == "s1"


def test_a_step_that_ends_elsewhere(server: Any, client: Any) -> None:
    with pellucid.context(user_id="ann"), pellucid.span("request"):
        turn = pellucid.start_span("turn", "chain")
        assert pellucid.current_span_id() != turn.span_id
    with turn.use(), pellucid.span("inner"):
        pellucid.update_trace(output="done")
    assert pellucid.current_span_id() is None
    turn.end()
    assert server.span("turn").parent_id == server.span("request").span_id
    assert server.span("inner").parent_id == server.span("turn").span_id
    assert server.span("turn").attributes["pellucid.output"] == "done"


def test_a_trace_starts_anew_inside_another(server: Any, client: Any) -> None:
    with pellucid.span("around"), pellucid.context(feature="chat"):
        pellucid.trace("fresh").end()
    assert server.span("fresh").trace_id != server.span("around").trace_id
    assert server.span("fresh").attributes["pellucid.feature"] == "chat"


def test_every_field(server: Any, client: Any) -> None:
    with pellucid.span("x", "retriever", input={"q": "rain"}) as step:
        step.update(
            name="renamed",
            output=["a"],
            response_model="m-2",
            provider="openai",
            model_parameters={"temperature": 0.1},
            cost=0.25,
            finish_reason="stop",
            response_id="r1",
            outcome="refused",
            documents=[{"id": "d1", "content": "text", "score": 0.5}],
            retrieval_index="help",
            retrieval_version="7",
            top_k=4,
            tool_name="lookup",
            agent_name="bot",
            cache_hit=True,
            guardrail_action="block",
            attributes={"custom.key": 3},
        )
        step.event("checkpoint", {"n": 1})
    span = server.span("renamed")
    seen = span.attributes
    assert json.loads(seen["pellucid.input"]) == {"q": "rain"}
    assert json.loads(seen["gen_ai.retrieval.documents"]) == [{"id": "d1", "content": "text", "score": 0.5}]
    assert json.loads(seen["pellucid.cost_details"]) == {"total": 0.25}
    assert json.loads(seen["pellucid.model_parameters"]) == {"temperature": 0.1}
    assert seen["gen_ai.response.finish_reasons"] == ["stop"]
    expected = {
        "gen_ai.response.model": "m-2",
        "gen_ai.provider.name": "openai",
        "gen_ai.response.id": "r1",
        "pellucid.outcome": "refused",
        "pellucid.retrieval.index": "help",
        "pellucid.retrieval.version": "7",
        "pellucid.retrieval.top_k": 4,
        "gen_ai.tool.name": "lookup",
        "gen_ai.agent.name": "bot",
        "pellucid.cache_hit": True,
        "pellucid.guardrail.action": "block",
        "custom.key": 3,
    }
    assert expected.items() <= seen.items()
    assert ("checkpoint", {"n": 1}) in span.events


def test_ending_twice_and_updating_late_is_harmless(server: Any, client: Any) -> None:
    step = pellucid.trace("once")
    step.end()
    step.end(output="late")
    step.update(output="later")
    assert "pellucid.output" not in server.span("once").attributes


def test_failures_can_be_said(server: Any, client: Any) -> None:
    step = pellucid.generation("call")
    step.fail("the model refused").end()
    span = server.span("call")
    assert span.status == 2
    assert span.message == "Error: the model refused"


def test_explicit_times(server: Any, client: Any) -> None:
    step = pellucid.trace("past", start_time=1_000_000_000)
    step.end(end_time=3_000_000_000)
    span = server.span("past")
    assert (span.start, span.end) == (1_000_000_000, 3_000_000_000)


def test_scores_of_step_trace_and_session(server: Any, client: Any) -> None:
    when = datetime(2026, 1, 2, tzinfo=UTC)
    with pellucid.span("x") as step:
        pellucid.score("current", 0.5, comment="so so", metadata={"by": "me"}, time=when, id="fixed")
        step.score("of step", True)
        step.score("of trace", "good", of_trace=True)
    pellucid.score("of session", 1, session_id="s1")
    pellucid.flush()
    scores = {document["name"]: document for request in server.requests("/api/v1/scores") for document in request.json()}
    assert scores["current"] == {
        "id": "fixed",
        "name": "current",
        "type": "numeric",
        "value": 0.5,
        "trace_id": step.trace_id,
        "span_id": step.span_id,
        "comment": "so so",
        "source": "api",
        "metadata": {"by": "me"},
        "time": "2026-01-02T00:00:00+00:00",
    }
    assert (scores["of step"]["type"], scores["of step"]["value"]) == ("boolean", 1.0)
    assert (scores["of trace"]["type"], scores["of trace"]["string_value"]) == ("categorical", "good")
    assert "span_id" not in scores["of trace"]
    assert scores["of session"]["session_id"] == "s1"
    assert len({score["id"] for score in scores.values()}) == 4


def test_feedback_takes_trace_and_user_from_the_context(server: Any, client: Any) -> None:
    with pellucid.context(user_id="ann"), pellucid.span("x") as step:
        pellucid.feedback(True, comment="nice")
    pellucid.feedback(0.2, trace_id=step.trace_id, correction="better text")
    pellucid.flush()
    [first, second] = [document for request in server.requests("/api/v1/feedback") for document in request.json()]
    assert (first["trace_id"], first["user_id"], first["rating"], first["comment"]) == (step.trace_id, "ann", True, "nice")
    assert (second["rating"], second["correction"]) == (0.2, "better text")


@pytest.mark.parametrize(
    "call", [lambda: pellucid.score("x", 1), lambda: pellucid.score("x", float("nan"), trace_id="1"), pellucid.feedback]
)
def test_a_judgement_without_target_or_value_is_an_error_in_tests_and_a_warning_in_production(
    start: Any, call: Any, caplog: pytest.LogCaptureFixture
) -> None:
    start(strict=True)
    with pytest.raises(ValueError, match=r"target|finite"):
        call()
    start(strict=False)
    call()
    assert "the application is not affected" in caplog.text


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ({"input": 3, "cache_read": 2}, {"input": 3, "cache_read": 2}),
        (
            {
                "prompt_tokens": 100,
                "completion_tokens": 50,
                "total_tokens": 150,
                "prompt_tokens_details": {"cached_tokens": 60, "audio_tokens": 10},
                "completion_tokens_details": {"reasoning_tokens": 20, "audio_tokens": 5},
            },
            {"input": 30, "cache_read": 60, "audio_in": 10, "output": 25, "reasoning": 20, "audio_out": 5},
        ),
        (
            {"input_tokens": 100, "output_tokens": 50, "input_tokens_details": {"cached_tokens": 60}},
            {"input": 40, "cache_read": 60, "output": 50},
        ),
        (
            {"input_tokens": 3, "output_tokens": 7, "cache_read_input_tokens": 90, "cache_creation_input_tokens": 10},
            {"input": 3, "cache_read": 90, "cache_write": 10, "output": 7},
        ),
        (
            {"prompt_token_count": 100, "cached_content_token_count": 40, "candidates_token_count": 9, "thoughts_token_count": 4},
            {"input": 60, "cache_read": 40, "output": 9, "reasoning": 4},
        ),
        (
            {
                "input_tokens": 3,
                "output_tokens": 7,
                "cache_creation_input_tokens": 30,
                "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
            },
            {"input": 3, "cache_write": 10, "cache_write_1h": 20, "output": 7},
        ),
        (None, {}),
        ("nonsense", {}),
    ],
)
def test_usage_is_disjoint(given: Any, parts: dict[str, int]) -> None:
    from pellucid.usage import canonical

    assert canonical(given) == parts
