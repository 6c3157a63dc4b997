"""MLflow Tracing: every value is JSON, texts too."""

from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.documents import documents_of
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.json_text import parse_scalar, unquote
from pellucid_server.dialects.kinds import reader
from pellucid_server.dialects.messages import is_empty, messages_of
from pellucid_server.dialects.payloads import read_parameters, read_request, read_response
from pellucid_server.dialects.providers import provider
from pellucid_server.dialects.tools import tools_of
from pellucid_server.dialects.usage import cost_of, read_usage
from pellucid_server.dialects.values import mapping, quoted_text, text
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Role
from pellucid_server.model.span import Kind

_KINDS = {
    **dict.fromkeys(("llm", "chat_model"), Kind.GENERATION),
    "embedding": Kind.EMBEDDING,
    "retriever": Kind.RETRIEVER,
    "reranker": Kind.RERANKER,
    "tool": Kind.TOOL,
    "memory": Kind.TOOL,
    "agent": Kind.AGENT,
    **dict.fromkeys(("chain", "parser", "workflow", "task"), Kind.CHAIN),
    "guardrail": Kind.GUARDRAIL,
    "evaluator": Kind.EVALUATOR,
}


def _provider(value: JsonValue) -> str | None:
    return provider(unquote(value))


def _derive(reading: Reading, facts: Facts) -> None:
    sent, answered = parse_scalar(reading.value("mlflow.spanInputs")), parse_scalar(reading.value("mlflow.spanOutputs"))
    usage = reading.object("mlflow.chat.tokenUsage")
    if usage:
        read_usage(facts, usage)
    if not facts.tools:
        facts.tools = tools_of(reading.value("mlflow.chat.tools"))
    match facts.kind:
        case Kind.GENERATION:
            _read_generation(facts, sent, answered)
        case Kind.TOOL:
            facts.tool_arguments, facts.tool_result = sent, answered
        case Kind.RETRIEVER | Kind.RERANKER:
            facts.documents = facts.documents or documents_of(answered)
            facts.retrieval_query = facts.retrieval_query or (text(sent.get("query")) if isinstance(sent, dict) else text(sent))
            facts.input, facts.output = sent, None if facts.documents else answered
        case Kind.EMBEDDING:
            facts.embedding_texts = sent.get("input") if isinstance(sent, dict) else sent
        case _:
            facts.input = sent if facts.input is None else facts.input
            facts.output = answered if facts.output is None else facts.output
    _read_context(reading, facts)


def _read_generation(facts: Facts, sent: JsonValue, answered: JsonValue) -> None:
    if isinstance(sent, dict):
        read_request(facts, sent)
        read_parameters(facts, sent)
    if isinstance(answered, dict):
        read_response(facts, answered)
    if is_empty(facts.messages_in):
        facts.messages_in = messages_of(sent, Role.USER)
    if is_empty(facts.messages_out):
        facts.messages_out = messages_of(answered, Role.ASSISTANT)
    if is_empty(facts.messages_in):
        facts.input = sent
    if is_empty(facts.messages_out):
        facts.output = answered


def _read_context(reading: Reading, facts: Facts) -> None:
    tags = tuple(f"{name}={value}" for name, value in reading.family("mlflow.traceTag") if not name.startswith("mlflow."))
    facts.tags = facts.tags or tags or None
    prompts = reading.value("mlflow.linkedPrompts")
    linked = mapping(prompts[0]) if isinstance(prompts, list) and prompts else None
    if linked:
        facts.prompt_name = facts.prompt_name or text(linked.get("name"))
        facts.prompt_version = facts.prompt_version or text(linked.get("version"))


CONVENTION = Convention(
    name="mlflow",
    title="MLflow Tracing",
    about="`mlflow.*`, as MLflow 2.14 and later export it over OpenTelemetry.",
    scopes=("mlflow",),
    rules=(
        Rule(fact="kind", read=reader(_KINDS), keys=("mlflow.spanType",)),
        Rule(fact="model_responded", read=quoted_text, keys=("mlflow.llm.model",)),
        Rule(fact="provider", read=_provider, keys=("mlflow.llm.provider",)),
        Rule(fact="cost", read=cost_of, keys=("mlflow.llm.cost",)),
        Rule(fact="session_id", read=quoted_text, keys=("mlflow.trace.session",)),
        Rule(fact="user_id", read=quoted_text, keys=("mlflow.trace.user",)),
    ),
    families=(Family(prefix="mlflow.traceTag"),),
    keys=("mlflow.spanInputs", "mlflow.spanOutputs", "mlflow.chat.tokenUsage", "mlflow.chat.tools", "mlflow.linkedPrompts"),
    silent=(
        "mlflow.traceRequestId",
        "mlflow.spanFunctionName",
        "mlflow.spanLogLevel",
        "mlflow.message.format",
        "mlflow.experimentId",
    ),
    derive=_derive,
)
