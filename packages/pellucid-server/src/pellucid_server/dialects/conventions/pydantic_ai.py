"""Pydantic AI: `gen_ai.*` with its own agent runs, tool arguments and request parameters; versions 0 and 1 keep messages in events."""

from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.events import of_list
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.messages import is_empty, messages_of
from pellucid_server.dialects.tools import tools_of
from pellucid_server.dialects.values import positive, text
from pellucid_server.model.message import Role
from pellucid_server.model.span import Kind

_WHOLE = ("pydantic_ai.all_messages", "all_messages_events")
"""The messages of a whole run: only an agent's span has one."""


def _derive(reading: Reading, facts: Facts) -> None:
    attributes = reading.attributes
    if any(key in attributes for key in _WHOLE) and facts.kind in (None, Kind.AGENT):
        facts.kind = Kind.AGENT
    elif facts.kind is None and "gen_ai.tool.name" in attributes:
        facts.kind = Kind.TOOL
    conversation = attributes.get("gen_ai.conversation.id")  # a fresh one for every run
    facts.session_is_invented = conversation is not None and facts.session_id == conversation
    _read_messages(reading, facts)
    if facts.kind is Kind.TOOL:
        facts.tool_arguments = reading.value("tool_arguments") if facts.tool_arguments is None else facts.tool_arguments
        facts.tool_result = reading.value("tool_response") if facts.tool_result is None else facts.tool_result
    if facts.kind is Kind.EMBEDDING:
        facts.embedding_texts = reading.value("inputs")
        vectors = reading.value("embeddings")
        facts.embedding_count = len(vectors) if isinstance(vectors, list) else None
    parameters = reading.object("model_request_parameters")
    if parameters and not facts.tools:
        facts.tools = tools_of(parameters.get("function_tools")) + tools_of(parameters.get("output_tools"))


def _read_messages(reading: Reading, facts: Facts) -> None:
    listed = reading.value("events")
    if isinstance(listed, list):
        found = of_list(listed)
        facts.messages_in = found.inward if is_empty(facts.messages_in) else facts.messages_in
        facts.messages_out = found.outward if is_empty(facts.messages_out) else facts.messages_out
    if facts.kind is not Kind.AGENT:
        return
    if is_empty(facts.messages_in):
        whole = reading.value("pydantic_ai.all_messages")
        events = reading.value("all_messages_events")
        facts.messages_in = messages_of(whole, Role.USER) or (of_list(events).inward if isinstance(events, list) else ())
    result = reading.value("final_result")
    if is_empty(facts.messages_out) and isinstance(result, str):
        facts.messages_out = messages_of(result, Role.ASSISTANT)
    elif facts.output is None and is_empty(facts.messages_out):
        facts.output = result


CONVENTION = Convention(
    name="pydantic_ai",
    title="Pydantic AI",
    about="Pydantic AI of every version: its agent runs, tools and requests, with content in attributes, events or log records.",
    scopes=("pydantic-ai", "pydantic_ai"),
    bare=(
        Rule(fact="agent_name", read=text, keys=("agent_name",)),
        Rule(fact="model_either", read=text, keys=("model_name",)),
        Rule(fact="cost_total", read=positive, keys=("operation.cost",)),
    ),
    families=(Family(prefix="pydantic_ai"),),
    keys=("pydantic_ai.all_messages", "all_messages_events", "model_request_parameters"),
    bare_keys=(
        "events",
        "final_result",
        "tool_arguments",
        "tool_response",
        "inputs",
        "inputs_count",
        "input_type",
        "embeddings",
        "tools",
        "gen_ai.conversation.id",
        "gen_ai.tool.name",
    ),
    derive=_derive,
)
