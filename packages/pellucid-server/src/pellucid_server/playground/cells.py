"""One cell of a table: the question that a pane makes of a case, its answer as numbers, and what evaluators say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pellucid_server.llm.calls import ModelAnswer, ModelRequest
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.message import Message, Role, text_of
from pellucid_server.model.message_json import messages_to_json
from pellucid_server.playground.measures import of_recordings
from pellucid_server.playground.panes import Pane, user_message
from pellucid_server.playground.ports import Judged, Prompts
from pellucid_server.playground.recordings import Recording, sendable

INPUT: Final = "input"
"""The variable that a case's input fills where it is not an object of variables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCase:
    """What a pane is asked: an item of a data set, or a generation that was recorded."""

    values: Mapping[str, JsonValue]
    """For the variables of the pane."""
    said: tuple[Message, ...]
    """What follows where the pane has no message of a user."""
    reference: str | None
    """The expected answer, else the recorded one."""
    expected: JsonValue = None
    recorded: Recording | None = None
    numbers: Mapping[str, JsonValue] = field(default_factory=dict)
    """Of the recorded answer."""


def case_of_item(value: JsonValue, expected: JsonValue) -> AskedCase:
    """An item of a data set: the fields of an object fill variables, everything else is what the user says."""
    values = value if isinstance(value, dict) else {INPUT: value}
    said = value if isinstance(value, str) else str(values.get("question") or values.get(INPUT) or canonical(value))
    reference = None if expected is None else expected if isinstance(expected, str) else canonical(expected)
    return AskedCase(values=values, said=(user_message(said),), reference=reference, expected=expected)


def case_of_recording(recording: Recording) -> AskedCase:
    """A recorded generation: its variables, and its conversation behind whatever system messages the pane has."""
    said = tuple(message for message in sendable(recording.messages) if message.role is not Role.SYSTEM)
    return AskedCase(
        values={INPUT: question_in(recording.messages), **recording.variables},
        said=said,
        reference=recording.text,
        recorded=recording,
        numbers=of_recordings((recording,)),
    )


def request_of(project_id: str, pane: Pane, case: AskedCase, prompts: Prompts) -> ModelRequest:
    """The pane's question about the case. Raises what the pane raises."""
    request = pane.request(project_id, prompts, "playground", case.values)
    if any(message.role is Role.USER for message in request.messages):
        return request
    return replace(request, messages=(*request.messages, *case.said))


def judged_answer(request: ModelRequest, answer: ModelAnswer, case: AskedCase) -> Judged:
    """A new answer as evaluators see it."""
    value = _value(request.messages, answer.messages, case.expected)
    value |= {
        "model": answer.model,
        "output": answer.text,
        "tool_calls": [{"name": call.name, "arguments": call.arguments} for call in answer.tool_calls],
        "outcome": answer.outcome.value,
        "finish_reason": answer.finish_reason,
        "duration": answer.duration_ms,
        "cost": None if answer.cost is None else answer.cost.total,
    }
    return Judged(value=value, model=answer.model, trace_id=answer.trace_id, span_id=answer.span_id)


def judged_recording(recording: Recording, expected: JsonValue) -> Judged:
    """A recorded answer as evaluators see it, so that old and new are judged alike."""
    row = recording.row
    value = _value(recording.messages, recording.answer, expected)
    value |= {
        "model": row.model,
        "output": recording.text,
        "tool_calls": [{"name": call.name or "", "arguments": call.arguments} for call in recording.calls],
        "outcome": row.outcome,
        "finish_reason": row.finish_reason,
        "duration": row.duration,
        "cost": row.cost,
    }
    return Judged(value=value, model=row.model, trace_id=row.trace_id, span_id=row.span_id)


def question_in(messages: Sequence[Message]) -> str:
    """The text of the last message of a user."""
    return next((text_of((message,)) for message in reversed(messages) if message.role is Role.USER), "")


def _value(messages: tuple[Message, ...], answer: tuple[Message, ...], expected: JsonValue) -> dict[str, JsonValue]:
    return {
        "name": "playground",
        "kind": "generation",
        "input": question_in(messages),
        "messages": messages_to_json(messages),
        "answer": messages_to_json(answer),
        "documents": [],
        "context": "",
        "expected": expected,
    }
