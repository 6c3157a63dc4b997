"""OpenLLMetry and the Traceloop SDK: entities, association properties, and flattened `gen_ai.prompt.N` messages."""

from pellucid_server.dialects import finish
from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.documents import document_of, documents_of
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.flattened import Pair, elements, rows
from pellucid_server.dialects.kinds import reader
from pellucid_server.dialects.messages import is_empty, message_of
from pellucid_server.dialects.tools import tools_of
from pellucid_server.dialects.values import count, first, flag, text, texts
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role
from pellucid_server.model.span import Document, Kind

_KINDS = {"workflow": Kind.CHAIN, "task": Kind.CHAIN, "agent": Kind.AGENT, "tool": Kind.TOOL}
_REQUESTS = {
    "chat": Kind.GENERATION,
    "completion": Kind.GENERATION,
    "embedding": Kind.EMBEDDING,
    "embeddings": Kind.EMBEDDING,
    "rerank": Kind.RERANKER,
}
_SEARCHES = ("db.query.result", "db.search.result")
_INSTRUMENTED = (
    "alephalpha", "anthropic", "bedrock", "chromadb", "cohere", "crewai", "google_generativeai", "groq", "haystack", "lancedb", "langchain",
    "llamaindex", "marqo", "mcp", "milvus", "mistralai", "ollama", "openai", "openai_agents", "pinecone", "qdrant", "replicate",
    "sagemaker", "together", "transformers", "voyageai", "watsonx", "weaviate", "writer",
)  # fmt: skip
"""Its instrumentations have scopes like OpenTelemetry's own, of which those for GenAI have other names (`openai_v2`, `genai.*`)."""

_LEAVES = frozenset({"role", "content", "name", "id", "arguments", "tool_call_id", "finish_reason", "description", "parameters"})
_REASONS = ("llm.response.finish_reason", "llm.response.stop_reason")
_TOP_KS = ("db.vector.query.top_k", "pinecone.query.top_k", "db.milvus.search.limit", "db.chroma.query.n_results")
_COLLECTIONS = (
    "db.milvus.search.collection_name",
    "db.milvus.query.collection_name",
    "qdrant.search.collection_name",
    "qdrant.search_batch.collection_name",
    "db.chroma.query.segment._query.collection_id",
    "pinecone.query.namespace",
)
_PROPERTIES = "traceloop.association.properties"


def _derive(reading: Reading, facts: Facts) -> None:
    attributes = reading.attributes
    if facts.kind is None:
        kind = attributes.get("llm.request.type")
        facts.kind = _REQUESTS.get(kind.lower()) if isinstance(kind, str) else None
    if is_empty(facts.messages_in):
        facts.messages_in = _messages(reading.family("gen_ai.prompt"), Role.USER) or facts.messages_in
    if is_empty(facts.messages_out):
        facts.messages_out = _messages(reading.family("gen_ai.completion"), Role.ASSISTANT) or facts.messages_out
    if not facts.tools:
        facts.tools = tools_of([*rows(reading.family("llm.request.functions"))])
    _read_entity(reading, facts)
    _read_search(reading, facts)
    _read_properties(reading, facts)
    for name, value in reading.family("traceloop.prompt"):
        if name.startswith("template_variables."):
            facts.prompt_variables.setdefault(name.partition(".")[2], value)
    for name in ("top_k", "frequency_penalty", "presence_penalty", "temperature", "top_p"):
        value = attributes.get(f"llm.{name}")
        if value is not None:
            facts.parameters.setdefault(name, value)
    stops = attributes.get("llm.chat.stop_sequences")
    if stops:
        facts.parameters.setdefault("stop_sequences", stops)


def _messages(pairs: list[Pair], default: Role) -> tuple[Message, ...]:
    found = []
    for row in rows(pairs):
        calls = elements(row.get("tool_calls"))
        found.append(message_of({**row, "tool_calls": calls} if calls else row, default))
    return tuple(found)


def _read_entity(reading: Reading, facts: Facts) -> None:
    """What a decorated function was given and gave back; LangChain's callback wraps the one in `inputs` and `outputs`."""
    sent, answered = reading.value("traceloop.entity.input"), reading.value("traceloop.entity.output")
    if isinstance(sent, dict) and "inputs" in sent and sent.keys() <= {"inputs", "tags", "metadata", "kwargs"}:
        sent = sent["inputs"]
    if isinstance(answered, dict) and "outputs" in answered and answered.keys() <= {"outputs", "kwargs"}:
        answered = answered["outputs"]
    if isinstance(answered, str):
        answered = reading.parsed(answered)
    if facts.kind is Kind.TOOL:
        facts.tool_name = facts.tool_name or text(reading.attributes.get("traceloop.entity.name"))
        facts.tool_arguments = sent if facts.tool_arguments is None else facts.tool_arguments
        facts.tool_result = answered if facts.tool_result is None else facts.tool_result
        return
    facts.input = sent if facts.input is None else facts.input
    facts.output = answered if facts.output is None else facts.output


def _read_search(reading: Reading, facts: Facts) -> None:
    """Documents of vector stores, one event each."""
    if facts.documents:
        return
    found = [
        document for event in reading.raw.events if event.name in _SEARCHES and (document := _document(dict(event.attributes)))
    ]
    facts.documents = tuple(found) or documents_of(reading.value("db.query.results"))
    if found and facts.kind is None:
        facts.kind = Kind.RETRIEVER


def _document(attributes: dict[str, JsonValue]) -> Document | None:
    fields = {key.rpartition(".")[2]: value for key, value in attributes.items()}
    return document_of({**fields, "score": first(fields, "score", "distance"), "document": first(fields, "document", "entity")})


def _read_properties(reading: Reading, facts: Facts) -> None:
    properties = dict(reading.family(_PROPERTIES))
    if not properties:
        return
    facts.user_id = facts.user_id or text(first(properties, "user_id", "userId"))
    facts.session_id = facts.session_id or text(first(properties, "session_id", "sessionId", "thread_id"))
    facts.tags = facts.tags or texts(first(properties, "tags", "labels"))
    for name, value in properties.items():
        if name not in ("user_id", "session_id", "tags", "labels"):
            facts.metadata.setdefault(name, value)


CONVENTION = Convention(
    name="openllmetry",
    title="OpenLLMetry / Traceloop",
    about="`traceloop.*`, `llm.*` and flattened `gen_ai.prompt.N.*`; vector stores' result events.",
    scopes=("traceloop.tracer", *(f"opentelemetry.instrumentation.{name}" for name in _INSTRUMENTED)),
    rules=(
        Rule(fact="kind", read=reader(_KINDS), keys=("traceloop.span.kind",)),
        Rule(fact="name", read=text, keys=("traceloop.entity.name",)),
        Rule(fact="tokens_in", read=count, keys=("llm.usage.prompt_tokens",)),
        Rule(fact="tokens_out", read=count, keys=("llm.usage.completion_tokens",)),
        Rule(fact="streaming", read=flag, keys=("llm.is_streaming",)),
        Rule(fact="finish_reason", read=finish.reason, keys=("gen_ai.completion.0.finish_reason", *_REASONS)),
        Rule(fact="retrieval_top_k", read=count, keys=_TOP_KS),
        Rule(fact="retrieval_index", read=text, keys=_COLLECTIONS),
        Rule(fact="retrieval_query", read=text, keys=("db.marqo.search.query",)),
        Rule(fact="model_requested", read=text, keys=("llm.request.model",)),
        Rule(fact="model_responded", read=text, keys=("llm.response.model",)),
        Rule(fact="prompt_name", read=text, keys=("traceloop.prompt.key",)),
        Rule(fact="prompt_version", read=text, keys=("traceloop.prompt.version",)),
        Rule(fact="prompt_label", read=text, keys=("traceloop.prompt.version_name",)),
        Rule(fact="prompt_hash", read=text, keys=("traceloop.prompt.version_hash",)),
        Rule(fact="provider_user", read=text, keys=("llm.user",)),
    ),
    families=(
        Family(prefix="gen_ai.prompt", leaves=_LEAVES, indexed=True),
        Family(prefix="gen_ai.completion", leaves=_LEAVES, indexed=True),
        Family(prefix="llm.request.functions", leaves=_LEAVES, indexed=True),
        Family(prefix=_PROPERTIES),
        Family(prefix="traceloop.prompt"),
        Family(prefix="llm.watsonx"),
        Family(prefix="pinecone"),
        Family(prefix="qdrant"),
    ),
    keys=(
        "traceloop.entity.input",
        "traceloop.entity.output",
        "llm.request.type",
        "llm.top_k",
        "llm.top_p",
        "llm.temperature",
        "llm.frequency_penalty",
        "llm.presence_penalty",
        "llm.chat.stop_sequences",
    ),
    silent=(
        "traceloop.workflow.name",
        "traceloop.entity.path",
        "traceloop.entity.version",
        "llm.usage.total_tokens",
        "llm.headers",
    ),
    events=(*_SEARCHES, "gen_ai.content.completion.chunk", "llm.content.completion.chunk"),
    derive=_derive,
)
