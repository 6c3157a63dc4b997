"""The registry: which conventions there are, and whom to believe.

Two orders, because they differ: a vendor's SDK around a call knows best what the step is and for whom it runs, while the
instrumentation of the call itself knows best which model answered and what it counted.
"""

from pellucid_server.dialects.convention import Convention
from pellucid_server.dialects.conventions import (
    adk,
    claude_code,
    genai,
    genkit,
    haystack,
    laminar,
    langfuse,
    langsmith,
    litellm,
    livekit,
    logfire,
    mcp,
    mlflow,
    openinference,
    openlit,
    openllmetry,
    otel,
    pellucid,
    pydantic_ai,
    vercel,
)
from pellucid_server.dialects.lexicon import Lexicon

CONVENTIONS: tuple[Convention, ...] = (
    pellucid.CONVENTION,
    langfuse.CONVENTION,
    otel.CONVENTION,
    openinference.CONVENTION,
    mlflow.CONVENTION,
    langsmith.CONVENTION,
    laminar.CONVENTION,
    openllmetry.CONVENTION,
    vercel.CONVENTION,
    genkit.CONVENTION,
    haystack.CONVENTION,
    livekit.CONVENTION,
    litellm.CONVENTION,
    openlit.CONVENTION,
    pydantic_ai.CONVENTION,
    logfire.CONVENTION,
    claude_code.CONVENTION,
    adk.CONVENTION,
    genai.CONVENTION,
    mcp.CONVENTION,
)
"""In the order in which they are believed about kind, name, user, session and everything else that is not the call itself."""

CALL_ORDER = ("pellucid", "genai", "openinference", "vercel", "openllmetry", "mlflow", "langfuse", "langsmith")
"""The order in which they are believed about the model call; those that are not named follow in the order above."""

CALL_FACTS = frozenset(
    {
        "model_requested", "model_responded", "model_either", "provider", "response_id", "system_fingerprint", "service_tier",
        "streaming", "finish_reason", "first_token_time", "ttft_s", "tokens_in", "tokens_out", "cache_read", "cache_write",
        "cache_write_5m", "cache_write_1h", "reasoning", "audio_in", "audio_out", "usage", "tool_name", "tool_call_id",
        "retrieval_query",
    }
)  # fmt: skip
"""Facts about the call itself."""

LEXICON = Lexicon(CONVENTIONS, CALL_ORDER, CALL_FACTS)

GENERAL = "otel"
"""The convention of everything that is no LLM convention: claiming it is no evidence of a model call."""

DERIVING = tuple(
    sorted(CONVENTIONS, key=lambda found: CALL_ORDER.index(found.name) if found.name in CALL_ORDER else len(CALL_ORDER))
)
"""The order in which conventions work out what plain keys do not say."""
