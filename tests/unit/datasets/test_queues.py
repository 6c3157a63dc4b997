"""People judge: each item by as many as shall, nobody twice, blind until then, and what they say becomes scores and cases."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count

import pytest

from pellucid_server.core.clock import MINUTE
from pellucid_server.core.errors import Conflict
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.dimensions import Dimension
from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.errors import BadQueue, BadRating, NoSuchQueue, NotAnAnnotator
from pellucid_server.datasets.panel import Panels
from pellucid_server.datasets.queues import Filled, QueueDraft, Queues, ToJudge
from pellucid_server.datasets.rating import HOLD, Judged, Judging
from pellucid_server.datasets.traces import Mapped, TraceText
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import ScoreSource, ScoreType
from pellucid_server.query.score_drafts import Draft
from pellucid_server.store.meta.database import MetaStore

YES_NO = Dimension(name="good", type="boolean")
TONE = Dimension(name="tone", type="categorical", categories=("warm", "cold"), required=False)
STARS = Dimension(name="stars", type="numeric", low=1, high=5, required=False)
GONE = "f" * 32


class Clock:
    """Moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000 * MINUTE

    def __call__(self) -> int:
        self.now += 1
        return self.now


@dataclass
class Texts:
    """Traces whose text is their id; one of them is gone."""

    def of(self, scope: Scope, trace_id: str, span_id: str = "", metadata: tuple[str, ...] = ()) -> TraceText | None:
        if trace_id == GONE:
            return None
        return TraceText(trace=None, input=f"question {trace_id[-3:]}", output=f"answer {trace_id[-3:]}")  # type: ignore[arg-type]  # nobody reads it here

    def many(self, scope: Scope, trace_ids: Sequence[str], mapping: Mapped) -> dict[str, TraceText]:
        found = {trace_id: self.of(scope, trace_id) for trace_id in trace_ids}
        return {trace_id: text for trace_id, text in found.items() if text is not None}


@dataclass
class Scores:
    """Keeps what was written."""

    written: dict[str, Draft] = field(default_factory=dict)

    def write(self, scope: Scope, drafts: Sequence[Draft]) -> Sequence[str]:
        self.written.update({str(draft.id): draft for draft in drafts})
        return [str(draft.id) for draft in drafts]


@dataclass(frozen=True)
class Room:
    """All of it, with two people."""

    queues: Queues
    judging: Judging
    panels: Panels
    scores: Scores
    clock: Clock
    ann: Scope
    ben: Scope

    def made(self, traces: int, **more: object) -> str:
        """A queue with so many items; its id."""
        draft = replace(QueueDraft(name="q", dimensions=(YES_NO, TONE, STARS)), **more)  # type: ignore[arg-type]  # fields of the draft
        queue = self.queues.create(self.ann, draft)
        assert self.fill(queue.id, [trace(n) for n in range(traces)]).added == traces
        return queue.id

    def fill(self, queue_id: str, ids: Sequence[str]) -> Filled:
        return self.queues.fill(self.ann, queue_id, [ToJudge(trace_id=id_) for id_ in ids])

    def next_id(self, who: Scope, queue_id: str) -> str | None:
        turn = self.judging.next_item(who, queue_id)
        return None if turn is None else turn.item.id

    def say(self, who: Scope, queue_id: str, item_id: str, good: bool = True, **more: object) -> None:
        judged = Judged(values={"good": good, **more})  # type: ignore[dict-item]  # JSON
        self.judging.judge(who, who.actor.removeprefix("user:").title(), queue_id, item_id, judged)


def trace(number: int) -> str:
    return f"{number + 1:032x}"


@pytest.fixture
def room(store: MetaStore, cases: Cases, scope: Scope) -> Room:
    clock, numbers, scores = Clock(), count(1), Scores()
    queues = Queues(store, Texts(), clock, lambda prefix: f"{prefix}_{next(numbers):04}")  # type: ignore[arg-type]  # the one verb
    judging = Judging(store, scores, cases, clock)
    return Room(queues, judging, Panels(store), scores, clock, scope, replace(scope, actor="user:ben"))


def test_an_item_is_handed_to_one_person_until_they_let_go(room: Room) -> None:
    queue = room.made(2)
    first, second = room.next_id(room.ann, queue), room.next_id(room.ben, queue)
    assert first is not None
    assert second not in (None, first)
    assert room.next_id(room.ann, queue) == first
    other = replace(room.ann, actor="user:cy")
    assert room.next_id(other, queue) is None
    room.judging.release(room.ann, queue, first)
    assert room.next_id(other, queue) == first
    room.clock.now += HOLD
    assert room.next_id(room.ann, queue) == first


def test_two_people_at_once_never_judge_the_same_item_and_none_is_left(room: Room) -> None:
    """Thirty items for one person each; both take and judge as fast as they can."""
    queue = room.made(30)

    def work(who: Scope) -> list[str]:
        judged = []
        while (item := room.next_id(who, queue)) is not None:
            room.say(who, queue, item)
            judged.append(item)
        return judged

    with ThreadPoolExecutor(2) as pool:
        ann, ben = pool.map(work, (room.ann, room.ben))
    assert not set(ann) & set(ben)
    assert len(ann) + len(ben) == 30


def test_two_people_at_once_judge_every_item_of_a_double_queue_once_each(room: Room) -> None:
    queue = room.made(15, raters=2)

    def work(who: Scope) -> int:
        count = 0
        while (item := room.next_id(who, queue)) is not None:
            room.say(who, queue, item)
            count += 1
        return count

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, (room.ann, room.ben))) == [15, 15]
    (agreement, *_) = room.panels.of(room.ann, queue).agreement
    assert (agreement.items, agreement.ratings) == (15, 30)


def test_labels_come_to_a_case_and_wipe_nothing_that_it_said(room: Room, cases: Cases, scope: Scope) -> None:
    cases.create(scope, name="labelled")
    case = ItemDraft(
        id=f"trace-{trace(0)}",
        input={"messages": []},
        expected="kept",
        metadata={"stratum": "low"},
        split="test",
        trace_id=trace(0),
    )
    cases.write(scope, "labelled", [case])
    queue = room.made(1, dataset="labelled")
    item = room.next_id(room.ann, queue)
    assert item is not None
    room.say(room.ann, queue, item)
    (found,) = cases.items(scope, "labelled").items
    assert (found.input, found.expected, found.split) == ({"messages": []}, "kept", "test")
    assert found.metadata["stratum"] == "low"
    assert found.metadata["labels"] == {"user:ann": {"good": True}}


def test_double_rating_gives_each_item_to_two_people_and_to_nobody_twice(room: Room) -> None:
    queue = room.made(3, raters=2)
    for who in (room.ann, room.ben):
        seen = []
        while (item := room.next_id(who, queue)) is not None:
            seen.append(item)
            room.say(who, queue, item)
        assert len(seen) == len(set(seen)) == 3
    assert room.next_id(replace(room.ann, actor="user:cy"), queue) is None
    assert room.queues.get(room.ann, queue)[1].done == 3


def test_what_one_skips_goes_to_others_and_does_not_come_back(room: Room) -> None:
    queue = room.made(1)
    item = room.next_id(room.ann, queue)
    assert item is not None
    room.judging.skip(room.ann, "Ann", queue, item)
    assert room.next_id(room.ann, queue) is None
    assert room.next_id(room.ben, queue) == item


def test_assigned_items_are_for_one_person_only(room: Room) -> None:
    queue = room.made(3)
    seen, _ = room.queues.items(room.ann, queue)
    assert room.queues.assign(room.ann, queue, [seen[2].item.id], "user:ben") == 1
    assert room.next_id(room.ben, queue) == seen[2].item.id
    assert room.next_id(room.ann, queue) == seen[0].item.id
    room.say(room.ann, queue, seen[0].item.id)
    room.say(room.ann, queue, seen[1].item.id)
    assert room.next_id(room.ann, queue) is None


def test_a_blind_queue_shows_others_only_to_who_has_judged(room: Room) -> None:
    queue = room.made(1, raters=2)
    item = room.next_id(room.ann, queue)
    assert item is not None
    room.say(room.ann, queue, item)

    def shown(who: Scope) -> tuple[int, int]:
        ((seen,), _) = room.queues.items(who, queue)
        return len(seen.ratings), seen.judged

    assert (shown(room.ann), shown(room.ben)) == ((1, 1), (0, 1))
    room.say(room.ben, queue, item, good=False)
    assert shown(room.ben) == (2, 2)


def test_what_is_said_becomes_scores_and_said_again_replaces_them(room: Room) -> None:
    queue = room.made(1)
    item = room.next_id(room.ann, queue)
    assert item is not None
    room.clock.now += 30_000_000
    room.judging.judge(
        room.ann, "Ann", queue, item, Judged(values={"good": False, "tone": "cold"}, comment="curt", correction="Better.")
    )
    room.judging.judge(
        room.ann, "Ann", queue, item, Judged(values={"good": True, "tone": "cold", "stars": 4}, correction="Better.")
    )
    written = {draft.name: draft for draft in room.scores.written.values()}
    assert {name: (draft.type, draft.value) for name, draft in written.items()} == {
        "good": (ScoreType.BOOLEAN, True),
        "tone": (ScoreType.CATEGORICAL, "cold"),
        "stars": (ScoreType.NUMERIC, 4.0),
        "correction": (ScoreType.CORRECTION, "Better."),
    }
    assert {(draft.source, draft.annotator, draft.trace_id) for draft in written.values()} == {(ScoreSource.HUMAN, "Ann", trace(0))}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "`good` is missing"),
        ({"good": 1}, "takes true or false"),
        ({"good": True, "tone": "hot"}, "one of warm, cold"),
        ({"good": True, "stars": 6}, "a number from 1 to 5"),
        ({"good": True, "stars": True}, "a number from 1 to 5"),
        ({"good": True, "other": 1}, "no dimension `other`"),
    ],
)
def test_a_rating_that_does_not_fit_says_what_would(room: Room, values: dict[str, object], message: str) -> None:
    queue = room.made(1)
    item = room.next_id(room.ann, queue)
    assert item is not None
    with pytest.raises(BadRating, match=message):
        room.judging.judge(room.ann, "Ann", queue, item, Judged(values=values))  # type: ignore[arg-type]  # JSON
    assert room.scores.written == {}


def test_judged_items_flow_into_the_data_set_once_enough_people_have_judged(room: Room, cases: Cases, scope: Scope) -> None:
    queue = room.made(1, raters=2, dataset="golden")
    item = room.next_id(room.ann, queue)
    assert item is not None
    room.say(room.ann, queue, item)
    assert cases.list_datasets(scope) == []
    room.judging.judge(room.ben, "Ben", queue, item, Judged(values={"good": False}, correction="As it should be."))
    (case,) = cases.items(scope, "golden").items
    assert (case.input, case.expected, case.trace_id) == ("question 001", "As it should be.", trace(0))
    assert case.metadata["labels"] == {"user:ann": {"good": True}, "user:ben": {"good": False}}


def test_agreement_is_measured_and_disputes_are_named(room: Room) -> None:
    queue = room.made(12, raters=2)
    items = [seen.item.id for seen in room.queues.items(room.ann, queue)[0]]
    for place, item in enumerate(items):
        room.say(room.ann, queue, item, good=place % 2 == 0, stars=1 + place % 5)
        room.say(room.ben, queue, item, good=place % 2 == 0 if place else False, stars=1 + place % 5)
    panel = room.panels.of(room.ann, queue)
    good, tone, stars = panel.agreement
    assert (good.items, good.ratings, good.disputed) == (12, 24, (items[0],))
    assert good.raw == pytest.approx(11 / 12)
    assert good.kappa == pytest.approx(1 - (1 / 12) / (1 - (6 * 5 + 6 * 7) / 144))
    assert good.low is not None
    assert good.value is not None
    assert good.low < good.value < 1
    assert (stars.value, stars.disputed, tone.value, tone.items) == (1.0, (), None, 0)
    assert [(one.name, one.judged) for one in panel.annotators] == [("Ann", 12), ("Ben", 12)]


def test_what_is_put_in_twice_or_is_gone_is_named(room: Room) -> None:
    queue = room.made(2)
    filled = room.fill(queue, [trace(0), trace(5), trace(5), GONE])
    assert filled == Filled(added=1, known=1, missing=(GONE,))
    with pytest.raises(BadQueue, match="32 hex digits"):
        room.fill(queue, ["not an id"])


def test_a_queue_that_cannot_be_is_refused(room: Room, scope: Scope) -> None:
    for draft, message in (
        (QueueDraft(name=" "), "name"),
        (QueueDraft(name="q", dimensions=()), "1 to 20 dimensions"),
        (QueueDraft(name="q", dimensions=(YES_NO, YES_NO)), "different names"),
        (QueueDraft(name="q", dimensions=(Dimension(name="t", type="categorical"),)), "categories"),
        (QueueDraft(name="q", raters=2, annotators=("user:ann",)), "name more"),
    ):
        with pytest.raises(BadQueue, match=message):
            room.queues.create(scope, draft)
    room.made(0)
    with pytest.raises(Conflict):
        room.made(0)


def test_only_those_who_are_named_judge_and_other_projects_see_nothing(room: Room) -> None:
    queue = room.made(1, annotators=("user:ann",))
    with pytest.raises(NotAnAnnotator):
        room.next_id(room.ben, queue)
    foreign = replace(room.ann, project_id="other")
    with pytest.raises(NoSuchQueue):
        room.queues.get(foreign, queue)
    with pytest.raises(NoSuchQueue):
        room.judging.next_item(foreign, queue)
    room.queues.remove(room.ann, queue)
    assert room.queues.list_queues(room.ann) == []
