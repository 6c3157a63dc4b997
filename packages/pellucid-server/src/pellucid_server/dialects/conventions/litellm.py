"""LiteLLM's OpenTelemetry callback: `gen_ai.*` with a legacy function call, cached tokens in a Python `repr`, and a raw child span."""

from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.json_text import NotJson, parse_python
from pellucid_server.dialects.usage import read_usage
from pellucid_server.dialects.values import PLACEHOLDERS, flag, listing, text
from pellucid_server.model.span import Kind

RAW_CHILD = "raw_gen_ai_request"

_OBJECTS = frozenset({"usage_object", "applied_guardrails"})


def _derive(reading: Reading, facts: Facts) -> None:
    if reading.raw.name == RAW_CHILD:
        facts.kind, facts.is_plumbing = Kind.SPAN, True  # repeats its parent in the provider's words
        return
    if facts.kind is None and reading.raw.name == "litellm_request":
        facts.kind = Kind.GENERATION
    for name, value in reading.family("metadata"):
        if name not in _OBJECTS and not (isinstance(value, str) and value in PLACEHOLDERS):
            facts.metadata.setdefault(name, value)
    guardrails = listing(reading.attributes.get("metadata.applied_guardrails"))
    if guardrails:
        facts.metadata.setdefault("applied_guardrails", guardrails)
    if facts.cache_hit is None:
        facts.cache_hit = flag(reading.attributes.get("metadata.cache_hit"))
    usage = reading.attributes.get("metadata.usage_object")
    if isinstance(usage, str) and facts.cache_read is None:
        try:
            counted = parse_python(usage)
        except NotJson:
            return
        if isinstance(counted, dict):
            read_usage(facts, {**counted, "cache_read_input_tokens": None, "cache_creation_input_tokens": None})


CONVENTION = Convention(
    name="litellm",
    title="LiteLLM",
    about="LiteLLM's own OpenTelemetry callback, in the library and in its proxy.",
    scopes=("litellm",),
    bare=(
        Rule(fact="user_id", read=text, keys=("metadata.user_api_key_end_user_id",)),
        Rule(fact="provider_user", read=text, keys=("llm.user",)),
    ),
    families=(
        Family(prefix="metadata", bare=True),
        *(Family(prefix=f"llm.{name}") for name in ("openai", "anthropic", "azure", "vertex_ai", "gemini", "bedrock", "None")),
    ),
    bare_keys=("metadata.usage_object", "metadata.applied_guardrails", "metadata.cache_hit", "hidden_params", "llm.is_streaming"),
    silent=("error.llm_provider",),
    derive=_derive,
)
