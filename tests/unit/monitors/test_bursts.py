"""Burst judging: how much more is judged after a change, that it survives a restart, ends by itself, and keeps estimates unbiased."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from tests.unit.monitors.conftest import NOW, migrated_file, migrated_url, postgres, postgres_store, sqlite_store, store

from pellucid_server.core.clock import DAY, HOUR, MINUTE, Micros
from pellucid_server.evals.sampling import draw
from pellucid_server.filters.printer import show
from pellucid_server.identity.provision import Provision
from pellucid_server.identity.service import Identity
from pellucid_server.model.scope import Role, Scope
from pellucid_server.monitors.bursts import LASTS, MOST_AT_ONCE, JudgingBursts
from pellucid_server.monitors.ledger import Ledger
from pellucid_server.query.signals import Signal, Stretch
from pellucid_server.query.windows import Window
from pellucid_server.stats.moments import Moments
from pellucid_server.stats.weighted import WeightedSums, estimate_of
from pellucid_server.store.meta.bursts import StoredBurst
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.evaluators import EvaluatorVersion, StoredEvaluator
from pellucid_server.store.spans.vocabulary import SPAN_VOCABULARY

__all__ = ["migrated_file", "migrated_url", "postgres", "postgres_store", "sqlite_store", "store"]


def judged(n: int, mean: float = 0.8) -> WeightedSums:
    """So many yes-or-no scores, all drawn alike."""
    good = n * mean
    return WeightedSums(
        n=n, weight=n * 10, total=good * 10, squares=good * 10, weight_squares=n * 100, cross=good * 100, cross_squares=good * 100
    )


@dataclass
class Room:
    """The room over a real store, with time and the traffic in the test's hand."""

    store: MetaStore
    scope: Scope
    now: Micros = NOW
    before: WeightedSums = field(default_factory=lambda: judged(1_000))
    after: WeightedSums = field(default_factory=WeightedSums)
    an_hour: int = 200
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.numbers = count(1)
        self.ledger = Ledger(self.store, lambda: self.now, lambda prefix: f"{prefix}_{next(self.numbers):04d}")
        self.restart()

    def restart(self) -> None:
        """A new process on the same store."""
        self.bursts = JudgingBursts(
            self.store,
            self,
            lambda: [(self.scope.organization_id, self.scope.project_id)],
            lambda: self.now,
            lambda prefix: f"{prefix}_{next(self.numbers):04d}",
        )

    def stretches(self, scope: Scope, signal: Signal, window: Window, *, bucket_s: int = 0) -> Sequence[Stretch]:
        return [Stretch(moments=Moments(n=self.an_hour))]

    def weighted(self, scope: Scope, signal: Signal, window: Window) -> Sequence[tuple[str, WeightedSums]]:
        self.asked.append(show(signal.filter, SPAN_VOCABULARY))
        sums = self.before if (window.end or 0) <= NOW else self.after
        return [("", sums)] if sums.n else []

    def evaluator(self, name: str = "helpful", default: float = 0.05, *, enabled: bool = True) -> StoredEvaluator:
        made = StoredEvaluator(
            id=f"evaluator_{name}", project_id=self.scope.project_id, name=name, description="", version=1, enabled=enabled,
            filter="kind:agent", sampling={"default": default, "strata": []}, daily_budget=None, watermark=self.now, live_run="",
            state_note="", created_by="", created_time=1, updated_time=1,
        )  # fmt: skip
        version = EvaluatorVersion(
            evaluator_id=made.id, version=1, kind="judge", target="trace", output="boolean", score_name=name, definition={}, note="",
            created_by="", created_time=1,
        )  # fmt: skip
        with self.store.writing() as unit:
            unit.evaluators.add(made, version)
        return made

    def deploy(self, release: str = "1.42", time: Micros | None = None) -> str:
        made = self.ledger.announce(self.scope, kind="deploy", title=f"Release {release}", time=time, after={"release": release})
        return made.id

    def of(self, event_id: str) -> list[StoredBurst]:
        return [one.burst for one in self.bursts.of_change(self.scope, event_id)]

    def pass_time(self, micros: Micros) -> None:
        self.now += micros
        self.bursts.run()


@pytest.fixture
def room(store: MetaStore) -> Room:
    Identity.open(store, wanted=Provision(), local=True)
    with store.reading() as unit:
        (project,) = unit.projects.list_all()
    return Room(store, Scope(organization_id=project.organization_id, project_id=project.id, role=Role.MEMBER, actor="user:ann"))


def test_a_deploy_raises_what_is_judged_of_its_slice_until_the_promised_drop_would_show(room: Room) -> None:
    evaluator = room.evaluator()
    event = room.deploy()
    room.bursts.run()
    (burst,) = room.of(event)
    assert burst.filter == "release:1.42"
    assert (burst.base_mean, burst.effect) == (pytest.approx(0.8), pytest.approx(0.08))
    assert 180 <= burst.wanted <= 300  # (2.8 · 0.4 / 0.08)², and some for the uncertainty of what was before
    assert burst.probability == pytest.approx(burst.wanted / (200 * 8))
    (boost,) = room.bursts.boosts(room.scope.project_id, evaluator.id)
    assert boost.probability_at(NOW - 1) == 0.0  # what was looked at before it began keeps its probability
    assert boost.probability_at(NOW + 1) == burst.probability
    assert room.bursts.boosts("other", evaluator.id) == []
    room.after = judged(112)
    room.pass_time(MINUTE)
    (shown,) = room.bursts.of_change(room.scope, event)
    assert (shown.burst.judged, shown.burst.state, shown.evaluator) == (112, "running", "helpful")
    assert shown.visible is not None
    assert shown.visible > burst.effect
    room.after = judged(burst.wanted)
    room.pass_time(HOUR)
    (ended,) = room.of(event)
    assert (ended.state, ended.ended_time) == ("reached", room.now)
    assert ended.probability_at(room.now) == 0.0
    assert ended.probability_at(room.now - 1) > 0  # looked at late, drawn all the same
    room.pass_time(2 * HOUR)
    assert room.bursts.boosts(room.scope.project_id, evaluator.id) == []


def test_a_restart_in_the_middle_changes_nothing(room: Room) -> None:
    evaluator = room.evaluator()
    event = room.deploy()
    room.bursts.run()
    before = room.of(event)
    room.restart()
    room.bursts.run()
    assert [replace(one, judged=0) for one in room.of(event)] == before
    assert [one.steps for one in room.bursts.boosts(room.scope.project_id, evaluator.id)] == [one.steps for one in before]


def test_what_would_not_be_in_time_is_raised_and_then_given_up(room: Room) -> None:
    room.evaluator()
    event = room.deploy()
    room.bursts.run()
    (begun,) = room.of(event)
    room.after = judged(5)  # a tenth of what was expected
    room.pass_time(HOUR)
    (raised,) = room.of(event)
    assert list(raised.steps[0]) == [begun.start_time, begun.probability]
    assert raised.probability == pytest.approx(min(1.0, 4 * begun.probability))
    assert raised.probability_at(room.now - 1) == begun.probability
    room.pass_time(LASTS)
    (over,) = room.of(event)
    assert (over.state, over.ended_time) == ("expired", begun.until_time)


def test_it_stops_with_its_evaluator_and_with_its_change(room: Room) -> None:
    one, two = room.evaluator("one"), room.evaluator("two")
    event, other = room.deploy("1"), room.deploy("2")
    room.bursts.run()
    with room.store.writing() as unit:
        unit.evaluators.set(one.id, enabled=False)
    room.ledger.remove(room.scope, other)
    room.pass_time(MINUTE)
    assert {(burst.evaluator_id, burst.state) for burst in room.of(event)} == {(one.id, "stopped"), (two.id, "running")}
    assert {burst.state for burst in room.of(other)} == {"stopped"}


def test_no_burst_where_there_is_nothing_to_gain(room: Room) -> None:
    room.evaluator("all", default=1.0)
    room.evaluator("off", enabled=False)
    assert room.of(room.deploy("1")) == []
    room.evaluator("helpful")
    old = room.deploy("2", time=NOW - DAY)
    note = room.ledger.announce(room.scope, kind="note", title="x").id
    price = room.ledger.announce(room.scope, kind="price", title="x").id
    room.bursts.run()
    assert [room.of(event) for event in (old, note, price)] == [[], [], []]
    room.before = judged(20)
    few = room.deploy("3")
    room.bursts.run()
    assert room.of(few) == []  # nothing to compare with


def test_a_flood_of_changes_does_not_have_everything_judged(room: Room) -> None:
    evaluator = room.evaluator()
    events = [room.deploy(str(number)) for number in range(3 * MOST_AT_ONCE)]
    room.bursts.run()
    room.bursts.run()
    assert sum(len(room.of(event)) for event in events) == MOST_AT_ONCE
    assert len(room.bursts.boosts(room.scope.project_id, evaluator.id)) == MOST_AT_ONCE


def test_estimates_over_the_begin_and_the_end_of_a_burst_stay_unbiased(room: Room) -> None:
    """A slice that is worse (0.5) is judged more for a while, the rest (0.9) is not; the weighted mean is that of all traffic."""
    room.evaluator()
    event = room.deploy()
    room.bursts.run()
    room.after = judged(5)
    room.pass_time(HOUR)
    (burst,) = room.of(event)
    rng = random.Random(4)
    cases, truth = [], 0.0
    for number in range(60_000):
        time, new = NOW - HOUR + number * 3 * HOUR // 60_000, number % 3 == 0
        good = rng.random() < (0.5 if new else 0.9)
        truth += good / 60_000
        probability = max(0.05, burst.probability_at(time) if new else 0.0)
        if draw("e", str(number)) < probability:
            cases.append((float(good), 1 / probability))
    assert len({weight for _, weight in cases}) == 3
    sums = WeightedSums(
        n=len(cases),
        weight=sum(w for _, w in cases),
        total=sum(w * v for v, w in cases),
        squares=sum(w * v * v for v, w in cases),
        weight_squares=sum(w * w for _, w in cases),
        cross=sum(w * w * v for v, w in cases),
        cross_squares=sum(w * w * v * v for v, w in cases),
    )
    found = estimate_of(sums, 0.999)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < truth < found.high
