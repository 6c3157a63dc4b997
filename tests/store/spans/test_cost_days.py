"""Daily roll-ups of cost over a real engine: equal to the spans while both exist, and there when the spans are gone."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.store.spans.tables import PROJECT, T0, engine, insert, span

from pellucid_server.app.retention import Retention
from pellucid_server.app.rollups import KEPT_DAYS, RollUps
from pellucid_server.core.clock import DAY, HOUR
from pellucid_server.core.errors import BadRequest
from pellucid_server.model.scope import Role, Scope
from pellucid_server.query.cost_days import CostDay, CostDayQueries
from pellucid_server.query.windows import Window
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.organizations import Organization, Project
from pellucid_server.store.spans.columns import SPANS
from pellucid_server.store.spans.cost_days import CostDays
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.writer import SpanStore

TODAY = T0 // DAY * DAY


class HandClock:
    def __init__(self) -> None:
        self.now = T0 + HOUR

    def __call__(self) -> int:
        self.now += 1
        return self.now


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseDriver]:
    with engine(tmp_path_factory.mktemp("spans")) as opened:
        yield opened


@pytest.fixture
def clean(driver: ClickHouseDriver) -> ClickHouseDriver:
    for table in ("spans", "cost_days"):
        driver.command(f"TRUNCATE TABLE {table}")
    return driver


@pytest.fixture
def meta(tmp_path: Path) -> Iterator[MetaStore]:
    store = MetaStore.open(f"sqlite:///{tmp_path / 'meta.db'}")
    yield store
    store.close()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def rollups(clean: ClickHouseDriver, meta: MetaStore, clock: HandClock) -> RollUps:
    return RollUps(meta, CostDays(clean), clock)


def call(name: str, at: int, cost: float | None, **values: Any) -> Any:
    parts = {} if cost is None else {"cost_input": cost / 4, "cost_output": cost / 2, "cost_fixed": cost / 4}
    return span(name, start=at, cost=cost, input_tokens=100, output_tokens=10, tokens=110, **parts, **values)


def asked(driver: ClickHouseDriver, clock: HandClock, *by: str, project: str = PROJECT, **window: int) -> list[CostDay]:
    scope = Scope(organization_id="o", project_id=project, actor="t", role=Role.VIEWER)
    return list(CostDayQueries(SpanReader(driver), clock).by_day(scope, by, Window(**window)))


def total(days: list[CostDay]) -> float:
    return sum(day.cost for day in days)


def test_they_equal_the_sums_of_the_spans_by_every_dimension(clean: ClickHouseDriver, rollups: RollUps, clock: HandClock) -> None:
    chance = random.Random(7)
    rows = [
        call(
            f"t{number}",
            TODAY - chance.randrange(6) * DAY + chance.randrange(11) * HOUR,
            None if number % 17 == 0 else chance.random(),
            feature=chance.choice(["chat", "digest"]),
            model=chance.choice(["gpt-4o", "claude"]),
            user_tier=chance.choice(["free", "pro"]),
            user_id=f"u{chance.randrange(40)}",
            tool_name=chance.choice(["", "search"]),
            counted=int(number % 5 > 0),
        )
        for number in range(400)
    ]
    insert(clean, SPANS, rows)
    rollups.run()
    for name in ("feature", "model", "user_tier", "user_id", "tool_name"):
        expected: dict[tuple[int, str], float] = defaultdict(float)
        calls: dict[tuple[int, str], int] = defaultdict(int)
        for row in rows:
            if row["counted"]:
                key = (row["start_time"] // DAY * DAY, row[name])
                expected[key] += row["cost"] or 0.0
                calls[key] += 1
        found = {(day.day, day.dimensions[name]): day for day in asked(clean, clock, name)}
        assert {key: day.calls for key, day in found.items()} == calls
        for key, day in found.items():
            assert day.cost == pytest.approx(expected[key], abs=1e-9)
            assert day.cost_input + day.cost_output + day.cost_fixed == pytest.approx(day.cost, abs=1e-9)
    days = asked(clean, clock)
    assert sum(day.unpriced for day in days) == sum(bool(row["counted"]) and row["cost"] is None for row in rows)
    assert sum(day.input_tokens for day in days) == 100 * sum(row["counted"] for row in rows)


def test_a_day_is_counted_anew_when_its_spans_change_and_no_value_of_before_is_left(
    clean: ClickHouseDriver, rollups: RollUps, clock: HandClock
) -> None:
    first = call("a", TODAY, 1.0, feature="chat")
    insert(clean, SPANS, [first])
    rollups.run()
    insert(clean, SPANS, [{**first, "feature": "digest", "version": first["version"] + 1_000_000}, call("b", TODAY - DAY, 2.0)])
    rollups.run()
    assert {(day.day, day.dimensions["feature"], day.cost) for day in asked(clean, clock, "feature")} == {
        (TODAY, "digest", 1.0),
        (TODAY - DAY, "", 2.0),
    }
    gone = {**first, "version": first["version"] + 2_000_000, "is_deleted": 1}
    insert(clean, SPANS, [gone])
    rollups.run()
    assert [(day.day, day.cost) for day in asked(clean, clock)] == [(TODAY - DAY, 2.0)]


def test_they_outlive_the_spans_and_a_late_span_does_not_replace_a_whole_day(
    clean: ClickHouseDriver, meta: MetaStore, rollups: RollUps, clock: HandClock
) -> None:
    project = Project(id=PROJECT, organization_id="o", name="p", created_time=0, retention_days=5)
    with meta.writing() as unit:
        unit.organizations.add(Organization(id="o", name="o", created_time=0))
        unit.projects.add(project)
    retention = Retention(meta, SpanStore(clean), rollups)
    insert(clean, SPANS, [call(f"d{day}", TODAY - day * DAY, 1.0) for day in range(10)])
    retention.run_at(datetime.fromtimestamp(T0 / 1e6, UTC))  # counts before it deletes
    with meta.writing() as unit:
        unit.projects.put(replace(project, retention_days=30))  # kept for longer again: nothing comes back
    insert(clean, SPANS, [call("late", TODAY - 8 * DAY, 0.25), call("new", TODAY - DAY, 0.5)])
    retention.run_at(datetime.fromtimestamp(T0 / 1e6, UTC))
    found = {(TODAY - day.day) // DAY: day.cost for day in asked(clean, clock)}
    assert found == {0: 1.0, 1: 1.5, **dict.fromkeys(range(2, 10), 1.0)}
    raw = clean.query(
        Statement(
            sql="SELECT countIf(start_time < {p0:DateTime64(6, 'UTC')}) FROM spans FINAL",
            parameters={"p0": datetime.fromtimestamp((T0 - 5 * DAY) / 1e6, UTC)},
        )
    )
    assert raw.rows[0][0] == 1  # the late one alone


def test_what_is_older_than_they_are_kept_is_forgotten(clean: ClickHouseDriver, rollups: RollUps, clock: HandClock) -> None:
    insert(clean, SPANS, [call("old", TODAY - (KEPT_DAYS - 1) * DAY, 3.0), call("new", TODAY, 1.0)])
    rollups.run()
    everything = {"start": TODAY - 400 * DAY}
    assert total(asked(clean, clock, **everything)) == 4.0
    clock.now += 3 * DAY
    rollups.run()
    assert total(asked(clean, clock, **everything)) == 1.0


def test_projects_do_not_see_each_other_and_unknown_dimensions_are_named(
    clean: ClickHouseDriver, rollups: RollUps, clock: HandClock
) -> None:
    insert(clean, SPANS, [call("a", TODAY, 1.0), call("b", TODAY, 7.0, project_id="other")])
    rollups.run()
    assert total(asked(clean, clock)) == 1.0
    assert total(asked(clean, clock, project="other")) == 7.0
    with pytest.raises(BadRequest, match="not kept by `session_id`; known: feature"):
        asked(clean, clock, "session_id")
