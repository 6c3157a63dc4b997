"""Genkit: actions with input and output in its own message shape."""

from pellucid_server.dialects.convention import Convention, Reading, Rule
from pellucid_server.dialects.documents import documents_of
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.kinds import reader
from pellucid_server.dialects.messages import is_empty, messages_of
from pellucid_server.dialects.payloads import read_parameters
from pellucid_server.dialects.providers import without_router
from pellucid_server.dialects.tools import tools_of
from pellucid_server.dialects.usage import read_usage
from pellucid_server.dialects.values import count, text
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Role
from pellucid_server.model.span import Kind

_KINDS = {
    **dict.fromkeys(("model", "background-model"), Kind.GENERATION),
    "embedder": Kind.EMBEDDING,
    "retriever": Kind.RETRIEVER,
    "reranker": Kind.RERANKER,
    **dict.fromkeys(("tool", "tool.v2"), Kind.TOOL),
    "evaluator": Kind.EVALUATOR,
    "agent": Kind.AGENT,
    **dict.fromkeys(("flow", "prompt", "util"), Kind.CHAIN),
}


_GOOGLE = ("googleai/", "vertexai/", "googlegenai/")


def _derive(reading: Reading, facts: Facts) -> None:
    sent, answered = reading.value("genkit:input"), reading.value("genkit:output")
    name = text(reading.attributes.get("genkit:name"))
    if facts.kind is Kind.GENERATION and name:
        facts.model_requested = facts.model_requested or without_router(name)
    match facts.kind:
        case Kind.GENERATION:
            _read_generation(facts, sent, answered, is_google=(name or "").startswith(_GOOGLE))
        case Kind.TOOL:
            facts.tool_name, facts.tool_arguments, facts.tool_result = facts.tool_name or name, sent, answered
        case Kind.RETRIEVER | Kind.RERANKER:
            facts.documents, facts.input = facts.documents or documents_of(answered), sent
        case _:
            facts.input = sent if facts.input is None else facts.input
            facts.output = answered if facts.output is None else facts.output
    if reading.attributes.get("genkit:state") == "error":
        facts.failed = True


def _read_generation(facts: Facts, sent: JsonValue, answered: JsonValue, *, is_google: bool) -> None:
    request, response = sent if isinstance(sent, dict) else {}, answered if isinstance(answered, dict) else {}
    if is_empty(facts.messages_in):
        facts.messages_in = messages_of(request.get("messages"), Role.USER)
    if is_empty(facts.messages_out):
        facts.messages_out = messages_of(response.get("message"), Role.ASSISTANT)
    config = request.get("config")
    if isinstance(config, dict):
        read_parameters(facts, config)
    facts.tools = facts.tools or tools_of(request.get("tools"))
    usage = response.get("usage")
    if isinstance(usage, dict):
        read_usage(facts, usage)
        thoughts = count(usage.get("thoughtsTokens"))
        facts.reasoning = thoughts if facts.reasoning is None else facts.reasoning
        if thoughts and is_google and facts.tokens_out is not None:
            facts.tokens_out += thoughts  # Gemini's APIs leave thoughts out of the output


CONVENTION = Convention(
    name="genkit",
    title="Genkit",
    about="Firebase Genkit's `genkit:*`.",
    scopes=("genkit-tracer",),
    rules=(
        Rule(fact="kind", read=reader(_KINDS), keys=("genkit:metadata:subtype", "genkit:type")),
        Rule(fact="name", read=text, keys=("genkit:name",)),
        Rule(fact="session_id", read=text, keys=("genkit:sessionId",)),
    ),
    keys=("genkit:input", "genkit:output", "genkit:state"),
    silent=("genkit:isRoot", "genkit:path", "genkit:qualifiedPath", "genkit:isFailureSource"),
    derive=_derive,
)
