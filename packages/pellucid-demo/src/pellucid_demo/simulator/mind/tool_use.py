"""Which tools a model calls, and with what."""

import json
import re

from pellucid_demo.simulator.chance import digest
from pellucid_demo.simulator.conversation import Request, Tool, ToolCall
from pellucid_demo.simulator.mind.answering import question_of
from pellucid_demo.simulator.mind.shaping import fill
from pellucid_demo.simulator.mind.words import stems

# Words that a tool's name or description shares with the question before the tool is worth a call.
_SHARED_STEMS = 2


def calls(request: Request, seed: str) -> tuple[ToolCall, ...]:
    """The calls of this turn: forced ones, the next page of a paged tool, or those that the question speaks of."""
    if not request.tools or request.tool_choice == "none":
        return ()
    if request.tool_choice == "required":
        return (_call(request, _fittest(request), seed),)
    if request.tool_choice != "auto":
        named = [tool for tool in request.tools if tool.name == request.tool_choice]
        return tuple(_call(request, tool, seed) for tool in named[:1])
    if request.turns[-1].role == "tool":
        return _next_page(request, seed)
    fitting = tuple(tool for tool in request.tools if _fits(request, tool))
    return tuple(_call(request, tool, seed) for tool in (fitting if request.parallel_tools else fitting[:1]))


def forced(request: Request) -> Tool | None:
    """The tool whose arguments are the answer that the caller wants, as structured-output libraries ask for it."""
    if request.tool_choice == "required" and len(request.tools) == 1:
        return request.tools[0]
    return next((tool for tool in request.tools if tool.name == request.tool_choice), None)


def call(request: Request, tool: Tool, arguments: object, seed: str) -> ToolCall:
    prefix = "toolu_" if request.dialect.value.startswith("anthropic") else "call_"
    written = json.dumps(arguments, ensure_ascii=False)
    return ToolCall(
        id=prefix + digest(seed, "call", tool.name, written, len(request.turns), request.turns[-1].text)[:24],
        name=tool.name,
        arguments=written,
    )


def _call(request: Request, tool: Tool, seed: str) -> ToolCall:
    known = f"{question_of(request)}\n{request.system_text()}"
    return call(request, tool, fill(tool.parameters, known, seed), seed)


def _next_page(request: Request, seed: str) -> tuple[ToolCall, ...]:
    """A tool that answers with a `next_cursor` is called again with it: models follow pages as long as there are any."""
    try:
        result = json.loads(request.turns[-1].text)
    except ValueError:
        return ()
    cursor = result.get("next_cursor") if isinstance(result, dict) else None
    paged = next((tool for tool in request.tools if "cursor" in tool.parameters.get("properties", {})), None)
    if not cursor or paged is None:
        return ()
    asked = {**_first_arguments(request, paged.name), "cursor": cursor}
    return (call(request, paged, asked, seed),)


def _first_arguments(request: Request, name: str) -> dict[str, object]:
    for turn in request.turns:
        for earlier in turn.tool_calls:
            if earlier.name == name:
                return dict(json.loads(earlier.arguments))
    return {}


def _fittest(request: Request) -> Tool:
    return max(request.tools, key=lambda tool: _shared(request, tool))


def _fits(request: Request, tool: Tool) -> bool:
    """The question holds every word of the tool's name, or enough of its description."""
    name = stems(re.sub(r"[_-]+", " ", tool.name))
    return (bool(name) and name <= stems(question_of(request))) or _shared(request, tool) >= _SHARED_STEMS


def _shared(request: Request, tool: Tool) -> int:
    spoken = re.sub(r"[_-]+", " ", f"{tool.name} {tool.description}")
    return len(stems(question_of(request)) & stems(spoken))
