"""Sampling keeps errors, keeps traces whole, and says with what probability."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, Status, StatusCode

import pellucid
from pellucid.exporting import tail


def ended(trace_id: int, span_id: int = 1, *, error: bool = False) -> ReadableSpan:
    status = Status(StatusCode.ERROR) if error else Status()
    return ReadableSpan(name="x", context=SpanContext(trace_id, span_id, False), status=status, start_time=1, end_time=2)


def test_rate_zero_keeps_only_traces_with_an_error_and_those_whole(server: Any, start: Any) -> None:
    start(sample_rate=0.0)
    with pellucid.span("fine"), pellucid.span("fine child"):
        pass
    with pellucid.span("root"):
        with pellucid.span("good child"):
            pass
        step = pellucid.generation("bad child")
        step.fail("refused").end()
    pellucid.flush()
    assert {span.name for span in server.spans()} == {"root", "good child", "bad child"}
    assert {span.attributes["pellucid.sample_probability"] for span in server.spans()} == {1.0}
    assert pellucid.stats().sampled_out == 2
    assert pellucid.stats().lost == {}


def test_the_kept_share_is_the_rate_and_is_stamped(server: Any, start: Any, wait_until: Any) -> None:
    start(sample_rate=0.25)
    for _ in range(2_000):
        with pellucid.span("root"), pellucid.span("child"):
            pass
    pellucid.flush()
    spans = server.spans()
    traces = {span.trace_id for span in spans}
    assert len(spans) == 2 * len(traces)
    assert 400 <= len(traces) <= 600  # 500 expected, five standard deviations
    assert {span.attributes["pellucid.sample_probability"] for span in spans} == {0.25}
    assert pellucid.stats().sampled_out == 4_000 - len(spans)
    wait_until(lambda: server.loss() == {"pellucid.sampled_out": 4_000 - len(spans)})


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=30), st.floats(0, 1))
def test_every_span_ends_up_kept_or_left_out_once(plan: list[tuple[int, bool]], rate: float) -> None:
    sampler = tail.Tail(rate, 10**9)
    decisions = []
    for trace, _ in plan:
        decisions += sampler.start(trace * 2**62 + 1)
    for number, (trace, error) in enumerate(plan):
        decisions += sampler.end(ended(trace * 2**62 + 1, number + 1, error=error))
    decisions += sampler.drain()
    seen = [span.context.span_id for decision in decisions for span in decision.spans if span.context]
    assert sorted(seen) == list(range(1, len(plan) + 1))
    failed = {trace for trace, error in plan if error}
    for decision in decisions:
        for span in decision.spans:
            assert span.context is not None
            is_failed = (span.context.trace_id - 1) // 2**62 in failed
            assert decision.probability == 1.0 if is_failed else decision.probability in (0.0, rate)


def test_held_traces_are_bounded_in_number_and_bytes() -> None:
    sampler = tail.Tail(0.0, 10_000)
    decided = 0
    for trace in range(1, tail.MAX_OPEN_TRACES + 50):
        decided += len(sampler.start(trace))
    assert decided == 49
    kept = tail.Tail(1.0, 10_000)
    kept.start(7)
    for number in range(2, 10):
        kept.start(7)
        decisions = kept.end(ended(7, number))
        if decisions:
            assert len(decisions[0].spans) == 4  # four spans of 2,600 bytes exceed 10,000
            return
    raise AssertionError("nothing was ever decided")


def test_unsampled_spans_of_the_applications_own_sampler_are_left_alone(server: Any, start: Any) -> None:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

    own = TracerProvider(sampler=ALWAYS_OFF)
    start(provider=own)

    @pellucid.observe
    def work() -> int:
        return 1

    assert work() == 1
    pellucid.flush()
    assert server.spans() == []
    own.shutdown()
