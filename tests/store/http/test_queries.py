"""Every read verb over HTTP answers as it does in the process: one SQL, one meaning."""

from collections.abc import Iterator

import pytest
from tests.api.query.story import NOW, TRACES, tell
from tests.store.http.process import ClickHouseProcess
from tests.store.spans.tables import PROJECT, engine, trace_id

from pellucid_server.core.ids import random_id
from pellucid_server.filters.tree import FieldRef, Text, one_of
from pellucid_server.model.scope import Role, Scope
from pellucid_server.query.asking import Ask
from pellucid_server.query.exports import ExportAsk, Format
from pellucid_server.query.facets import read_filter, read_score_filter
from pellucid_server.query.metrics import Measure, MetricsAsk
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.query.score_drafts import Draft
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.columns import TABLES
from pellucid_server.store.spans.drivers.clickhouse import connect_http
from pellucid_server.store.spans.schema import schema

SCOPE = Scope(organization_id="o", project_id=PROJECT, role=Role.OWNER, actor="test")
SINCE = Window(start=NOW - 10**11)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queries]:
    with engine(tmp_path_factory.mktemp("spans")) as driver:
        tell(driver)
        yield open_queries(driver, lambda: NOW, random_id)


@pytest.fixture(scope="module")
def remote(clickhouse: ClickHouseProcess) -> Iterator[Queries]:
    driver = connect_http(clickhouse.url)
    for table in TABLES:
        driver.command(f"DROP TABLE IF EXISTS {table.name} SYNC")
    for statement in schema():
        driver.command(statement)
    tell(driver)
    yield open_queries(driver, lambda: NOW, random_id)
    for table in TABLES:
        driver.command(f"DROP TABLE IF EXISTS {table.name} SYNC")
    driver.close()


@pytest.fixture(params=["embedded", "remote"])
def queries(request: pytest.FixtureRequest) -> Queries:
    made: Queries = request.getfixturevalue(request.param)
    return made


@pytest.mark.parametrize(
    "text", ["", "user:ada", '"café order"', "score.quality<0.5 OR tag:eu", "model:*4* metadata.plan:p*", "-has:cost"]
)
@pytest.mark.parametrize("order", ["-start_time", "-cost"])
def test_lists(embedded: Queries, remote: Queries, text: str, order: str) -> None:
    ask = Ask(filter=read_filter(text), order=order, limit=3)
    for verb in ("traces", "spans"):
        here, there = (getattr(getattr(queries, verb), f"list_{verb}")(SCOPE, ask) for queries in (embedded, remote))
        assert [row.span_id if verb == "spans" else row.trace_id for row in here.data] == [
            row.span_id if verb == "spans" else row.trace_id for row in there.data
        ]
        assert (here.next_cursor is None) == (there.next_cursor is None)


def test_one_of_each(embedded: Queries, remote: Queries) -> None:
    here, there = (queries.traces.get_trace(SCOPE, trace_id("alpha")) for queries in (embedded, remote))
    assert here.spans == there.spans
    span_id = here.spans[1].span_id
    one, other = (queries.spans.get_span(SCOPE, span_id, trace_id("alpha")) for queries in (embedded, remote))
    assert (one.content, one.raw, one.cost_explained) == (other.content, other.raw, other.cost_explained)
    for verb, id_ in (("sessions", "chat-0"), ("users", "ada")):
        assert (
            getattr(embedded, verb).get_group(SCOPE, id_, Window()).row == getattr(remote, verb).get_group(SCOPE, id_, Window()).row
        )
        assert getattr(embedded, verb).list_groups(SCOPE, Ask()).data == getattr(remote, verb).list_groups(SCOPE, Ask()).data


def test_aggregates(embedded: Queries, remote: Queries) -> None:
    names = ["model", "tags", "metadata.plan", "is_root"]
    measures = [
        Measure(name=name, aggregation=how) for name, how in (("cost", "sum"), ("duration", "p95"), ("score:quality", "avg"))
    ]
    ask = MetricsAsk(measures=measures, dimensions=["user", "tags"], interval="hour", window=SINCE, timezone="Europe/Rome")
    assert embedded.facets.count(SCOPE, names, read_filter(""), SINCE) == remote.facets.count(SCOPE, names, read_filter(""), SINCE)
    assert embedded.facets.complete(SCOPE, "model", "c") == remote.facets.complete(SCOPE, "model", "c")
    assert embedded.metrics.ask(SCOPE, ask) == remote.metrics.ask(SCOPE, ask)


@pytest.mark.parametrize("mode", ["tokens", "substring"])
def test_search(embedded: Queries, remote: Queries, mode: str) -> None:
    here, there = (queries.search.search(SCOPE, "café ord", Ask(limit=5), mode) for queries in (embedded, remote))  # type: ignore[arg-type]  # a mode
    assert here.data == there.data


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
def test_exports(embedded: Queries, remote: Queries, format_: Format) -> None:
    ask = ExportAsk(filter=read_filter("name:chat"), window=Window(), format=format_, content=True)
    assert b"".join(embedded.exports.spans(SCOPE, ask)) == b"".join(remote.exports.spans(SCOPE, ask))


def test_scores_are_written_and_replaced(queries: Queries) -> None:
    for name in ("old", "new"):
        queries.scores.write(SCOPE, [Draft(id="moved", name=name, value=0.5, trace_id=trace_id("alpha"))])
    found = queries.scores.list_scores(SCOPE, Ask(filter=read_score_filter("name:(old,new)"))).data
    assert [(score.name, score.value) for score in found] == [("new", 0.5)]


def test_a_page_of_five_hundred_ids_fits_a_request(queries: Queries) -> None:
    many = one_of(FieldRef(name="trace_id"), [Text(f"{i:032x}") for i in range(500)] + [Text(trace_id(name)) for name in TRACES])
    page = queries.traces.list_traces(SCOPE, Ask(filter=many, limit=500))
    assert len(page.data) == len(TRACES)
