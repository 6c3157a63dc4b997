"""Haystack's native tracing: pipelines and components, with content where its content tracing is on."""

from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.documents import documents_of
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.messages import messages_of
from pellucid_server.dialects.payloads import read_parameters, read_usage_of_reply
from pellucid_server.dialects.tools import tools_of
from pellucid_server.dialects.usage import read_usage
from pellucid_server.dialects.values import count, first, text
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Role
from pellucid_server.model.span import Kind

Json = dict[str, JsonValue]

_SUFFIXES = (
    (("Generator",), Kind.GENERATION),
    (("TextEmbedder", "DocumentEmbedder", "Embedder"), Kind.EMBEDDING),
    (("Retriever",), Kind.RETRIEVER),
    (("Ranker",), Kind.RERANKER),
    (("ToolInvoker",), Kind.TOOL),
    (("Agent",), Kind.AGENT),
    (("Evaluator",), Kind.EVALUATOR),
    (("PromptBuilder", "Builder", "Router", "Joiner", "Splitter", "Writer", "Cleaner"), Kind.CHAIN),
)


def _component_kind(value: JsonValue) -> Kind | None:
    """The kind by the end of a component's class name."""
    if not isinstance(value, str):
        return None
    return next((kind for endings, kind in _SUFFIXES if value.endswith(endings)), Kind.CHAIN)


def _derive(reading: Reading, facts: Facts) -> None:
    if facts.kind is None and reading.raw.name in ("haystack.pipeline.run", "haystack.async_pipeline.run", "haystack.agent.run"):
        facts.kind = Kind.AGENT if "agent" in (reading.raw.name or "") else Kind.CHAIN
    sent, answered = reading.object("haystack.component.input"), reading.object("haystack.component.output")
    match facts.kind:
        case Kind.GENERATION:
            _read_generation(facts, sent, answered)
        case Kind.EMBEDDING:
            _read_embedding(facts, sent, answered)
        case Kind.RETRIEVER | Kind.RERANKER:
            facts.documents = facts.documents or documents_of(answered)
            facts.retrieval_query = facts.retrieval_query or text(first(sent, "query", "text"))
            facts.retrieval_top_k = facts.retrieval_top_k or count(sent.get("top_k"))
            facts.input = {name: value for name, value in sent.items() if value is not None and name != "query_embedding"} or None
        case _:
            facts.input = facts.input or sent or reading.value("haystack.pipeline.input_data", "haystack.agent.input")
            facts.output = facts.output or answered or reading.value("haystack.pipeline.output_data", "haystack.agent.output")


def _read_generation(facts: Facts, sent: Json, answered: Json) -> None:
    facts.messages_in = facts.messages_in or messages_of(first(sent, "messages", "prompt"), Role.USER)
    facts.messages_out = facts.messages_out or messages_of(answered.get("replies"), Role.ASSISTANT)
    parameters = sent.get("generation_kwargs")
    if isinstance(parameters, dict):
        read_parameters(facts, parameters)
    facts.tools = facts.tools or tools_of(sent.get("tools"))
    for meta in _metas(answered):
        read_usage_of_reply(facts, meta)


def _metas(answered: Json) -> list[Json]:
    """The meta of each reply: in the message (chat generators), or in a list beside the texts."""
    listed = answered.get("meta")
    if isinstance(listed, list):
        return [meta for meta in listed if isinstance(meta, dict)]
    replies = answered.get("replies")
    messages = replies if isinstance(replies, list) else []
    return [meta for reply in messages if isinstance(reply, dict) and isinstance(meta := first(reply, "meta", "_meta"), dict)]


def _read_embedding(facts: Facts, sent: Json, answered: Json) -> None:
    meta, vector = answered.get("meta"), answered.get("embedding")
    if isinstance(meta, dict):
        facts.model_responded = facts.model_responded or text(meta.get("model"))
        usage = meta.get("usage")
        if isinstance(usage, dict):
            read_usage(facts, usage)
    if isinstance(vector, list):
        facts.embedding_dimension, facts.embedding_count = len(vector), 1
    documents = sent.get("documents")
    facts.embedding_texts = sent.get("text") or [document.content for document in documents_of(documents)] or None


CONVENTION = Convention(
    name="haystack",
    title="Haystack",
    about="Haystack 2's own spans, `haystack.component.*` and `haystack.pipeline.*`.",
    scopes=("haystack",),
    rules=(
        Rule(fact="kind", read=_component_kind, keys=("haystack.component.type",)),
        Rule(fact="name", read=text, keys=("haystack.component.name",)),
    ),
    families=(Family(prefix="haystack"),),
    keys=(
        "haystack.component.input",
        "haystack.component.output",
        "haystack.pipeline.input_data",
        "haystack.pipeline.output_data",
        "haystack.agent.input",
        "haystack.agent.output",
    ),
    derive=_derive,
)
