"""Usage: from what emitters and providers report to disjoint parts that sum to the total.

The trap of the field: `input_tokens` counts cached tokens in with some emitters and leaves them out with others. It depends on the
emitter, not on the provider. So the convention says which it is where that is known; a cached figure larger than the input gives an
exclusive one away; else the input is taken as inclusive, as OpenTelemetry demands.
"""

from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.values import count, first, mapping, positive
from pellucid_server.model.json import JsonValue
from pellucid_server.model.usage import NO_USAGE, Cost, Usage

Json = dict[str, JsonValue]

CLAMPED = "usage_clamped"
"""Flag: the parts were larger than their whole; the difference is set to zero."""


def disjoint(facts: Facts) -> tuple[Usage, str | None]:
    """The parts of the usage, and a flag where they contradict their total."""
    if facts.usage is not None:
        return facts.usage, None
    write, write_1h = _writes(facts)
    fresh = _fresh_input(facts, (facts.cache_read or 0) + (write or 0) + (write_1h or 0))
    visible = facts.tokens_out
    if visible is not None:
        visible -= (facts.reasoning or 0) + (facts.audio_out or 0)
    if fresh is None and visible is None and facts.cache_read is None and write is None and facts.reasoning is None:
        return NO_USAGE, None
    clamped = (fresh is not None and fresh < 0) or (visible is not None and visible < 0)
    usage = Usage(
        input=fresh if fresh is None or fresh > 0 else 0,
        cache_read=facts.cache_read,
        cache_write=write,
        cache_write_1h=write_1h,
        output=visible if visible is None or visible > 0 else 0,
        reasoning=facts.reasoning,
        audio_in=facts.audio_in,
        audio_out=facts.audio_out,
    )
    return usage, CLAMPED if clamped else None


def _writes(facts: Facts) -> tuple[int | None, int | None]:
    """Tokens written to the short and to the long-lived cache."""
    total, short, long = facts.cache_write, facts.cache_write_5m, facts.cache_write_1h
    if total is None:
        return short, long
    if long is None:
        return total, None
    return max(total - long, 0), min(long, total)


def _fresh_input(facts: Facts, cached: int) -> int | None:
    """Input that is neither cached nor audio."""
    if facts.tokens_in is None:
        return None
    is_fresh = facts.input_is_fresh or cached > facts.tokens_in
    return facts.tokens_in - (0 if is_fresh else cached) - (facts.audio_in or 0)


def read_usage(facts: Facts, usage: Json) -> None:
    """Fill what is still empty from a usage object as a provider returns it (OpenAI, Anthropic, Gemini, Bedrock, LangChain)."""
    tokens_in = count(
        first(usage, "input_tokens", "prompt_tokens", "inputTokens", "promptTokens", "prompt_token_count", "promptTokenCount")
    )
    tokens_out = count(
        first(
            usage,
            "output_tokens",
            "completion_tokens",
            "outputTokens",
            "completionTokens",
            "candidates_token_count",
            "candidatesTokenCount",
        )
    )
    _read_anthropic_caches(facts, usage, tokens_in)
    details_in = _details(usage, "prompt_tokens_details", "input_tokens_details", "input_token_details", "inputTokenDetails")
    details_out = _details(
        usage, "completion_tokens_details", "output_tokens_details", "output_token_details", "outputTokenDetails"
    )
    thoughts = count(first(usage, "thoughts_token_count", "thoughtsTokenCount"))
    if facts.tokens_in is None:
        facts.tokens_in = tokens_in
    if facts.tokens_out is None and tokens_out is not None:
        facts.tokens_out = tokens_out + (thoughts or 0)  # Gemini leaves thoughts out of its candidates
    if facts.cache_read is None:
        cached = first(details_in, "cached_tokens", "cache_read", "cacheReadTokens", "cachedTokens")
        facts.cache_read = count(
            cached if cached is not None else first(usage, "cached_content_token_count", "cachedContentTokenCount")
        )
    if facts.cache_write is None:
        facts.cache_write = count(
            first(details_in, "cache_creation_tokens", "cache_creation", "cache_write_tokens", "cacheWriteTokens")
        )
    if facts.reasoning is None:
        found = count(first(details_out, "reasoning_tokens", "reasoning", "reasoningTokens", "thinking_tokens"))
        facts.reasoning = found if found is not None else thoughts
    if facts.audio_in is None:
        facts.audio_in = count(first(details_in, "audio_tokens", "audio"))
    if facts.audio_out is None:
        facts.audio_out = count(first(details_out, "audio_tokens", "audio"))


def _details(usage: Json, *names: str) -> Json:
    found = first(usage, *names)
    return found if isinstance(found, dict) else {}


def _read_anthropic_caches(facts: Facts, usage: Json, tokens_in: int | None) -> None:
    """Anthropic's own figures name cached tokens beside an input that leaves them out."""
    read = count(first(usage, "cache_read_input_tokens", "cacheReadInputTokens", "cacheReadInputTokenCount"))
    write = count(first(usage, "cache_creation_input_tokens", "cacheWriteInputTokens", "cacheCreationInputTokens"))
    if read is None and write is None:
        return
    if (
        tokens_in is not None
        and facts.input_is_fresh is None
        and ((read or 0) + (write or 0))
        and facts.tokens_in in (None, tokens_in)
    ):
        facts.input_is_fresh = True
    if facts.cache_read is None:
        facts.cache_read = read
    if facts.cache_write is None:
        facts.cache_write = write
    lives = usage.get("cache_creation")
    if isinstance(lives, dict) and facts.cache_write_1h is None:
        facts.cache_write_1h = count(lives.get("ephemeral_1h_input_tokens"))


def reported_cost(facts: Facts, usage: Usage) -> Cost | None:
    """What the emitter says that the call cost; zero for a call with tokens means that it does not know."""
    if facts.cost is not None:
        return facts.cost if facts.cost.total > 0 or not usage.total else None
    total = facts.cost_total if facts.cost_total is not None else (facts.cost_in or 0.0) + (facts.cost_out or 0.0)
    if total <= 0:
        return None
    parts_in, parts_out = facts.cost_in or 0.0, facts.cost_out or 0.0
    return Cost(input=parts_in, output=parts_out, fixed=_beyond(total, parts_in + parts_out), source="reported")


def _beyond(total: float, parts: float) -> float:
    """What a total has beyond its parts; differences of floating point are none."""
    rest = total - parts
    return rest if rest > total * 1e-9 else 0.0


_COST_NAMES = {
    "input": "input",
    "input_cost": "input",
    "prompt": "input",
    "output": "output",
    "output_cost": "output",
    "completion": "output",
    "cache_read": "cache_read",
    "cache_read_input_tokens": "cache_read",
    "input_cached_tokens": "cache_read",
    "cache_write": "cache_write",
    "cache_creation_input_tokens": "cache_write",
    "cache_write_1h": "cache_write_1h",
    "reasoning": "reasoning",
    "output_reasoning_tokens": "reasoning",
    "audio_in": "audio_in",
    "audio_out": "audio_out",
}


def cost_of(value: JsonValue) -> Cost | None:
    """A Cost from an object of dollars by kind; what its total has beyond the kinds that are known is `fixed`."""
    amounts = mapping(value)
    if not amounts:
        return None
    kinds: dict[str, float] = {}
    for name, amount in amounts.items():
        kind, dollars = _COST_NAMES.get(name), positive(amount)
        if kind is not None and dollars is not None and kind not in kinds:
            kinds[kind] = dollars
    total = positive(first(amounts, "total", "total_cost"))
    known = sum(kinds.values())
    if total is None:
        total = sum(dollars for amount in amounts.values() if (dollars := positive(amount)) is not None)
    if total <= 0:
        return None
    return Cost(**kinds, fixed=_beyond(total, known), source="reported")
