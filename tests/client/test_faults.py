"""What the application feels when the server misbehaves: nothing. And what becomes of its spans: counted."""

import statistics
import threading
import time
from typing import Any

import pytest

import pellucid
from pellucid.guard import GUARD

FAULTS = {
    "429": {"status": 429, "headers": {"Retry-After": "0.2"}},
    "500": {"status": 500},
    "503": {"status": 503},
    "reset": {"reset": True},
    "hang": {"hang_s": 3.0},
}


def make_spans(count: int, payload: str = "x" * 500) -> list[float]:
    """End that many spans with texts that differ; gives each call's seconds."""
    durations = []
    for number in range(count):
        started = time.perf_counter()
        with pellucid.span("work", input=f"{number}{payload}"):
            pass
        durations.append(time.perf_counter() - started)
    return durations


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_no_time_and_recovery_sends_everything(
    server: Any, start: Any, make_reply: Any, fault: str, wait_until: Any
) -> None:
    start(strict=False, timeout_s=0.3)
    server.reply = make_reply(**FAULTS[fault])
    durations = make_spans(400)
    assert statistics.median(durations) < 0.001
    began = time.monotonic()
    assert pellucid.flush(0.5) is False
    assert time.monotonic() - began < 2.5  # the fault holds for longer
    server.reply = make_reply()
    wait_until(lambda: pellucid.stats().waiting == 0, 15)
    stats = pellucid.stats()
    assert (stats.offered, stats.sent, stats.lost) == (400, 400, {})
    assert len({span.span_id for span in server.spans()}) == 400


def test_a_closed_port_is_survived_and_exit_is_short(start: Any) -> None:
    client = start(url="http://127.0.0.1:9", strict=False, exit_stall_s=0.3)
    make_spans(50)
    began = time.monotonic()
    assert client.close() is False
    assert time.monotonic() - began < 4.0  # below exit_timeout_s: it stopped for want of progress
    stats = client.stats()
    assert stats.lost == {"exit": 50}
    assert stats.waiting == 0


def test_beyond_the_budget_nothing_is_lost_silently(server: Any, start: Any, make_reply: Any, wait_until: Any) -> None:
    budget = 200_000
    start(strict=False, max_queue_bytes=budget, timeout_s=0.2, compression="none")
    server.reply = make_reply(status=503)
    make_spans(1_000, "y" * 2_000)
    stats = pellucid.stats()
    assert stats.queued_bytes <= budget
    assert stats.lost["queue_full"] > 0
    assert stats.offered == 1_000 == stats.sent + stats.waiting + sum(stats.lost.values())
    server.reply = make_reply()
    wait_until(lambda: pellucid.stats().waiting == 0, 15)
    wait_until(lambda: server.loss().get("pellucid.lost.queue_full") == pellucid.stats().lost["queue_full"])
    assert len({span.span_id for span in server.spans()}) == pellucid.stats().sent


def test_the_loss_report_names_the_client_and_repeats_harmlessly(server: Any, start: Any, wait_until: Any) -> None:
    start(strict=False, max_request_bytes=2_000, service="shop")
    with pellucid.span("huge", input="z" * 5_000):
        pass
    with pellucid.span("small"):
        pass
    wait_until(lambda: server.loss() == {"pellucid.lost.too_large": 1})
    [report] = [
        resource_spans
        for request in server.export_requests()
        for resource_spans in request.resource_spans
        if not resource_spans.scope_spans
    ]
    keys = {entry.key for entry in report.resource.attributes}
    assert {"pellucid.client.id", "pellucid.client.version", "service.name", "pellucid.lost.too_large"} == keys


@pytest.mark.parametrize(("status", "reason"), [(400, "rejected"), (401, "rejected"), (404, "rejected"), (413, "too_large")])
def test_a_refusal_for_good_is_not_tried_again(server: Any, start: Any, make_reply: Any, status: int, reason: str) -> None:
    start(strict=False)
    server.reply = make_reply(status=status)
    make_spans(3)
    assert pellucid.flush() is True
    assert pellucid.stats().lost == {reason: 3}


def test_a_poison_request_does_not_block_the_rest(
    server: Any, start: Any, make_reply: Any, wait_until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.exporting.sender.FIRST_BACKOFF_S", 0.01)
    start(strict=False)

    def fail_on_poison(received: Any) -> Any:
        return make_reply(status=500 if b"poison" in received.body else 200)

    server.routes["POST", "/v1/traces"] = fail_on_poison
    with pellucid.span("poison"):
        pass
    wait_until(lambda: len(server.requests("/v1/traces")) > 0)  # so that the two are not in one request
    with pellucid.span("healthy"):
        pass
    assert pellucid.flush() is True
    assert pellucid.stats().lost == {"rejected": 1}
    assert pellucid.stats().sent == 1


def test_partial_success_is_counted(server: Any, start: Any, make_reply: Any) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    answer = ExportTraceServiceResponse()
    answer.partial_success.rejected_spans = 2
    answer.partial_success.error_message = "too old"
    start(strict=False)
    server.reply = make_reply(body=answer.SerializeToString())
    make_spans(5)
    assert pellucid.flush() is True
    assert (pellucid.stats().sent, pellucid.stats().lost) == (3, {"rejected": 2})


def test_retry_after_is_obeyed(server: Any, start: Any, make_reply: Any) -> None:
    start(strict=False)
    times: list[float] = []

    def first_busy(_: Any) -> Any:
        times.append(time.monotonic())
        return make_reply(status=429, headers={"Retry-After": "1"}) if len(times) == 1 else make_reply()

    server.routes["POST", "/v1/traces"] = first_busy
    make_spans(1)
    assert pellucid.flush(5) is True
    assert times[1] - times[0] >= 1.0


def test_a_kept_connection_that_the_server_closed_is_opened_anew(server: Any, start: Any, make_reply: Any) -> None:
    start()
    server.reply = make_reply(headers={"Connection": "close"})
    for number in range(3):
        with pellucid.span(f"span {number}"):
            pass
        assert pellucid.flush() is True
    assert len(server.spans()) == 3


def test_flush_sends_at_once_and_waits_for_all_threads(server: Any, start: Any) -> None:
    start(flush_interval_s=30.0)
    threads = [threading.Thread(target=make_spans, args=(50,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    began = time.monotonic()
    assert pellucid.flush() is True
    assert time.monotonic() - began < 15.0  # far below the interval
    assert len(server.spans()) == 200


def test_an_emitter_that_fails_loses_its_span_with_a_reason(start: Any) -> None:
    def broken(_: Any) -> None:
        raise RuntimeError("no disk")

    pellucid.init(emit=broken, set_global=False, flush_interval_s=0.01)
    with pellucid.span("x"):
        pass
    assert pellucid.flush() is True
    assert pellucid.stats().lost == {"failed": 1}


def test_a_broken_client_does_not_break_the_function(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = start(strict=False)
    GUARD.strict = False

    def explode(*_: Any, **__: Any) -> None:
        raise RuntimeError("inside the client")

    monkeypatch.setattr(type(client.tracer), "start_span", explode)

    @pellucid.observe
    def add(left: int, right: int) -> int:
        return left + right

    assert add(1, 2) == 3
    with pellucid.span("block") as step:
        step.update(output=1)
        step.score("good", 1)
    assert step.trace_id == "0" * 32


def test_memory_stays_flat_while_the_server_is_down(start: Any) -> None:
    client = start(url="http://127.0.0.1:9", strict=False, max_queue_bytes=2_000_000)
    for number in range(20_000):
        with pellucid.span("work", input=f"{number} {'z' * 1_000}"):
            pass
        assert client.worker.outbox.total_bytes <= 2_000_000 or number % 100
    stats = pellucid.stats()
    assert stats.queued_bytes <= 2_000_000
    assert stats.offered == stats.waiting + sum(stats.lost.values()) == 20_000


def test_one_bad_score_does_not_take_its_list_along(server: Any, start: Any, make_reply: Any) -> None:
    start(strict=False)

    def fussy(received: Any) -> Any:
        return make_reply(status=422 if any(score["name"] == "bad" for score in received.json()) else 201)

    server.routes["POST", "/api/v1/scores"] = fussy
    for name in ("good", "bad", "fine"):
        pellucid.score(name, 1, trace_id="0" * 31 + "1")
    assert pellucid.flush() is True
    assert (pellucid.stats().sent, pellucid.stats().lost) == (2, {"rejected": 1})
    kept = [score["name"] for request in server.requests("/api/v1/scores") if len(request.json()) == 1 for score in request.json()]
    assert kept == ["good", "bad", "fine"]
