"""The Model Context Protocol: a `tools/call` is a tool, whoever makes the span."""

from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.values import text
from pellucid_server.model.span import Kind


def _derive(reading: Reading, facts: Facts) -> None:
    if facts.kind is None and reading.attributes.get("mcp.method.name") == "tools/call":
        facts.kind = Kind.TOOL
    if facts.kind is Kind.TOOL:
        facts.tool_arguments = reading.value("mcp.request.argument") if facts.tool_arguments is None else facts.tool_arguments
        facts.tool_result = reading.value("mcp.response.value") if facts.tool_result is None else facts.tool_result


CONVENTION = Convention(
    name="mcp",
    title="Model Context Protocol",
    about="`mcp.*` on clients and servers; the protocol's session is not a user's.",
    rules=(Rule(fact="tool_name", read=text, keys=("mcp.tool.name",)),),
    families=(Family(prefix="mcp"),),
    keys=("mcp.method.name", "mcp.request.argument", "mcp.response.value"),
    derive=_derive,
)
