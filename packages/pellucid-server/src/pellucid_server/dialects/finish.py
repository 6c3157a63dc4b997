"""Why the provider stopped, in one vocabulary: `stop`, `length`, `tool_calls`, `content_filter`, `refusal`, `error`."""

from functools import lru_cache

from pellucid_server.dialects.values import text, texts
from pellucid_server.model.json import JsonValue

_CANONICAL = {
    **dict.fromkeys(
        ("stop", "end_turn", "completed", "complete", "stop_sequence", "eos", "eos_token", "finish", "finished"), "stop"
    ),
    **dict.fromkeys(("length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded"), "length"),
    **dict.fromkeys(("tool_calls", "tool_call", "tool_use", "function_call", "function_calls"), "tool_calls"),
    **dict.fromkeys(
        (
            "content_filter",
            "content_filtered",
            "guardrail_intervened",
            "safety",
            "recitation",
            "blocklist",
            "prohibited_content",
            "spii",
            "image_safety",
        ),
        "content_filter",
    ),
    "refusal": "refusal",
    **dict.fromkeys(("error", "failed"), "error"),
}

REFUSALS = frozenset({"content_filter", "refusal"})
"""Reasons that mean the provider or the model declined."""


@lru_cache(maxsize=256)
def canonical(word: str) -> str:
    """The canonical reason; a word that nobody knows stays as it is. Real emitters use some thirty spellings."""
    key = word.rpartition(".")[2].strip().lower().replace("-", "_")
    return _CANONICAL.get(key, key)


def reason(value: JsonValue) -> str | None:
    """The reason in an attribute: one word, a list (one a choice), or a JSON list; the first one counts."""
    if isinstance(value, str) and value.isidentifier():
        word = text(value)
        return canonical(word) if word else None
    words = texts(value)
    return canonical(words[0]) if words else None
