"""Pellucid's own keys, as the SDK writes them: what no public convention has a name for."""

from pellucid import semconv as wire
from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.documents import documents_of
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.json_text import parse_or_text
from pellucid_server.dialects.kinds import CANONICAL, reader
from pellucid_server.dialects.usage import cost_of
from pellucid_server.dialects.values import count, flag, mapping, number, probability, text, texts
from pellucid_server.model.json import JsonValue
from pellucid_server.model.span import Outcome
from pellucid_server.model.usage import USAGE_KINDS, Usage

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def _outcome(value: JsonValue) -> Outcome | None:
    return _OUTCOMES.get(value) if isinstance(value, str) else None


def _usage(value: JsonValue) -> Usage | None:
    amounts = mapping(value) or {}
    kinds = {name: found for name in USAGE_KINDS if (found := count(amounts.get(name))) is not None}
    return Usage(**kinds) if kinds else None


def _microseconds(value: JsonValue) -> int | None:
    found = number(value)
    return int(value) // 1000 if isinstance(value, int) and not isinstance(value, bool) else (int(found / 1000) if found else None)


def _kept(value: JsonValue) -> bool | None:
    return False if value in ("metadata", "none") else None


def _derive(reading: Reading, facts: Facts) -> None:
    attributes = reading.attributes
    if wire.INPUT in attributes:
        facts.input = _content(reading, wire.INPUT, wire.INPUT_IS_JSON)
    if wire.OUTPUT in attributes:
        facts.output = _content(reading, wire.OUTPUT, wire.OUTPUT_IS_JSON)
    prefix = wire.METADATA_PREFIX.removesuffix(".")
    facts.metadata.update(reading.family(prefix))
    for name, value in reading.object(wire.MODEL_PARAMETERS).items():
        facts.parameters.setdefault(name, value)
    experiment = text(attributes.get(wire.EXPERIMENT_ID))
    if experiment:
        facts.metadata.setdefault("experiment_id", experiment)
    item = text(attributes.get(wire.EXPERIMENT_ITEM_ID))
    if item:
        facts.metadata.setdefault("experiment_item_id", item)
    if flag(attributes.get(wire.PROMPT_FALLBACK)):
        reading.flag("prompt_fallback")
    if not facts.documents:
        facts.documents = documents_of(reading.value(wire.DOCUMENTS))


def _content(reading: Reading, key: str, is_json: str) -> JsonValue:
    value = reading.attributes[key]
    return reading.parsed(_document(value)) if flag(reading.attributes.get(is_json)) else value


def _document(value: JsonValue) -> JsonValue:
    """JSON scalars too: the sender said that it is JSON."""
    if not isinstance(value, str):
        return value
    scalar = parse_or_text(f"[{value}]")
    return scalar[0] if isinstance(scalar, list) and len(scalar) == 1 else value


CONVENTION = Convention(
    name="pellucid",
    title="Pellucid SDK",
    about="The SDK of this project: OpenTelemetry's keys, and `pellucid.*` where OpenTelemetry has none.",
    scopes=(wire.SCOPE,),
    rules=(
        Rule(fact="kind", read=reader(CANONICAL), keys=(wire.KIND,)),
        Rule(fact="trace_name", read=text, keys=(wire.TRACE_NAME,)),
        Rule(fact="outcome", read=_outcome, keys=(wire.OUTCOME,)),
        Rule(fact="tags", read=texts, keys=(wire.TAGS,)),
        Rule(fact="feature", read=text, keys=(wire.FEATURE,)),
        Rule(fact="user_tier", read=text, keys=(wire.USER_TIER,)),
        Rule(fact="experiment", read=text, keys=(wire.EXPERIMENT,)),
        Rule(fact="rollout_id", read=text, keys=(wire.ROLLOUT_ID,)),
        Rule(fact="rollout_arm", read=text, keys=(wire.ROLLOUT_ARM,)),
        Rule(fact="rollout_probability", read=probability, keys=(wire.ROLLOUT_PROBABILITY,)),
        Rule(fact="prompt_version", read=text, keys=(wire.PROMPT_VERSION,)),
        Rule(fact="prompt_label", read=text, keys=(wire.PROMPT_LABEL,)),
        Rule(fact="prompt_hash", read=text, keys=(wire.PROMPT_HASH,)),
        Rule(fact="usage", read=_usage, keys=(wire.USAGE_DETAILS,)),
        Rule(fact="cost", read=cost_of, keys=(wire.COST_DETAILS,)),
        Rule(fact="first_token_time", read=_microseconds, keys=(wire.FIRST_TOKEN_TIME,)),
        Rule(fact="retrieval_index", read=text, keys=(wire.RETRIEVAL_INDEX,)),
        Rule(fact="retrieval_version", read=text, keys=(wire.RETRIEVAL_VERSION,)),
        Rule(fact="retrieval_top_k", read=count, keys=(wire.RETRIEVAL_TOP_K,)),
        Rule(fact="cache_hit", read=flag, keys=(wire.CACHE_HIT,)),
        Rule(fact="guardrail_action", read=text, keys=(wire.GUARDRAIL_ACTION,)),
        Rule(fact="sample_probability", read=probability, keys=(wire.SAMPLE_PROBABILITY,)),
        Rule(fact="payload_kept", read=_kept, keys=(wire.CAPTURE,)),
    ),
    families=(
        Family(prefix=wire.METADATA_PREFIX.removesuffix(".")),
        Family(prefix="pellucid.client"),
        Family(prefix="pellucid.lost"),
    ),
    keys=(
        wire.INPUT,
        wire.OUTPUT,
        wire.INPUT_IS_JSON,
        wire.OUTPUT_IS_JSON,
        wire.MODEL_PARAMETERS,
        wire.EXPERIMENT_ID,
        wire.EXPERIMENT_ITEM_ID,
        wire.PROMPT_FALLBACK,
        wire.LINK,
    ),
    derive=_derive,
)
