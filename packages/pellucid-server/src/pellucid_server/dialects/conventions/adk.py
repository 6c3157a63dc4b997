"""Google's Agent Development Kit: requests and responses in Gemini's shape."""

from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.messages import is_empty
from pellucid_server.dialects.payloads import read_parameters, read_request, read_response
from pellucid_server.dialects.tools import tools_of
from pellucid_server.dialects.values import text
from pellucid_server.model.span import Kind

_OWN = "gcp.vertex.agent"
_NOT_PARAMETERS = frozenset({"system_instruction", "tools", "http_options", "labels"})


def _derive(reading: Reading, facts: Facts) -> None:
    request, response = reading.object(f"{_OWN}.llm_request"), reading.object(f"{_OWN}.llm_response")
    name = reading.raw.name or ""
    if facts.kind is None:
        facts.kind = _kind(name, has_request=bool(request))
    if facts.kind is Kind.AGENT and facts.agent_name is None and name.startswith("agent_run"):
        facts.agent_name = name.removeprefix("agent_run").strip(" []") or None
    if facts.kind is Kind.TOOL:
        facts.tool_arguments = facts.tool_arguments or reading.object(f"{_OWN}.tool_call_args") or None
        facts.tool_result = facts.tool_result or reading.value(f"{_OWN}.tool_response")
    if name == "execute_tool (merged tools)" or text(reading.attributes.get("gen_ai.tool.name")) == "(merged tools)":
        facts.is_plumbing = True
    if request:
        read_request(facts, request)
        config = request.get("config")
        if isinstance(config, dict):
            read_parameters(facts, {name: value for name, value in config.items() if name not in _NOT_PARAMETERS})
            facts.tools = facts.tools or tools_of(config.get("tools"))
    if response:
        content = response.get("content")
        if is_empty(facts.messages_out) and isinstance(content, dict):
            response = {**response, "candidates": [{"content": content, "finish_reason": response.get("finish_reason")}]}
        read_response(facts, response)


def _kind(name: str, *, has_request: bool) -> Kind | None:
    if name == "call_llm" or has_request:
        return Kind.GENERATION
    if name.startswith("execute_tool"):
        return Kind.TOOL
    if name.startswith(("agent_run", "invoke_agent")):
        return Kind.AGENT
    return Kind.CHAIN if name == "invocation" else None


CONVENTION = Convention(
    name="adk",
    title="Google ADK",
    about="Google's Agent Development Kit: `gcp.vertex.agent.*` beside `gen_ai.*`.",
    scopes=(_OWN,),
    rules=(Rule(fact="session_id", read=text, keys=(f"{_OWN}.session_id",)),),
    families=(Family(prefix=_OWN),),
    keys=(f"{_OWN}.llm_request", f"{_OWN}.llm_response", f"{_OWN}.tool_call_args", f"{_OWN}.tool_response"),
    derive=_derive,
)
