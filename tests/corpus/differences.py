"""Every fact of the corpus that does not decode to what the provider served, and why; printed as DIFFERENCES.md.

`python -m tests.corpus.differences` writes the page anew. The test compares both directions: a difference that is not listed
fails, and so does one that is listed and gone.
"""

from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parent / "DIFFERENCES.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Facts that some captures of a package do not give back, for one reason."""

    package: str
    captures: tuple[str, ...]
    facts: tuple[str, ...]
    reason: str


_NO_USAGE = "A stream without `include_usage`: the provider sent no counts."
_NO_TTFT = "The instrumentor records neither a first-token time nor a chunk event."
_NO_IDS = "The emitter puts neither the provider's response id nor, where listed, the reason it stopped on the span."
_REQUESTED_AS_ANSWERED = "The emitter reports the model that was asked for as the one that answered."
_EMBEDDING_INPUT = "The emitter does not record what was embedded."
_TEXT_REFUSAL = "The emitter turns the refusal into plain text; the text rule of `enrich` judges it later."
_DROPPED_REFUSAL = "The emitter drops the refusal and leaves an empty answer."
_NO_CACHE = "The emitter does not record cached tokens; the totals are right."
_NO_REASONING = "The emitter does not record reasoning tokens; the totals are right."
_NO_RESPONSES = "The instrumentor does not know the Responses API: no span is made for its calls."
_ON_AGENT = "The failed request's messages stand on the agent's span only."

DIFFERENCES = (
    Difference(
        package="anthropic-sdk-native",
        captures=("messages-stream",),
        facts=("generation output",),
        reason="The SDK does not record the content of raw streams.",
    ),
    Difference(
        package="haystack",
        captures=("MODE=openinference rag-pipeline",),
        facts=("embedding requested model", "generation requested model", "generation response id", "generation finish reason"),
        reason=_NO_IDS + " The requested model is not sent either.",
    ),
    Difference(
        package="haystack",
        captures=("MODE=openinference rag-pipeline",),
        facts=("embedding tokens",),
        reason="The embedder's usage stands in the pipeline's output only, not on a span of the call.",
    ),
    Difference(
        package="haystack",
        captures=("MODE=native rag-pipeline",),
        facts=("embedding requested model", "generation requested model", "generation response id"),
        reason=_NO_IDS + " The requested model is not sent either.",
    ),
    Difference(
        package="langfuse-sdk",
        captures=("app",),
        facts=("generation finish reason", "generation requested model", "generation response id"),
        reason=_NO_IDS + " The requested model is not sent either.",
    ),
    Difference(
        package="litellm",
        captures=("completion-stream",),
        facts=("generation model",),
        reason=_REQUESTED_AS_ANSWERED,
    ),
    Difference(package="litellm", captures=("completion-stream",), facts=("generation first token",), reason=_NO_TTFT),
    Difference(package="logfire", captures=("chat-stream",), facts=("generation model",), reason=_REQUESTED_AS_ANSWERED),
    Difference(package="logfire", captures=("chat-stream",), facts=("generation first token",), reason=_NO_TTFT),
    Difference(package="logfire", captures=("chat-stream",), facts=("generation response id",), reason=_NO_IDS),
    Difference(package="logfire", captures=("responses",), facts=("generation finish reason",), reason=_NO_IDS),
    Difference(package="logfire", captures=("embeddings",), facts=("embedding input",), reason=_EMBEDDING_INPUT),
    Difference(
        package="openinference-instrumentation-crewai",
        captures=("crew",),
        facts=("generation span",),
        reason="It traces crews, agents and tools; model calls need the instrumentor of the client beneath.",
    ),
    Difference(
        package="openinference-instrumentation-dspy",
        captures=("predict", "chain-of-thought"),
        facts=(
            "generation finish reason",
            "generation model",
            "generation requested model",
            "generation response id",
            "generation tokens",
        ),
        reason="It records messages and one model name, and nothing of the response: no counts, no id, no reason.",
    ),
    Difference(
        package="openinference-instrumentation-langchain",
        captures=("chain-stream",),
        facts=("generation response id",),
        reason=_NO_IDS,
    ),
    Difference(
        package="openinference-instrumentation-langchain",
        captures=("chain-stream",),
        facts=("generation first token",),
        reason=_NO_TTFT,
    ),
    Difference(
        package="openinference-instrumentation-langchain",
        captures=("rag",),
        facts=("embedding span",),
        reason="LangChain has no callback for embeddings: no span is made for them.",
    ),
    Difference(
        package="openinference-instrumentation-litellm",
        captures=("completion", "completion-anthropic"),
        facts=("generation model",),
        reason=_REQUESTED_AS_ANSWERED,
    ),
    Difference(
        package="openinference-instrumentation-litellm",
        captures=("completion", "completion-anthropic"),
        facts=("generation response id",),
        reason=_NO_IDS,
    ),
    Difference(
        package="openinference-instrumentation-llama-index",
        captures=("query-engine", "rerank", "chat-stream", "agent-tool"),
        facts=("generation model",),
        reason=_REQUESTED_AS_ANSWERED,
    ),
    Difference(
        package="openinference-instrumentation-llama-index",
        captures=("query-engine", "rerank", "chat-stream", "agent-tool"),
        facts=("generation response id",),
        reason=_NO_IDS,
    ),
    Difference(
        package="openinference-instrumentation-llama-index",
        captures=("query-engine",),
        facts=("embedding requested model", "embedding tokens"),
        reason="Embedding spans carry texts, vectors and one model name, but no usage.",
    ),
    Difference(
        package="openinference-instrumentation-llama-index",
        captures=("chat-stream",),
        facts=("generation tokens",),
        reason=_NO_USAGE,
    ),
    Difference(
        package="openinference-instrumentation-openai",
        captures=("chat-stream-no-usage",),
        facts=("generation tokens",),
        reason=_NO_USAGE,
    ),
    Difference(
        package="openinference-instrumentation-openai-agents",
        captures=("agent-tool", "handoff", "structured-output"),
        facts=("generation requested model",),
        reason="Its parameters are those of the response, so the model in them is the one that answered.",
    ),
    Difference(
        package="openinference-instrumentation-openai-agents",
        captures=("error-500",),
        facts=("input of failed call",),
        reason="It records input with the response, and there was none.",
    ),
    Difference(package="openlit", captures=("chat",), facts=("generation cache_read",), reason=_NO_CACHE),
    Difference(
        package="openlit", captures=("chat", "chat-tool-round-trip"), facts=("generation model",), reason=_REQUESTED_AS_ANSWERED
    ),
    Difference(
        package="openlit",
        captures=("chat-tool-round-trip",),
        facts=("generation tool call", "generation finish reason"),
        reason="It writes `Function called with tools` in the place of the call, and no reason.",
    ),
    Difference(
        package="openlit",
        captures=("chat-error-429",),
        facts=("input of failed call",),
        reason="On an error it loses every attribute and event.",
    ),
    Difference(
        package="opentelemetry-instrumentation-genai-langchain",
        captures=("CONTENT=SPAN_ONLY chain-stream",),
        facts=("generation response id",),
        reason=_NO_IDS,
    ),
    Difference(
        package="opentelemetry-instrumentation-genai-langchain",
        captures=("CONTENT=SPAN_ONLY rag",),
        facts=("embedding span",),
        reason="LangChain has no callback for embeddings: no span is made for them.",
    ),
    Difference(
        package="opentelemetry-instrumentation-genai-openai",
        captures=("CONTENT=SPAN_ONLY chat-stream-no-usage", "CONTENT=EVENT_ONLY chat-stream-no-usage"),
        facts=("generation tokens",),
        reason=_NO_USAGE,
    ),
    Difference(
        package="opentelemetry-instrumentation-genai-openai",
        captures=("CONTENT=SPAN_ONLY chat-refusal", "CONTENT=EVENT_ONLY chat-refusal"),
        facts=("refusal",),
        reason=_TEXT_REFUSAL,
    ),
    Difference(
        package="opentelemetry-instrumentation-genai-openai",
        captures=("CONTENT=SPAN_ONLY embeddings", "CONTENT=EVENT_ONLY embeddings"),
        facts=("embedding input",),
        reason=_EMBEDDING_INPUT,
    ),
    Difference(
        package="opentelemetry-instrumentation-openai",
        captures=("chat-stream-no-usage",),
        facts=("generation tokens",),
        reason=_NO_USAGE,
    ),
    Difference(
        package="opentelemetry-instrumentation-openai",
        captures=("chat-image",),
        facts=("generation input",),
        reason="It drops the whole prompt where it holds an image.",
    ),
    Difference(
        package="opentelemetry-instrumentation-openai",
        captures=("responses-stream",),
        facts=("generation first token",),
        reason=_NO_TTFT,
    ),
    Difference(
        package="opentelemetry-instrumentation-openai-v2",
        captures=("MODE=latest chat", "MODE=old chat"),
        facts=("generation cache_read",),
        reason=_NO_CACHE,
    ),
    Difference(
        package="opentelemetry-instrumentation-openai-v2",
        captures=("MODE=latest chat-reasoning", "MODE=old chat-reasoning"),
        facts=("generation reasoning",),
        reason=_NO_REASONING,
    ),
    Difference(
        package="opentelemetry-instrumentation-openai-v2",
        captures=tuple(
            f"MODE={mode} {name}"
            for mode in ("latest", "old")
            for name in ("chat-stream", "chat-stream-no-usage", "chat-stream-tool")
        ),
        facts=("generation first token",),
        reason=_NO_TTFT,
    ),
    Difference(
        package="opentelemetry-instrumentation-openai-v2",
        captures=("MODE=latest chat-stream-no-usage", "MODE=old chat-stream-no-usage"),
        facts=("generation tokens",),
        reason=_NO_USAGE,
    ),
    Difference(
        package="opentelemetry-instrumentation-openai-v2",
        captures=("MODE=latest chat-refusal", "MODE=old chat-refusal"),
        facts=("generation output", "refusal"),
        reason=_DROPPED_REFUSAL,
    ),
    Difference(
        package="opentelemetry-instrumentation-openai-v2",
        captures=("MODE=latest chat-image",),
        facts=("generation input",),
        reason="It sends a message without parts where the prompt holds an image.",
    ),
    Difference(
        package="opentelemetry-instrumentation-openai-v2",
        captures=("MODE=latest responses-tool-round-trip", "MODE=old responses-tool-round-trip"),
        facts=("generation span",),
        reason=_NO_RESPONSES,
    ),
    Difference(
        package="opentelemetry-instrumentation-openai-v2",
        captures=("MODE=latest embeddings", "MODE=old embeddings"),
        facts=("embedding input",),
        reason=_EMBEDDING_INPUT,
    ),
    Difference(
        package="pydantic-ai",
        captures=("VERSION=2 error-429", "VERSION=5 error-429", "EVENTS=logs error-429"),
        facts=("input of failed call",),
        reason=_ON_AGENT,
    ),
    Difference(
        package="pydantic-ai",
        captures=(
            "EVENTS=logs agent-tool",
            "EVENTS=logs agent-tool-anthropic",
            "EVENTS=logs structured-output",
            "EVENTS=logs tool-error",
        ),
        facts=("generation finish reason", "generation response id"),
        reason=_NO_IDS,
    ),
    Difference(package="traceloop-sdk", captures=("langchain",), facts=("generation finish reason",), reason=_NO_IDS),
    Difference(
        package="vercel-ai-sdk",
        captures=("AI_SDK=5 generate-text", "AI_SDK=5 responses-reasoning"),
        facts=("generation cache_read",),
        reason=_NO_CACHE,
    ),
    Difference(
        package="vercel-ai-sdk",
        captures=("AI_SDK=5 responses-reasoning", "AI_SDK=7 AI_OTEL=genai responses-reasoning"),
        facts=("generation reasoning",),
        reason=_NO_REASONING,
    ),
    Difference(
        package="vercel-ai-sdk",
        captures=("AI_SDK=7 AI_OTEL=genai embed-many",),
        facts=("embedding input",),
        reason=_EMBEDDING_INPUT,
    ),
)


def listed() -> dict[tuple[str, str], set[str]]:
    """The facts that are known to be lost, by package and capture."""
    found: dict[tuple[str, str], set[str]] = {}
    for difference in DIFFERENCES:
        for name in difference.captures:
            found.setdefault((difference.package, name), set()).update(difference.facts)
    return found


def page() -> str:
    """DIFFERENCES.md."""
    lines = [
        "# Where the corpus does not give back what the provider served",
        "",
        "Written by `python -m tests.corpus.differences` from `tests/corpus/differences.py`; a test keeps both true.",
        "Each line is a fact that no decoder can find, because the emitter did not put it on the wire.",
        "",
        "| package | captures | facts | why |",
        "| --- | --- | --- | --- |",
    ]
    for difference in DIFFERENCES:
        captures, facts = ", ".join(f"`{name}`" for name in difference.captures), ", ".join(difference.facts)
        lines.append(f"| {difference.package} | {captures} | {facts} | {difference.reason} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
