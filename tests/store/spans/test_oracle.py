"""Any filter finds on the engine exactly the rows that its plain meaning, written down here in Python, finds."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.spans.tables import PROJECT, SECOND, T0, engine, insert, span

from pellucid_server.core.clock import HOUR, MINUTE
from pellucid_server.filters.tree import (
    Ago,
    And,
    Boolean,
    Compare,
    FieldRef,
    Filter,
    Has,
    Instant,
    Not,
    Number,
    OneOf,
    Operator,
    Or,
    Pattern,
    Text,
    Value,
    all_of,
    any_of,
    negate,
    one_of,
)
from pellucid_server.store.spans.columns import SPANS
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver
from pellucid_server.store.spans.filter_sql import Asked, span_condition
from pellucid_server.store.spans.parameters import Parameters

NOW = T0 + HOUR
WORDS = ["", "a", "ab", "b%", "a_b", "x\\y", "'; --", "ä"]
NUMBERS = [-1.0, 0.0, 0.5, 1.0, 2.0]
Row = Mapping[str, Any]


def _rows() -> list[Row]:
    """Every word beside every number and some of the rest."""
    made = []
    for i, word in enumerate(WORDS):
        for j, number in enumerate([None, *NUMBERS[1:]]):
            made.append(
                span(
                    f"t{i}{j}",
                    start=T0 + (i * 7 + j) * 13 * MINUTE,
                    model=word,
                    user_id=WORDS[j],
                    cost=number,
                    duration=None if j == 2 else float(i),
                    ms=None if j == 3 else 50.0 * i,
                    tokens=j,
                    tags=WORDS[1 : 1 + (i + j) % 4],
                    metadata=[("k", word)] if j % 2 else [],
                    streaming=j - 1 if j < 3 else 1,
                    is_root=i % 2,
                )
            )
    return made


ROWS = _rows()


def holds(node: Filter, row: Row) -> bool:
    """What a filter means."""
    match node:
        case And(items):
            return all(holds(item, row) for item in items)
        case Or(items):
            return any(holds(item, row) for item in items)
        case Not(item):
            return not holds(item, row)
        case Has(field):
            return _has(field, row)
        case OneOf(field=field, values=values):
            return any(_compares(field, Operator.EQ, value, row) for value in values)
        case Compare(field=field, operator=operator, value=value):
            return _compares(field, operator, value, row)
    raise AssertionError(node)


def _has(field: FieldRef, row: Row) -> bool:
    value = row[field.name]
    if field.name == "metadata":
        return field.key in dict(value)
    if field.name == "streaming":
        return bool(value >= 0)
    # A cost of 0 is there; 0 tokens are none, because the column cannot be absent.
    return bool(value) if field.name in ("tokens", "tags", "user_id") else value is not None


def _compares(field: FieldRef, operator: Operator, value: Value, row: Row) -> bool:
    found = row[field.name]
    if field.name == "tags":
        return any(_equals(item, value) for item in found)
    if field.name == "metadata":
        return _equals(dict(found).get(field.key, ""), value)
    if found is None:
        return False
    match value:
        case Number(number):
            return _ordered(found, operator, number, number)
        case Boolean(truth):
            return bool(found == int(truth))
        case Instant(start, width):
            return _ordered(found, operator, start, start + width - 1)
        case Ago(micros):
            return _ordered(found, operator, NOW - micros, NOW - micros)
    return _equals(found, value)


def _equals(found: str, value: Value) -> bool:
    if isinstance(value, Pattern):
        return re.fullmatch(".*".join(map(re.escape, value.pieces)), found, re.DOTALL) is not None
    assert isinstance(value, Text)
    return found == value.value


def _ordered(found: float, operator: Operator, first: float, last: float) -> bool:
    """`first` and `last` are the ends of what was written: a day is a stretch."""
    return {
        Operator.EQ: first <= found <= last,
        Operator.GT: found > last,
        Operator.GE: found >= first,
        Operator.LT: found < first,
        Operator.LE: found <= last,
    }[operator]


STRINGS = st.sampled_from(WORDS).map(Text) | st.lists(st.sampled_from(["", "a", "b", "%", "_", "\\"]), min_size=2, max_size=3).map(
    lambda pieces: Pattern(tuple(pieces))
)
TEXT_FIELDS = st.sampled_from([FieldRef(name=name) for name in ("model", "user_id", "tags")] + [FieldRef(name="metadata", key="k")])
MOMENTS = st.builds(
    Instant, st.integers(-2, 60).map(lambda step: T0 + step * 13 * MINUTE), st.sampled_from([1, MINUTE, HOUR])
) | st.integers(-20, 60).map(lambda step: Ago(HOUR - step * 13 * MINUTE))
TERMS: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Compare, field=TEXT_FIELDS, value=STRINGS),
    st.builds(one_of, TEXT_FIELDS, st.lists(STRINGS, min_size=1, max_size=3)),
    st.builds(
        Compare,
        field=st.sampled_from([FieldRef(name="cost"), FieldRef(name="duration"), FieldRef(name="tokens")]),
        operator=st.sampled_from(Operator),
        value=st.sampled_from(NUMBERS).map(Number),
    ),
    st.builds(
        Compare,
        field=st.sampled_from([FieldRef(name="start_time"), FieldRef(name="end_time")]),
        operator=st.sampled_from(Operator),
        value=MOMENTS,
    ),
    st.builds(
        Compare, field=st.sampled_from([FieldRef(name="streaming"), FieldRef(name="is_root")]), value=st.booleans().map(Boolean)
    ),
    st.sampled_from(["cost", "duration", "end_time", "tags", "user_id", "tokens", "streaming"]).map(
        lambda name: Has(FieldRef(name=name))
    ),
    st.just(Has(FieldRef(name="metadata", key="k"))),
)
FILTERS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(all_of), st.lists(inner, min_size=2, max_size=3).map(any_of), inner.map(negate)
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseDriver]:
    with engine(tmp_path_factory.mktemp("spans")) as opened:
        insert(opened, SPANS, ROWS)
        yield opened


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FILTERS)
def test_the_engine_finds_what_is_meant(driver: ClickHouseDriver, node: Filter) -> None:
    p = Parameters()
    condition = span_condition(node, Asked(project_id=PROJECT, now=NOW), p)
    statement = p.statement(f"SELECT trace_id FROM spans FINAL WHERE project_id = {p.text(PROJECT)} AND {condition}", "test")
    assert {row[0] for row in driver.query(statement).rows} == {row["trace_id"] for row in ROWS if holds(node, row)}


def test_the_rows_have_ends(driver: ClickHouseDriver) -> None:
    assert any(row["end_time"] is None for row in ROWS)
    assert min(row["start_time"] for row in ROWS) == T0
    assert max(row["start_time"] for row in ROWS) > NOW + SECOND
