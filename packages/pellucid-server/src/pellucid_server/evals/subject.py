"""Subject: what an evaluator sees of a span, a trace or a session, as plain JSON that JSONPath, code and prompts read alike.

It is read when the evaluation runs, never kept with a run: what was deleted or erased meanwhile cannot be evaluated, and its run says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.errors import NotFound
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.message import text_of
from pellucid_server.model.message_json import messages_from_json
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import ScoreTarget
from pellucid_server.query.queries import Queries
from pellucid_server.query.records import SpanRow
from pellucid_server.query.windows import Window

MAX_TRACE_SPANS: Final = 200
"""Spans of a trace whose content is read; an agent that takes more steps is judged by these."""
MAX_SESSION_TRACES: Final = 50
_DETAILED: Final = ("generation", "tool", "retriever", "reranker", "agent", "guardrail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which thing is evaluated. It goes into a run as JSON."""

    target: ScoreTarget
    trace_id: str = ""
    span_id: str = ""
    session_id: str = ""
    probability: float = 1.0
    """With which it was drawn."""
    stratum: str = ""

    def as_json(self) -> dict[str, JsonValue]:
        """An item of a run."""
        return {
            "target": self.target.value,
            "trace_id": self.trace_id,
            "span_id": self.span_id,
            "session_id": self.session_id,
            "probability": self.probability,
            "stratum": self.stratum,
        }

    @property
    def key(self) -> str:
        """What makes it unique in its project."""
        return ":".join(filter(None, (self.target.value, self.trace_id, self.span_id, self.session_id)))


def place_from_json(value: JsonValue) -> Place:
    """What `as_json` made."""
    if not isinstance(value, dict):
        raise TypeError("a place is a JSON object")
    probability = value.get("probability")
    return Place(
        target=ScoreTarget(str(value["target"])),
        trace_id=str(value.get("trace_id") or ""),
        span_id=str(value.get("span_id") or ""),
        session_id=str(value.get("session_id") or ""),
        probability=float(probability) if isinstance(probability, int | float) else 1.0,
        stratum=str(value.get("stratum") or ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is evaluated, and which model made it."""

    place: Place
    value: JsonValue
    models: tuple[str, ...]


class Subjects:
    """Reads them."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def read(self, scope: Scope, place: Place) -> Subject:
        """Raises `NotFound` where it is not there, or no more."""
        (found,) = self.read_many(scope, [place])
        return there(place, found)

    def read_many(self, scope: Scope, places: Sequence[Place]) -> list[Subject | None]:
        """In order; None where one is not there, or no more. All spans among them are read at once."""
        spans = self._spans(scope, [place for place in places if place.target is ScoreTarget.SPAN])
        return [spans.get(place) if place.target is ScoreTarget.SPAN else self._alone(scope, place) for place in places]

    def _spans(self, scope: Scope, places: Sequence[Place]) -> dict[Place, Subject]:
        if not places:
            return {}
        rows = self._queries.spans.get_spans(scope, [(place.trace_id, place.span_id) for place in places])
        contents = self._contents(scope, rows.values())
        found: dict[Place, Subject] = {}
        for place in places:
            row = rows.get((place.trace_id, place.span_id))
            if row is not None:
                value = {**_step(row, contents.get((row.trace_id, row.span_id), {})), **_labels(row)}
                found[place] = Subject(place=place, value=value, models=(row.model,) if row.model else ())
        return found

    def _alone(self, scope: Scope, place: Place) -> Subject | None:
        try:
            return self._trace(scope, place) if place.target is ScoreTarget.TRACE else self._session(scope, place)
        except NotFound:
            return None

    def _contents(self, scope: Scope, rows: Iterable[SpanRow]) -> Mapping[tuple[str, str], Mapping[str, JsonValue]]:
        return self._queries.spans.contents(scope, [(row.start_time, row.trace_id, row.span_id) for row in rows])

    def _trace(self, scope: Scope, place: Place) -> Subject:
        trace = self._queries.traces.get_trace(scope, place.trace_id)
        shown = [row for row in trace.spans if row.is_root or (not row.folded and row.kind in _DETAILED)][:MAX_TRACE_SPANS]
        contents = self._contents(scope, shown)
        steps = [_step(row, contents.get((row.trace_id, row.span_id), {})) for row in shown]
        root = next((step for step, row in zip(steps, shown, strict=True) if row.is_root), {})
        calls = _of_kind(steps, "generation")
        value: dict[str, JsonValue] = {
            "name": trace.trace.name,
            "input": root.get("input") or (calls[0].get("input") if calls else None),
            "output": root.get("output") or (calls[-1].get("output") if calls else None),
            "spans": list[JsonValue](steps),
            "documents": [document for step in steps for document in _listed(step.get("documents"))],
            "tool_calls": _tool_calls(steps),
            "outcome": trace.trace.outcome,
            "metadata": dict(trace.trace.metadata),
            "user_id": trace.trace.user_id,
            "session_id": trace.trace.session_id,
            "feature": trace.trace.feature,
            "environment": trace.trace.environment,
            "release": trace.trace.release,
        }
        value["context"] = _context(value["documents"])
        return Subject(place=place, value=value, models=tuple(trace.trace.models))

    def _session(self, scope: Scope, place: Place) -> Subject:
        group = self._queries.sessions.get_group(scope, place.session_id, Window())
        turns: list[JsonValue] = [
            {
                "trace_id": row.trace_id,
                "name": row.name,
                "input": row.input_preview,
                "output": row.output_preview,
                "outcome": row.outcome,
            }
            for row in group.traces[-MAX_SESSION_TRACES:]
        ]
        value: dict[str, JsonValue] = {
            "session_id": place.session_id,
            "turns": turns,
            "conversation": "\n\n".join(f"User: {_of(turn, 'input')}\nAssistant: {_of(turn, 'output')}" for turn in turns),
            "turn_count": group.row.trace_count,
            "user_id": group.row.user_ids[0] if group.row.user_ids else "",
        }
        return Subject(place=place, value=value, models=tuple(group.row.models))


def there(place: Place, found: Subject | None) -> Subject:
    """What was read. Raises `NotFound` where nothing was."""
    if found is None:
        what = place.span_id or place.trace_id or place.session_id
        raise NotFound(
            f"There is no {place.target} {what} in this project, or no more: it was deleted, or its retention has ended."
        )
    return found


def _step(row: SpanRow, content: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    given, said = content.get("messages_in"), content.get("messages_out")
    documents = [document for document in _listed(content.get("documents")) if isinstance(document, dict)]
    return {
        "name": row.name,
        "kind": row.kind,
        "model": row.model,
        "tool_name": row.tool_name,
        "input": _last_question(given) or content.get("input"),
        "output": _text(said) or content.get("output"),
        "messages": given,
        "answer": said,
        "documents": list[JsonValue](documents),
        "context": _context(list[JsonValue](documents)),
        "tool_calls": _requested(said),
        "outcome": row.outcome,
        "finish_reason": row.finish_reason,
        "duration": row.duration,
        "cost": row.cost,
    }


def _labels(row: SpanRow) -> dict[str, JsonValue]:
    return {
        "user_id": row.user_id,
        "session_id": row.session_id,
        "feature": row.feature,
        "environment": row.environment,
        "release": row.release,
        "tags": list(row.tags),
        "prompt": None if row.prompt is None else {"name": row.prompt.name, "version": row.prompt.version},
    }


def _text(messages: JsonValue) -> str:
    return text_of(messages_from_json(messages)) if messages else ""


def _last_question(messages: JsonValue) -> str:
    """The text of the last message of the user: what this step answers."""
    read = messages_from_json(messages) if messages else ()
    mine = [message for message in read if message.role.value == "user"]
    return text_of((mine[-1],)) if mine else ""


def _requested(messages: JsonValue) -> JsonValue:
    read = messages_from_json(messages) if messages else ()
    return [
        {"name": part.name or "", "arguments": part.arguments}
        for message in read
        for part in message.parts
        if part.type.value == "tool_call"
    ]


def _tool_calls(steps: Sequence[Mapping[str, JsonValue]]) -> JsonValue:
    """The tools that ran, in order; where no span shows them, those that the model asked for."""
    ran: list[JsonValue] = [
        {
            "name": step["tool_name"] or step["name"],
            "arguments": step["input"],
            "result": step["output"],
            "outcome": step["outcome"],
        }
        for step in _of_kind(steps, "tool")
    ]
    return ran or [call for step in _of_kind(steps, "generation") for call in _listed(step.get("tool_calls"))]


def _of_kind(steps: Sequence[Mapping[str, JsonValue]], kind: str) -> list[Mapping[str, JsonValue]]:
    return [step for step in steps if step.get("kind") == kind]


def _context(documents: JsonValue) -> str:
    """The documents as one text, numbered as they were ranked."""
    found = [_of(document, "content") or canonical(document) for document in _listed(documents)]
    return "\n\n".join(f"[{number}] {text}" for number, text in enumerate(found, start=1))


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _of(value: JsonValue, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else "" if found is None else canonical(found)
