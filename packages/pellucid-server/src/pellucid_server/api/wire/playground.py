"""Panes, cases and replays."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from pellucid_server.api.wire.times import WireTime
from pellucid_server.llm.calls import ModelAnswer, ModelDelta
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message_json import messages_from_json, messages_to_json, tools_from_json, tools_to_json
from pellucid_server.playground.drafts import Draft
from pellucid_server.playground.panes import Pane, PromptChoice
from pellucid_server.playground.restoring import Restored
from pellucid_server.playground.service import Case


class MessageBody(BaseModel):
    """A message in the normal form."""

    role: Literal["system", "user", "assistant", "tool"]
    parts: list[dict[str, Any]] = Field(max_length=1_000)  # Any: parts are JSON of several shapes
    name: str | None = None


class ToolBody(BaseModel):
    """A tool that the model may call."""

    name: str = Field(min_length=1, max_length=300)
    description: str | None = None
    parameters: Any = None


class PromptBody(BaseModel):
    """A registered version."""

    name: str = Field(min_length=1, max_length=300)
    version: int = Field(ge=1)


class PaneBody(BaseModel):
    """A question to a model, before its variables are filled in."""

    connection: str = Field(default="", max_length=200)
    """Name or id of a model connection."""
    model: str = Field(default="", max_length=300)
    prompt: PromptBody | None = None
    """Stands before `messages`."""
    messages: list[MessageBody] = Field(default=[], max_length=1_000)
    variables: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    tools: list[ToolBody] = Field(default=[], max_length=128)
    response_schema: Any = None


class CaseBody(BaseModel):
    """What panes are run over."""

    id: str = Field(max_length=300)
    input: Any
    expected: Any = None


class SpanPlace(BaseModel):
    """A recorded generation."""

    trace_id: str = Field(min_length=32, max_length=32)
    span_id: str = Field(min_length=16, max_length=16)


class TableBody(BaseModel):
    """Panes over cases: those of a data set, those that are listed here, or recorded generations. Exactly one of these."""

    title: str = Field(default="", max_length=300)
    panes: list[PaneBody] = Field(min_length=1, max_length=6)
    dataset: str | None = None
    version: int | None = None
    """Of the data set; left out: the newest."""
    split: str | None = None
    cases: list[CaseBody] = Field(default=[], max_length=5_000)
    spans: list[SpanPlace] = Field(default=[], max_length=5_000)
    """Recorded generations: their variables and conversation are asked again, and the recorded answers are the first column."""
    filter: str | None = None
    """Recorded generations that match; with `from`, `to` and `limit`."""
    from_: str | None = Field(default=None, alias="from")
    to: str | None = None
    limit: int = Field(default=50, ge=1, le=5_000)
    evaluators: list[str] = Field(default=[], max_length=10)
    """Ids of evaluators that score every answer, the recorded ones too. Their scores stay with the run."""
    max_cost: float | None = Field(default=None, gt=0)

    @property
    def sources(self) -> int:
        """How many of the ways to name cases are used."""
        return sum((self.dataset is not None, bool(self.cases), bool(self.spans), self.filter is not None))


class DraftBody(BaseModel):
    """Panes to keep."""

    panes: list[PaneBody] = Field(min_length=1, max_length=6)


class DraftAnswer(DraftBody):
    """Panes as they were kept; equal panes have the same id."""

    id: str
    time: WireTime


class ReplayBody(BaseModel):
    """What to ask again, and what to change."""

    title: str = Field(default="", max_length=300)
    change: PaneBody
    """Of its fields, those that are set replace what was recorded."""
    trace_ids: list[str] = Field(default=[], max_length=5_000)
    """Whole traces: recorded tool results answer in place of the tools."""
    spans: list[SpanPlace] = Field(default=[], max_length=5_000)
    """Single generations."""
    filter: str | None = None
    """Generations that match; with `from`, `to` and `limit`."""
    from_: str | None = Field(default=None, alias="from")
    to: str | None = None
    limit: int = Field(default=200, ge=1, le=5_000)
    max_cost: float | None = Field(default=None, gt=0)


class RunStarted(BaseModel):
    """A run that was started; `GET /api/v1/runs/{id}` tells how far it is."""

    run_id: str


class RestoredAnswer(BaseModel):
    """A recorded generation as a pane."""

    pane: PaneBody
    template: bool
    """Whether the pane has the registered prompt with its variables; else it has the messages as they were sent."""
    provider: str
    model: str
    answer: list[Any]
    prompt_name: str
    prompt_version: str


def to_pane(body: PaneBody) -> Pane:
    """What the room takes."""
    return Pane(
        connection=body.connection,
        model=body.model,
        prompt=None if body.prompt is None else PromptChoice(name=body.prompt.name, version=body.prompt.version),
        messages=messages_from_json([message.model_dump() for message in body.messages]),
        variables=body.variables,
        parameters=body.parameters,
        tools=tools_from_json([tool.model_dump() for tool in body.tools]),
        response_schema=body.response_schema,
    )


def from_pane(pane: Pane) -> PaneBody:
    """`pane` for the wire."""
    return PaneBody.model_validate(
        {
            "connection": pane.connection,
            "model": pane.model,
            "prompt": None if pane.prompt is None else {"name": pane.prompt.name, "version": pane.prompt.version},
            "messages": messages_to_json(pane.messages),
            "variables": dict(pane.variables),
            "parameters": dict(pane.parameters),
            "tools": tools_to_json(pane.tools),
            "response_schema": pane.response_schema,
        }
    )


def to_restored(restored: Restored) -> RestoredAnswer:
    """`restored` for the wire."""
    row = restored.recording.row
    return RestoredAnswer(
        pane=from_pane(restored.pane),
        template=restored.template,
        provider=row.provider,
        model=row.model,
        answer=messages_to_json(restored.recording.answer),
        prompt_name="" if row.prompt is None else row.prompt.name,
        prompt_version="" if row.prompt is None else row.prompt.version,
    )


def to_draft(draft: Draft) -> DraftAnswer:
    """A draft for the wire."""
    return DraftAnswer(id=draft.id, time=draft.time, panes=[PaneBody.model_validate(pane) for pane in draft.panes])


def to_case(body: CaseBody) -> Case:
    """What the room takes."""
    return Case(id=body.id, input=body.input, expected=body.expected)


def delta_json(delta: ModelDelta) -> JsonValue:
    """A piece of a streamed answer; the last one has the whole."""
    if delta.answer is not None:
        return answer_json(delta.answer)
    if delta.tool_call is not None:
        call = delta.tool_call
        return {"tool_call": {"id": call.id, "name": call.name, "arguments": call.arguments}}
    return {"reasoning": delta.reasoning} if delta.reasoning else {"text": delta.text}


def answer_json(answer: ModelAnswer) -> JsonValue:
    """An answer with its sums."""
    whole = answer.as_json()
    sums: dict[str, JsonValue] = {
        "text": answer.text,
        "cost_total": None if answer.cost is None else answer.cost.total,
        "input_tokens": answer.usage.input_total,
        "output_tokens": answer.usage.output_total,
    }
    return {**whole, **sums} if isinstance(whole, dict) else sums
