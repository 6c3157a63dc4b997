"""Claude Code and other command-line agents that write bare keys beside a `span.type`."""

from pellucid_server.dialects.convention import Convention, Reading, Rule
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.kinds import reader
from pellucid_server.dialects.messages import is_empty, messages_of
from pellucid_server.dialects.values import PLACEHOLDERS, count, positive, text
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Role
from pellucid_server.model.span import Kind

_KINDS = {
    **dict.fromkeys(("claude_code.interaction", "interaction"), Kind.AGENT),
    **dict.fromkeys(("claude_code.llm_request", "llm_request"), Kind.GENERATION),
    **dict.fromkeys(("claude_code.tool", "tool", "claude_code.tool.execution", "tool.execution"), Kind.TOOL),
}


def _milliseconds(value: JsonValue) -> float | None:
    found = positive(value)
    return None if found is None else found / 1000


def _derive(reading: Reading, facts: Facts) -> None:
    facts.input_is_fresh = True if facts.input_is_fresh is None else facts.input_is_fresh
    if is_empty(facts.messages_in):
        facts.messages_in = messages_of(_content(reading, "new_context", "user_prompt"), Role.USER)
    if is_empty(facts.messages_out):
        facts.messages_out = messages_of(_content(reading, "response.model_output"), Role.ASSISTANT)
    if facts.kind is Kind.TOOL:
        facts.tool_arguments = _content(reading, "tool_input")
        outputs = [event.attributes for event in reading.raw.events if event.name == "tool.output"]
        facts.tool_result = {**outputs[-1]} if outputs else None


def _content(reading: Reading, *keys: str) -> JsonValue:
    """Content, which is a placeholder unless the user opted in."""
    found = reading.value(*keys)
    return None if isinstance(found, str) and found in PLACEHOLDERS else found


CONVENTION = Convention(
    name="claude_code",
    title="Claude Code",
    about="Claude Code's spans: `span.type` and bare keys such as `input_tokens`, which leave cached tokens out.",
    scopes=("com.anthropic.claude_code", "claude_code"),
    bare=(
        Rule(fact="kind", read=reader(_KINDS), keys=("span.type",)),
        Rule(fact="tokens_in", read=count, keys=("input_tokens",)),
        Rule(fact="tokens_out", read=count, keys=("output_tokens",)),
        Rule(fact="cache_read", read=count, keys=("cache_read_tokens",)),
        Rule(fact="cache_write", read=count, keys=("cache_creation_tokens",)),
        Rule(fact="model_either", read=text, keys=("model",)),
        Rule(fact="tool_name", read=text, keys=("tool_name",)),
        Rule(fact="ttft_s", read=_milliseconds, keys=("ttft_ms",)),
    ),
    bare_keys=("user_prompt", "new_context", "response.model_output", "tool_input"),
    derive=_derive,
)
