"""Pages of traces under writes: whatever arrives between two pages, nothing that was there is shown twice or left out."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.spans.tables import PROJECT, SECOND, T0, engine, insert, span, span_id, trace_id

from pellucid_server.core.ids import random_id
from pellucid_server.model.scope import Role, Scope
from pellucid_server.query.asking import Ask
from pellucid_server.query.facets import read_filter
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.store.spans.columns import SPANS
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver

SCOPE = Scope(organization_id="o", project_id=PROJECT, role=Role.OWNER, actor="test")
NOW = T0 + 1_000 * SECOND


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseDriver]:
    with engine(tmp_path_factory.mktemp("spans")) as opened:
        yield opened


@pytest.fixture(scope="module")
def queries(driver: ClickHouseDriver) -> Queries:
    return open_queries(driver, lambda: NOW, random_id)


def walk(queries: Queries, driver: ClickHouseDriver, ask: dict[str, object], between: list[list[object]]) -> list[str]:
    """All pages, with a write after each."""
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = queries.traces.list_traces(SCOPE, Ask(cursor=cursor, **ask))  # type: ignore[arg-type]  # fields of Ask
        seen += [row.trace_id for row in page.data]
        cursor = page.next_cursor
        if cursor is None:
            return seen
        if between:
            insert(driver, SPANS, between.pop(0))  # type: ignore[arg-type]  # rows


def child_only(name: str, at: int) -> list[object]:
    """A trace whose root has not arrived: its child stands for it."""
    return [span(name, 1, start=at, is_root=1, received_at=NOW - SECOND)]


def root_arrives(name: str, at: int, child_at: int) -> list[object]:
    """The root comes, earlier in time than the child, which no longer stands for the trace."""
    return [
        span(name, 0, start=at, received_at=NOW + SECOND),
        span(name, 1, start=child_at, is_root=0, received_at=NOW - SECOND),
    ]


WRITES = st.lists(st.tuples(st.sampled_from(["new", "old", "root"]), st.integers(0, 7), st.integers(1, 80)), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=WRITES, limit=st.integers(1, 5), order=st.sampled_from(["-start_time", "start_time"]), filtered=st.booleans())
def test_nothing_twice_and_nothing_left_out(
    driver: ClickHouseDriver, queries: Queries, writes: list[tuple[str, int, int]], limit: int, order: str, filtered: bool
) -> None:
    driver.command("TRUNCATE TABLE spans")
    places = {f"t{i}": T0 + (100 + i * 10) * SECOND for i in range(8)}
    insert(driver, SPANS, [row for name, at in places.items() for row in child_only(name, at)])
    between: list[list[object]] = []
    for number, (what, which, back) in enumerate(writes):
        name = f"t{which}"
        if what == "root":
            between.append(root_arrives(name, places[name] - back * SECOND, places[name]))
        else:
            at = T0 + (900 if what == "new" else 100 + back) * SECOND
            between.append([span(f"n{number}", 0, start=at, received_at=NOW + SECOND)])
    ask = {"limit": limit, "order": order}
    if filtered:
        ask["filter"] = read_filter("kind:generation")
    seen = walk(queries, driver, ask, between)
    assert len(set(seen)) == len(seen)
    assert {trace_id(name) for name in places} <= set(seen)


def test_rows_of_equal_time_are_told_apart(driver: ClickHouseDriver, queries: Queries) -> None:
    driver.command("TRUNCATE TABLE spans")
    insert(driver, SPANS, [span(f"same{i}", 0, start=T0) for i in range(9)])
    assert len(set(walk(queries, driver, {"limit": 2}, []))) == 9


@pytest.mark.parametrize("order", ["-last_time", "last_time", "-trace_count", "trace_count"])
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_sessions_are_paged_once_each_over_months(driver: ClickHouseDriver, queries: Queries, order: str, limit: int) -> None:
    driver.command("TRUNCATE TABLE spans")
    day = 86_400 * SECOND
    # Sessions that come back after days: each belongs where it was last seen.
    visits = {"a": [0, 40], "b": [1], "c": [1, 3, 90], "d": [90], "e": [200, 0], "f": [400]}
    rows = [
        span(f"{name}{back}", start=NOW - back * day - 1, session_id=name, received_at=NOW - SECOND)
        for name, backs in visits.items()
        for back in backs
    ]
    insert(driver, SPANS, rows)
    seen: list[str] = []
    cursor = None
    while True:
        page = queries.sessions.list_groups(SCOPE, Ask(order=order, limit=limit, cursor=cursor))
        seen += [row.id for row in page.data]
        cursor = page.next_cursor
        if cursor is None:
            break
        # What arrives meanwhile makes an old session new; it is not shown again, and nobody is left out.
        insert(driver, SPANS, [span(f"late{len(seen)}", start=NOW - 1, session_id=seen[0], received_at=NOW + SECOND)])
    assert sorted(seen) == sorted(visits)
    if order == "-last_time":
        assert [min(visits[name]) for name in seen] == sorted(map(min, visits.values()))


def test_spans_are_paged_by_their_whole_key(driver: ClickHouseDriver, queries: Queries) -> None:
    driver.command("TRUNCATE TABLE spans")
    insert(driver, SPANS, [span("one", i, start=T0) for i in range(7)])
    seen: list[str] = []
    cursor = None
    while True:
        page = queries.spans.list_spans(SCOPE, Ask(limit=3, cursor=cursor))
        seen += [row.span_id for row in page.data]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [span_id(i) for i in reversed(range(7))]


def test_old_traces_are_found_however_idle_the_project(driver: ClickHouseDriver, queries: Queries) -> None:
    driver.command("TRUNCATE TABLE spans")
    year = 365 * 86_400 * SECOND
    insert(
        driver,
        SPANS,
        [span("ancient", 0, start=T0 - 40 * year), span("future", 0, start=T0 + 30 * year), span("last-year", 0, start=T0 - year)],
    )
    page = queries.traces.list_traces(SCOPE, Ask())
    assert [row.trace_id for row in page.data] == [trace_id("future"), trace_id("last-year"), trace_id("ancient")]
