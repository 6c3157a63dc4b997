"""What goes into a run of duels, as plain JSON: the judge, and for each duel where its two answers are. Never the answers themselves: what
was erased meanwhile cannot be compared, and its duel says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pellucid_server.evals.errors import BadContest
from pellucid_server.evals.subject import Place, place_from_json
from pellucid_server.model.json import JsonValue

MAX_CRITERIA_CHARS: Final = 20_000
DEFAULT_MAX_CHARS: Final = 4_000
"""Of the question and of each answer."""
DEFAULT_CRITERIA: Final = (
    "Prefer the answer that speaks to the question, is right as far as can be told, and lets the person act on it. Sending the person away "
    "without a way forward is not helpful."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuelJudge:
    """Who compares, and by what."""

    connection: str
    model: str = ""
    criteria: str = DEFAULT_CRITERIA
    max_chars: int = DEFAULT_MAX_CHARS

    def __post_init__(self) -> None:
        """Raises `BadContest`."""
        if not self.connection:
            raise BadContest("`judge.connection` is empty; it names a model connection of the project.")
        if len(self.criteria) > MAX_CRITERIA_CHARS:
            raise BadContest(f"`judge.criteria` has more than {MAX_CRITERIA_CHARS:,} characters; shorten them.")

    def as_json(self) -> dict[str, JsonValue]:
        """Part of a run's settings."""
        return {"connection": self.connection, "model": self.model, "criteria": self.criteria, "max_chars": self.max_chars}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Whose answer it is, and where: at a place in the traffic, or the result of a case of an experiment."""

    contestant: str
    place: Place | None = None
    experiment: str = ""
    item: str = ""
    repetition: int = 0

    def as_json(self) -> JsonValue:
        """Half of a run's item."""
        return {
            "contestant": self.contestant,
            "place": None if self.place is None else self.place.as_json(),
            "experiment": self.experiment,
            "item": self.item,
            "repetition": self.repetition,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One duel to be fought."""

    first: Side
    second: Side

    def as_json(self) -> JsonValue:
        """An item of a run."""
        return {"first": self.first.as_json(), "second": self.second.as_json()}


def judge_from_json(value: JsonValue) -> DuelJudge:
    """What `as_json` made."""
    kept = value if isinstance(value, dict) else {}
    limit = kept.get("max_chars")
    return DuelJudge(
        connection=str(kept.get("connection") or ""),
        model=str(kept.get("model") or ""),
        criteria=str(kept.get("criteria") or DEFAULT_CRITERIA),
        max_chars=limit if isinstance(limit, int) else DEFAULT_MAX_CHARS,
    )


def meeting_from_json(value: JsonValue) -> Meeting:
    """What `as_json` made."""
    if not isinstance(value, dict):
        raise TypeError("a meeting is a JSON object")
    return Meeting(first=_side(value["first"]), second=_side(value["second"]))


def _side(value: JsonValue) -> Side:
    kept: Mapping[str, JsonValue] = value if isinstance(value, dict) else {}
    repetition = kept.get("repetition")
    return Side(
        contestant=str(kept["contestant"]),
        place=None if kept.get("place") is None else place_from_json(kept["place"]),
        experiment=str(kept.get("experiment") or ""),
        item=str(kept.get("item") or ""),
        repetition=repetition if isinstance(repetition, int) else 0,
    )
