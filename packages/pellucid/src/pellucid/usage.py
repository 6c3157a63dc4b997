"""Token usage in the one form that the server keeps: disjoint parts that sum to the total.

What lives here: reading the shapes in which providers report usage. What must not live here: prices, attributes.

Canonical keys: `input`, `cache_read`, `cache_write`, `cache_write_1h`, `audio_in` (the prompt), `output`, `reasoning`, `audio_out` (the
answer). Whether a provider's input count includes its cache counts follows from the spelling: OpenAI, Google and
OpenTelemetry include them (and name them in `*_details` or `*_token_count`), Anthropic's API does not.
"""

from collections.abc import Mapping
from typing import Any

from pellucid.narrowing import document_of, is_document

INPUT_PARTS = ("input", "cache_read", "cache_write", "cache_write_1h", "audio_in")
OUTPUT_PARTS = ("output", "reasoning", "audio_out")


def canonical(usage: object) -> dict[str, int]:
    """Usage as disjoint canonical parts; keys that nobody knows are kept as they are, zero parts are left out."""
    given = as_mapping(usage)
    if not given:
        return {}
    if "prompt_tokens" in given or "completion_tokens" in given:
        return _openai(given, "prompt_tokens", "completion_tokens")
    if "prompt_token_count" in given or "candidates_token_count" in given:
        return _google(given)
    if "input_tokens" in given or "output_tokens" in given:
        if "cache_read_input_tokens" in given or "cache_creation_input_tokens" in given:
            return _anthropic(given)
        return _openai(given, "input_tokens", "output_tokens")
    return {str(key): value for key, value in given.items() if _is_count(value) and key not in ("total", "total_tokens")}


def inclusive_input(parts: Mapping[str, int]) -> int:
    """Tokens of the whole prompt, as OpenTelemetry's `gen_ai.usage.input_tokens` wants it."""
    return sum(parts.get(key, 0) for key in INPUT_PARTS)


def inclusive_output(parts: Mapping[str, int]) -> int:
    """Tokens of the whole answer, as OpenTelemetry's `gen_ai.usage.output_tokens` wants it."""
    return sum(parts.get(key, 0) for key in OUTPUT_PARTS)


def as_mapping(usage: object) -> Mapping[str, Any]:
    """A usage object of any SDK as a mapping; empty when it is none."""
    if is_document(usage):
        return usage
    dump = getattr(usage, "model_dump", None)
    if callable(dump):
        dumped = dump()
        return document_of(dumped)
    if usage is None or isinstance(usage, str | int | float):
        return {}
    return {key: value for key, value in vars(usage).items() if not key.startswith("_")} if hasattr(usage, "__dict__") else {}


def _openai(given: Mapping[str, Any], input_key: str, output_key: str) -> dict[str, int]:
    prompt = as_mapping(given.get(f"{input_key}_details"))
    answer = as_mapping(given.get(f"{output_key}_details"))
    cache_read = _count(prompt.get("cached_tokens"))
    cache_write = _count(prompt.get("cache_write_tokens"))
    audio_in, audio_out = _count(prompt.get("audio_tokens")), _count(answer.get("audio_tokens"))
    reasoning = _count(answer.get("reasoning_tokens"))
    return _positive(
        input=_count(given.get(input_key)) - cache_read - cache_write - audio_in,
        cache_read=cache_read,
        cache_write=cache_write,
        audio_in=audio_in,
        output=_count(given.get(output_key)) - reasoning - audio_out,
        reasoning=reasoning,
        audio_out=audio_out,
    )


def _anthropic(given: Mapping[str, Any]) -> dict[str, int]:
    one_hour = _count(as_mapping(given.get("cache_creation")).get("ephemeral_1h_input_tokens"))
    return _positive(
        input=_count(given.get("input_tokens")),
        cache_read=_count(given.get("cache_read_input_tokens")),
        cache_write=_count(given.get("cache_creation_input_tokens")) - one_hour,
        cache_write_1h=one_hour,
        output=_count(given.get("output_tokens")),
    )


def _google(given: Mapping[str, Any]) -> dict[str, int]:
    cache_read = _count(given.get("cached_content_token_count"))
    prompt = _count(given.get("prompt_token_count")) + _count(given.get("tool_use_prompt_token_count"))
    return _positive(
        input=prompt - cache_read,
        cache_read=cache_read,
        output=_count(given.get("candidates_token_count")),
        reasoning=_count(given.get("thoughts_token_count")),
    )


def _count(value: object) -> int:
    return int(value) if _is_count(value) and isinstance(value, int | float) else 0


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _positive(**parts: int) -> dict[str, int]:
    return {key: value for key, value in parts.items() if value > 0}
