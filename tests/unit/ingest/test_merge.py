"""The merge of parts is a join: commutative, associative, idempotent; absent is not empty."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.ingest.merge import group, merge
from pellucid_server.model.raw import RawEvent, RawLog, RawSpan

TRACE, SPAN = "a" * 32, "b" * 16

_values = st.none() | st.booleans() | st.integers(-3, 3) | st.text("xy", max_size=2) | st.lists(st.integers(0, 1), max_size=2)
_maps = st.dictionaries(st.sampled_from("klm"), _values.filter(lambda value: value is not None), max_size=3)
_parts = st.builds(
    RawSpan,
    trace_id=st.just(TRACE),
    span_id=st.just(SPAN),
    parent_span_id=st.none() | st.sampled_from(["", "c" * 16]),
    name=st.none() | st.sampled_from(["one", "two"]),
    start_time=st.none() | st.integers(1, 3),
    end_time=st.none() | st.integers(1, 3),
    status_code=st.none() | st.integers(0, 2),
    attributes=_maps,
    resource=_maps,
    events=st.lists(
        st.builds(RawEvent, name=st.sampled_from("ef"), time=st.none() | st.integers(1, 2)), max_size=2, unique_by=repr
    ).map(tuple),
    logs=st.lists(
        st.builds(RawLog, name=st.sampled_from("gh"), time=st.integers(1, 2), body=_values), max_size=2, unique_by=repr
    ).map(tuple),
    flags=st.sets(st.sampled_from(["p", "q"])).map(lambda found: tuple(sorted(found))),
    stamp=st.integers(0, 3),
)


def _same(span: RawSpan) -> RawSpan:
    """Sets in one order, so that a single part compares with a merged one."""
    return replace(
        span,
        events=tuple(sorted(span.events, key=repr)),
        logs=tuple(sorted(span.logs, key=repr)),
        stamps=dict(sorted(span.stamps.items())),
        attributes=dict(sorted(span.attributes.items())),
        resource=dict(sorted(span.resource.items())),
    )


@given(st.lists(_parts, min_size=1, max_size=4))
def test_every_order_of_parts_gives_the_same_whole(parts: list[RawSpan]) -> None:
    wholes = {repr(_same(merge(order))) for order in permutations(parts)}
    assert len(wholes) == 1


@given(_parts, _parts, _parts)
def test_grouping_does_not_matter(one: RawSpan, two: RawSpan, three: RawSpan) -> None:
    assert _same(merge([merge([one, two]), three])) == _same(merge([one, merge([two, three])]))


@given(st.lists(_parts, min_size=1, max_size=4))
def test_resending_changes_nothing(parts: list[RawSpan]) -> None:
    whole = merge(parts)
    for part in parts:
        assert _same(merge([whole, part])) == _same(whole)
    assert _same(merge([whole, whole])) == _same(whole)


@given(_parts, _parts)
def test_absent_never_wins_over_present(one: RawSpan, two: RawSpan) -> None:
    whole = merge([one, two])
    for name in ("name", "parent_span_id", "start_time", "end_time", "status_code"):
        sent = [value for value in (getattr(one, name), getattr(two, name)) if value is not None]
        assert getattr(whole, name) in (sent or [None])
    assert set(whole.attributes) == {*one.attributes, *two.attributes}


def test_the_later_part_wins_and_older_fields_keep_their_own_stamp() -> None:
    start = RawSpan(trace_id=TRACE, span_id=SPAN, name="call", start_time=1, attributes={"a": 1, "b": 1}, stamp=1)
    end = RawSpan(trace_id=TRACE, span_id=SPAN, end_time=9, attributes={"a": 9}, stamp=9)
    update = RawSpan(trace_id=TRACE, span_id=SPAN, attributes={"b": 5}, stamp=5)
    whole = merge([start, end, update])
    assert (whole.name, whole.start_time, whole.end_time) == ("call", 1, 9)
    assert whole.attributes == {"a": 9, "b": 5}


def test_parts_of_different_spans_cannot_be_merged_but_are_grouped() -> None:
    one = RawSpan(trace_id=TRACE, span_id=SPAN, name="one")
    other = RawSpan(trace_id=TRACE, span_id="d" * 16, name="other")
    with pytest.raises(ValueError, match="exactly one span"):
        merge([one, other])
    assert group([one, other, one]) == {(TRACE, SPAN): one, (TRACE, "d" * 16): other}


def test_false_and_zero_are_two_things() -> None:
    zero, false = (RawSpan(trace_id=TRACE, span_id=SPAN, logs=(RawLog(name="g", time=1, body=body),)) for body in (0, False))
    assert len(merge([zero, false]).logs) == 2
    number, truth = (RawSpan(trace_id=TRACE, span_id=SPAN, attributes={"k": value}) for value in (1, True))
    assert repr(merge([number, truth]).attributes) == repr(merge([truth, number]).attributes)


def test_a_resend_keeps_events_that_are_alike() -> None:
    chunk = RawEvent(name="chunk", time=1)
    part = RawSpan(trace_id=TRACE, span_id=SPAN, events=(chunk, chunk))
    assert merge([part, RawSpan(trace_id=TRACE, span_id=SPAN, events=(chunk, chunk))]).events == (chunk, chunk)
