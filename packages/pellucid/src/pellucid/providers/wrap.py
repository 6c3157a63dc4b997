"""`wrap(client)`: the client of a provider, recorded.

What lives here: recognising a client and choosing its seam. What must not live here: shapes and seams themselves.
Clients are recognised by the module of their class, so that no provider's SDK is imported.
"""

import types
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from pellucid.errors import UnsupportedClientError
from pellucid.providers.anthropic_messages import AnthropicMessages
from pellucid.providers.facts import Shape
from pellucid.providers.functions import Recorded, recorded
from pellucid.providers.google_content import GoogleContent
from pellucid.providers.openai_chat import OpenAIChat
from pellucid.providers.openai_embeddings import OpenAIEmbeddings
from pellucid.providers.openai_responses import OpenAIResponses
from pellucid.providers.stainless import wrap_client

C = TypeVar("C")

OPENAI_SHAPES: tuple[tuple[str, Shape], ...] = (
    ("/chat/completions", OpenAIChat()),
    ("/responses", OpenAIResponses()),
    ("/embeddings", OpenAIEmbeddings()),
    ("/completions", OpenAIChat()),
)
ANTHROPIC_SHAPES: tuple[tuple[str, Shape], ...] = (("/messages", AnthropicMessages()),)

HOST_PROVIDERS = {
    "api.openai.com": "openai",
    "openai.azure.com": "azure.ai.openai",
    "cognitiveservices.azure.com": "azure.ai.openai",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral_ai",
    "api.deepseek.com": "deepseek",
    "api.x.ai": "x_ai",
    "api.perplexity.ai": "perplexity",
    "openrouter.ai": "openrouter",
    "api.together.xyz": "together_ai",
    "generativelanguage.googleapis.com": "gcp.gemini",
}
"""OpenTelemetry's provider names by the host of an OpenAI-compatible API."""
USAGE_HOSTS = ("api.openai.com", "openai.azure.com")
"""Hosts that are known to accept `stream_options`."""

ANTHROPIC_PROVIDERS = {"Bedrock": "aws.bedrock", "Vertex": "gcp.vertex_ai"}


def wrap(client: C, *, stream_usage: bool | None = None) -> C:
    """Record every model call of this client: OpenAI, Anthropic (also Azure, Bedrock, Vertex), Google, LiteLLM.

    Works on the client in place and gives it back, synchronous and asynchronous alike (for the module `litellm` it
    gives an object to use in its stead). `stream_usage` asks streams of chat completions for their token usage and
    keeps the additional chunk from the application; by default where the host is known to support it.
    Raises `UnsupportedClientError` for anything else.
    """
    kind = type(client)
    home = kind.__module__.split(".")[0]
    name = client.__name__ if isinstance(client, types.ModuleType) else home
    if name == "litellm":
        return cast("C", _litellm(client))
    if home == "openai":
        host = _host(client)
        add_usage = stream_usage if stream_usage is not None else host.endswith(USAGE_HOSTS)
        wrap_client(client, _finder(OPENAI_SHAPES), _openai_provider(host), add_usage=add_usage)
    elif home == "anthropic":
        provider = next((value for key, value in ANTHROPIC_PROVIDERS.items() if key in kind.__name__), "anthropic")
        wrap_client(client, _finder(ANTHROPIC_SHAPES), provider, add_usage=False)
    elif kind.__module__.startswith("google.genai"):
        _wrap_google(client)
    else:
        raise UnsupportedClientError(
            f"wrap() does not know {kind.__module__}.{kind.__qualname__}; it takes clients of openai, anthropic, "
            "google-genai and the module litellm. For a framework use pellucid.instrument()."
        )
    return client


def _finder(shapes: tuple[tuple[str, Shape], ...]) -> Any:
    def find(path: str) -> Shape | None:
        clean = path.split("?")[0].rstrip("/")
        return next((shape for ending, shape in shapes if clean.endswith(ending)), None)

    return find


def _host(client: Any) -> str:
    return (urlsplit(str(getattr(client, "base_url", ""))).hostname or "").lower()


def _openai_provider(host: str) -> str:
    return next((provider for ending, provider in HOST_PROVIDERS.items() if host.endswith(ending)), "openai")


def _wrap_google(client: Any) -> None:
    provider = "gcp.vertex_ai" if getattr(client, "vertexai", False) else "gcp.gemini"
    for models in (client.models, client.aio.models):
        for name in ("generate_content", "generate_content_stream"):
            function = getattr(models, name)
            if not hasattr(function, "__wrapped__"):
                setattr(models, name, recorded(function, GoogleContent(), provider))


def _litellm(module: Any) -> Any:
    chat, embeddings = OpenAIChat(), OpenAIEmbeddings()
    return Recorded(
        module,
        {
            "completion": recorded(module.completion, chat, "litellm", positional=("model", "messages")),
            "acompletion": recorded(module.acompletion, chat, "litellm", positional=("model", "messages")),
            "embedding": recorded(module.embedding, embeddings, "litellm", positional=("model", "input")),
            "aembedding": recorded(module.aembedding, embeddings, "litellm", positional=("model", "input")),
        },
    )
