"""Logfire: rendered names, tags, and its OpenAI and Anthropic instrumentations, old and new."""

from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.messages import is_empty
from pellucid_server.dialects.payloads import read_parameters, read_request, read_response
from pellucid_server.dialects.values import positive, text, texts
from pellucid_server.model.json import JsonValue
from pellucid_server.model.span import Kind


def _tags(value: JsonValue) -> tuple[str, ...] | None:
    """Its instrumentors tag every model call `LLM`, which says nothing."""
    return tuple(tag for tag in texts(value) or () if tag != "LLM") or None


def _derive(reading: Reading, facts: Facts) -> None:
    request = reading.object("request_data")
    if facts.kind is None and isinstance(request.get("model"), str):
        facts.kind = Kind.GENERATION
    if facts.kind is None and reading.attributes.get("logfire.span_type") == "log":
        facts.kind = Kind.EVENT
    if request:
        read_request(facts, request)
        read_parameters(facts, request)
    response = reading.object("response_data")
    if response:
        answer = response.get("message")
        read_response(facts, {**response, "message": answer} if isinstance(answer, dict) else response)
        combined = response.get("combined_chunk_content")
        if is_empty(facts.messages_out) and isinstance(combined, str):
            read_response(facts, {"content": combined})


CONVENTION = Convention(
    name="logfire",
    title="Logfire",
    about="Pydantic Logfire's spans and its OpenAI and Anthropic instrumentations (`request_data`, later `gen_ai.*`).",
    scopes=("logfire",),
    rules=(
        Rule(fact="name", read=text, keys=("logfire.msg",)),
        Rule(fact="tags", read=_tags, keys=("logfire.tags",)),
    ),
    bare=(Rule(fact="cost_total", read=positive, keys=("operation.cost",)),),
    families=(Family(prefix="logfire"),),
    bare_keys=("request_data", "response_data", "async", "duration"),
    derive=_derive,
)
