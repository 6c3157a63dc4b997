"""What was recorded, read back so that it can be asked again: generations, the conversation that follows from each, and tools' answers.

A *chain* is a generation and those that went on from its tool calls. In a replay the recorded results answer in place of the tools; a
call that was not recorded has no answer, and there the replay stops.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pellucid_server.filters.tree import Filter
from pellucid_server.llm.models import ENVIRONMENTS
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.message import Message, Part, PartType, ToolDefinition, text_of
from pellucid_server.model.message_json import messages_from_json, tools_from_json
from pellucid_server.model.scope import Role, Scope
from pellucid_server.model.span import Kind
from pellucid_server.playground.errors import NothingToReplay
from pellucid_server.query.asking import Ask
from pellucid_server.query.queries import Queries
from pellucid_server.query.records import SpanDetail, SpanRow
from pellucid_server.query.windows import Window

PAGE = 500
SCHEMA_KEYS = ("response_format", "output_config", "text")
"""Parameters in which providers take a schema for the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recorded generation."""

    row: SpanRow
    messages: tuple[Message, ...]
    answer: tuple[Message, ...]
    tools: tuple[ToolDefinition, ...] = ()
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    response_schema: JsonValue = None

    @property
    def calls(self) -> tuple[Part, ...]:
        """Tool calls of the answer."""
        return tuple(part for message in self.answer for part in message.parts if part.type is PartType.TOOL_CALL)

    @property
    def text(self) -> str:
        """What it said."""
        return text_of(self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A generation and those that went on from its tool calls."""

    steps: tuple[Recording, ...]
    results: "RecordedResults"

    @property
    def first(self) -> Recording:
        """Where it begins."""
        return self.steps[0]

    @property
    def last(self) -> Recording:
        """Where it ends."""
        return self.steps[-1]


class RecordedResults:
    """Tools' answers by what was asked of them; each is given once, in the order in which it was recorded."""

    def __init__(self, pairs: Sequence[tuple[Part, Part]]) -> None:
        self._waiting: dict[tuple[str, str], deque[Part]] = {}
        for call, result in pairs:
            self._waiting.setdefault(_asked(call.name, call.arguments), deque()).append(result)
        self.names = tuple(dict.fromkeys(call.name or "" for call, _ in pairs))

    def take(self, name: str, arguments: JsonValue) -> Part | None:
        """The answer to this call, or None where it was never asked with these arguments."""
        found = self._waiting.get(_asked(name, arguments))
        return found.popleft() if found else None


class Recordings:
    """Reads them. It blocks."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def generation(self, scope: Scope, trace_id: str, span_id: str) -> Recording:
        """One. Raises `NotFound`, `NothingToReplay`."""
        return recording_of(self._queries.spans.get_span(scope, span_id, trace_id))

    def chains(self, scope: Scope, trace_id: str) -> list[Chain]:
        """All of a trace, in time order. Raises `NotFound`, `NothingToReplay`."""
        rows = [
            row
            for row in self._queries.traces.get_trace(scope, trace_id).spans
            if row.kind == Kind.GENERATION and not row.counted_in
        ]
        details = [
            self._queries.spans.get_span(scope, row.span_id, trace_id) for row in sorted(rows, key=lambda row: row.start_time)
        ]
        found = chained([recording_of(detail) for detail in details if detail.content.get("messages_in")])
        if not found:
            raise NothingToReplay(f"The trace {trace_id} has no generation whose messages were kept.")
        return found

    def matching(self, scope: Scope, node: Filter, window: Window, limit: int) -> list[SpanRow]:
        """Generations that match and whose messages were kept, the newest first; at most `limit`. The server's own are left out."""
        found: list[SpanRow] = []
        cursor: str | None = None
        while len(found) < limit:
            ask = Ask(filter=node, window=window, limit=min(PAGE, limit - len(found)), cursor=cursor)
            page = self._queries.spans.list_spans(scope, ask)
            found += [row for row in page.data if _can_be_asked(row)]
            cursor = page.next_cursor
            if cursor is None:
                break
        return found[:limit]


def sendable(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Without what is only for reading: reasoning that providers do not take back, and parts that nobody understood."""
    unsent = (PartType.REASONING, PartType.UNKNOWN)
    kept = (replace(message, parts=tuple(part for part in message.parts if part.type not in unsent)) for message in messages)
    return tuple(message for message in kept if message.parts)


def _can_be_asked(row: SpanRow) -> bool:
    own = row.environment in ENVIRONMENTS
    return row.kind == Kind.GENERATION and row.message_count > 0 and not row.counted_in and not own


def reader_of(project_id: str, run_id: str) -> Scope:
    """With which a run reads: it was started by somebody who may."""
    return Scope(organization_id="", project_id=project_id, role=Role.VIEWER, actor=f"run:{run_id}")


def recording_of(detail: SpanDetail) -> Recording:
    """A span as a recording. Raises `NothingToReplay` where its messages were not kept."""
    content = detail.content
    messages = messages_from_json(content.get("messages_in"))
    if not messages:
        raise NothingToReplay(f"The span {detail.row.span_id} has no messages that could be sent again.")
    parameters, variables = content.get("model_parameters"), content.get("prompt_variables")
    kept = dict(parameters) if isinstance(parameters, dict) else {}
    schema = _schema(kept)
    return Recording(
        row=detail.row,
        messages=messages,
        answer=messages_from_json(content.get("messages_out")),
        tools=tools_from_json(content.get("tools")),
        parameters={name: value for name, value in kept.items() if not (schema is not None and name in SCHEMA_KEYS)},
        variables=variables if isinstance(variables, dict) else {},
        response_schema=schema,
    )


def chained(recordings: Sequence[Recording]) -> list[Chain]:
    """Generations in time order, those that read the results of another's tool calls behind it."""
    chains: list[list[Recording]] = []
    for one in recordings:
        asked = {part.id or part.name for message in one.messages for part in message.parts if part.type is PartType.TOOL_RESULT}
        home = next((chain for chain in chains if asked & {call.id or call.name for call in chain[-1].calls}), None)
        if home is None:
            chains.append([one])
        else:
            home.append(one)
    return [Chain(steps=tuple(chain), results=RecordedResults(_pairs(chain))) for chain in chains]


def _pairs(chain: Sequence[Recording]) -> list[tuple[Part, Part]]:
    """Each call with its result: the last step's messages hold all of them, those of its predecessors too."""
    parts = [part for step in chain for message in step.messages for part in message.parts]
    results = {part.id or part.name: part for part in parts if part.type is PartType.TOOL_RESULT}
    calls = [call for step in chain for call in step.calls]
    return [(call, results[call.id or call.name]) for call in calls if (call.id or call.name) in results]


def _asked(name: str | None, arguments: JsonValue) -> tuple[str, str]:
    return name or "", canonical(arguments if arguments is not None else {})


def _schema(parameters: Mapping[str, JsonValue]) -> JsonValue:
    """A JSON schema that the recorded request asked the answer to fit."""
    for key in SCHEMA_KEYS:
        found = parameters.get(key)
        inner = found.get("json_schema") or found.get("format") if isinstance(found, dict) else None
        schema = inner.get("schema") if isinstance(inner, dict) else None
        if isinstance(schema, dict):
            return schema
    return None
