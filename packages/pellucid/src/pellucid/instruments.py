"""The instrumentation packages that already exist for providers and frameworks, behind `instrument()`.

What lives here: the table of library, package and class, and how to switch one on. What must not live here: any
instrumentation of our own (for clients of providers that is `wrap`).
"""

import importlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from pellucid.errors import MissingPackageError
from pellucid.guard import GUARD


class Instrumentor(NamedTuple):
    """One existing package."""

    library: str
    package: str
    module: str
    attribute: str


def _openinference(library: str, attribute: str) -> Instrumentor:
    return Instrumentor(
        library=library,
        package=f"openinference-instrumentation-{library.replace('_', '-')}",
        module=f"openinference.instrumentation.{library}",
        attribute=attribute,
    )


def _opentelemetry(library: str, attribute: str) -> Instrumentor:
    return Instrumentor(
        library=library,
        package=f"opentelemetry-instrumentation-{library.replace('_', '-')}",
        module=f"opentelemetry.instrumentation.{library}",
        attribute=attribute,
    )


INSTRUMENTORS = (
    _openinference("openai", "OpenAIInstrumentor"),
    _openinference("anthropic", "AnthropicInstrumentor"),
    _openinference("langchain", "LangChainInstrumentor"),
    _openinference("llama_index", "LlamaIndexInstrumentor"),
    _openinference("openai_agents", "OpenAIAgentsInstrumentor"),
    _openinference("litellm", "LiteLLMInstrumentor"),
    _openinference("dspy", "DSPyInstrumentor"),
    _openinference("crewai", "CrewAIInstrumentor"),
    _openinference("haystack", "HaystackInstrumentor"),
    _openinference("smolagents", "SmolagentsInstrumentor"),
    _openinference("bedrock", "BedrockInstrumentor"),
    _openinference("google_genai", "GoogleGenAIInstrumentor"),
    _openinference("vertexai", "VertexAIInstrumentor"),
    _openinference("mistralai", "MistralAIInstrumentor"),
    _openinference("groq", "GroqInstrumentor"),
    _openinference("instructor", "InstructorInstrumentor"),
    _openinference("guardrails", "GuardrailsInstrumentor"),
    _openinference("autogen_agentchat", "AutogenAgentChatInstrumentor"),
    _openinference("mcp", "MCPInstrumentor"),
    _opentelemetry("httpx", "HTTPXClientInstrumentor"),
    _opentelemetry("requests", "RequestsInstrumentor"),
    _opentelemetry("aiohttp_client", "AioHttpClientInstrumentor"),
    _opentelemetry("celery", "CeleryInstrumentor"),
    _opentelemetry("fastapi", "FastAPIInstrumentor"),
)

BY_LIBRARY = {item.library: item for item in INSTRUMENTORS}
PYDANTIC_AI = "pydantic_ai"
"""Instruments itself: it needs only to be told."""


def names() -> tuple[str, ...]:
    """Every library that `instrument()` knows."""
    return tuple(sorted((*BY_LIBRARY, PYDANTIC_AI)))


def turn_on_or_warn(libraries: Iterable[str], provider: Any) -> None:
    """The same for settings from the environment, where a missing package is a warning."""
    for library in libraries:
        try:
            turn_on(library, provider)
        except MissingPackageError as error:
            GUARD.warn(f"instrument {library}", "pellucid: %s", error)
        except Exception as error:
            GUARD.report(f"instrument {library}", error)


def turn_on(library: str, provider: Any) -> None:
    """Switch one library's package on. Raises `MissingPackageError` with the command to install it."""
    key = library.strip().lower().replace("-", "_")
    if key == PYDANTIC_AI:
        _turn_on_pydantic_ai(provider)
        return
    entry = BY_LIBRARY.get(key)
    if entry is None:
        raise MissingPackageError(f"instrument({library!r}): unknown library; known are {', '.join(names())}.")
    instrumentor = _load(entry)
    if not getattr(instrumentor, "is_instrumented_by_opentelemetry", False):
        instrumentor.instrument(tracer_provider=provider)


def _load(entry: Instrumentor) -> Any:
    try:
        return getattr(importlib.import_module(entry.module), entry.attribute)()
    except ImportError as error:
        raise MissingPackageError(
            f"instrument({entry.library!r}) needs the package {entry.package}: pip install {entry.package}"
        ) from error


def _turn_on_pydantic_ai(provider: Any) -> None:
    try:
        agents = importlib.import_module("pydantic_ai")
    except ImportError as error:
        raise MissingPackageError("instrument('pydantic_ai') needs pydantic-ai: pip install pydantic-ai-slim") from error
    agents.Agent.instrument_all(agents.InstrumentationSettings(tracer_provider=provider))
