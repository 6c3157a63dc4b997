"""Providers and models: one spelling for each provider, and which provider makes a model where nobody says."""

from functools import lru_cache

from pellucid_server.dialects.values import text
from pellucid_server.model.json import JsonValue

_ALIASES = {
    "xai": "x_ai",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "google_vertexai": "gcp.vertex_ai",
    "google.vertex": "gcp.vertex_ai",
    "google-vertex": "gcp.vertex_ai",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "googleai": "gcp.gemini",
    "google_genai": "gcp.gemini",
    "google.generative-ai": "gcp.gemini",
    "google-gla": "gcp.gemini",
    "google-vertex-ai": "gcp.vertex_ai",
    "gcp.gen_ai": "gcp.gemini",
    "azure": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "azure-openai": "azure.ai.openai",
    "az.ai.openai": "azure.ai.openai",
    "az.ai.inference": "azure.ai.inference",
    "bedrock": "aws.bedrock",
    "aws_bedrock": "aws.bedrock",
    "amazon_bedrock": "aws.bedrock",
    "amazon-bedrock": "aws.bedrock",
    "watsonx": "ibm.watsonx.ai",
    "cohere_chat": "cohere",
}

_DOTTED = ("aws.", "azure.", "az.", "gcp.", "ibm.")
"""Families whose names keep their dots; elsewhere the AI SDK's suffix (`openai.chat`) is cut off."""

_FRAMEWORKS = frozenset(
    {
        "langchain",
        "langgraph",
        "llamaindex",
        "llama_index",
        "crewai",
        "strands-agents",
        "strands",
        "gcp.vertex.agent",
        "pydantic-ai",
        "haystack",
        "dspy",
        "litellm",
        "autogen",
        "semantic_kernel",
        "smolagents",
        "unknown",
        "inmemoryvectorstore",
    }
)
"""Names that emitters put in the provider's place although they are frameworks."""

_MODELS = (
    (
        ("gpt-", "o1", "o3", "o4", "chatgpt", "text-embedding-3", "text-embedding-ada", "davinci", "babbage", "whisper", "dall-e"),
        "openai",
    ),
    (("claude",), "anthropic"),
    (("gemini", "gemma", "text-embedding-00"), "gcp.gemini"),
    (("mistral", "mixtral", "codestral", "ministral", "magistral", "pixtral"), "mistral_ai"),
    (("command", "rerank-", "embed-"), "cohere"),
    (("grok",), "x_ai"),
    (("deepseek",), "deepseek"),
    (("sonar",), "perplexity"),
)

_PREFIXES = frozenset(
    {
        "openai",
        "anthropic",
        "azure",
        "bedrock",
        "vertex_ai",
        "gemini",
        "google",
        "googleai",
        "mistral",
        "cohere",
        "groq",
        "xai",
        "deepseek",
        "perplexity",
        "fireworks_ai",
        "together_ai",
        "openrouter",
        "ollama",
        "replicate",
        "huggingface",
        "nvidia_nim",
        "cerebras",
        "moonshot",
    }
)
"""Routers that stand before a model's name and a slash."""


def provider(value: JsonValue) -> str | None:
    """The provider in an attribute; a framework's name is none."""
    name = text(value)
    return (_normalise(name) or None) if name else None


_BEDROCK_REGIONS = frozenset({"us", "eu", "apac", "global", "us-gov", "jp", "au", "ca"})
_BEDROCK_MAKERS = frozenset(
    {
        "anthropic",
        "amazon",
        "meta",
        "mistral",
        "cohere",
        "ai21",
        "stability",
        "deepseek",
        "qwen",
        "openai",
        "writer",
        "twelvelabs",
        "luma",
    }
)
"""The parts of Bedrock's names: `us.anthropic.claude-…`."""


@lru_cache(maxsize=1024)
def provider_of_model(model: str) -> str:
    """Who makes this model, by its name; empty where the name does not tell."""
    router, _, rest = model.partition("/")
    if rest and router in _PREFIXES:
        return _normalise(router)
    name = model.rpartition("/")[2].lower()
    if _is_bedrock(name):
        return "aws.bedrock"
    return next((maker for starts, maker in _MODELS if name.startswith(starts)), "")


def _is_bedrock(name: str) -> bool:
    """Whether a name is one of Bedrock's: a maker and a dot before the model, and perhaps a region before both."""
    head, dot, rest = name.partition(".")
    if head in _BEDROCK_REGIONS:
        head, dot, rest = rest.partition(".")
    return name.startswith("arn:aws:bedrock:") or (bool(dot and rest) and head in _BEDROCK_MAKERS)


def without_router(model: str) -> str:
    """The model's own name: `openai/gpt-4o-mini` is `gpt-4o-mini`; a name such as `meta-llama/Llama-3` stays whole."""
    router, slash, rest = model.partition("/")
    return rest if slash and router in _PREFIXES and rest else model


@lru_cache(maxsize=512)
def _normalise(name: str) -> str:
    """Empty for a framework."""
    lowered = name.strip().strip('"').lower()
    if lowered in _FRAMEWORKS:
        return ""
    if lowered in _ALIASES:
        return _ALIASES[lowered]
    if not lowered.startswith(_DOTTED):
        lowered = lowered.partition(".")[0]
    return _ALIASES.get(lowered, lowered)
