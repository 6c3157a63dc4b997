"""The back-fill through HTTP in processes of its own, live traffic, and what happens when a server is slow or old."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from tests.demo.sink import sinking

from pellucid_demo import delivery as delivery_module
from pellucid_demo.delivery import Delivery
from pellucid_demo.errors import BackfillError, DeliveryError
from pellucid_demo.running import Options, run
from pellucid_demo.simulator import serve_in_thread
from pellucid_demo.story import backfill
from pellucid_demo.story.live import LiveTraffic
from pellucid_demo.story.timeline import Timeline
from pellucid_demo.story.world import World

END = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_two_processes_deliver_every_span_and_score():
    world = World(seed=5, end=END, weeks=1)
    reported: list[backfill.Progress] = []
    with sinking() as sink:
        backfill.run(world, sink.url, "sk-demo", 2, reported.append)
    assert reported[-1].visits == len(world.visits)
    roots = [span for span in sink.spans if not span.parent_span_id]
    assert len({span.trace_id for span in sink.spans}) == len(roots) > len(world.visits)
    assert len({span.span_id for span in sink.spans}) == len(sink.spans)
    assert reported[-1].scores == len(sink.scores) > 250
    assert all(headers["authorization"] == "Bearer sk-demo" for headers in sink.headers)
    starts = [span.start_time_unix_nano / 1e9 for span in roots]
    assert min(starts) >= (END - timedelta(days=7)).timestamp() - 1
    assert max(starts) <= END.timestamp()
    assert "anthropic.messages.create" in {span.name for span in sink.spans}


def test_a_server_that_refuses_spans_ends_the_backfill_with_a_reason():
    with sinking() as sink:
        sink.unknown.add("/v1/traces")
        with pytest.raises(BackfillError, match="backfill-0"):
            backfill.run(World(seed=5, end=END, weeks=1), sink.url, None, 1, lambda progress: None)


def test_an_endpoint_that_is_not_there_yet_costs_one_log_line(caplog: pytest.LogCaptureFixture):
    with sinking() as sink, caplog.at_level(logging.WARNING, logger=delivery_module.__name__):
        sink.unknown |= {"/api/v1/events"}
        delivery = Delivery(sink.url)
        for _ in range(3):
            delivery.post_event({"kind": "deploy"})
        delivery.post_scores([{"id": "1"}])
        delivery.close()
    assert [record.name for record in caplog.records] == [delivery_module.__name__]
    assert sink.scores == [{"id": "1"}]


def test_a_busy_server_is_asked_again():
    with sinking() as sink:
        sink.busy = 2
        delivery = Delivery(sink.url)
        delivery.post_scores([{"id": "1"}])
        assert sink.scores == [{"id": "1"}]
        sink.busy = 100
        with pytest.raises(DeliveryError, match="503"):
            delivery.post_scores([{"id": "2"}])
        delivery.close()


def test_live_traffic_makes_traces_now_and_stops_in_order():
    world = World(seed=5, end=END, live=datetime.now(UTC))
    providers_url, stop_providers = serve_in_thread(settings=world.provider_settings(0.0))
    with sinking() as sink:
        delivery = Delivery(sink.url)
        traffic = LiveTraffic(
            world, providers_url=providers_url, exporter=delivery.exporter(), take=delivery.post_scores, rate=20.0
        )
        stop = threading.Event()
        threading.Timer(2.0, stop.set).start()
        before = datetime.now(UTC)
        begun = traffic.run(stop)
        traffic.close()
        delivery.close()
    stop_providers()
    roots = [span for span in sink.spans if not span.parent_span_id]
    assert begun >= 10
    assert len({span.trace_id for span in roots}) >= begun
    assert all(span.start_time_unix_nano / 1e9 >= before.timestamp() for span in roots)
    assert {
        attribute.value.string_value for span in roots for attribute in span.attributes if attribute.key == "pellucid.feature"
    } >= {
        "support-chat",
        "search",
    }


def test_the_command_tells_the_history_to_a_running_server_and_stops(tmp_path, capsys: pytest.CaptureFixture[str]):
    with sinking() as sink:
        options = Options(seed=5, story=True, port=0, data=tmp_path, url=sink.url, api_key=None, weeks=1, rate=1.0, once=True)
        assert run(options) == 0
    printed = capsys.readouterr().out
    assert "History: 100 %" in printed
    assert {event["after"]["release"] for event in sink.events} >= {"2.4.0", "2.8.0", "2.8.2"}
    assert len(sink.spans) > 1_000


def test_a_timeline_translates_every_stretch_of_its_life():
    real = iter(range(0, 1_000_000_000, 1_000_000))
    timeline = Timeline(real_ns=lambda: next(real))
    timeline.restart(END)  # at 0 ms of real time
    timeline.wait(500)  # at 1 ms
    timeline.restart(END + timedelta(days=1))  # at 2 ms
    start = round(END.timestamp()) * 1_000_000_000
    assert timeline.told(500_000) == start + 500_000
    assert timeline.told(1_500_000) == start + 501_500_000
    assert timeline.told(2_000_000) == start + 86_400 * 1_000_000_000
    assert timeline.now() == END + timedelta(days=1)
