"""Langfuse's span attributes, as its SDKs 3 and later write them over OpenTelemetry."""

from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.documents import documents_of
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.json_text import parse_scalar
from pellucid_server.dialects.kinds import reader
from pellucid_server.dialects.messages import is_empty, messages_of
from pellucid_server.dialects.payloads import read_parameters
from pellucid_server.dialects.usage import cost_of, read_usage
from pellucid_server.dialects.values import count, first, moment, quoted_text, text, texts
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Role
from pellucid_server.model.span import Kind

_KINDS = {
    "span": Kind.SPAN,
    "generation": Kind.GENERATION,
    "event": Kind.EVENT,
    "embedding": Kind.EMBEDDING,
    "agent": Kind.AGENT,
    "tool": Kind.TOOL,
    "chain": Kind.CHAIN,
    "retriever": Kind.RETRIEVER,
    "guardrail": Kind.GUARDRAIL,
    "evaluator": Kind.EVALUATOR,
}
_OBSERVATION, _TRACE = "langfuse.observation", "langfuse.trace"


def _derive(reading: Reading, facts: Facts) -> None:
    attributes = reading.attributes
    if facts.kind is Kind.SPAN and any(key in attributes for key in _MODEL_MARKS):
        facts.kind = Kind.GENERATION  # SDKs up to 3.3.0 call generations spans
    parameters = reading.object(f"{_OBSERVATION}.model.parameters")
    read_parameters(facts, {name: value for name, value in parameters.items() if value != "Infinity"})
    _read_usage(reading.object(f"{_OBSERVATION}.usage_details"), facts)
    _read_content(reading, facts)
    _read_metadata(reading, facts)
    if attributes.get(f"{_OBSERVATION}.level") == "ERROR":
        facts.failed = True
    status = text(attributes.get(f"{_OBSERVATION}.status_message"))
    if status:
        facts.metadata.setdefault("status_message", status)
        facts.error_message = facts.error_message or status


def _read_content(reading: Reading, facts: Facts) -> None:
    sent = reading.value(f"{_OBSERVATION}.input", f"{_TRACE}.input")
    answered = reading.value(f"{_OBSERVATION}.output", f"{_TRACE}.output")
    match facts.kind:
        case Kind.GENERATION:
            if is_empty(facts.messages_in):
                facts.messages_in = messages_of(sent, Role.USER)
            if is_empty(facts.messages_out):
                facts.messages_out = messages_of(answered, Role.ASSISTANT)
        case Kind.TOOL:
            facts.tool_arguments = sent if facts.tool_arguments is None else facts.tool_arguments
            facts.tool_result = answered if facts.tool_result is None else facts.tool_result
            return
        case Kind.RETRIEVER:
            facts.documents = facts.documents or documents_of(answered)
            if facts.retrieval_query is None and isinstance(sent, str):
                facts.retrieval_query = sent
        case Kind.EMBEDDING:
            facts.embedding_texts = sent
            return
        case _:
            pass
    if facts.input is None and not facts.messages_in:
        facts.input = sent
    if facts.output is None and not facts.messages_out and not facts.documents:
        facts.output = answered


def _read_usage(details: dict[str, JsonValue], facts: Facts) -> None:
    """Langfuse's own names are disjoint (`input` has no cached tokens in it); a provider's raw names are the provider's."""
    if not details:
        return
    if "input" not in details and "output" not in details:
        read_usage(facts, details)
        return
    if facts.tokens_in is None:
        facts.tokens_in, facts.input_is_fresh = count(details.get("input")), True
        facts.cache_read = count(first(details, "cache_read_input_tokens", "input_cache_read", "input_cached_tokens"))
        facts.cache_write = count(first(details, "cache_creation_input_tokens", "input_cache_creation"))
        facts.audio_in = count(first(details, "input_audio_tokens"))
        if facts.tokens_in is not None and facts.audio_in:
            facts.tokens_in += facts.audio_in
    if facts.tokens_out is None:
        facts.tokens_out = count(details.get("output"))
        facts.reasoning = count(first(details, "output_reasoning_tokens", "reasoning"))
        facts.audio_out = count(first(details, "output_audio_tokens"))
        if facts.tokens_out is not None:
            facts.tokens_out += (facts.reasoning or 0) + (facts.audio_out or 0)


def _read_metadata(reading: Reading, facts: Facts) -> None:
    found: dict[str, JsonValue] = {}
    for prefix in (f"{_OBSERVATION}.metadata", f"{_TRACE}.metadata"):
        for name, value in reading.family(prefix):
            found.setdefault(name, parse_scalar(value))
        whole = reading.object(prefix)
        for name, value in whole.items():
            found.setdefault(name, value)
    user, session = found.pop("langfuse_user_id", None), found.pop("langfuse_session_id", None)
    facts.user_id = facts.user_id or text(user)
    facts.session_id = facts.session_id or text(session)
    tags = texts(found.pop("langfuse_tags", None))
    facts.tags = facts.tags or tags
    for name, value in found.items():
        facts.metadata.setdefault(name, value)
    version = text(reading.attributes.get("langfuse.version"))
    if version and facts.release is None:
        facts.release = version
    elif version:
        facts.metadata.setdefault("version", version)


_MODEL_MARKS = (
    f"{_OBSERVATION}.model.name",
    f"{_OBSERVATION}.usage_details",
    f"{_OBSERVATION}.cost_details",
    f"{_OBSERVATION}.prompt.name",
)

CONVENTION = Convention(
    name="langfuse",
    title="Langfuse",
    about="`langfuse.*`, as the Langfuse SDKs 3 and later send it over OpenTelemetry.",
    scopes=("langfuse-sdk", "langfuse"),
    rules=(
        Rule(fact="kind", read=reader(_KINDS), keys=(f"{_OBSERVATION}.type",)),
        Rule(fact="trace_name", read=text, keys=(f"{_TRACE}.name",)),
        Rule(fact="model_responded", read=text, keys=(f"{_OBSERVATION}.model.name", f"{_OBSERVATION}.model")),
        Rule(fact="first_token_time", read=moment, keys=(f"{_OBSERVATION}.completion_start_time",)),
        Rule(fact="cost", read=cost_of, keys=(f"{_OBSERVATION}.cost_details",)),
        Rule(fact="user_id", read=text, keys=("langfuse.user.id",)),
        Rule(fact="session_id", read=text, keys=("langfuse.session.id",)),
        Rule(fact="tags", read=texts, keys=(f"{_TRACE}.tags",)),
        Rule(fact="environment", read=text, keys=("langfuse.environment",)),
        Rule(fact="release", read=text, keys=("langfuse.release",)),
        Rule(fact="prompt_name", read=quoted_text, keys=(f"{_OBSERVATION}.prompt.name",)),
        Rule(fact="prompt_version", read=quoted_text, keys=(f"{_OBSERVATION}.prompt.version",)),
    ),
    families=(
        Family(prefix=f"{_TRACE}.metadata"),
        Family(prefix=f"{_OBSERVATION}.metadata"),
        Family(prefix="langfuse.internal"),
        Family(prefix="langfuse.experiment"),
    ),
    keys=(
        f"{_OBSERVATION}.input",
        f"{_OBSERVATION}.output",
        f"{_TRACE}.input",
        f"{_TRACE}.output",
        f"{_OBSERVATION}.metadata",
        f"{_TRACE}.metadata",
        f"{_OBSERVATION}.model.parameters",
        f"{_OBSERVATION}.usage_details",
        f"{_OBSERVATION}.level",
        f"{_OBSERVATION}.status_message",
        "langfuse.version",
    ),
    silent=(f"{_TRACE}.public", "langfuse.public"),
    derive=_derive,
)
