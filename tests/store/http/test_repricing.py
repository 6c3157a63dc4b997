"""History at other prices, in the process and over HTTP: the same figures as the price book gives, all at once, and once."""

import random
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.store.http.process import ClickHouseProcess
from tests.store.spans.tables import PROJECT, T0, engine, insert, payload, span

from pellucid_server.core.clock import DAY, HOUR, MINUTE
from pellucid_server.dashboards.repricing import Pricing
from pellucid_server.enrich.price import PriceBook, PriceOverride
from pellucid_server.enrich.rates import Rates
from pellucid_server.model.span import Kind, Span
from pellucid_server.model.usage import USAGE_KINDS, Cost, Usage
from pellucid_server.store.spans.columns import PAYLOADS, SPANS, TABLES
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver, connect_http
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.repricing import Repricer
from pellucid_server.store.spans.schema import schema

TODAY = T0 // DAY * DAY
PARTS = (*USAGE_KINDS, "fixed")
RUN = "run_1"
PRICES = (
    PriceOverride(id="own", model="acme-.*", regex=True, rates=Rates(input=0.1, output=0.7, fixed=0.003)),
    PriceOverride(id="later", model="acme-chat", start=date(2025, 11, 19), rates=Rates(input=0.3, output=1.9)),
    PriceOverride(id="free", model="gift", rates=Rates(input=0.0, output=0.0)),
    PriceOverride(id="by-the-call", model="oracle", rates=Rates(fixed=0.25)),
    PriceOverride(id="half", model="mute", rates=Rates(output=3.3)),
)
CALLS = (
    ("acme", "acme-chat", ""),
    ("acme", "", "acme-embed"),
    ("", "gift", ""),
    ("acme", "oracle", ""),
    ("acme", "mute", ""),
    ("openai", "gpt-4o-2024-08-06", "gpt-4o"),
    ("google", "gemini-2.5-pro", ""),
    ("anthropic", "claude-opus-4-8", ""),
    ("deepseek", "deepseek-chat", ""),
    ("acme", "nobody-knows-this", ""),
)
"""Provider, the model that answered, the one that was asked for: own prices, and public ones by size of the input, hour and speed."""
TIERS = ("", "priority", "batch", "flex")


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseDriver]:
    with engine(tmp_path_factory.mktemp("spans")) as driver:
        yield driver


@pytest.fixture(scope="module")
def remote(clickhouse: ClickHouseProcess) -> Iterator[ClickHouseDriver]:
    driver = connect_http(clickhouse.url)
    for table in TABLES:
        driver.command(f"DROP TABLE IF EXISTS {table.name} SYNC")
    for statement in schema():
        driver.command(statement)
    yield driver
    for table in TABLES:
        driver.command(f"DROP TABLE IF EXISTS {table.name} SYNC")
    driver.close()


@pytest.fixture(params=["embedded", "remote"])
def driver(request: pytest.FixtureRequest) -> ClickHouseDriver:
    made: ClickHouseDriver = request.getfixturevalue(request.param)
    for table in (SPANS, PAYLOADS):
        made.command(f"TRUNCATE TABLE {table.name}")
    return made


@pytest.fixture
def repricer(driver: ClickHouseDriver) -> Iterator[Repricer]:
    made = Repricer(driver)
    yield made
    for run in made.waiting():
        made.drop(run)


def pricing(repricer: Repricer, *prices: PriceOverride) -> Pricing:
    return Pricing(repricer, PROJECT, prices or PRICES)


def price_anew(repricer: Repricer, used: Pricing, run: str = RUN, since: int = 0) -> None:
    repricer.prepare(run)
    for day in repricer.days(PROJECT, None, None):
        used.fill(run, day.day, since)
    repricer.swap(run)
    repricer.drop(run)


def row(chance: random.Random, number: int) -> dict[str, Any]:
    """A call as it may stand in the store: priced by whatever held then, or by nobody."""
    provider, model, requested = chance.choice(CALLS)
    usage = {f"usage_{kind}": chance.choice([None, None, 0, chance.randrange(300_000)]) for kind in USAGE_KINDS}
    old = {f"cost_{part}": chance.choice([0.0, chance.random()]) for part in PARTS}
    priced = chance.random() < 0.8
    source = chance.choice(["genai-prices", "override:gone", "reported", "override:own"]) if priced else ""
    reported = sum(old.values()) if source == "reported" else chance.choice([None, 0.0, chance.random(), float("inf")])
    return {
        "start": TODAY - chance.randrange(4) * DAY + chance.randrange(24 * 60) * MINUTE + number,
        "kind": chance.choice(["generation", "embedding", "reranker", "tool"]),
        "provider": provider,
        "model": model,
        "model_requested": requested,
        "service_tier": chance.choice(TIERS),
        "cache_hit": chance.choice([-1, -1, -1, 0, 1]),
        "flags": chance.choice([[], ["refused_by:x"], ["service_tier_unpriced"]]),
        "cost": sum(old.values()) if priced else None,
        "cost_source": source,
        "reported_cost": reported,
        "counted": chance.choice([0, 1]),
        **usage,
        **(old if priced else {}),
    }


def as_span(stored: dict[str, Any], speed: str) -> Span:
    reported = stored["reported_cost"]
    old = Cost(**{part: stored[f"cost_{part}"] for part in PARTS})
    was_reported = stored["cost_source"] == "reported"
    return Span(
        trace_id="",
        span_id="",
        kind=Kind(stored["kind"]),
        start_time=stored["start_time"],
        provider=stored["provider"],
        model=stored["model"],
        model_requested=stored["model_requested"],
        service_tier=stored["service_tier"],
        cache_hit=stored["cache_hit"] == 1 or None,
        usage=Usage(**{kind: stored[f"usage_{kind}"] for kind in USAGE_KINDS}),
        model_parameters={"speed": speed} if speed else {},
        reported_cost=None if reported is None else old if was_reported else Cost(fixed=reported),
    )


def stored_rows(driver: ClickHouseDriver) -> dict[str, dict[str, Any]]:
    names = ("trace_id", "version", "kind", "cost", "cost_source", "flags", *(f"cost_{part}" for part in PARTS))
    found = driver.query(Statement(sql=f"SELECT {', '.join(names)} FROM spans FINAL", parameters={})).dicts()
    return {one["trace_id"]: one for one in found}


def spent(driver: ClickHouseDriver) -> float:
    return float(driver.query(Statement(sql="SELECT sum(cost) FROM spans FINAL", parameters={})).rows[0][0] or 0.0)


@pytest.mark.parametrize("seed", range(2))
def test_every_stored_call_costs_what_the_price_book_says(driver: ClickHouseDriver, repricer: Repricer, seed: int) -> None:
    chance = random.Random(seed)
    speeds = [chance.choice(["", "", "fast"]) for _ in range(400)]
    rows = [span(f"{seed}-{number}", **row(chance, number)) for number in range(400)]
    insert(driver, SPANS, rows)
    documents = [
        payload(one, document=f'{{"span":{{"model_parameters":{{"speed":"{speed}"}}}},"raw":{{}}}}')
        for one, speed in zip(rows, speeds, strict=True)
    ]
    insert(driver, PAYLOADS, documents)
    used = pricing(repricer)
    expected_change = [used.changes(day.day) for day in repricer.days(PROJECT, None, None)]
    price_anew(repricer, used)
    book, found = PriceBook(PRICES), stored_rows(driver)
    assert len(found) == len(rows)
    after = 0.0
    for before, speed in zip(rows, speeds, strict=True):
        now = found[before["trace_id"]]
        if before["kind"] == "tool":
            assert (now["cost"], now["version"]) == (before["cost"], before["version"])
            continue
        quote = book.quote(as_span(dict(before), speed))
        cost = quote.cost
        assert now["cost"] == (None if cost is None else cost.total), (before, speed)
        assert now["cost_source"] == ("" if cost is None else cost.source)
        assert [now[f"cost_{part}"] for part in PARTS] == [0.0 if cost is None else getattr(cost, part) for part in PARTS]
        assert ("service_tier_unpriced" in now["flags"]) == ("service_tier_unpriced" in quote.flags)
        assert ("refused_by:x" in now["flags"]) == ("refused_by:x" in before["flags"])
        after += (now["cost"] or 0.0) * before["counted"]
    told = [one for day in expected_change for one in day]
    assert sum(one.after for one in told) == pytest.approx(after, abs=1e-9)
    changed = sum(found[one["trace_id"]]["version"] > one["version"] for one in rows)
    assert sum(one.rows for one in told) == changed > 0
    assert all(one.rows == 0 for day in repricer.days(PROJECT, None, None) for one in used.changes(day.day))


def test_readers_see_all_of_it_or_nothing(driver: ClickHouseDriver, repricer: Repricer) -> None:
    rows = [
        span(f"c{number}", start=TODAY - number % 3 * 8 * DAY, provider="acme", model="acme-chat", usage_input=1_000_000, cost=1.0,
             cost_input=1.0, tokens=1_000_000)
        for number in range(3_000)
    ]  # fmt: skip
    insert(driver, SPANS, rows)
    used = pricing(repricer, PriceOverride(id="new", model="acme-chat", rates=Rates(input=3.0, output=3.0)))
    repricer.prepare(RUN)
    for day in repricer.days(PROJECT, None, None):
        used.fill(RUN, day.day)
    seen: set[float] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(spent(driver))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for one in readers:
        one.start()
    try:
        while not seen:
            done.wait(0.01)
        repricer.swap(RUN)
        assert spent(driver) == 9_000.0
    finally:
        done.set()
        for one in readers:
            one.join()
    assert seen <= {3_000.0, 9_000.0}


def test_adding_the_same_rows_twice_changes_nothing(driver: ClickHouseDriver, repricer: Repricer) -> None:
    insert(driver, SPANS, [span("a", provider="acme", model="acme-chat", usage_input=10, cost=1.0)])
    used = pricing(repricer)
    repricer.prepare(RUN)
    used.fill(RUN, TODAY)
    used.fill(RUN, TODAY)
    repricer.swap(RUN)
    once = stored_rows(driver)
    repricer.swap(RUN)
    assert stored_rows(driver) == once
    assert repricer.count(RUN) == repricer.count_of(RUN, TODAY) == 1
    assert repricer.count_of(RUN, TODAY - DAY) == 0


def test_a_row_that_was_written_meanwhile_wins_and_is_priced_in_a_second_look(driver: ClickHouseDriver, repricer: Repricer) -> None:
    early = span("a", provider="acme", model="acme-chat", usage_input=1_000_000, cost=1.0, cost_input=1.0, version=5_000)
    insert(driver, SPANS, [early, span("b", provider="acme", model="acme-chat", usage_input=1_000_000, cost=1.0, version=5_000)])
    since, used = repricer.newest_version(), pricing(repricer)
    repricer.prepare(RUN)
    used.fill(RUN, TODAY)
    insert(driver, SPANS, [{**early, "name": "renamed", "version": 6_000}])
    repricer.swap(RUN)
    rows = stored_rows(driver)
    assert sorted(one["cost"] for one in rows.values()) == [0.3, 1.0]
    assert repricer.changed_days(PROJECT, since) == [TODAY]
    price_anew(repricer, used, run=f"{RUN}_late", since=since)
    assert [one["cost"] for one in stored_rows(driver).values()] == [0.3, 0.3]


def test_another_project_keeps_its_costs(driver: ClickHouseDriver, repricer: Repricer) -> None:
    insert(driver, SPANS, [span("a", model="acme-chat", usage_input=10, cost=1.0, project_id="other")])
    price_anew(repricer, pricing(repricer))
    assert spent(driver) == 1.0


def test_traces_whose_call_named_no_usage_are_told(driver: ClickHouseDriver, repricer: Repricer) -> None:
    silent = span("a", model="oracle", provider="acme", counted=0)
    insert(driver, SPANS, [silent, span("b", model="acme-chat", usage_input=10, tokens=10, start=TODAY + HOUR)])
    used = pricing(repricer)
    repricer.prepare(RUN)
    used.fill(RUN, TODAY)
    assert repricer.silent_traces(RUN) == [silent["trace_id"]]


@settings(max_examples=8, deadline=None)
@given(price=st.floats(0, 1e6), tokens=st.integers(0, 2**32 - 1))
def test_a_sum_is_the_same_bits_as_in_python(embedded: ClickHouseDriver, price: float, tokens: int) -> None:
    embedded.command(f"TRUNCATE TABLE {SPANS.name}")
    insert(embedded, SPANS, [span("a", model="m", usage_input=tokens)])
    repricer, own = Repricer(embedded), PriceOverride(id="p", model="m", rates=Rates(input=price, output=price))
    repricer.drop(RUN)
    price_anew(repricer, pricing(repricer, own))
    quote = PriceBook([own]).price(
        Span(trace_id="", span_id="", kind=Kind.GENERATION, start_time=T0, model="m", usage=Usage(input=tokens))
    )
    assert quote is not None
    assert [one["cost"] for one in stored_rows(embedded).values()] == [quote.total]
