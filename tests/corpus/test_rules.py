"""The rules that all conventions share: precedence, kinds, finish reasons, outcomes, first tokens, providers, noise, usage."""

from dataclasses import replace

import pytest
from tests.corpus.spans import END, START, decoded, raw

from pellucid_server.dialects import finish, json_text, noise, providers
from pellucid_server.dialects.decode import decode
from pellucid_server.dialects.messages import messages_of
from pellucid_server.dialects.parts import parts_of
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Part, PartType, Role, text_of
from pellucid_server.model.raw import RawEvent
from pellucid_server.model.span import Kind, Outcome


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"langfuse.observation.type": "tool", "openinference.span.kind": "LLM"}, Kind.TOOL),
        ({"openinference.span.kind": "RERANKER", "gen_ai.operation.name": "chat"}, Kind.RERANKER),
        ({"openinference.span.kind": "llm"}, Kind.GENERATION),
        ({"openinference.span.kind": "NONSENSE", "gen_ai.operation.name": "execute_tool"}, Kind.TOOL),
        ({"mlflow.spanType": '"CHAT_MODEL"'}, Kind.GENERATION),
        ({"mlflow.spanType": '"UNKNOWN"', "gen_ai.operation.name": "embeddings"}, Kind.EMBEDDING),
        ({"langsmith.span.kind": "prompt", "gen_ai.operation.name": "chat"}, Kind.CHAIN),
        ({"lmnr.span.type": "HUMAN_EVALUATOR"}, Kind.EVALUATOR),
        ({"traceloop.span.kind": "task", "gen_ai.operation.name": "chat"}, Kind.CHAIN),
        ({"ai.operationId": "ai.streamText.doStream"}, Kind.GENERATION),
        ({"operation.name": "ai.embed.doEmbed my-function", "ai.model.id": "x"}, Kind.EMBEDDING),
        ({"operation.name": "ai.embed.doEmbed"}, Kind.SPAN),
        ({"ai.operationId": "ai.toolCall"}, Kind.TOOL),
        ({"ai.operationId": "ai.streamObject"}, Kind.CHAIN),
        ({"gen_ai.operation.name": "invoke_agent"}, Kind.AGENT),
        ({"gen_ai.operation.name": "invoke_workflow"}, Kind.CHAIN),
        ({"gen_ai.operation.name": "vector_db_retrieve"}, Kind.RETRIEVER),
        ({"gen_ai.operation.name": "upsert_memory"}, Kind.TOOL),
        ({"gen_ai.operation.name": "text_completion"}, Kind.GENERATION),
        ({"llm.request.type": "embedding"}, Kind.EMBEDDING),
        ({"gen_ai.tool.name": "search"}, Kind.TOOL),
        ({"retrieval.documents.0.document.content": "x"}, Kind.RETRIEVER),
        ({"embedding.embeddings.0.embedding.text": "x"}, Kind.EMBEDDING),
        ({"db.system": "pinecone"}, Kind.RETRIEVER),
        ({"db.system": "postgresql"}, Kind.SPAN),
        ({"gen_ai.request.model": "gpt-4o"}, Kind.GENERATION),
        ({"llm.model_name": "gpt-4o", "llm.token_count.prompt": 3}, Kind.GENERATION),
        ({"gen_ai.agent.name": "x"}, Kind.SPAN),
        ({"model": "gpt-4o"}, Kind.SPAN),
        ({}, Kind.SPAN),
    ],
)
def test_kinds(attributes: dict[str, JsonValue], kind: Kind) -> None:
    assert decoded(attributes).kind is kind


@pytest.mark.parametrize(
    "key",
    ["metadata.plan", "tool.wrench", "prompt.colour", "agent.name", "operation.name", "event_loop.lag", "graph.node.x", "model"],
)
def test_common_words_claim_nothing(key: str) -> None:
    span = decoded({key: "x"})
    assert (span.kind, span.dialect, span.unmapped) == (Kind.SPAN, "", (key,))


def test_an_agents_name_on_a_model_call_does_not_make_it_an_agent() -> None:
    assert decoded({"gen_ai.agent.name": "x", "gen_ai.operation.name": "chat"}).kind is Kind.GENERATION


def test_otels_span_kind_says_nothing() -> None:
    assert decoded({}, name="client call").kind is Kind.SPAN


@pytest.mark.parametrize(
    ("attributes", "field", "value"),
    [
        ({"langfuse.user.id": "a", "user.id": "b", "ai.telemetry.metadata.userId": "c"}, "user_id", "a"),
        ({"user.id": "b", "traceloop.association.properties.user_id": "c"}, "user_id", "b"),
        ({"enduser.id": "e", "gen_ai.user": "p"}, "user_id", "e"),
        ({"gen_ai.user": "p"}, "user_id", "p"),
        ({"session.id": "s", "gen_ai.conversation.id": "c"}, "session_id", "s"),
        ({"gen_ai.conversation.id": "c", "ai.telemetry.metadata.sessionId": "t"}, "session_id", "c"),
        ({"metadata": '{"thread_id": "t"}', "openinference.span.kind": "CHAIN"}, "session_id", "t"),
        ({"gen_ai.request.model": "a", "ai.model.id": "b", "ai.operationId": "ai.x.doGenerate"}, "model_requested", "a"),
        ({"gen_ai.response.model": "a", "llm.model_name": "b", "langfuse.observation.model.name": "c"}, "model", "a"),
        ({"llm.model_name": "b", "langfuse.observation.model.name": "c", "langfuse.observation.type": "generation"}, "model", "c"),
        ({"gen_ai.request.model": "openai/gpt-4o-mini"}, "model", "gpt-4o-mini"),
        ({"gen_ai.request.model": "meta-llama/Llama-3"}, "model", "meta-llama/Llama-3"),
        ({"gen_ai.provider.name": "openai", "gen_ai.system": "azure"}, "provider", "openai"),
        ({"gen_ai.system": "langchain", "gen_ai.request.model": "claude-3"}, "provider", "anthropic"),
        ({"gen_ai.request.model": "azure/gpt-4o", "gen_ai.response.model": "gpt-4o-2024-08-06"}, "provider", "azure.ai.openai"),
        ({"gen_ai.request.model": "us.anthropic.claude-sonnet-4-20250514-v1:0"}, "provider", "aws.bedrock"),
        ({"gen_ai.request.model": "amazon.nova-lite-v1:0"}, "provider", "aws.bedrock"),
        ({"gen_ai.request.model": "gpt-4.1-mini"}, "provider", "openai"),
        ({"gen_ai.request.model": "my-own-model"}, "provider", ""),
        ({"gen_ai.response.id": "a", "ai.response.id": "b"}, "response_id", "a"),
        ({"langfuse.environment": "x", "deployment.environment.name": "y"}, "environment", "x"),
        ({"deployment.environment": "y"}, "environment", "y"),
        ({"langfuse.trace.tags": ["x"], "tag.tags": ["y"]}, "tags", ("x",)),
        ({"langsmith.span.tags": "x, y"}, "tags", ("x", "y")),
        ({"gen_ai.usage.prompt_tokens": 3, "gen_ai.usage.input_tokens": 3, "gen_ai.operation.name": "chat"}, "usage.input", 3),
        ({"gen_ai.usage.input_tokens": 3, "llm.token_count.prompt": 4, "llm.usage.prompt_tokens": 5}, "usage.input", 3),
        ({"gen_ai.usage.cache_read_input_tokens": 2, "gen_ai.usage.input_tokens": 5}, "usage.input", 3),
        ({"gen_ai.usage.details.cached_tokens": 2, "gen_ai.usage.input_tokens": 5}, "usage.cache_read", 2),
    ],
)
def test_precedence(attributes: dict[str, JsonValue], field: str, value: object) -> None:
    found: object = decoded(attributes)
    for name in field.split("."):
        found = getattr(found, name)
    assert found == value


def test_the_order_in_which_keys_come_does_not_matter() -> None:
    attributes: dict[str, JsonValue] = {"enduser.id": "e", "langfuse.user.id": "a", "user.id": "b"}
    assert decoded(dict(reversed(attributes.items()))).user_id == decoded(attributes).user_id == "a"


def test_a_span_outranks_its_resource() -> None:
    resource: dict[str, JsonValue] = {
        "deployment.environment.name": "staging",
        "service.version": "1",
        "service.name": ["not a word"],
    }
    assert decoded({"deployment.environment.name": "production"}, resource=resource).environment == "production"
    assert (decoded(resource=resource).environment, decoded(resource=resource).service) == ("staging", "")
    assert decoded(resource={"service.name": "unknown_service:python"}).service == ""
    assert decoded(resource={"service.name": "unknown_service", "openinference.project.name": "shop"}).service == "shop"


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        (["stop"], "stop"),
        ('["stop"]', "stop"),
        ("end_turn", "stop"),
        ("tool-calls", "tool_calls"),
        ("tool_use", "tool_calls"),
        ("function_call", "tool_calls"),
        ("max_tokens", "length"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("content-filter", "content_filter"),
        ("FinishReason.TOOL_CALLS", "tool_calls"),
        ("FinishReason.STOP", "stop"),
        ("stop, length", "stop"),
        ("refusal", "refusal"),
        ("something_new", "something_new"),
        ("", ""),
        ("[]", ""),
        (None, ""),
    ],
)
def test_finish_reasons(sent: JsonValue, canonical: str) -> None:
    assert decoded({"gen_ai.response.finish_reasons": sent}).finish_reason == canonical


@pytest.mark.parametrize(
    ("attributes", "milliseconds"),
    [
        ({"gen_ai.response.time_to_first_chunk": 0.25}, 250),
        ({"gen_ai.client.operation.time_to_first_chunk": 0.25}, 250),
        ({"ai.response.msToFirstChunk": 250.0}, 250),
        ({"ai.stream.msToFirstChunk": 250}, 250),
        ({"gen_ai.server.time_to_first_token": 250}, 250),
        ({"gen_ai.server.time_to_first_token": 0.25}, 250),
        ({"lk.response.ttft": 0.25}, 250),
        ({"langfuse.observation.completion_start_time": "2026-01-01T00:00:00.250Z"}, 250),
        ({"langfuse.observation.completion_start_time": '"2026-01-01T00:00:00.250000+00:00"'}, 250),
        ({"pellucid.first_token_time": (START + 250_000) * 1000}, 250),
    ],
)
def test_first_token_in_every_unit(attributes: dict[str, JsonValue], milliseconds: int) -> None:
    span = decoded(attributes)
    assert span.first_token_time == START + milliseconds * 1000
    assert span.streaming is True


@pytest.mark.parametrize("name", ["First Token Stream Event", "gen_ai.content.completion.chunk", "llm.content.completion.chunk"])
def test_the_earliest_chunk_is_the_first_token(name: str) -> None:
    events = tuple(RawEvent(name=name, time=START + offset) for offset in (900, 300, 600))
    assert decoded({"gen_ai.operation.name": "chat"}, events=events).first_token_time == START + 300


def test_a_first_token_before_the_start_is_none() -> None:
    assert decoded({"langfuse.observation.completion_start_time": "2020-01-01T00:00:00Z"}).first_token_time is None


@pytest.mark.parametrize(
    ("attributes", "status", "outcome"),
    [
        ({}, 0, Outcome.SUCCESS),
        ({}, 2, Outcome.ERROR),
        ({"error.type": "Timeout"}, 0, Outcome.ERROR),
        ({"error.type": "_OTHER"}, 0, Outcome.SUCCESS),
        ({"gen_ai.tool.status": "error"}, 0, Outcome.ERROR),
        ({"genkit:state": "error"}, 0, Outcome.ERROR),
        ({"lk.function_tool.is_error": True}, 0, Outcome.ERROR),
        ({"gen_ai.response.finish_reasons": ["refusal"]}, 0, Outcome.REFUSED),
        ({"gen_ai.response.finish_reasons": ["content_filter"]}, 0, Outcome.REFUSED),
        ({"error.type": "ContentFilterFinishReasonError"}, 2, Outcome.REFUSED),
        ({"pellucid.outcome": "success", "error.type": "x"}, 2, Outcome.SUCCESS),
    ],
)
def test_outcomes(attributes: dict[str, JsonValue], status: int, outcome: Outcome) -> None:
    assert decoded(attributes, status=status).outcome is outcome


def test_an_exception_without_status_is_an_error() -> None:
    event = RawEvent(name="exception", attributes={"exception.type": "ValueError", "exception.message": "no\nTraceback"})
    span = decoded({}, events=(event,))
    assert (span.outcome, span.error_type, span.status_message) == (Outcome.ERROR, "ValueError", "no")
    assert decoded({}, events=(event,), status=1).outcome is Outcome.SUCCESS


@pytest.mark.parametrize(
    "output",
    [
        '{"id": "chatcmpl-1", "choices": [{"message": {"role": "assistant", "content": null, "refusal": "No."}}]}',
        '{"id": "resp_1", "object": "response", "output": [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]}',
    ],
)
def test_refusals_inside_raw_responses(output: str) -> None:
    span = decoded({"openinference.span.kind": "LLM", "output.value": output, "llm.output_messages.0.message.role": "assistant"})
    assert (span.outcome, text_of(span.messages_out)) == (Outcome.REFUSED, "No.")
    assert span.messages_out[0].parts[0].type is PartType.REFUSAL


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("openai.chat", "openai"),
        ("anthropic.messages", "anthropic"),
        ("OpenAI", "openai"),
        ("aws.bedrock", "aws.bedrock"),
        ("bedrock", "aws.bedrock"),
        ("az.ai.openai", "azure.ai.openai"),
        ("azure", "azure.ai.openai"),
        ("gcp.vertex_ai", "gcp.vertex_ai"),
        ("vertexai", "gcp.vertex_ai"),
        ("google", "gcp.gemini"),
        ("xai", "x_ai"),
        ("mistralai", "mistral_ai"),
        ("langchain", None),
        ("gcp.vertex.agent", None),
        ("InMemoryVectorStore", None),
        ("", None),
        (7, "7"),
    ],
)
def test_providers(sent: JsonValue, canonical: str | None) -> None:
    assert providers.provider(sent) == canonical


@pytest.mark.parametrize(
    ("attributes", "scope", "name", "is_noise"),
    [
        ({"http.request.method": "POST"}, "opentelemetry.instrumentation.httpx", "POST", True),
        ({"http.request.method": "POST", "gen_ai.operation.name": "chat"}, "com.anthropic.sdk.python", "x", False),
        ({"db.system": "sqlite"}, None, "SELECT", True),
        ({"http.method": "GET", "logfire.msg": "GET /"}, "opentelemetry.instrumentation.fastapi", "GET", True),
        ({"http.method": "GET", "langfuse.environment": "test"}, None, "GET", True),
        ({"http.method": "GET", "traceloop.association.properties.user_id": "u"}, None, "GET", True),
        ({"http.method": "GET", "langfuse.observation.type": "span"}, "langfuse-sdk", "call", False),
        ({"db.system": "qdrant"}, None, "query", False),
        ({"rpc.system": "grpc"}, None, "Export", True),
        ({"messaging.system": "kafka"}, None, "send", True),
        ({"asgi.event.type": "http.response.start"}, "opentelemetry.instrumentation.fastapi", "GET / http send", True),
        ({}, "@opentelemetry/instrumentation-undici", "GET", True),
        ({}, "my-app", "handle order", False),
        ({"openinference.span.kind": "CHAIN"}, "openinference.instrumentation.langchain", "RunnableSequence", True),
        ({"openinference.span.kind": "CHAIN"}, "openinference.instrumentation.langchain", "RunnableParallel<a,b>", True),
        ({"openinference.span.kind": "CHAIN"}, "openinference.instrumentation.langchain", "my_chain", False),
        ({"openinference.span.kind": "LLM"}, "openinference.instrumentation.langchain", "RunnableSequence", False),
        ({"gen_ai.operation.name": "execute_event_loop_cycle"}, "strands.telemetry.tracer", "cycle", True),
    ],
)
def test_noise(attributes: dict[str, JsonValue], scope: str | None, name: str, is_noise: bool) -> None:
    if attributes.get("db.system") == "qdrant":
        assert decoded(attributes, name=name).kind is Kind.RETRIEVER
    assert decoded(attributes, scope=scope, name=name).framework_noise is is_noise


def test_noise_of_a_scope_needs_a_boundary() -> None:
    assert not noise.is_infrastructure(raw(scope="opentelemetry.instrumentation.httpx_more"), {})


@pytest.mark.parametrize(
    ("attributes", "usage", "flags"),
    [
        (
            {"input_tokens": 3, "cache_read.input_tokens": 10, "output_tokens": 1},
            (3, 10, None, 1),
            (),
        ),  # more cached than input: exclusive
        ({"input_tokens": 15, "cache_read.input_tokens": 7, "output_tokens": 1}, (8, 7, None, 1), ()),
        ({"input_tokens": 15, "cache_read.input_tokens": 15, "output_tokens": 1}, (0, 15, None, 1), ()),
        ({"input_tokens": 5, "output_tokens": 3, "reasoning.output_tokens": 9}, (5, None, None, 0), ("usage_clamped",)),
        ({"output_tokens": 3}, (None, None, None, 3), ()),
    ],
)
def test_usage(attributes: dict[str, JsonValue], usage: tuple[int | None, ...], flags: tuple[str, ...]) -> None:
    span = decoded({"gen_ai.operation.name": "chat", **{f"gen_ai.usage.{key}": value for key, value in attributes.items()}})
    found = span.usage
    assert (found.input, found.cache_read, found.cache_write, found.output) == usage
    assert span.flags == flags


def test_emitters_that_leave_cached_tokens_out() -> None:
    span = decoded(
        {"gen_ai.system": "anthropic", "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 30,
         "gen_ai.usage.cache_read.input_tokens": 10},
        scope="openlit",
    )  # fmt: skip
    assert (span.usage.input, span.usage.cache_read, span.usage.input_total) == (30, 10, 40)


def test_the_long_lived_cache_is_told_apart() -> None:
    span = decoded(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.usage.input_tokens": 20,
            "gen_ai.usage.cache_write.input_tokens": 9,
            "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 4,
            "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 5,
            "gen_ai.usage.output_tokens": 1,
        }
    )
    assert (span.usage.input, span.usage.cache_write, span.usage.cache_write_1h) == (11, 4, 5)


def test_aggregated_usage_is_never_a_calls() -> None:
    span = decoded({"gen_ai.operation.name": "invoke_agent", "gen_ai.aggregated_usage.input_tokens": 99})
    assert not span.usage.reported
    assert span.unmapped == ()


def _part(item: JsonValue) -> Part:
    (found,) = parts_of(item)
    return found


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ({"type": "text", "content": "x"}, PartType.TEXT),
        ({"type": "input_text", "text": "x"}, PartType.TEXT),
        ({"text": "x"}, PartType.TEXT),
        ({"type": "thinking", "thinking": "x", "signature": "s"}, PartType.REASONING),
        ({"type": "reasoning", "summary": [{"type": "summary_text", "text": "x"}]}, PartType.REASONING),
        ({"reasoningContent": {"reasoningText": {"text": "x"}}}, PartType.REASONING),
        ({"type": "refusal", "refusal": "x"}, PartType.REFUSAL),
        ({"type": "tool_use", "id": "1", "name": "t", "input": {}}, PartType.TOOL_CALL),
        ({"type": "tool-call", "toolCallId": "1", "toolName": "t", "args": {}}, PartType.TOOL_CALL),
        ({"functionCall": {"name": "t", "args": {}}}, PartType.TOOL_CALL),
        ({"tool_call": {"tool_name": "t", "arguments": {}, "id": "1"}}, PartType.TOOL_CALL),
        ({"type": "web_search_call", "id": "1", "action": {"query": "q"}}, PartType.TOOL_CALL),
        ({"type": "tool_result", "tool_use_id": "1", "content": "x"}, PartType.TOOL_RESULT),
        ({"type": "tool-result", "toolCallId": "1", "output": {"type": "text", "value": "x"}}, PartType.TOOL_RESULT),
        ({"type": "function_call_output", "call_id": "1", "output": "x"}, PartType.TOOL_RESULT),
        ({"functionResponse": {"name": "t", "response": {}}}, PartType.TOOL_RESULT),
        ({"type": "image_url", "image_url": {"url": "https://x/y.png"}}, PartType.MEDIA),
        ({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}, PartType.MEDIA),
        ({"type": "blob", "mime_type": "audio/wav", "content": "AA=="}, PartType.MEDIA),
        ({"type": "uri", "uri": "https://x", "modality": "video"}, PartType.MEDIA),
        ({"type": "file", "file_id": "f1"}, PartType.MEDIA),
        ({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}, PartType.MEDIA),
        ({"inlineData": {"mimeType": "image/png", "data": "AA=="}}, PartType.MEDIA),
        ({"type": "anthropic_image"}, PartType.MEDIA),
        ({"type": "compaction", "content": "x"}, PartType.UNKNOWN),
        ({"type": "hologram", "beam": 1}, PartType.UNKNOWN),
    ],
)
def test_parts(item: JsonValue, kind: PartType) -> None:
    if kind is PartType.UNKNOWN:
        assert _part(item).raw == item or _part(item).type is PartType.TEXT
    else:
        assert _part(item).type is kind


def test_a_part_of_an_unknown_type_is_kept_verbatim() -> None:
    item: JsonValue = {"type": "hologram", "beam": 1}
    assert _part(item) == Part(type=PartType.UNKNOWN, raw=item)


def test_media_modalities_and_places() -> None:
    audio = _part({"type": "blob", "mime_type": "audio/wav", "content": "AA=="})
    assert (audio.modality, audio.mime_type, audio.data) == ("audio", "audio/wav", "AA==")
    inline = _part({"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}})
    assert (inline.modality, inline.mime_type, inline.data, inline.uri) == ("image", "image/png", "AA==", None)
    assert _part({"type": "file", "file_id": "f1"}).uri == "file:f1"
    assert _part({"type": "image_url", "image_url": "https://x/y.png"}).uri == "https://x/y.png"


@pytest.mark.parametrize(
    ("value", "roles"),
    [
        ("hi", ["user"]),
        (
            [{"role": "developer", "content": "a"}, {"role": "human", "content": "b"}, {"role": "model", "parts": [{"text": "c"}]}],
            "sua",
        ),
        ({"messages": [[{"type": "system", "content": "a"}, {"type": "human", "content": "b"}]]}, "su"),
        ([{"type": "ai", "data": {"content": "a"}}], "a"),
        ([{"lc": 1, "type": "constructor", "id": ["x", "HumanMessage"], "kwargs": {"content": "a"}}], "u"),
        ([{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "x"}]}], "t"),
        (
            [
                {"role": "user", "content": "a"},
                {"type": "function_call", "call_id": "1", "name": "t", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "1", "output": "x"},
            ],
            "uat",
        ),
        ([{"type": "text", "content": "a"}, {"type": "text", "content": "b"}], "u"),
        ([{"_role": "user", "_content": [{"text": "a"}]}], "u"),
        ([{"role": "user", "blocks": [{"block_type": "text", "text": "a"}]}], "u"),
        ([], ""),
        (None, ""),
        (5, ""),
    ],
)
def test_messages(value: JsonValue, roles: str | list[str]) -> None:
    names = {"s": "system", "u": "user", "a": "assistant", "t": "tool"}
    expected = [names[letter] for letter in roles] if isinstance(roles, str) else roles
    found = messages_of(value, Role.USER)
    assert [message.role.value for message in found] == expected
    assert all(message.parts for message in found)


def test_arguments_are_parsed_where_they_are_json_and_kept_where_not() -> None:
    assert _part({"type": "tool_call", "name": "t", "arguments": '{"a": 1}'}).arguments == {"a": 1}
    assert _part({"type": "tool_call", "name": "t", "arguments": '{"a": '}).arguments == '{"a": '


def test_a_failed_tool_result_says_so() -> None:
    assert _part({"type": "tool_result", "tool_use_id": "1", "content": "x", "is_error": True}).is_error is True
    assert _part({"toolResult": {"toolUseId": "1", "status": "error", "content": [{"text": "x"}]}}).is_error is True
    assert _part({"type": "tool_result", "tool_use_id": "1", "content": "x"}).is_error is None


def test_python_reprs() -> None:
    assert json_text.parse_python("{'a': None, 'b': True}") == {"a": None, "b": True}
    assert json_text.parse_python("""{'a': "it's"}""") == {"a": "it's"}
    for broken in ("{'a': ", "__import__('os')", "[" * 5_000, "x" * 70_000):
        with pytest.raises(json_text.NotJson):
            json_text.parse_python(broken)


def test_names() -> None:
    assert (
        decoded({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}, name="execute_tool search").name
        == "search"
    )
    assert (
        decoded({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "helper"}, name="invoke_agent helper").name
        == "helper"
    )
    assert decoded({"gen_ai.operation.name": "chat", "gen_ai.agent.name": "helper"}, name="chat gpt-4o").name == "chat gpt-4o"
    assert len(decoded({}, name="x" * 5_000).name) == 1_024


def test_finish_reason_cache_is_bounded() -> None:
    for number in range(1_000):
        finish.canonical(f"reason_{number}")
    assert finish.canonical.cache_info().currsize <= 256


def test_running_spans_have_no_end() -> None:
    assert decode(replace(raw(), end_time=None), received_at=END).end_time is None
    assert decode(raw(), received_at=END).end_time == END
