"""No statement without a project, and no row of another one: every verb is asked, and every table that it reads is looked at."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from tests.store.spans.tables import PROJECT, SECOND, T0, engine, insert, payload, score, span, span_id, trace_id

from pellucid_server.core.errors import NotFound, QueryTooExpensive
from pellucid_server.core.ids import random_id
from pellucid_server.model.scope import Role, Scope
from pellucid_server.query.asking import Ask
from pellucid_server.query.exports import ExportAsk
from pellucid_server.query.facets import read_filter, read_score_filter
from pellucid_server.query.metrics import Measure, MetricsAsk
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.query.traces import Traces
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.columns import PAYLOADS, SCORES, SPANS
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver
from pellucid_server.store.spans.drivers.port import Limits, Result, Statement
from pellucid_server.store.spans.reader import SpanReader

STRANGER = "stranger"
WIDE = Window(start=T0 - 10**12)
FILTER = read_filter('(user:ada OR "secret word") -score.quality<0 has:score.tone')


class Watched:
    """A driver that keeps the statements."""

    def __init__(self, driver: ClickHouseDriver) -> None:
        self._driver = driver
        self.statements: list[Statement] = []

    def query(self, statement: Statement, *rest: Limits) -> Result:
        self.statements.append(statement)
        return self._driver.query(statement, *rest)

    def query_arrow(self, statement: Statement, *rest: Limits) -> Any:
        self.statements.append(statement)
        return self._driver.query_arrow(statement, *rest)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseDriver]:
    with engine(tmp_path_factory.mktemp("spans")) as opened:
        rows = [span("t", i, user_id="ada", session_id="s", tags=["x"], metadata=[("k", "v")]) for i in range(3)]
        newer = span("u", start=T0 + 100 * SECOND)
        insert(opened, SPANS, [*rows, newer])
        insert(opened, PAYLOADS, [payload(row, "a secret word") for row in rows])
        insert(opened, SCORES, [score("t", "quality", 1.0), score("t", "tone", type="categorical", string_value="warm")])
        yield opened


VERBS: dict[str, Callable[[Queries, Scope], Any]] = {
    "traces": lambda q, s: q.traces.list_traces(s, Ask(filter=FILTER)).data,
    "traces by cost": lambda q, s: q.traces.list_traces(s, Ask(filter=FILTER, order="-cost")).data,
    "traces, next page": lambda q, s: (
        q.traces.list_traces(s, Ask(filter=FILTER, cursor=q.traces.list_traces(_scope(PROJECT), Ask(limit=1)).next_cursor)).data
    ),
    "one trace": lambda q, s: q.traces.get_trace(s, trace_id("t")).spans,
    "rows of traces": lambda q, s: q.traces.rows_of(s, [trace_id("t")], FILTER),
    "spans": lambda q, s: q.spans.list_spans(s, Ask(filter=FILTER)).data,
    "spans by cost": lambda q, s: q.spans.list_spans(s, Ask(filter=FILTER, order="cost")).data,
    "one span": lambda q, s: [q.spans.get_span(s, span_id(0))],
    "sessions": lambda q, s: q.sessions.list_groups(s, Ask(filter=FILTER)).data,
    "one session": lambda q, s: q.sessions.get_group(s, "s", Window()).traces,
    "users": lambda q, s: q.users.list_groups(s, Ask(filter=FILTER)).data,
    "one user": lambda q, s: q.users.get_group(s, "ada", Window()).traces,
    "facets": lambda q, s: q.facets.count(s, ["user", "tags", "metadata.k"], FILTER, WIDE)["user"].data,
    "completion": lambda q, s: q.facets.complete(s, "user", ""),
    "completion of keys": lambda q, s: q.facets.complete(s, "metadata", ""),
    "completion of scores": lambda q, s: q.facets.complete(s, "score", ""),
    "metrics": lambda q, s: q.metrics.ask(s, _metrics("cost", "count")).data,
    "metrics of scores": lambda q, s: q.metrics.ask(s, _metrics("score:quality", "avg")).data,
    "search": lambda q, s: q.search.search(s, "secret", Ask(filter=FILTER)).data,
    "search for a piece": lambda q, s: q.search.search(s, "ecre", Ask(filter=FILTER), "substring").data,
    "exports": lambda q, s: b"".join(q.exports.spans(s, ExportAsk(filter=FILTER, window=Window(), format="jsonl", content=True))),
    "scores": lambda q, s: q.scores.list_scores(s, Ask(filter=read_score_filter("name:*"))).data,
}


def _scope(project_id: str) -> Scope:
    return Scope(organization_id="o", project_id=project_id, role=Role.OWNER, actor="test")


def _metrics(name: str, aggregation: str) -> MetricsAsk:
    measures = [Measure(name=name, aggregation=aggregation)]
    return MetricsAsk(measures=measures, dimensions=["user", "tags"], series=1, window=WIDE, filter=FILTER)


@pytest.mark.parametrize("verb", VERBS)
def test_every_table_is_read_with_its_project(driver: ClickHouseDriver, verb: str) -> None:
    watched = Watched(driver)
    queries = open_queries(watched, lambda: T0 + 10**9, random_id)
    assert VERBS[verb](queries, _scope(PROJECT)), "the verb finds what is ours"
    watched.statements.clear()
    with suppress(NotFound):
        assert not VERBS[verb](queries, _scope(STRANGER))
    own = {STRANGER, PROJECT} if verb == "traces, next page" else {STRANGER}
    assert watched.statements
    for statement in watched.statements:
        tables = len(re.findall(r"\bFROM (?:spans|payloads|scores)\b", statement.sql))
        bound = re.findall(r"\bproject_id = \{(p\d+):String\}", statement.sql)
        assert len(bound) == tables, statement.sql
        assert {statement.parameters[name] for name in bound} <= own


def test_a_query_meets_its_limits_by_name(driver: ClickHouseDriver) -> None:
    for limits in (Limits(memory_bytes=100_000), Limits(seconds=0.000_001)):
        traces = Traces(SpanReader(driver, limits), lambda: T0)
        with pytest.raises(QueryTooExpensive) as caught:
            traces.get_trace(_scope(PROJECT), trace_id("t"))
        assert caught.value.details["limit"] in ("memory", "time")
