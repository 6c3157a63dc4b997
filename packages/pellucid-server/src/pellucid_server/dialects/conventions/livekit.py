"""LiveKit Agents: voice agents; content under `lk.pii.*`, before that under `lk.*`."""

from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.messages import is_empty, messages_of
from pellucid_server.dialects.parts import parts_of
from pellucid_server.dialects.tools import tools_of
from pellucid_server.dialects.values import flag, positive, text
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Role
from pellucid_server.model.span import Kind

_KINDS = {
    "llm_node": Kind.GENERATION,
    "llm_request": Kind.GENERATION,
    "function_tool": Kind.TOOL,
    "agent_session": Kind.AGENT,
    "agent_turn": Kind.AGENT,
}
_PLUMBING = frozenset(
    {
        "user_speaking", "agent_speaking", "eou_detection", "llm_request_run", "tts_node", "tts_request", "tts_request_run", "on_enter",
        "on_exit", "drain_agent_activity", "llm_fallback_adapter", "on_user_turn_completed",
    }
)  # fmt: skip


def _failed(value: JsonValue) -> bool | None:
    return flag(value) or None


def _derive(reading: Reading, facts: Facts) -> None:
    name = reading.raw.name or ""
    facts.kind = facts.kind or _KINDS.get(name)
    facts.is_plumbing = facts.is_plumbing or name in _PLUMBING
    if not facts.system:
        facts.system = parts_of(reading.value("lk.pii.instructions", "lk.instructions"))
    if is_empty(facts.messages_in):
        context = reading.value("lk.pii.chat_ctx", "lk.chat_ctx")
        items = context.get("items") if isinstance(context, dict) else context
        facts.messages_in = messages_of(items, Role.USER)
    if not facts.tools:
        facts.tools = tools_of(reading.value("lk.function_tools"))
    if facts.kind is Kind.TOOL:
        facts.tool_arguments = facts.tool_arguments or reading.value("lk.pii.function_tool.arguments", "lk.function_tool.arguments")
        facts.tool_result = facts.tool_result or reading.value("lk.pii.function_tool.output", "lk.function_tool.output")
    elif is_empty(facts.messages_out):
        facts.messages_out = messages_of(
            {
                "role": "assistant",
                "content": reading.attributes.get("lk.pii.response.text", reading.attributes.get("lk.response.text")),
                "tool_calls": reading.value("lk.pii.response.function_calls", "lk.response.function_calls"),
            },
            Role.ASSISTANT,
        )
    if facts.input is None and not facts.messages_in:
        facts.input = reading.value(
            "lk.pii.user_input", "lk.user_input", "lk.pii.user_transcript", "lk.pii.input_text", "lk.input_text"
        )


CONVENTION = Convention(
    name="livekit",
    title="LiveKit Agents",
    about="`lk.*` and `lk.pii.*` of LiveKit Agents.",
    scopes=("livekit-agents", "livekit.agents"),
    rules=(
        Rule(fact="ttft_s", read=positive, keys=("lk.response.ttft",)),
        Rule(fact="agent_name", read=text, keys=("lk.agent_name",)),
        Rule(fact="tool_name", read=text, keys=("lk.function_tool.name",)),
        Rule(fact="tool_call_id", read=text, keys=("lk.function_tool.id",)),
        Rule(fact="failed", read=_failed, keys=("lk.function_tool.is_error",)),
    ),
    families=(Family(prefix="lk"),),
    keys=(
        "lk.pii.instructions",
        "lk.pii.chat_ctx",
        "lk.pii.user_input",
        "lk.pii.user_transcript",
        "lk.pii.input_text",
        "lk.pii.response.text",
        "lk.pii.response.function_calls",
        "lk.pii.function_tool.arguments",
        "lk.pii.function_tool.output",
    ),
    derive=_derive,
)
