"""The corpus decodes to what the provider really served, but for the listed losses of emitters; each call is counted once."""

from collections.abc import Iterator

import pytest
from tests.corpus.differences import PAGE, listed, page
from tests.corpus.loader import Capture, captures, find, manifest, parts
from tests.corpus.truth import missing, tokens

from pellucid_server.model.message import text_of
from pellucid_server.model.span import Kind, Outcome


def _name(capture: Capture) -> str:
    return f"{capture.package} {capture.name}"


ALL = pytest.mark.parametrize("capture", captures(), ids=_name)

STRAY_KEYS = {
    ("openinference-instrumentation-crewai", "crew"): {
        "crew_agents", "crew_id", "crew_inputs", "crew_key", "crew_tasks", "task_id", "task_key", "task_name",
    },
    ("logfire", "manual-span"): {"item"},
}  # fmt: skip
"""Keys that no convention knows: they stay on the span and are listed as such."""


@ALL
def test_every_call_is_as_served_or_listed(capture: Capture) -> None:
    assert missing(capture) == listed().get((capture.package, capture.name), set())


@pytest.mark.parametrize("capture", [found for found in captures() if found.usage["on_the_wire"]], ids=_name)
def test_tokens_on_the_wire_are_counted_once(capture: Capture) -> None:
    assert tokens(capture) == capture.usage["truth"]


@ALL
def test_every_span_lands_whole_and_understood(capture: Capture) -> None:
    sent = sum(len(entry["spans"]) for entry in capture.entries)
    assert len(capture.spans) == sent
    stray = {key for span in capture.spans for key in span.unmapped}
    assert stray == STRAY_KEYS.get((capture.package, capture.name), set())
    assert [span.flags for span in capture.spans if span.flags] == []


@ALL
def test_json_says_the_same_as_protobuf(capture: Capture) -> None:
    assert parts(capture.entries, "json") == parts(capture.entries, "pb")


def test_no_difference_is_listed_for_a_capture_that_is_gone() -> None:
    assert set(listed()) <= {(capture.package, capture.name) for capture in captures()}


def test_the_page_of_differences_is_current() -> None:
    assert PAGE.read_text() == page(), "run python -m tests.corpus.differences"


def test_the_corpus_is_whole() -> None:
    assert len(manifest()) == 249
    assert sum(len(capture.spans) for capture in captures()) == 472


def test_openinference_documents_have_content_score_and_id() -> None:
    (retrieved,) = [
        span for span in find("openinference-instrumentation-llama-index", "query-engine").kind("retriever") if span.documents
    ]
    assert [document.content for document in retrieved.documents] == ["Paris is in France.", "Rome is in Italy."]
    assert all(document.score is not None and document.id for document in retrieved.documents)
    assert retrieved.retrieval is not None
    assert retrieved.retrieval.query == "Where is Paris?"


def test_langchain_documents_get_their_ids_from_the_output() -> None:
    (retrieved,) = find("openinference-instrumentation-langchain", "rag").kind("retriever")
    assert [(document.id, document.content) for document in retrieved.documents] == [
        ("doc-1", "Paris is in France."),
        ("doc-2", "Rome is in Italy."),
    ]


def test_genai_documents_without_score_are_documents() -> None:
    (retrieved,) = find("opentelemetry-instrumentation-genai-langchain", "CONTENT=SPAN_ONLY rag").kind("retriever")
    assert [(document.id, document.score) for document in retrieved.documents] == [("doc-1", None), ("doc-2", None)]


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("haystack", "MODE=native rag-pipeline"),
        ("haystack", "MODE=openinference rag-pipeline"),
        ("mlflow", "app"),
        ("langfuse-sdk", "app"),
    ],
)
def test_retrievers_of_other_conventions_have_documents(package: str, name: str) -> None:
    (retrieved,) = find(package, name).kind("retriever")
    assert retrieved.documents[0].content == "Paris is in France."


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("openinference-instrumentation-langchain", "context-attributes"),
        ("vercel-ai-sdk", "AI_SDK=5 generate-text"),
        ("traceloop-sdk", "workflow"),
        ("langfuse-sdk", "app"),
    ],
)
def test_context_is_read(package: str, name: str) -> None:
    capture = find(package, name)
    assert {span.user_id for span in capture.spans} - {""} == {"user-7"}
    assert {span.session_id for span in capture.spans} - {""} == {"session-1"}
    tier = {str(span.metadata["tier"]) for span in capture.spans if "tier" in span.metadata}
    tags = {span.tags for span in capture.spans if span.tags}
    assert tier == {"gold"} or tags == {("alpha", "beta")}


def test_sessions_that_pydantic_ai_invents_do_not_outrank_others() -> None:
    for capture in captures():
        if capture.package == "pydantic-ai":
            invented = [span for span in capture.spans if span.session_id]
            assert all(not span.inherits_session for span in invented)


def test_logs_alone_bring_the_messages() -> None:
    call = find("opentelemetry-instrumentation-openai-v2", "MODE=old chat-tool-round-trip").kind("generation")[1]
    assert [message.role.value for message in call.messages_in] == ["system", "user", "assistant", "tool"]
    assert text_of(call.messages_out).startswith("The tool said")
    event_only = find("opentelemetry-instrumentation-genai-openai", "CONTENT=EVENT_ONLY chat").kind("generation")
    assert text_of(event_only[0].messages_out) == "Echo: Say hello to the world."


def test_framework_noise_is_marked_and_the_call_is_not() -> None:
    with_call = find("framework-noise", "request-with-llm-call")
    assert {span.framework_noise for span in with_call.spans if span.kind is Kind.SPAN} == {True}
    assert [span.framework_noise for span in with_call.kind("generation")] == [False]
    assert all(span.framework_noise and not span.dialect for span in find("framework-noise", "request-without-llm-call").spans)


def test_the_native_anthropic_span_is_no_noise_though_it_carries_http() -> None:
    for capture in captures():
        native = [span for span in capture.spans if span.scope == "com.anthropic.sdk.python"]
        assert all(span.kind is Kind.GENERATION and not span.framework_noise for span in native)


def test_plumbing_of_frameworks_is_marked() -> None:
    marked = {
        span.name.partition("<")[0] for capture in captures() for span in capture.spans if span.framework_noise and span.dialect
    }
    assert {"RunnableSequence", "RunnableParallel", "StrOutputParser", "raw_gen_ai_request", "turn", "step 1"} <= marked
    assert "OpenAIEmbedding._get_query_embedding" in marked
    assert "OpenAIEmbedding.get_query_embedding" not in marked


def test_wrappers_are_no_model_calls() -> None:
    kinds = {span.name: span.kind for span in find("vercel-ai-sdk", "AI_SDK=5 generate-text-tool").spans}
    assert kinds["weather ai.generateText"] is Kind.CHAIN
    assert kinds["weather ai.generateText.doGenerate"] is Kind.GENERATION
    assert kinds["get_weather"] is Kind.TOOL


def test_tool_spans_have_name_arguments_and_result() -> None:
    for package, name in [
        ("pydantic-ai", "VERSION=2 agent-tool"),
        ("pydantic-ai", "EVENTS=logs agent-tool"),
        ("vercel-ai-sdk", "AI_SDK=5 generate-text-tool"),
        ("vercel-ai-sdk", "AI_SDK=7 AI_OTEL=genai generate-text-tool"),
        ("opentelemetry-instrumentation-genai-langchain", "CONTENT=SPAN_ONLY agent-tool"),
        ("openinference-instrumentation-openai-agents", "agent-tool"),
        ("openinference-instrumentation-llama-index", "agent-tool"),
        ("mlflow", "app"),
    ]:
        (tool,) = find(package, name).kind("tool")
        assert (tool.tool_name, tool.input, tool.output) == ("get_weather", {"city": "Paris"}, "Paris: 21 degrees"), package


def test_tools_offered_have_schemas() -> None:
    for capture in captures():
        for span in capture.kind("generation"):
            for tool in span.tools:
                if tool.name == "get_weather":
                    assert isinstance(tool.parameters, dict), capture
                    assert "city" in str(tool.parameters["properties"]), capture


def test_guardrail_and_embedding_shapes() -> None:
    (guard,) = find("langfuse-sdk", "app").kind("guardrail")
    assert guard.guardrail_action == "allow"
    (embedded,) = find("openinference-instrumentation-openai", "embeddings").kind("embedding")
    assert embedded.input == ["red apple", "green pear"]
    assert embedded.output == {"dimensions": 4, "embeddings": 2}


def test_vectors_are_dropped() -> None:
    embedded = [span for capture in captures() for span in capture.kind("embedding")]
    assert embedded
    for span in embedded:
        assert not [value for value in _scalars([span.input, span.output]) if isinstance(value, float)], span.name


def _scalars(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _scalars(inner)
    else:
        yield value


def test_media_is_kept_with_its_type() -> None:
    (call,) = find("openinference-instrumentation-openai", "chat-image").kind("generation")
    image = call.messages_in[0].parts[1]
    assert (image.modality, image.mime_type, image.data is not None) == ("image", "image/png", True)


def test_reported_costs_are_kept_and_zero_is_unknown() -> None:
    (call,) = find("litellm", "completion").kind("generation")
    assert call.reported_cost is not None
    assert call.reported_cost.total == pytest.approx(4.125e-06)
    assert all(span.reported_cost is None for span in find("openlit", "chat").spans)


def test_langfuse_parts_are_disjoint() -> None:
    (manual,) = find("langfuse-sdk", "generation").kind("generation")
    assert (manual.usage.input, manual.usage.cache_read, manual.usage.output) == (10, 4, 5)


def test_the_ai_sdk_5_leaves_cached_tokens_out_and_7_counts_them_in() -> None:
    five = find("vercel-ai-sdk", "AI_SDK=5 anthropic").kind("generation")[0].usage
    seven = find("vercel-ai-sdk", "AI_SDK=7 AI_OTEL=genai anthropic").kind("generation")[0].usage
    for usage in (five, seven):
        assert (usage.input, usage.cache_read, usage.cache_write, usage.output) == (3, 6, 3, 4)


def test_errors_carry_type_and_one_line() -> None:
    for capture in captures():
        for span in capture.spans:
            assert "\n" not in span.status_message
            assert "Traceback" not in span.status_message
            if span.outcome is Outcome.ERROR:
                assert span.error_type or span.status_message, (capture.package, span.name)
