"""Duels on the wire: how they are asked for, what they say, and each one with its texts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from pellucid_server.api.wire.analyses import Interval
from pellucid_server.api.wire.evaluators import PlaceBody
from pellucid_server.evals.duels.contest import DEFAULT_CRITERIA, DEFAULT_MAX_CHARS, DuelJudge, Meeting, Side, meeting_from_json
from pellucid_server.evals.duels.pairing import Contestant, Paired
from pellucid_server.evals.duels.service import MAX_DUELS, ContestDraft, ReadDuel, ReadSide
from pellucid_server.evals.duels.standings import Standings
from pellucid_server.query.windows import Window
from pellucid_server.store.meta.runs import StoredItem


class DuelJudgeBody(BaseModel):
    """Who compares, and by what."""

    model_config = ConfigDict(extra="forbid")

    connection: str
    model: str = ""
    criteria: str = DEFAULT_CRITERIA
    max_chars: int = Field(default=DEFAULT_MAX_CHARS, ge=100, le=100_000)


class ContestantBody(BaseModel):
    """Whose answers are compared: an experiment, or what a filter of spans finds."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", max_length=200)
    experiment: str = ""
    filter: str = Field(default="", max_length=5_000)


class PairBody(BaseModel):
    """Two answers to compare."""

    model_config = ConfigDict(extra="forbid")

    first: PlaceBody
    second: PlaceBody


class DuelsBody(BaseModel):
    """Duels between `contestants`, or of `pairs` of answers that somebody chose."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(default="", max_length=200)
    judge: DuelJudgeBody
    contestants: list[ContestantBody] = Field(default_factory=list, max_length=12)
    pairs: list[PairBody] = Field(default_factory=list, max_length=MAX_DUELS)
    names: tuple[str, str] = ("first", "second")
    """Of the two sides of `pairs`."""
    limit: int = Field(default=200, ge=1, le=MAX_DUELS)
    max_cost: float | None = Field(default=None, gt=0)

    def draft(self, window: Window) -> ContestDraft:
        """What the room takes."""
        first, second = self.names
        return ContestDraft(
            title=self.title.strip(),
            judge=DuelJudge(**self.judge.model_dump()),
            contestants=[Contestant(**one.model_dump()) for one in self.contestants],
            meetings=[
                Meeting(
                    first=Side(contestant=first, place=pair.first.place()),
                    second=Side(contestant=second, place=pair.second.place()),
                )
                for pair in self.pairs
            ],
            window=window,
            limit=self.limit,
            max_cost=self.max_cost,
        )


class DuelsPreviewAnswer(BaseModel):
    """What would be fought."""

    duels: int
    calls: int
    contestants: Sequence[str]
    alone: int
    """Answers that meet nobody: no other contestant answered that question."""


class StandingAnswer(BaseModel):
    """One contestant."""

    name: str
    strength: Interval
    won: int
    lost: int
    tied: int


class StandingsAnswer(BaseModel):
    """What the duels say so far."""

    model_config = ConfigDict(from_attributes=True)

    contestants: Sequence[StandingAnswer]
    decided: int
    missing: int
    failed: int
    agreement: Interval | None
    lean: Interval | None
    kin: Interval | None


class SideAnswer(BaseModel):
    """Whose answer, and where it is."""

    contestant: str
    trace_id: str
    span_id: str
    session_id: str
    experiment: str
    item: str
    question: str = ""
    text: str = ""
    error: str = ""


class OrderAnswer(BaseModel):
    """What the judge said with the answers in one order."""

    winner: str
    reason: str
    status: str
    model: str
    trace_id: str
    cost: float | None


class DuelAnswer(BaseModel):
    """One duel; the first order has the first answer in front, the second order the second one."""

    position: int
    state: str
    error: str
    won: float | None
    lean: float | None
    kin: str
    orders: Sequence[OrderAnswer]
    first: SideAnswer
    second: SideAnswer


def to_duels_preview(paired: Paired) -> DuelsPreviewAnswer:
    """`paired` for the wire."""
    count = len(paired.meetings)
    return DuelsPreviewAnswer(duels=count, calls=2 * count, contestants=paired.contestants, alone=paired.alone)


def to_standings(found: Standings) -> StandingsAnswer:
    """`found` for the wire."""
    return StandingsAnswer.model_validate(asdict(found))


def to_duel(item: StoredItem) -> DuelAnswer:
    """`item` without texts."""
    meeting = meeting_from_json(item.input)
    return _duel(item, _side(ReadSide(side=meeting.first)), _side(ReadSide(side=meeting.second)))


def to_read_duel(read: ReadDuel) -> DuelAnswer:
    """`read` with its texts."""
    return _duel(read.item, _side(read.first), _side(read.second))


def _duel(item: StoredItem, first: SideAnswer, second: SideAnswer) -> DuelAnswer:
    kept: Mapping[str, JsonValue] = item.output if isinstance(item.output, dict) else {}
    orders: Any = kept.get("orders") or []  # Any: pydantic checks it
    return DuelAnswer.model_validate(
        {
            "position": item.position,
            "state": item.state,
            "error": item.error,
            "won": kept.get("won"),
            "lean": kept.get("lean"),
            "kin": kept.get("kin") or "",
            "orders": orders,
            "first": first,
            "second": second,
        }
    )


def _side(read: ReadSide) -> SideAnswer:
    place = read.side.place
    return SideAnswer(
        contestant=read.side.contestant,
        trace_id="" if place is None else place.trace_id,
        span_id="" if place is None else place.span_id,
        session_id="" if place is None else place.session_id,
        experiment=read.side.experiment,
        item=read.side.item,
        question=read.question,
        text=read.text,
        error=read.error,
    )
