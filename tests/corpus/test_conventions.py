"""Conventions that no capture shows, by the shapes that their sources and specifications define."""

import json

import pytest
from tests.corpus.spans import START, decoded

from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, PartType, Role, text_of
from pellucid_server.model.raw import RawEvent, RawLog
from pellucid_server.model.span import Kind, Span


def roles(messages: tuple[Message, ...]) -> list[str]:
    return [message.role.value for message in messages]


def test_adk_reads_geminis_request_and_response() -> None:
    request = {
        "model": "gemini-2.0-flash",
        "config": {
            "system_instruction": "You are a bot.",
            "temperature": 0.1,
            "tools": [{"function_declarations": [{"name": "get_weather", "description": "d", "parameters": {"type": "OBJECT"}}]}],
        },
        "contents": [
            {"role": "user", "parts": [{"text": "Paris?"}]},
            {"role": "model", "parts": [{"function_call": {"name": "get_weather", "args": {"city": "Paris"}}}]},
            {"role": "user", "parts": [{"function_response": {"name": "get_weather", "response": {"result": "21"}}}]},
        ],
    }
    response = {
        "content": {"role": "model", "parts": [{"text": "21 degrees"}]},
        "finish_reason": "STOP",
        "usage_metadata": {
            "prompt_token_count": 20,
            "candidates_token_count": 5,
            "thoughts_token_count": 7,
            "cached_content_token_count": 4,
        },
    }
    span = decoded(
        {
            "gen_ai.system": "gcp.vertex.agent",
            "gen_ai.request.model": "gemini-2.0-flash",
            "gcp.vertex.agent.session_id": "s-1",
            "gcp.vertex.agent.llm_request": json.dumps(request),
            "gcp.vertex.agent.llm_response": json.dumps(response),
        },
        name="call_llm",
        scope="gcp.vertex.agent",
    )
    assert (span.kind, span.provider, span.session_id, span.dialect) == (Kind.GENERATION, "gcp.gemini", "s-1", "adk")
    assert roles(span.messages_in) == ["system", "user", "assistant", "tool"]
    assert span.messages_in[2].parts[0].arguments == {"city": "Paris"}
    assert text_of(span.messages_out) == "21 degrees"
    assert span.finish_reason == "stop"
    assert [tool.name for tool in span.tools] == ["get_weather"]
    assert span.model_parameters == {"temperature": 0.1}
    usage = span.usage
    assert (usage.input, usage.cache_read, usage.output, usage.reasoning) == (16, 4, 5, 7)


@pytest.mark.parametrize(
    ("name", "kind"), [("invocation", Kind.CHAIN), ("agent_run [helper]", Kind.AGENT), ("execute_tool x", Kind.TOOL)]
)
def test_adk_spans_without_attributes_have_kinds(name: str, kind: Kind) -> None:
    assert decoded(name=name, scope="gcp.vertex.agent").kind is kind


def test_adks_merged_tools_are_plumbing() -> None:
    span = decoded(
        {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "(merged tools)", "gcp.vertex.agent.tool_call_args": "N/A"},
        scope="gcp.vertex.agent",
    )
    assert span.framework_noise
    assert span.input is None


def test_strands_events_hold_bedrock_blocks() -> None:
    span = decoded(
        {"gen_ai.operation.name": "chat", "gen_ai.system": "strands-agents", "gen_ai.request.model": "us.anthropic.claude-sonnet-4",
         "gen_ai.usage.prompt_tokens": 10, "gen_ai.usage.input_tokens": 10, "gen_ai.usage.completion_tokens": 4,
         "gen_ai.usage.output_tokens": 4, "gen_ai.usage.cache_write_input_tokens": 0, "gen_ai.server.time_to_first_token": 250},
        scope="strands.telemetry.tracer",
        events=(
            RawEvent(name="gen_ai.user.message", time=START, attributes={"content": '[{"text": "Paris?"}]'}),
            RawEvent(
                name="gen_ai.assistant.message",
                time=START + 1,
                attributes={"content": '[{"toolUse": {"toolUseId": "t1", "name": "get_weather", "input": {"city": "Paris"}}}]'},
            ),
            RawEvent(
                name="gen_ai.tool.message",
                time=START + 2,
                attributes={"content": '[{"toolResult": {"toolUseId": "t1", "status": "success", "content": [{"text": "21"}]}}]'},
            ),
            RawEvent(
                name="gen_ai.choice",
                time=START + 3,
                attributes={"message": '[{"text": "21 degrees"}]', "finish_reason": "end_turn"},
            ),
        ),
    )  # fmt: skip
    assert roles(span.messages_in) == ["user", "assistant", "tool"]
    assert span.messages_in[1].parts[0].arguments == {"city": "Paris"}
    assert (span.messages_in[2].parts[0].id, span.messages_in[2].parts[0].result) == ("t1", "21")
    assert text_of(span.messages_out) == "21 degrees"
    assert span.finish_reason == "stop"
    assert span.usage.input_total == 10
    assert span.first_token_time == START + 250_000
    assert span.provider == "aws.bedrock"


def test_strands_tools_carry_arguments_and_result_in_events() -> None:
    keys: dict[str, JsonValue] = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "t",
        "gen_ai.tool.status": "success",
    }
    messages = (
        RawEvent(name="gen_ai.tool.message", time=START, attributes={"role": "tool", "content": '{"city": "Paris"}', "id": "t1"}),
        RawEvent(name="gen_ai.choice", time=START + 1, attributes={"message": '[{"text": "21"}]', "id": "t1"}),
    )
    details = (
        RawEvent(
            name="gen_ai.client.inference.operation.details",
            attributes={
                "gen_ai.input.messages": '[{"role": "tool", "parts": [{"type": "tool_call", "id": "t1", "arguments": {"city": "Paris"}}]}]'
            },
        ),
        RawEvent(
            name="gen_ai.client.inference.operation.details",
            attributes={
                "gen_ai.output.messages": '[{"role": "tool", "parts": '
                '[{"type": "tool_call_response", "id": "t1", "response": [{"text": "21"}]}]}]'
            },
        ),
    )
    for events in (messages, details):
        span = decoded(keys, scope="strands.telemetry.tracer", events=events)
        assert (span.kind, span.input, span.output, span.messages_in) == (Kind.TOOL, {"city": "Paris"}, "21", ())
    json_result = RawEvent(name="gen_ai.choice", attributes={"message": '[{"json": {"celsius": 21}}]'})
    assert decoded(keys, scope="strands.telemetry.tracer", events=(json_result,)).output == {"json": {"celsius": 21}}


def test_details_that_were_split_over_events_are_one_call() -> None:
    span = decoded(
        {"gen_ai.operation.name": "chat"},
        events=(
            RawEvent(
                name="gen_ai.client.inference.operation.details",
                attributes={"gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]'},
            ),
            RawEvent(
                name="gen_ai.client.inference.operation.details",
                attributes={"gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "hello"}]}]},
            ),
        ),
    )
    assert (text_of(span.messages_in), text_of(span.messages_out)) == ("hi", "hello")


def test_semantic_kernel_logs_have_a_json_body() -> None:
    span = decoded(
        {"gen_ai.operation.name": "chat.completions", "gen_ai.request.model": "gpt-4o",
         "gen_ai.response.finish_reasons": "FinishReason.TOOL_CALLS"},
        scope="semantic_kernel.utils.telemetry.model_diagnostics.decorators",
        logs=(
            RawLog(name="gen_ai.choice", time=START, body='{"message": {"role": "assistant", "content": "yes"}, "index": 0}'),
            RawLog(name="gen_ai.user.message", time=START, body='{"role": "user", "content": "hi"}', attributes={"CHAT_MESSAGE_INDEX": 1}),
            RawLog(name="gen_ai.system.message", body='{"role": "system", "content": "s"}', attributes={"CHAT_MESSAGE_INDEX": 0}),
        ),
    )  # fmt: skip
    assert (span.kind, span.finish_reason) == (Kind.GENERATION, "tool_calls")
    assert roles(span.messages_in) == ["system", "user"]
    assert text_of(span.messages_out) == "yes"


def test_content_events_of_1_26() -> None:
    span = decoded(
        {
            "gen_ai.system": "openai",
            "gen_ai.request.model": "gpt-4",
            "gen_ai.usage.prompt_tokens": 3,
            "gen_ai.usage.completion_tokens": 2,
        },
        events=(
            RawEvent(name="gen_ai.content.prompt", attributes={"gen_ai.prompt": '[{"role": "user", "content": "hi"}]'}),
            RawEvent(
                name="gen_ai.content.completion", attributes={"gen_ai.completion": '[{"role": "assistant", "content": "hello"}]'}
            ),
        ),
    )
    assert (span.kind, text_of(span.messages_in), text_of(span.messages_out)) == (Kind.GENERATION, "hi", "hello")
    assert (span.usage.input, span.usage.output) == (3, 2)


def test_flattened_prompts_do_not_swallow_prompt_names_and_variables() -> None:
    span = decoded(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": "hi",
            "gen_ai.prompt.name": "greeting",
            "gen_ai.prompt.variable.word": "hi",
        }
    )
    assert text_of(span.messages_in) == "hi"
    assert span.prompt is not None
    assert (span.prompt.name, dict(span.prompt.variables)) == ("greeting", {"word": "hi"})
    assert span.unmapped == ()


def test_a_message_without_parts_does_not_hide_the_one_that_has_them() -> None:
    span = decoded(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.output.messages": '[{"role": "assistant", "parts": [], "finish_reason": "tool_calls"}]',
            "gen_ai.completion.0.function_call.name": "get_weather",
            "gen_ai.completion.0.function_call.arguments": '{"city": "Rome"}',
        }
    )
    (part,) = span.messages_out[0].parts
    assert (part.type, part.name, part.arguments) == (PartType.TOOL_CALL, "get_weather", {"city": "Rome"})


def test_langsmith_kinds_outrank_operations() -> None:
    retriever = decoded(
        {
            "langsmith.span.kind": "retriever",
            "gen_ai.operation.name": "embeddings",
            "gen_ai.prompt": '{"query": "Where?"}',
            "gen_ai.completion": '{"documents": [{"page_content": "Here.", "metadata": {"class": "faq"}}]}',
            "langsmith.metadata.thread_id": "t-1",
            "langsmith.metadata.LANGSMITH_API_KEY": "secret",
            "langsmith.span.tags": "a, b",
        },
        scope="langsmith",
    )
    assert (retriever.kind, retriever.session_id, retriever.tags) == (Kind.RETRIEVER, "t-1", ("a", "b"))
    assert [(document.content, document.doc_class) for document in retriever.documents] == [("Here.", "faq")]
    assert not [key for key in retriever.metadata if key.startswith("LANGSMITH")]
    chain = decoded({"langsmith.span.kind": "chain", "gen_ai.operation.name": "chat", "gen_ai.response.id": "chatcmpl-1"})
    assert (chain.kind, chain.response_id) == (Kind.CHAIN, "")


def test_langsmith_model_runs() -> None:
    span = decoded(
        {
            "langsmith.span.kind": "llm",
            "gen_ai.operation.name": "chat",
            "gen_ai.prompt": '{"messages": [[{"type": "human", "content": "hi"}]], "model": "gpt-4o"}',
            "gen_ai.completion": '{"id": "chatcmpl-1", "choices": [{"message": {"role": "assistant", "content": "hello"}}], '
            '"usage": {"prompt_tokens": 3, "completion_tokens": 2}}',
            "langsmith.metadata.ls_provider": "openai",
            "langsmith.metadata.ls_model_name": "gpt-4o",
            "langsmith.trace.session_name": "a project, not a session",
            "gen_ai.usage.input_token_details": "{'cache_read': 1, 'audio': None}",
        }
    )
    assert (span.usage.input, span.usage.cache_read) == (2, 1)
    assert (text_of(span.messages_in), text_of(span.messages_out), span.response_id) == ("hi", "hello", "chatcmpl-1")
    assert (span.provider, span.usage.input_total, span.session_id) == ("openai", 3, "")


def test_genkit_models_and_tools() -> None:
    span = decoded(
        {
            "genkit:name": "googleai/gemini-2.0-flash",
            "genkit:type": "action",
            "genkit:metadata:subtype": "model",
            "genkit:input": json.dumps(
                {"messages": [{"role": "user", "content": [{"text": "hi"}]}], "config": {"temperature": 1}, "tools": [{"name": "t"}]}
            ),
            "genkit:output": json.dumps(
                {"message": {"role": "model", "content": [{"toolRequest": {"ref": "1", "name": "t", "input": {}}}]},
                 "usage": {"inputTokens": 5, "outputTokens": 2}}
            ),
            "genkit:sessionId": "s",
            "genkit:state": "success",
        },
        scope="genkit-tracer",
    )  # fmt: skip
    assert (span.kind, span.model, span.session_id) == (Kind.GENERATION, "gemini-2.0-flash", "s")
    assert (span.messages_out[0].role, span.messages_out[0].parts[0].name) == (Role.ASSISTANT, "t")
    assert (span.usage.input, span.usage.output) == (5, 2)
    failed = decoded({"genkit:name": "t", "genkit:metadata:subtype": "tool", "genkit:input": '{"a": 1}', "genkit:state": "error"})
    assert (failed.kind, failed.tool_name, failed.input, failed.outcome.value) == (Kind.TOOL, "t", {"a": 1}, "error")


def test_genkits_thoughts_stand_beside_geminis_output() -> None:
    output = '{"message": {"role": "model", "content": [{"text": "x"}]}, "usage": {"outputTokens": 5, "thoughtsTokens": 7}}'
    gemini = decoded({"genkit:name": "googleai/gemini-2.5-pro", "genkit:metadata:subtype": "model", "genkit:output": output}).usage
    other = decoded({"genkit:name": "openai/o3", "genkit:metadata:subtype": "model", "genkit:output": output}).usage
    assert (gemini.output, gemini.reasoning) == (5, 7)
    assert (other.output, other.reasoning) == (0, 7)


def test_livekit_nodes() -> None:
    span = decoded(
        {
            "lk.pii.chat_ctx": '{"items": [{"type": "message", "role": "user", "content": ["hi"]}]}',
            "lk.pii.response.text": "hello",
            "lk.response.ttft": 0.5,
        },
        name="llm_node",
        scope="livekit-agents",
    )
    assert (span.kind, text_of(span.messages_in), text_of(span.messages_out)) == (Kind.GENERATION, "hi", "hello")
    assert span.first_token_time == START + 500_000
    assert decoded(name="user_speaking", scope="livekit-agents").framework_noise


def test_claude_code_bare_keys_are_believed_on_its_scope_only() -> None:
    keys: dict[str, JsonValue] = {
        "span.type": "llm_request",
        "input_tokens": 3,
        "cache_read_tokens": 10,
        "output_tokens": 4,
        "model": "claude-sonnet-4-5",
    }
    span = decoded(keys, scope="com.anthropic.claude_code")
    assert (span.kind, span.model, span.provider) == (Kind.GENERATION, "claude-sonnet-4-5", "anthropic")
    assert (span.usage.input, span.usage.cache_read, span.usage.output) == (3, 10, 4)
    stranger = decoded(keys, scope="my-app")
    assert (stranger.kind, stranger.model, set(stranger.unmapped)) == (Kind.SPAN, "", set(keys))


def test_mcp_calls_are_tools() -> None:
    span = decoded({"mcp.method.name": "tools/call", "gen_ai.tool.name": "search", "mcp.session.id": "x"}, name="tools/call search")
    assert (span.kind, span.name, span.session_id) == (Kind.TOOL, "search", "")


def test_laminar() -> None:
    span = decoded(
        {
            "lmnr.span.type": "CACHED",
            "lmnr.association.properties.user_id": "u",
            "lmnr.association.properties.metadata.tier": "gold",
        }
    )
    assert (span.kind, span.cache_hit, span.user_id, dict(span.metadata)) == (Kind.GENERATION, True, "u", {"tier": "gold"})


def test_vector_stores_of_openllmetry() -> None:
    span = decoded(
        {"db.system": "chroma", "db.operation": "query"},
        name="chroma.query",
        events=(
            RawEvent(
                name="db.query.result",
                attributes={
                    "db.query.result.id": "d1",
                    "db.query.result.distance": 0.2,
                    "db.query.result.document": "text",
                    "db.query.result.metadata": '{"category": "faq"}',
                },
            ),
        ),
    )
    assert (span.kind, span.framework_noise) == (Kind.RETRIEVER, False)
    (document,) = span.documents
    assert (document.id, document.content, document.score, document.doc_class) == ("d1", "text", 0.2, "faq")


def test_vector_stores_that_are_written_to_retrieve_nothing() -> None:
    assert decoded({"db.system": "chroma", "db.operation": "add"}).kind is Kind.SPAN
    search = decoded(
        {"db.system": "milvus", "db.operation": "search", "db.milvus.search.collection_name": "docs", "db.milvus.search.limit": 3}
    )
    assert search.retrieval is not None
    assert (search.kind, search.retrieval.index, search.retrieval.top_k) == (Kind.RETRIEVER, "docs", 3)


def test_traceloops_prompts() -> None:
    span = decoded(
        {"traceloop.prompt.key": "greeting", "traceloop.prompt.version": 2, "traceloop.prompt.template_variables.word": "hi"}
    )
    assert span.prompt is not None
    assert (span.prompt.name, span.prompt.version, dict(span.prompt.variables)) == ("greeting", "2", {"word": "hi"})


def test_rerankers() -> None:
    openinference = decoded(
        {
            "openinference.span.kind": "RERANKER",
            "reranker.query": "q",
            "reranker.model_name": "rerank-v3",
            "reranker.top_k": 1,
            "reranker.input_documents.0.document.content": "a",
            "reranker.input_documents.1.document.content": "b",
            "reranker.output_documents.0.document.content": "b",
            "reranker.output_documents.0.document.score": 0.9,
        }
    )
    assert [(document.content, document.score) for document in openinference.documents] == [("b", 0.9)]
    assert openinference.retrieval is not None
    assert (openinference.kind, openinference.model, openinference.retrieval.query, openinference.retrieval.top_k) == (
        Kind.RERANKER, "rerank-v3", "q", 1,
    )  # fmt: skip
    assert decoded({"llm.request.type": "rerank", "gen_ai.request.model": "rerank-v3"}).kind is Kind.RERANKER
    assert decoded({"gen_ai.operation.name": "rerank"}).kind is Kind.RERANKER
    vercel = decoded({"ai.operationId": "ai.rerank.doRerank", "ai.documents": ['"a"', '"b"']}, scope="ai")
    assert (vercel.kind, [document.content for document in vercel.documents]) == (Kind.RERANKER, ["a", "b"])


def test_langfuse_spans_with_a_model_are_generations() -> None:
    old: dict[str, JsonValue] = {
        "langfuse.observation.type": "span",
        "langfuse.observation.model.name": "gpt-4o",
        "langfuse.observation.input": "hi",
    }
    assert decoded(old).kind is Kind.GENERATION
    plain = decoded(
        {"langfuse.observation.type": "span", "langfuse.observation.metadata.plan": '"pro"', "langfuse.trace.metadata.n": "5"}
    )
    assert (plain.kind, dict(plain.metadata)) == (Kind.SPAN, {"plan": "pro", "n": 5})


def test_langfuse_errors_and_prompts() -> None:
    span = decoded(
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.level": "ERROR",
            "langfuse.observation.status_message": "rate limited",
            "langfuse.observation.prompt.name": "greeting",
            "langfuse.observation.prompt.version": 4,
            "langfuse.observation.cost_details": '{"input": 0, "output": 0, "total": 0}',
            "langfuse.observation.completion_start_time": '"2026-01-01T00:00:01.500000Z"',
        }
    )
    assert (span.outcome.value, span.status_message, span.first_token_time) == ("error", "rate limited", START + 1_500_000)
    assert span.prompt is not None
    assert (span.prompt.name, span.prompt.version, span.reported_cost) == ("greeting", "4", None)


def test_pydantic_ai_1_keeps_events_in_an_attribute() -> None:
    events = [
        {"event.name": "gen_ai.user.message", "content": "hi", "role": "user"},
        {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "hello"}},
    ]
    span = decoded(
        {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "events": json.dumps(events)},
        scope="pydantic-ai",
    )
    assert (text_of(span.messages_in), text_of(span.messages_out), span.unmapped) == ("hi", "hello", ())


def test_logfire_before_genai() -> None:
    span = decoded(
        {
            "request_data": '{"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "temperature": 0.5, "stream": true}',
            "response_data": '{"combined_chunk_content": "hello", "chunk_count": 2}',
            "logfire.msg": "Chat Completion with 'gpt-4o'",
        },
        name="Chat Completion with {request_data[model]!r}",
        scope="logfire.openai",
    )
    assert (span.kind, span.name, span.model_requested) == (Kind.GENERATION, "Chat Completion with 'gpt-4o'", "gpt-4o")
    assert (text_of(span.messages_in), text_of(span.messages_out), span.streaming) == ("hi", "hello", True)


def test_mlflow_cost_session_and_prompts() -> None:
    span = decoded(
        {
            "mlflow.spanType": '"LLM"',
            "mlflow.spanInputs": '"say hi"',
            "mlflow.spanOutputs": '"hi"',
            "mlflow.llm.cost": '{"input_cost": 0.5, "output_cost": 0.25, "total_cost": 0.75}',
            "mlflow.trace.session": '"s-1"',
            "mlflow.linkedPrompts": '[{"name": "greeting", "version": "3"}]',
        }
    )
    assert (text_of(span.messages_in), text_of(span.messages_out), span.session_id) == ("say hi", "hi", "s-1")
    assert span.reported_cost is not None
    assert span.prompt is not None
    assert (span.reported_cost.total, span.prompt.name, span.prompt.version) == (0.75, "greeting", "3")


def test_ai_sdk_6_counts_cached_tokens_in() -> None:
    span = decoded(
        {
            "ai.operationId": "ai.generateText.doGenerate",
            "ai.model.provider": "anthropic.messages",
            "ai.usage.inputTokens": 12,
            "ai.usage.inputTokenDetails.cacheReadTokens": 6,
            "ai.usage.inputTokenDetails.cacheWriteTokens": 3,
            "ai.usage.outputTokens": 4,
        },
        scope="ai",
    )
    assert (span.usage.input, span.usage.cache_read, span.usage.cache_write, span.provider) == (3, 6, 3, "anthropic")


def _own(**more: object) -> Span:
    attributes = {
        "pellucid.kind": "generation",
        "pellucid.input": '{"a": 1}',
        "pellucid.input.json": True,
        "pellucid.output": "42",
        "pellucid.metadata.plan": "pro",
        "pellucid.tags": ["a", "b"],
        "pellucid.feature": "search",
        "pellucid.user_tier": "gold",
        "pellucid.experiment": "prompt-test",
        "pellucid.rollout.arm": "7",
        "pellucid.rollout.probability": 0.25,
        "gen_ai.prompt.name": "greeting",
        "pellucid.prompt.version": 7,
        "pellucid.prompt.label": "production",
        "pellucid.usage_details": '{"input": 1, "cache_read": 2, "output": 3}',
        "gen_ai.usage.input_tokens": 99,
        "pellucid.cost_details": '{"input": 0.5, "total": 0.75}',
        "pellucid.first_token_time": (START + 100_000) * 1000,
        "pellucid.sample_probability": 0.1,
        "pellucid.capture": "metadata",
        "pellucid.outcome": "refused",
        "service.version": "v2",
        **more,
    }
    return decoded(attributes, scope="pellucid", version="0.1.0", resource={"service.version": "v1"})  # type: ignore[arg-type]


def test_the_own_sdk() -> None:
    span = _own()
    assert (span.kind, span.input, span.output) == (Kind.GENERATION, {"a": 1}, "42")
    assert (span.feature, span.user_tier, span.tags, dict(span.metadata)) == ("search", "gold", ("a", "b"), {"plan": "pro"})
    assert span.rollout is not None
    assert (span.rollout.experiment, span.rollout.arm, span.rollout.probability) == ("prompt-test", "7", 0.25)
    assert span.prompt is not None
    assert (span.prompt.name, span.prompt.version, span.prompt.label) == ("greeting", "7", "production")
    assert (span.usage.input, span.usage.cache_read, span.usage.output) == (1, 2, 3)
    assert span.reported_cost is not None
    assert (span.reported_cost.input, span.reported_cost.fixed) == (0.5, 0.25)
    assert (span.first_token_time, span.sample_probability, span.payload_kept) == (START + 100_000, 0.1, False)
    assert (span.outcome.value, span.release, span.sdk, span.dialect) == ("refused", "v2", "pellucid/0.1.0", "pellucid")
    assert span.unmapped == ()


def test_a_rollout_is_the_experiment_where_the_application_names_none() -> None:
    named, unnamed = _own(**{"pellucid.rollout.id": "r1"}), _own(**{"pellucid.rollout.id": "r1", "pellucid.experiment": ""})
    assert named.rollout is not None
    assert unnamed.rollout is not None
    assert (named.rollout.experiment, unnamed.rollout.experiment) == ("prompt-test", "r1")
    assert unnamed.unmapped == ()


def test_the_own_sdk_tells_the_text_42_from_the_number() -> None:
    assert _own(**{"pellucid.output.json": True}).output == 42
    assert _own(**{"pellucid.output.json": False}).output == "42"
