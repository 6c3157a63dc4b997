"""OpenInference (Arize Phoenix and its instrumentors): flattened messages, `input.value` and `output.value`, documents, embeddings."""

from pellucid_server.dialects import finish
from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.documents import documents_of
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.flattened import Pair, elements, rows
from pellucid_server.dialects.json_text import parse_or_text
from pellucid_server.dialects.kinds import reader
from pellucid_server.dialects.messages import is_empty, message_of, messages_of, one_turn
from pellucid_server.dialects.payloads import read_parameters, read_request, read_response, refused_in
from pellucid_server.dialects.providers import provider
from pellucid_server.dialects.tools import tools_of
from pellucid_server.dialects.values import count, first, positive, text, texts
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role, text_part
from pellucid_server.model.span import MODEL_KINDS, Kind, Outcome

Json = dict[str, JsonValue]

_KINDS = {
    "llm": Kind.GENERATION,
    "embedding": Kind.EMBEDDING,
    "chain": Kind.CHAIN,
    "retriever": Kind.RETRIEVER,
    "reranker": Kind.RERANKER,
    "tool": Kind.TOOL,
    "agent": Kind.AGENT,
    "guardrail": Kind.GUARDRAIL,
    "evaluator": Kind.EVALUATOR,
    "prompt": Kind.CHAIN,
}

_MESSAGE_LEAVES = frozenset(
    {
        "role", "content", "name", "tool_call_id", "type", "text", "url", "signature", "data", "encrypted_content", "id", "arguments",
        "finish_reason", "function_call_name", "function_call_arguments_json", "mime_type", "transcript",
    }
)  # fmt: skip
_NESTED = frozenset({"contents", "tool_calls", "function_call_name"})
_DOCUMENT_LEAVES = frozenset({"id", "content", "score", "metadata"})


def _derive(reading: Reading, facts: Facts) -> None:
    parameters = reading.object("llm.invocation_parameters", "embedding.invocation_parameters")
    if parameters:
        read_parameters(facts, parameters)
    if not facts.tools:
        facts.tools = tools_of([first(row, "tool", "json_schema") for row in _tools(reading)])
    _read_documents(reading, facts)
    _read_metadata(reading, facts)
    if facts.kind in (Kind.GENERATION, None):
        _read_generation(reading, facts)
        return
    sent, answered = reading.value("input.value"), reading.value("output.value")
    match facts.kind:
        case Kind.EMBEDDING:
            _read_embedding(reading, facts, sent, answered)
        case Kind.TOOL:
            _read_tool(facts, sent, answered)
        case Kind.RETRIEVER | Kind.RERANKER:
            _read_search(facts, sent, answered)
        case _:
            _read_step(reading, facts, sent, answered)


def _read_generation(reading: Reading, facts: Facts) -> None:
    """The flattened messages first; the raw request, which repeats them, is read only for what they lack."""
    if is_empty(facts.messages_in):
        facts.messages_in = _messages(reading.family("llm.input_messages"), Role.USER) or _prompts(reading)
    if is_empty(facts.messages_out):
        facts.messages_out = _messages(reading.family("llm.output_messages"), Role.ASSISTANT) or _completions(reading)
    lacks_request = is_empty(facts.messages_in) or facts.model_requested is None
    sent, answered = reading.value("input.value") if lacks_request else None, reading.value("output.value")
    if isinstance(sent, dict):
        read_request(facts, sent)
    if isinstance(answered, dict):
        read_response(facts, answered)
        if facts.outcome is None and refused_in(answered):
            facts.outcome = Outcome.REFUSED
        if answered.get("object") == "response":
            facts.messages_out = one_turn(facts.messages_out)
    if is_empty(facts.messages_in):
        facts.messages_in = messages_of(sent, Role.USER)
    if is_empty(facts.messages_out):
        facts.messages_out = messages_of(answered, Role.ASSISTANT)
    _keep_rest(facts, sent if is_empty(facts.messages_in) else None, answered if is_empty(facts.messages_out) else None)


def _read_embedding(reading: Reading, facts: Facts, sent: JsonValue, answered: JsonValue) -> None:
    """Texts and the size of the vectors; the vectors themselves are not kept."""
    found = [inner for row in rows(reading.family("embedding.embeddings")) if isinstance(inner := row.get("embedding"), dict)]
    written: list[JsonValue] = [word for inner in found if isinstance(word := inner.get("text"), str)]
    vector = next((inner["vector"] for inner in found if isinstance(inner.get("vector"), list)), None)
    asked = first(sent, "input", "text", "texts", "query", "queries") if isinstance(sent, dict) else sent
    facts.embedding_texts = written or asked
    facts.embedding_count = len(found) or None
    if facts.embedding_dimension is None and isinstance(vector, list):
        facts.embedding_dimension = len(vector)
    if isinstance(sent, dict) and facts.model_requested is None:
        facts.model_requested = text(sent.get("model"))
    if isinstance(answered, dict):
        read_response(facts, {key: answered[key] for key in ("model", "usage") if key in answered})


def _read_tool(facts: Facts, sent: JsonValue, answered: JsonValue) -> None:
    if isinstance(sent, dict) and sent.keys() == {"kwargs"}:
        sent = sent["kwargs"]
    if isinstance(answered, dict) and "raw_output" in answered:  # LlamaIndex hands on its own envelope
        answered = answered["raw_output"]
    if facts.tool_arguments is None:
        facts.tool_arguments = sent
    if facts.tool_result is not None:
        return
    envelope = answered.get("data") if isinstance(answered, dict) and answered.get("type") == "tool" else None
    if isinstance(envelope, dict):  # LangChain hands on a tool message
        facts.tool_result = envelope.get("content")
        facts.tool_call_id = facts.tool_call_id or text(envelope.get("tool_call_id"))
        facts.failed = facts.failed or (True if envelope.get("status") == "error" else None)
    else:
        facts.tool_result = answered


def _read_search(facts: Facts, sent: JsonValue, answered: JsonValue) -> None:
    query = first(sent, "query", "query_str", "text", "input") if isinstance(sent, dict) else sent
    if facts.retrieval_query is None:
        facts.retrieval_query = text(query) if isinstance(query, str) else None
    found = documents_of(answered)
    if not facts.documents or (len(found) == len(facts.documents) and not any(one.id for one in facts.documents)):
        facts.documents = found or facts.documents  # LangChain's attributes leave the ids out, its output has them
    _keep_rest(facts, sent, None if facts.documents else answered)


def _read_step(reading: Reading, facts: Facts, sent: JsonValue, answered: JsonValue) -> None:
    """A chain, an agent or a guard: its own input and output; flattened messages only where there is nothing else."""
    if sent is None and is_empty(facts.messages_in):
        facts.messages_in = _messages(reading.family("llm.input_messages"), Role.USER)
    if answered is None and is_empty(facts.messages_out):
        facts.messages_out = _messages(reading.family("llm.output_messages"), Role.ASSISTANT)
    _keep_rest(facts, sent, answered)


def _keep_rest(facts: Facts, sent: JsonValue, answered: JsonValue) -> None:
    if facts.input is None:
        facts.input = sent
    if facts.output is None:
        facts.output = answered


def _messages(pairs: list[Pair], default: Role) -> tuple[Message, ...]:
    found = []
    for row in rows(pairs):
        inner = row.get("message")
        if isinstance(inner, dict):
            found.append(message_of(_message(inner), default))
    return tuple(found)


def _message(node: Json) -> Json:
    """One flattened message as the object that it was; `contents` outranks `content`, which repeats its text."""
    if _NESTED.isdisjoint(node):
        return node
    message: Json = {key: node[key] for key in ("role", "content", "name", "tool_call_id", "finish_reason") if key in node}
    contents = [inner for item in elements(node.get("contents")) if (inner := _content(item)) is not None]
    if contents:
        message["content"] = [*contents]
    calls = [
        inner
        for item in elements(node.get("tool_calls"))
        if isinstance(item, dict) and isinstance(inner := item.get("tool_call"), dict)
    ]
    if calls:
        message["tool_calls"] = [*calls]
    elif "function_call_name" in node:
        message["function_call"] = {"name": node["function_call_name"], "arguments": node.get("function_call_arguments_json")}
    return message


def _content(item: JsonValue) -> JsonValue:
    if not isinstance(item, dict):
        return None
    inner, call = item.get("message_content"), item.get("tool_call")
    if isinstance(call, dict):
        return {**call, "type": "tool_call"}
    if not isinstance(inner, dict) or inner.get("type") == "tool_use":  # the calls stand beside the contents
        return None
    return inner


def _prompts(reading: Reading) -> tuple[Message, ...]:
    """The prompts of legacy completions: flattened, or a list of texts (LlamaIndex)."""
    listed = reading.attributes.get("llm.prompts")
    written = [inner.get("text") for row in rows(reading.family("llm.prompts")) if isinstance(inner := row.get("prompt"), dict)]
    written = written or (listed if isinstance(listed, list) else [listed])
    return tuple(Message(role=Role.USER, parts=(text_part(word),)) for word in written if isinstance(word, str) and word)


def _completions(reading: Reading) -> tuple[Message, ...]:
    written = [inner.get("text") for row in rows(reading.family("llm.choices")) if isinstance(inner := row.get("completion"), dict)]
    return tuple(Message(role=Role.ASSISTANT, parts=(text_part(word),)) for word in written if isinstance(word, str) and word)


def _tools(reading: Reading) -> list[Json]:
    """`llm.tools.N.tool.json_schema`, and its older form without `tool`."""
    return [inner if isinstance(inner := row.get("tool"), dict) else row for row in rows(reading.family("llm.tools"))]


def _read_documents(reading: Reading, facts: Facts) -> None:
    if facts.documents:
        return
    for prefix in ("retrieval.documents", "reranker.output_documents"):
        if prefix not in reading.families:
            continue
        found = documents_of([first(row, "document") for row in rows(reading.family(prefix))])
        if found:
            facts.documents = found
            return


def _read_metadata(reading: Reading, facts: Facts) -> None:
    metadata = reading.object("metadata")
    for name, value in metadata.items():
        facts.metadata.setdefault(name, value)
    if facts.user_id is None:
        facts.user_id = text(first(metadata, "user_id", "userId"))
    if facts.session_id is None:
        facts.session_id = text(first(metadata, "session_id", "thread_id", "conversation_id"))
    if facts.agent_name is None and facts.kind not in MODEL_KINDS:
        facts.agent_name = text(metadata.get("lc_agent_name"))
    if facts.agent_name is None and facts.kind is Kind.AGENT:
        facts.agent_name = text(first(dict(reading.family("graph.node")), "name", "id"))
    variables = parse_or_text(reading.attributes.get("llm.prompt_template.variables"))
    if isinstance(variables, dict):
        for name, value in variables.items():
            facts.prompt_variables.setdefault(name, value)


CONVENTION = Convention(
    name="openinference",
    title="OpenInference",
    about="Arize Phoenix and the OpenInference instrumentors (OpenAI, LangChain, LlamaIndex, CrewAI, DSPy, Haystack, …).",
    scopes=("openinference",),
    rules=(
        Rule(fact="kind", read=reader(_KINDS), keys=("openinference.span.kind",)),
        Rule(fact="model_responded", read=text, keys=("llm.response.model_name",)),
        Rule(fact="model_requested", read=text, keys=("llm.request.model_name",)),
        Rule(fact="model_either", read=text, keys=("llm.model_name", "embedding.model_name", "reranker.model_name")),
        Rule(fact="provider", read=provider, keys=("llm.provider", "llm.system")),
        Rule(fact="finish_reason", read=finish.reason, keys=("llm.finish_reason",)),
        Rule(fact="tokens_in", read=count, keys=("llm.token_count.prompt",)),
        Rule(fact="tokens_out", read=count, keys=("llm.token_count.completion",)),
        Rule(fact="cache_read", read=count, keys=("llm.token_count.prompt_details.cache_read",)),
        Rule(fact="cache_write", read=count, keys=("llm.token_count.prompt_details.cache_write",)),
        Rule(fact="reasoning", read=count, keys=("llm.token_count.completion_details.reasoning",)),
        Rule(fact="audio_in", read=count, keys=("llm.token_count.prompt_details.audio",)),
        Rule(fact="audio_out", read=count, keys=("llm.token_count.completion_details.audio",)),
        Rule(fact="cost_total", read=positive, keys=("llm.cost.total",)),
        Rule(fact="cost_in", read=positive, keys=("llm.cost.prompt",)),
        Rule(fact="cost_out", read=positive, keys=("llm.cost.completion",)),
        Rule(fact="tags", read=texts, keys=("tag.tags",)),
        Rule(fact="tool_name", read=text, keys=("tool.name",)),
        Rule(fact="tool_call_id", read=text, keys=("tool.id", "tool_call.id")),
        Rule(fact="retrieval_query", read=text, keys=("reranker.query",)),
        Rule(fact="retrieval_top_k", read=count, keys=("reranker.top_k",)),
        Rule(fact="prompt_version", read=text, keys=("llm.prompt_template.version",)),
    ),
    bare=(
        Rule(fact="agent_name", read=text, keys=("agent.name",)),
        Rule(fact="prompt_name", read=text, keys=("prompt.id",)),
    ),
    families=(
        Family(prefix="llm.input_messages", leaves=_MESSAGE_LEAVES, indexed=True),
        Family(prefix="llm.output_messages", leaves=_MESSAGE_LEAVES, indexed=True),
        Family(prefix="llm.prompts", leaves=frozenset({"text"}), indexed=True),
        Family(prefix="llm.choices", leaves=frozenset({"text"}), indexed=True),
        Family(prefix="llm.tools", leaves=frozenset({"json_schema"}), indexed=True),
        Family(prefix="retrieval.documents", leaves=_DOCUMENT_LEAVES, indexed=True),
        Family(prefix="reranker.input_documents", leaves=_DOCUMENT_LEAVES, indexed=True),
        Family(prefix="reranker.output_documents", leaves=_DOCUMENT_LEAVES, indexed=True),
        Family(prefix="embedding.embeddings", leaves=frozenset({"text", "vector"}), indexed=True),
        Family(prefix="llm.cost"),
        Family(prefix="tool", bare=True),
        Family(prefix="graph.node", bare=True),
        Family(prefix="prompt", bare=True),
    ),
    keys=(
        "input.value",
        "output.value",
        "llm.invocation_parameters",
        "embedding.invocation_parameters",
        "llm.prompts",
        "llm.prompt_template.variables",
    ),
    bare_keys=("metadata",),
    silent=(
        "input.mime_type",
        "output.mime_type",
        "llm.token_count.total",
        "llm.prompt_template.template",
    ),
    derive=_derive,
)
