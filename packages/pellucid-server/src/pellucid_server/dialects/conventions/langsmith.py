"""LangSmith's span attributes: runs over OpenTelemetry (`LANGSMITH_OTEL_ENABLED`)."""

from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.documents import documents_of
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.json_text import NotJson, parse_python
from pellucid_server.dialects.kinds import reader
from pellucid_server.dialects.providers import provider
from pellucid_server.dialects.usage import read_usage
from pellucid_server.dialects.values import first, flag, text, texts
from pellucid_server.model.json import JsonValue
from pellucid_server.model.span import Kind

_KINDS = {
    "llm": Kind.GENERATION,
    "embedding": Kind.EMBEDDING,
    "chain": Kind.CHAIN,
    "tool": Kind.TOOL,
    "retriever": Kind.RETRIEVER,
    "prompt": Kind.CHAIN,
    "parser": Kind.CHAIN,
}
_METADATA = "langsmith.metadata"
_DETAILS = ("input_token_details", "output_token_details")
_MOVED = frozenset(
    {
        "user_id",
        "session_id",
        "thread_id",
        "conversation_id",
        "usage_metadata",
        "ls_provider",
        "ls_model_name",
        "ls_invocation_params",
    }
)


def _derive(reading: Reading, facts: Facts) -> None:
    metadata = dict(reading.family(_METADATA))
    facts.user_id = facts.user_id or text(metadata.get("user_id"))
    facts.session_id = facts.session_id or text(first(metadata, "session_id", "thread_id", "conversation_id"))
    usage = reading.parsed(metadata.get("usage_metadata"))
    if isinstance(usage, dict):
        read_usage(facts, usage)
    read_usage(facts, {name: _details(reading, f"gen_ai.usage.{name}") for name in _DETAILS})
    parameters = reading.parsed(metadata.get("ls_invocation_params"))
    if isinstance(parameters, dict):
        for name, value in parameters.items():
            if value is not None and name not in ("model", "tools", "_type"):
                facts.parameters.setdefault(name, value)
    for name, value in metadata.items():
        if name not in _MOVED and not name.startswith("LANGSMITH_"):  # its environment leaks into every run
            facts.metadata.setdefault(name, value)
    if facts.kind in (Kind.RETRIEVER, Kind.TOOL, Kind.CHAIN, Kind.EMBEDDING):
        _read_step(reading, facts)


def _details(reading: Reading, key: str) -> JsonValue:
    """LangChain's token details, which the SDK writes as a Python `repr`."""
    sent = reading.attributes.get(key)
    try:
        return parse_python(sent) if isinstance(sent, str) else None
    except NotJson:
        return None


def _read_step(reading: Reading, facts: Facts) -> None:
    """Runs that are no model calls write their inputs and outputs where model calls have prompts."""
    sent, answered = reading.value("gen_ai.prompt"), reading.value("gen_ai.completion")
    facts.messages_in = facts.messages_out = ()
    facts.response_id = facts.finish_reason = None  # a step that hands on a completion is not its call
    if facts.kind is Kind.RETRIEVER:
        facts.documents = facts.documents or documents_of(answered)
        facts.retrieval_query = facts.retrieval_query or (text(sent.get("query")) if isinstance(sent, dict) else text(sent))
    if facts.kind is Kind.TOOL:
        facts.tool_arguments, facts.tool_result = _bare_input(sent), _bare_output(answered)
        return
    facts.input = sent if facts.input is None else facts.input
    facts.output = answered if facts.output is None and not facts.documents else facts.output


def _bare_input(sent: JsonValue) -> JsonValue:
    return sent["input"] if isinstance(sent, dict) and sent.keys() == {"input"} else sent


def _bare_output(answered: JsonValue) -> JsonValue:
    return answered["output"] if isinstance(answered, dict) and answered.keys() == {"output"} else answered


CONVENTION = Convention(
    name="langsmith",
    title="LangSmith",
    about="`langsmith.*` beside `gen_ai.*`, as the LangSmith SDKs send runs over OpenTelemetry; its span kind outranks the operation.",
    scopes=("langsmith",),
    rules=(
        Rule(fact="kind", read=reader(_KINDS), keys=("langsmith.span.kind",)),
        Rule(fact="name", read=text, keys=("langsmith.trace.name",)),
        Rule(fact="tags", read=texts, keys=("langsmith.span.tags",)),
        Rule(fact="streaming", read=flag, keys=("langsmith.request.streaming",)),
        Rule(fact="model_requested", read=text, keys=(f"{_METADATA}.ls_model_name",)),
        Rule(fact="provider", read=provider, keys=(f"{_METADATA}.ls_provider",)),
        Rule(fact="user_id", read=text, keys=(f"{_METADATA}.user_id",)),
        Rule(
            fact="session_id",
            read=text,
            keys=(f"{_METADATA}.session_id", f"{_METADATA}.thread_id", f"{_METADATA}.conversation_id"),
        ),
    ),
    families=(Family(prefix=_METADATA), Family(prefix="langsmith.trace"), Family(prefix="langsmith.span")),
    bare_keys=tuple(f"gen_ai.usage.{name}" for name in _DETAILS),
    silent=(
        "langsmith.traceable",
        "langsmith.is_root",
        "langsmith.request.headers",
        "gen_ai.serialized.name",
        "gen_ai.serialized.signature",
        "gen_ai.serialized.doc",
    ),
    derive=_derive,
)
