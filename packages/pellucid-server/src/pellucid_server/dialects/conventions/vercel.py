"""The Vercel AI SDK up to version 6, and exporters that keep its `ai.*` keys (Mastra, AI SDK 7 "legacy")."""

from pellucid_server.dialects import finish
from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.documents import documents_of, from_texts
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.json_text import parse_scalar
from pellucid_server.dialects.messages import is_empty, message_of, messages_of
from pellucid_server.dialects.payloads import read_request
from pellucid_server.dialects.providers import provider
from pellucid_server.dialects.tools import tools_of
from pellucid_server.dialects.usage import read_usage
from pellucid_server.dialects.values import count, first, mapping, positive, text, texts
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role
from pellucid_server.model.span import Kind

_ENDINGS = (
    (("doGenerate", "doStream"), Kind.GENERATION),
    (("doEmbed",), Kind.EMBEDDING),
    (("doRerank",), Kind.RERANKER),
    (("toolCall",), Kind.TOOL),
)


def _operation_kind(value: JsonValue) -> Kind | None:
    """The kind in `ai.generateText.doGenerate` (or `… <function id>`): calls end in `do…`, what wraps them is a chain."""
    words = value.split() if isinstance(value, str) else []
    if not words or not words[0].startswith("ai."):
        return None
    ending = words[0].rpartition(".")[2]
    return next((kind for endings, kind in _ENDINGS if ending in endings), Kind.CHAIN)


def _milliseconds(value: JsonValue) -> float | None:
    found = positive(value)
    return None if found is None else found / 1000


def _derive(reading: Reading, facts: Facts) -> None:
    match facts.kind:
        case Kind.TOOL:
            _read_tool(reading, facts)
        case Kind.EMBEDDING:
            _read_embedding(reading, facts)
        case Kind.RERANKER:
            _read_ranking(reading, facts)
        case _ if "ai.values" in reading.attributes or "ai.value" in reading.attributes:
            _read_embedding(reading, facts)
        case _:
            _read_generation(reading, facts)
    _read_usage(reading, facts)
    for name, value in reading.family("ai.settings"):
        facts.parameters.setdefault(name, value)
    _read_metadata(reading, facts)
    _name(reading, facts)


def _name(reading: Reading, facts: Facts) -> None:
    function, operation = text(reading.attributes.get("ai.telemetry.functionId")), text(reading.attributes.get("ai.operationId"))
    if facts.name is None and function and operation:
        facts.name = f"{function} {operation}"


def _read_generation(reading: Reading, facts: Facts) -> None:
    if is_empty(facts.messages_in):
        facts.messages_in = messages_of(reading.value("ai.prompt.messages"), Role.USER)
    if is_empty(facts.messages_in):
        whole = reading.value("ai.prompt")
        if isinstance(whole, dict):
            read_request(facts, whole)
        else:
            facts.messages_in = messages_of(whole, Role.USER)
    if is_empty(facts.messages_out):
        facts.messages_out = _answer(reading)
    if not facts.tools:
        facts.tools = tools_of(reading.value("ai.prompt.tools"))
    choice = reading.value("ai.prompt.toolChoice")
    if choice is not None:
        facts.parameters.setdefault("tool_choice", choice)


def _answer(reading: Reading) -> tuple[Message, ...]:
    """The answer, put together from text or object, reasoning, tool calls and files; `ai.result.*` before version 4."""
    attributes = reading.attributes
    content: list[JsonValue] = []
    reasoning = reading.value("ai.response.reasoning")
    if reasoning:
        content.append({"type": "reasoning", "content": reasoning})
    written = attributes.get("ai.response.text") or attributes.get("ai.result.text")
    written = written or attributes.get("ai.response.object") or attributes.get("ai.result.object")
    if isinstance(written, str) and written:
        content.append({"type": "text", "text": written})
    calls = reading.value("ai.response.toolCalls", "ai.result.toolCalls")
    content += [{**call, "type": "tool-call"} for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    files = reading.value("ai.response.files")
    content += [{**file, "type": "file"} for file in files if isinstance(file, dict)] if isinstance(files, list) else []
    return (message_of({"role": "assistant", "content": content}, Role.ASSISTANT),) if content else ()


def _read_tool(reading: Reading, facts: Facts) -> None:
    if facts.tool_arguments is None:
        facts.tool_arguments = reading.value("ai.toolCall.args")
    if facts.tool_result is None:
        facts.tool_result = parse_scalar(reading.value("ai.toolCall.result", "ai.toolCall.output"))


def _read_embedding(reading: Reading, facts: Facts) -> None:
    values = reading.attributes.get("ai.values")
    single = reading.attributes.get("ai.value")
    facts.embedding_texts = [parse_scalar(value) for value in values] if isinstance(values, list) else parse_scalar(single)
    vectors = reading.attributes.get("ai.embeddings")
    vector = parse_scalar(vectors[0] if isinstance(vectors, list) and vectors else reading.attributes.get("ai.embedding"))
    if isinstance(vector, list):
        facts.embedding_dimension = facts.embedding_dimension or len(vector)
        facts.embedding_count = len(vectors) if isinstance(vectors, list) else 1


def _read_ranking(reading: Reading, facts: Facts) -> None:
    documents = reading.attributes.get("ai.documents")
    listed = [parse_scalar(item) for item in documents] if isinstance(documents, list) else documents
    if not facts.documents:
        facts.documents = documents_of(reading.value("ai.ranking")) or documents_of(listed) or from_texts(listed)


def _read_usage(reading: Reading, facts: Facts) -> None:
    """Version 5 leaves Anthropic's cached tokens out of its input; version 6 and later count them in and say so in details."""
    provider_facts = reading.object("ai.response.providerMetadata")
    for name in ("anthropic", "bedrock", "vertex"):
        inner = provider_facts.get(name)
        usage = mapping(inner.get("usage")) if isinstance(inner, dict) else None
        if usage:
            read_usage(facts, usage)
    if facts.cache_read is None:
        openai = provider_facts.get("openai")
        facts.cache_read = count(openai.get("cachedPromptTokens")) if isinstance(openai, dict) else None
    if (
        "ai.usage.inputTokenDetails.cacheReadTokens" in reading.attributes
        or "ai.usage.inputTokenDetails.noCacheTokens" in reading.attributes
    ):
        facts.input_is_fresh = False


def _read_metadata(reading: Reading, facts: Facts) -> None:
    metadata = dict(reading.family("ai.telemetry.metadata"))
    if not metadata:
        return
    facts.user_id = facts.user_id or text(first(metadata, "userId", "user_id"))
    facts.session_id = facts.session_id or text(first(metadata, "sessionId", "session_id", "threadId", "conversationId"))
    facts.tags = facts.tags or texts(metadata.get("tags"))
    prompt = mapping(metadata.get("langfusePrompt"))
    if prompt:
        facts.prompt_name = facts.prompt_name or text(prompt.get("name"))
        facts.prompt_version = facts.prompt_version or text(prompt.get("version"))
    for name, value in metadata.items():
        if name not in ("userId", "user_id", "sessionId", "session_id", "tags", "langfusePrompt"):
            facts.metadata.setdefault(name, value)


CONVENTION = Convention(
    name="vercel",
    title="Vercel AI SDK",
    about="`ai.*` of the AI SDK 3 to 6, of Mastra, and of AI SDK 7's legacy exporter; AI SDK 7 itself writes `gen_ai.*`.",
    scopes=("ai",),
    rules=(
        Rule(fact="kind", read=_operation_kind, keys=("ai.operationId",)),
        Rule(fact="model_requested", read=text, keys=("aisdk.model.id", "ai.model.id")),
        Rule(fact="model_responded", read=text, keys=("ai.response.model",)),
        Rule(fact="provider", read=provider, keys=("aisdk.model.provider", "ai.model.provider")),
        Rule(fact="response_id", read=text, keys=("ai.response.id",)),
        Rule(fact="finish_reason", read=finish.reason, keys=("ai.response.finishReason", "ai.result.finishReason")),
        Rule(fact="ttft_s", read=_milliseconds, keys=("ai.response.msToFirstChunk", "ai.stream.msToFirstChunk")),
        Rule(fact="tokens_in", read=count, keys=("ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens")),
        Rule(fact="tokens_out", read=count, keys=("ai.usage.outputTokens", "ai.usage.completionTokens")),
        Rule(fact="cache_read", read=count, keys=("ai.usage.inputTokenDetails.cacheReadTokens", "ai.usage.cachedInputTokens")),
        Rule(fact="cache_write", read=count, keys=("ai.usage.inputTokenDetails.cacheWriteTokens",)),
        Rule(fact="reasoning", read=count, keys=("ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens")),
        Rule(fact="tool_name", read=text, keys=("ai.toolCall.name",)),
        Rule(fact="tool_call_id", read=text, keys=("ai.toolCall.id",)),
    ),
    bare=(Rule(fact="kind", read=_operation_kind, keys=("operation.name",)),),
    families=(
        Family(prefix="ai.telemetry.metadata"),
        Family(prefix="ai.settings"),
        Family(prefix="ai.request.headers"),
        Family(prefix="ai.usage"),
        Family(prefix="ai.stream"),
    ),
    keys=(
        "ai.telemetry.functionId",
        "ai.prompt",
        "ai.prompt.messages",
        "ai.prompt.tools",
        "ai.prompt.toolChoice",
        "ai.response.text",
        "ai.response.object",
        "ai.response.reasoning",
        "ai.response.toolCalls",
        "ai.response.files",
        "ai.response.providerMetadata",
        "ai.result.text",
        "ai.result.object",
        "ai.result.toolCalls",
        "ai.toolCall.args",
        "ai.toolCall.result",
        "ai.toolCall.output",
        "ai.value",
        "ai.values",
        "ai.embedding",
        "ai.embeddings",
        "ai.documents",
        "ai.ranking",
    ),
    silent=(
        "ai.schema",
        "ai.response.timestamp",
        "ai.response.msToFinish",
        "ai.response.avgOutputTokensPerSecond",
        "ai.response.avgCompletionTokensPerSecond",
    ),
    bare_keys=("resource.name",),
    events=("ai.stream.firstChunk", "ai.stream.finish"),
    derive=_derive,
)
