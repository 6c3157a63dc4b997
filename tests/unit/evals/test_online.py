"""Online evaluation while a slice is judged more: what is drawn, with which recorded probability, and what a spent budget does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from tests.store.spans.tables import PROJECT, SECOND, T0, engine, insert, span

from pellucid_server.core.clock import MINUTE, Micros
from pellucid_server.core.ids import random_id
from pellucid_server.evals.candidates import Candidates
from pellucid_server.evals.code import Sandbox
from pellucid_server.evals.evaluating import Compiler
from pellucid_server.evals.evaluators import EvaluatorBook, Plan, Versioned
from pellucid_server.evals.gallery.catalogue import GALLERY
from pellucid_server.evals.online import Online
from pellucid_server.evals.running import scope_of
from pellucid_server.evals.spending import Spend, Spending
from pellucid_server.evals.subject import Subjects
from pellucid_server.identity.provision import Provision
from pellucid_server.identity.service import Identity
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.ledger import Ledger
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.columns import SPANS

NOW = T0 + 20 * MINUTE
BEGUN = T0 + 5 * MINUTE
TRACES = 1_000
"""One a second; every second one is of the new release."""


@dataclass(frozen=True)
class Slice:
    """What another room wants to be drawn more often."""

    name: str = "burst:deploy"
    filter: str = "release:2"
    probability: float = 0.6

    def probability_at(self, time: Micros) -> float:
        return self.probability if time >= BEGUN else 0.0


@dataclass
class Started:
    """A run."""

    id: str
    items: Sequence[JsonValue]
    max_cost: float | None
    is_active: bool = False


@dataclass
class Runs:
    """Keeps what is started."""

    started: list[Started] = field(default_factory=list)

    def start(self, scope: Scope, *, kind: str, title: str, items: Sequence[JsonValue], settings: JsonValue = None,
              max_cost: float | None = None) -> Started:  # fmt: skip
        self.started.append(Started(id=f"run{len(self.started)}", items=items, max_cost=max_cost))
        return self.started[-1]

    def get(self, scope: Scope, run_id: str) -> Started:
        return next(run for run in self.started if run.id == run_id)


@dataclass
class Purse:
    """What was spent."""

    today_cost: float = 0.0
    mean: float = 0.01

    def today(self, scope: Scope, evaluator_id: str) -> Spend:
        return Spend(cost=self.today_cost, calls=10)

    def lately(self, scope: Scope, evaluator_id: str) -> Spend:
        return Spend(cost=self.mean * 100, calls=100)


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queries]:
    with engine(tmp_path_factory.mktemp("spans")) as driver:
        rows = [
            span(f"t{number}", 0, kind="agent", counted=0, start=T0 + number * SECOND, release=str(1 + number % 2))
            for number in range(TRACES)
        ]
        insert(driver, SPANS, rows)
        yield open_queries(driver, lambda: NOW, random_id)


@dataclass
class Desk:
    """An evaluator with its look."""

    online: Online
    book: EvaluatorBook
    made: Versioned
    runs: Runs
    purse: Purse

    def look(self) -> list[dict[str, Any]]:
        found = self.book.get(scope_of(PROJECT), self.made.evaluator.id).evaluator
        self.online.look_with(found)
        return [item for item in (self.runs.started[-1].items if self.runs.started else []) if isinstance(item, dict)]

    @property
    def note(self) -> str:
        return self.book.get(scope_of(PROJECT), self.made.evaluator.id).evaluator.state_note


@pytest.fixture
def desk(queries: Queries, tmp_path: Path) -> Iterator[Desk]:
    store = MetaStore.open(f"sqlite:///{tmp_path / 'meta.db'}")
    Identity.open(store, wanted=Provision(), local=True)
    sandbox = Sandbox()
    book = EvaluatorBook(store, Compiler(sandbox), Ledger(store, lambda: T0, random_id), lambda: T0, random_id)
    definition = next(entry for entry in GALLERY if entry.key == "helpfulness").definition
    body = definition["body"]
    assert isinstance(body, dict)
    judge: dict[str, JsonValue] = {**definition, "target": "trace", "body": {**body, "connection": "sim"}}
    plan = Plan(enabled=True, sampling={"default": 0.05, "strata": []}, daily_budget=5.0)
    made = book.create(scope_of(PROJECT), name="helpful", definition=judge, plan=plan)
    runs, purse = Runs(), Purse()
    spending = cast("Spending", purse)
    online = Online(
        store, book, Candidates(queries), Subjects(queries), queries.scores, spending, runs, lambda: NOW, lambda *_: [Slice()]
    )
    yield Desk(online, book, made, runs, purse)
    sandbox.close()
    store.close()


def test_a_slice_is_drawn_more_often_from_its_begin_on_and_the_probability_is_recorded(desk: Desk) -> None:
    items = desk.look()
    drawn = {name: [item for item in items if item["stratum"] == name] for name in ("", "burst:deploy")}
    assert {item["probability"] for item in drawn["burst:deploy"]} == {0.6}
    assert {item["probability"] for item in drawn[""]} == {0.05}
    raised = TRACES // 2 - 150  # of the new release, since its begin
    assert abs(len(drawn["burst:deploy"]) - 0.6 * raised) < 4 * (0.24 * raised) ** 0.5
    weights = sum(1 / item["probability"] for item in items)
    assert abs(weights - TRACES) < 450  # all traffic is spoken for: 4 standard errors of what is drawn with 0.05


def test_of_a_budget_that_bears_a_part_the_share_is_recorded_too(desk: Desk) -> None:
    desk.purse.today_cost = 4.0
    items = desk.look()
    assert desk.runs.started[-1].max_cost == pytest.approx(1.0)
    assert len(items) < 160  # a hundred calls of a cent, give or take what a draw gives
    (probability,) = {item["probability"] for item in items if item["stratum"] == "burst:deploy"}
    assert 0 < probability < 0.6
    assert "bears" in desk.note


def test_a_spent_budget_judges_nothing_and_says_so(desk: Desk) -> None:
    desk.purse.today_cost = 5.0
    assert desk.look() == []
    assert "is spent" in desk.note
    desk.purse.today_cost = 0.0  # the next day
    assert desk.look() == []  # what was passed over stays so; only new traffic is drawn
