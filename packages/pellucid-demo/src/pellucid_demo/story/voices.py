"""What people say about the answers: thumbs, satisfaction, comments, and the labels of colleagues.

People judge the text that they got by the yardstick of the simulator (`quality.assess`) and err at the rates below.
They know nothing of chapters; whoever got a bad answer is unhappy, whatever made it bad.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pellucid_demo.simulator.chance import bell, chance, choose, digest, happens
from pellucid_demo.simulator.mind.quality import Assessment, assess
from pellucid_demo.story.traffic import Feature, Visit

# How many conversations get a thumb, and how many a satisfaction survey.
RATED = 0.68
SURVEYED = 0.25
THUMB_UP_IF_GOOD, THUMB_UP_IF_BAD = 0.93, 0.12
# Colleagues label with more care: so often they contradict the yardstick.
LABEL_ERROR = 0.02
LABELLED_VISITS, LABELLED_TWICE = 150, 30
LABELLED_DAYS = 14
LABEL = "helpfulness"
"""The name of the demo's judge's score: what people and judge say of one answer under one name calibrates the judge."""
_ANNOTATORS = ("ana", "ben")

_UNHAPPY = (
    "That did not answer my question.",
    "Too short, I still do not know what to do.",
    "I am the administrator myself!",
    "Wrong article.",
    "I had to search for it on my own.",
)
_HAPPY = ("Quick and clear, thanks.", "Worked at once.", "The steps were exactly right.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One turn as the customer saw it."""

    trace_id: str
    span_id: str
    question: str
    answer: str
    context: str
    ended: datetime

    def assessment(self) -> Assessment:
        return assess(question=self.question, answer=self.answer, context=self.context)


ScoreBody = dict[str, Any]  # the JSON of one score for POST /api/v1/scores


def labelled(visits: Sequence[Visit], end: datetime, seed: int) -> dict[int, int]:
    """Which visits of the last days colleagues label, by visit number, and how many of them do."""
    recent = [
        visit
        for visit in visits
        if visit.feature is Feature.SUPPORT_CHAT and end - timedelta(days=LABELLED_DAYS) <= visit.at < end - timedelta(days=1)
    ]
    drawn = sorted(recent, key=lambda visit: chance(seed, "label", visit.number))[:LABELLED_VISITS]
    return {visit.number: 2 if number < LABELLED_TWICE else 1 for number, visit in enumerate(drawn)}


def feedback(seed: int, visit: Visit, turns: Sequence[Heard]) -> list[ScoreBody]:
    """What the customer says after a conversation: often nothing."""
    last = turns[-1]
    scores = []
    good = last.assessment().good
    if happens(RATED, seed, "rates", visit.number):
        scores.append(_thumb(seed, visit, last, good))
    if happens(SURVEYED, seed, "survey", visit.number):
        scores.append(_satisfaction(seed, visit, last, good))
    return scores


def labels(seed: int, visit: Visit, turn: Heard, annotators: int) -> list[ScoreBody]:
    """Whether the answer is helpful, in the eyes of one or two colleagues, a day later."""
    good = turn.assessment().good
    return [
        {
            **_head(seed, turn, LABEL, name),
            "span_id": turn.span_id,
            "type": "boolean",
            "value": float(good != happens(LABEL_ERROR, seed, "label error", visit.number, name)),
            "source": "human",
            "annotator": name,
            "time": _iso(turn.ended + timedelta(hours=23 * chance(seed, "labelled", visit.number, name))),
        }
        for name in _ANNOTATORS[:annotators]
    ]


def _thumb(seed: int, visit: Visit, last: Heard, good: bool) -> ScoreBody:
    up = happens(THUMB_UP_IF_GOOD if good else THUMB_UP_IF_BAD, seed, "thumb", visit.number)
    says = happens(0.12 if up else 0.4, seed, "says", visit.number)
    return {
        **_head(seed, last, "thumbs", visit.customer.id),
        "session_id": visit.session_id,
        "type": "boolean",
        "value": float(up),
        "comment": choose(_HAPPY if up else _UNHAPPY, seed, "comment", visit.number) if says else "",
        "source": "feedback",
        "time": _iso(last.ended + timedelta(seconds=10 + 200 * chance(seed, "after", visit.number))),
    }


def _satisfaction(seed: int, visit: Visit, last: Heard, good: bool) -> ScoreBody:
    stars = round((4.4 if good else 2.1) + 0.7 * bell(seed, "stars", visit.number))
    return {
        "id": digest(seed, visit.session_id, "csat"),
        "session_id": visit.session_id,
        "name": "csat",
        "type": "numeric",
        "value": float(min(5, max(1, stars))),
        "source": "feedback",
        "time": _iso(last.ended + timedelta(minutes=2 + 30 * chance(seed, "survey time", visit.number))),
    }


def _head(seed: int, turn: Heard, name: str, who: str) -> ScoreBody:
    return {"id": digest(seed, turn.trace_id, name, who), "trace_id": turn.trace_id, "name": name}


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
