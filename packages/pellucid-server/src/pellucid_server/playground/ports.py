"""What the bench needs of other rooms, wired by `app`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pellucid_server.llm.durable import DurableCall
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message
from pellucid_server.model.scope import Scope


class Prompts(Protocol):
    """The registry of prompts."""

    def compiled(self, project_id: str, name: str, version: int, values: Mapping[str, JsonValue]) -> tuple[Message, ...]:
        """A version with its variables filled in; values that it does not have are left out. Raises what the registry raises."""

    def filled(self, messages: tuple[Message, ...], values: Mapping[str, JsonValue]) -> tuple[Message, ...]:
        """Messages with their `{{variables}}` filled in; those without a value stay as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedEvaluator:
    """One version of an evaluator: an edit in the middle of a run changes nothing."""

    id: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An answer as an evaluator sees it."""

    value: Mapping[str, JsonValue]
    """Input, output, messages and the like, by the names that evaluators know of a generation."""
    model: str
    trace_id: str
    span_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A score that an evaluator gave, or why it gave none."""

    name: str
    value: bool | float | str | None
    """None where there is none: a missing score is never a zero."""
    status: str
    comment: str
    cost: float | None

    def as_json(self) -> JsonValue:
        """As the output of an item keeps it."""
        return {
            "name": self.name,
            "value": self.value,
            "status": self.status,
            "comment": self.comment,
            "cost": self.cost,
        }


class Evaluators(Protocol):
    """The room of evaluators."""

    def pinned(self, scope: Scope, ids: Sequence[str]) -> list[PinnedEvaluator]:
        """At the versions that they have now. Raises what the room raises for one that is not there."""

    async def judge(self, project_id: str, evaluator: PinnedEvaluator, judged: Judged, call: DurableCall) -> Sequence[Given]:
        """Its scores for an answer; nothing is kept with the answer's trace. Raises the errors of its calls."""
