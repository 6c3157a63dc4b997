"""OpenTelemetry GenAI, 1.26 until now: attributes, details events, message events and log records, and the vendors' extras.

Also the Anthropic SDK's own spans, the OpenTelemetry instrumentors, Semantic Kernel, Strands, AI SDK 7 and whoever else writes
`gen_ai.*`. Frameworks that add keys of their own have files of their own.
"""

from pellucid_server.dialects import finish
from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.documents import documents_of
from pellucid_server.dialects.events import CHOICE, COMPLETION, DETAILS, MESSAGES, PROMPT, conversation
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.json_text import parse_or_text, unquote
from pellucid_server.dialects.kinds import reader
from pellucid_server.dialects.messages import is_empty, messages_of
from pellucid_server.dialects.parts import parts_of
from pellucid_server.dialects.payloads import read_request, read_response
from pellucid_server.dialects.providers import provider
from pellucid_server.dialects.tools import tools_of
from pellucid_server.dialects.usage import read_usage
from pellucid_server.dialects.values import PLACEHOLDERS, count, flag, positive, text
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role
from pellucid_server.model.span import Kind

_OPERATIONS = {
    **dict.fromkeys(
        (
            "chat",
            "text_completion",
            "completion",
            "generate_content",
            "generate",
            "llm_call",
            "response",
            "responses",
            "fetch_response",
        ),
        Kind.GENERATION,
    ),
    **dict.fromkeys(("embeddings", "embedding"), Kind.EMBEDDING),
    **dict.fromkeys(("execute_tool", "tool_call"), Kind.TOOL),
    **dict.fromkeys(("invoke_agent", "create_agent", "agent_call"), Kind.AGENT),
    **dict.fromkeys(("invoke_workflow", "agent_step", "execute_event_loop_cycle", "execute_task", "plan"), Kind.CHAIN),
    **dict.fromkeys(("retrieval", "vector_db_retrieve", "search_memory"), Kind.RETRIEVER),
    "rerank": Kind.RERANKER,
    **dict.fromkeys(
        ("create_memory", "update_memory", "delete_memory", "upsert_memory", "create_memory_store", "delete_memory_store"),
        Kind.TOOL,
    ),
}

_PASSING_ON = frozenset({"agent_step", "execute_event_loop_cycle"})
"""Operations that only count the turns of an agent."""

_RENAMED = {"choice.count": "n", "is_stream": "", "stream": "", "model": "", "user": "", "embedding_dimension": "dimensions"}
"""Parameters whose usual name is another one; those without a name are facts of their own."""

_USAGE = "gen_ai.usage"


def _server_first_token(value: JsonValue) -> float | None:
    """Strands sends whole milliseconds under a name for which the convention has seconds."""
    found = positive(value)
    return found / 1000 if found is not None and isinstance(value, int) else found


def _derive(reading: Reading, facts: Facts) -> None:
    if facts.kind is Kind.TOOL:
        _read_tool(reading, facts)
    _read_messages(reading, facts)
    _read_parameters(reading, facts)
    if not facts.tools and "gen_ai.tool.definitions" in reading.attributes:
        facts.tools = tools_of(reading.attributes["gen_ai.tool.definitions"]) or _cut(reading, "gen_ai.tool.definitions")
    if not facts.documents:
        facts.documents = documents_of(reading.value("gen_ai.retrieval.documents"))
    raw_usage = reading.object("gen_ai.usage.raw")
    if raw_usage:
        read_usage(facts, raw_usage)
    for name, value in reading.family("gen_ai.prompt.variable"):
        facts.prompt_variables.setdefault(name, reading.parsed(value))
    facts.is_plumbing = facts.is_plumbing or facts.operation in _PASSING_ON
    workflow = reading.attributes.get("gen_ai.workflow.name")
    if facts.operation == "invoke_workflow" and facts.name is None:
        facts.name = text(workflow)


def _cut(reading: Reading, key: str) -> tuple[()]:
    """Nothing, and a flag where that is because the text was cut."""
    reading.value(key)
    return ()


def _read_messages(reading: Reading, facts: Facts) -> None:
    attributes = reading.attributes
    if not facts.system:
        facts.system = parts_of(reading.value("gen_ai.system_instructions", "gen_ai.agent.system_prompt"))
    if facts.kind is Kind.TOOL:
        if reading.raw.events or reading.raw.logs:
            _read_events(reading, facts)
        return
    if is_empty(facts.messages_in) and "gen_ai.input.messages" in attributes:
        facts.messages_in = messages_of(reading.value("gen_ai.input.messages"), Role.USER)
    if is_empty(facts.messages_out) and "gen_ai.output.messages" in attributes:
        facts.messages_out = messages_of(reading.value("gen_ai.output.messages"), Role.ASSISTANT)
    if reading.raw.events or reading.raw.logs:
        _read_events(reading, facts)
    if "gen_ai.prompt" in attributes or "gen_ai.completion" in attributes:
        _read_blobs(reading, facts)


def _read_events(reading: Reading, facts: Facts) -> None:
    found = conversation(reading.raw)
    if facts.kind is Kind.TOOL:
        facts.tool_arguments = _carried(found.inward) if facts.tool_arguments is None else facts.tool_arguments
        facts.tool_result = _carried(found.outward) if facts.tool_result is None else facts.tool_result
        return
    if is_empty(facts.messages_in):
        facts.messages_in = found.inward
    if is_empty(facts.messages_out):
        facts.messages_out = found.outward or facts.messages_out


def _carried(messages: tuple[Message, ...]) -> JsonValue:
    """What the messages of a tool's span carry: the arguments of its call, or its result."""
    for part in (part for message in messages for part in message.parts):
        for value in (part.arguments, part.result, part.text, part.raw):
            if value is not None:
                return value
    return None


def _read_blobs(reading: Reading, facts: Facts) -> None:
    """`gen_ai.prompt` and `gen_ai.completion` as one document each: LangSmith and older emitters."""
    request, response = reading.value("gen_ai.prompt"), reading.value("gen_ai.completion")
    if isinstance(request, dict):
        read_request(facts, request)
    elif is_empty(facts.messages_in):
        facts.messages_in = messages_of(request, Role.USER)
    if isinstance(response, dict):
        read_response(facts, response)
    if is_empty(facts.messages_out):
        facts.messages_out = messages_of(response, Role.ASSISTANT)


def _read_tool(reading: Reading, facts: Facts) -> None:
    if facts.tool_arguments is None:
        facts.tool_arguments = reading.value("gen_ai.tool.call.arguments")
    if facts.tool_result is None:
        facts.tool_result = unquote(reading.value("gen_ai.tool.call.result"))
    if facts.tool_arguments is None and "gen_ai.input.messages" in reading.attributes:
        facts.tool_arguments = _carried(messages_of(reading.value("gen_ai.input.messages"), Role.TOOL))
    if facts.tool_result is None and "gen_ai.output.messages" in reading.attributes:
        facts.tool_result = _carried(messages_of(reading.value("gen_ai.output.messages"), Role.TOOL))


def _read_parameters(reading: Reading, facts: Facts) -> None:
    for name, value in reading.family("gen_ai.request"):
        name = _RENAMED.get(name, name)
        if name and name not in facts.parameters and not _is_filler(value):
            facts.parameters[name] = parse_or_text(value)
    for name, value in reading.family("anthropic.thinking"):
        facts.parameters.setdefault(f"thinking.{name}", value)
    output_type = text(reading.attributes.get("gen_ai.output.type"))
    if output_type:
        facts.parameters.setdefault("output_type", output_type)


def _is_filler(value: JsonValue) -> bool:
    """`''`, `-1` and empty lists stand in the place of parameters that were not set."""
    return value is None or value == -1 or value == [] or (isinstance(value, str) and value in PLACEHOLDERS)


CONVENTION = Convention(
    name="genai",
    title="OpenTelemetry GenAI",
    about="`gen_ai.*` of every version: attributes, details events, message events and log records.",
    scopes=("com.anthropic.sdk", "opentelemetry.util.genai", "strands.telemetry", "semantic_kernel", "agent_framework", "gen_ai"),
    rules=(
        Rule(fact="kind", read=reader(_OPERATIONS), keys=("gen_ai.operation.name",)),
        Rule(fact="operation", read=text, keys=("gen_ai.operation.name",)),
        Rule(fact="model_responded", read=text, keys=("gen_ai.response.model",)),
        Rule(fact="model_requested", read=text, keys=("gen_ai.request.model",)),
        Rule(fact="provider", read=provider, keys=("gen_ai.provider.name", "gen_ai.system")),
        Rule(fact="response_id", read=text, keys=("gen_ai.response.id",)),
        Rule(
            fact="system_fingerprint",
            read=text,
            keys=(
                "openai.response.system_fingerprint",
                "gen_ai.openai.response.system_fingerprint",
                "gen_ai.openai.system_fingerprint",
                "gen_ai.response.system_fingerprint",
            ),
        ),
        Rule(
            fact="service_tier",
            read=text,
            keys=(
                "openai.response.service_tier",
                "gen_ai.openai.response.service_tier",
                "anthropic.response.service_tier",
                "gen_ai.response.service_tier",
            ),
        ),
        Rule(fact="streaming", read=flag, keys=("gen_ai.request.stream", "gen_ai.is_streaming", "gen_ai.request.is_stream")),
        Rule(
            fact="finish_reason",
            read=finish.reason,
            keys=("gen_ai.response.finish_reasons", "gen_ai.response.finish_reason", "anthropic.message.stop_reason"),
        ),
        Rule(
            fact="ttft_s",
            read=positive,
            keys=("gen_ai.response.time_to_first_chunk", "gen_ai.client.operation.time_to_first_chunk"),
        ),
        Rule(fact="ttft_s", read=_server_first_token, keys=("gen_ai.server.time_to_first_token",)),
        Rule(fact="tokens_in", read=count, keys=(f"{_USAGE}.input_tokens", f"{_USAGE}.prompt_tokens")),
        Rule(fact="tokens_out", read=count, keys=(f"{_USAGE}.output_tokens", f"{_USAGE}.completion_tokens")),
        Rule(
            fact="cache_read",
            read=count,
            keys=(
                f"{_USAGE}.cache_read.input_tokens",
                f"{_USAGE}.cache_read_input_tokens",
                f"{_USAGE}.details.cache_read_tokens",
                f"{_USAGE}.details.cache_read_input_tokens",
                f"{_USAGE}.details.cached_tokens",
                f"{_USAGE}.input_cached_tokens",
            ),
        ),
        Rule(
            fact="cache_write",
            read=count,
            keys=(
                f"{_USAGE}.cache_write.input_tokens",
                f"{_USAGE}.cache_creation.input_tokens",
                f"{_USAGE}.cache_creation_input_tokens",
                f"{_USAGE}.cache_write_input_tokens",
                f"{_USAGE}.details.cache_write_tokens",
                f"{_USAGE}.details.cache_creation_input_tokens",
            ),
        ),
        Rule(
            fact="cache_write_5m",
            read=count,
            keys=("anthropic.usage.cache_creation.ephemeral_5m_input_tokens", f"{_USAGE}.input_tokens.ephemeral_5m"),
        ),
        Rule(
            fact="cache_write_1h",
            read=count,
            keys=("anthropic.usage.cache_creation.ephemeral_1h_input_tokens", f"{_USAGE}.input_tokens.ephemeral_1h"),
        ),
        Rule(
            fact="reasoning",
            read=count,
            keys=(f"{_USAGE}.reasoning.output_tokens", f"{_USAGE}.reasoning_tokens", f"{_USAGE}.details.reasoning_tokens"),
        ),
        Rule(
            fact="audio_in",
            read=count,
            keys=(f"{_USAGE}.audio.input_tokens", f"{_USAGE}.input_audio_tokens", f"{_USAGE}.audio_input_tokens"),
        ),
        Rule(
            fact="audio_out",
            read=count,
            keys=(f"{_USAGE}.audio.output_tokens", f"{_USAGE}.output_audio_tokens", f"{_USAGE}.audio_output_tokens"),
        ),
        Rule(fact="cost_total", read=positive, keys=("gen_ai.cost.total_cost", f"{_USAGE}.cost", f"{_USAGE}.total_cost")),
        Rule(fact="cost_in", read=positive, keys=("gen_ai.cost.input_cost", f"{_USAGE}.input_cost")),
        Rule(fact="cost_out", read=positive, keys=("gen_ai.cost.output_cost", f"{_USAGE}.output_cost")),
        Rule(fact="session_id", read=text, keys=("gen_ai.conversation.id",)),
        Rule(fact="agent_name", read=text, keys=("gen_ai.agent.name",)),
        Rule(fact="tool_name", read=text, keys=("gen_ai.tool.name",)),
        Rule(fact="tool_call_id", read=text, keys=("gen_ai.tool.call.id",)),
        Rule(fact="retrieval_query", read=text, keys=("gen_ai.retrieval.query.text", "gen_ai.retrieval.query")),
        Rule(fact="retrieval_top_k", read=count, keys=("gen_ai.retrieval.top_k",)),
        Rule(fact="retrieval_index", read=text, keys=("gen_ai.data_source.id",)),
        Rule(fact="embedding_dimension", read=count, keys=("gen_ai.embeddings.dimension.count",)),
        Rule(fact="prompt_name", read=text, keys=("gen_ai.prompt.name",)),
        Rule(fact="prompt_version", read=text, keys=("gen_ai.prompt.version",)),
        Rule(fact="provider_user", read=text, keys=("gen_ai.user", "gen_ai.request.user")),
        Rule(fact="environment", read=text, keys=("gen_ai.environment",)),
        Rule(fact="release", read=text, keys=("gen_ai.agent.version",)),
        Rule(fact="failed", read=lambda value: True if value == "error" else None, keys=("gen_ai.tool.status",)),
    ),
    families=(
        Family(prefix="gen_ai.request"),
        Family(prefix="gen_ai.prompt.variable"),
        Family(prefix="anthropic.thinking"),
        Family(prefix="gen_ai.usage.details"),
        Family(prefix="gen_ai.aggregated_usage"),
        Family(prefix="gen_ai.cost"),
        Family(prefix="event_loop", bare=True),
    ),
    keys=(
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.tool.definitions",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
        "gen_ai.retrieval.documents",
        "gen_ai.prompt",
        "gen_ai.completion",
        "gen_ai.usage.raw",
        "gen_ai.workflow.name",
        "gen_ai.agent.system_prompt",
        "gen_ai.output.type",
    ),
    silent=(
        "gen_ai.usage.total_tokens",
        "gen_ai.usage.input_token_details",
        "gen_ai.usage.output_token_details",
        "gen_ai.tool.type",
        "gen_ai.tool.description",
        "gen_ai.agent.id",
        "gen_ai.agent.call.id",
        "gen_ai.agent.description",
        "gen_ai.agent.tools",
        "gen_ai.openai.api_base",
        "gen_ai.openai.request.response_format",
        "gen_ai.response.reasoning_effort",
        "gen_ai.client.operation.duration",
        "gen_ai.client.operation.time_per_output_chunk",
        "gen_ai.execute_tool.duration",
        "gen_ai.server.request.duration",
        "gen_ai.event.start_time",
        "gen_ai.event.end_time",
        "openai.api.type",
        "openai.request.service_tier",
        "anthropic.request.id",
    ),
    events=(DETAILS, *MESSAGES, CHOICE, PROMPT, COMPLETION),
    derive=_derive,
)
