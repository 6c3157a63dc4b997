"""The back-fill through HTTP in processes of its own, live traffic, and what happens when a server is slow or old."""

import logging
import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx2
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.demo.sink import sinking

from pellucid import semconv
from pellucid_demo import delivery as delivery_module
from pellucid_demo.delivery import Delivery
from pellucid_demo.errors import BackfillError, DeliveryError
from pellucid_demo.marks import Mark, MarkedHistory
from pellucid_demo.running import Options, Reporter, history, run
from pellucid_demo.simulator import Provider, serve_provider
from pellucid_demo.story import backfill
from pellucid_demo.story.ids import SeededIds
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
    measured = [(seconds, span) for span in sink.spans if (seconds := first_chunk_s(span)) is not None]
    assert {span.name for _, span in measured} == {"anthropic.messages.create"}
    # Anthropic's SDK measures this itself, in real time; it must be told in the time of the story.
    assert all(0.05 < seconds < (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9 for seconds, span in measured)


def first_chunk_s(span: Span) -> float | None:
    return next((item.value.double_value for item in span.attributes if item.key == semconv.TIME_TO_FIRST_CHUNK), None)


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
    provider = Provider(world.provider_settings(1.0))
    providers_url, stop_providers = serve_provider(provider)
    with sinking() as sink:
        delivery = Delivery(sink.url)
        stop, ticks, before = threading.Event(), count(1), datetime.now(UTC)
        traffic = LiveTraffic(
            world,
            providers_url=providers_url,
            exporter=delivery.exporter(),
            take=delivery.post_scores,
            rate=20.0,
            stop=stop,
            hurry=lambda: provider.change(world.provider_settings(0.0)),
        )
        begun = traffic.run(lambda: stop.set() if next(ticks) == 12 else None)
        traffic.close()
        delivery.close()
    stop_providers()
    roots = [span for span in sink.spans if not span.parent_span_id]
    assert begun == 12
    assert len({span.trace_id for span in roots}) >= begun
    assert all(span.start_time_unix_nano / 1e9 >= before.timestamp() for span in roots)
    features = {item.value.string_value for span in roots for item in span.attributes if item.key == semconv.FEATURE}
    assert "support-chat" in features


def test_the_command_tells_the_deploys_to_a_running_server_and_stops(tmp_path, capsys: pytest.CaptureFixture[str]):
    with sinking() as sink:
        options = Options(seed=5, story=True, port=0, data=tmp_path, url=sink.url, api_key=None, weeks=0, rate=1.0, once=True)
        assert run(options) == 0
    printed = capsys.readouterr().out
    assert "History: 100 %" in printed
    deploys = [event for event in sink.events if event["kind"] == "deploy"]
    assert {event["after"]["release"] for event in deploys} >= {"2.4.0", "2.8.0", "2.8.2"}
    assert len({event["id"] for event in deploys}) == len(deploys)


def test_progress_reaches_the_server_at_once_and_in_the_end():
    world = World(seed=5, end=END, weeks=1)
    visits = len(world.visits)
    with sinking() as sink:
        delivery = Delivery(sink.url)
        reporter = Reporter(world, delivery)
        for number in (10, 20, visits):
            reporter.report(backfill.Progress(visits=number, scores=0, at=END))
        delivery.close()
    assert [one["done"] for one in sink.progress] == [10, visits]
    assert sink.progress[-1] == {"title": "Telling 1 weeks of history", "done": visits, "total": visits}


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
    assert timeline.told_behind_wait(0, 1_900_000) == start + 501_000_000
    assert timeline.told_behind_wait(1_200_000, 1_900_000) == start + 501_900_000


def test_a_mark_keeps_which_history_was_told(tmp_path):
    mark = Mark(tmp_path / "data" / "mark.json")
    assert mark.read() is None
    told = MarkedHistory(seed=5, end=END, story=False, complete=False)
    mark.write(told)
    assert mark.read() == told


@pytest.mark.parametrize("seed", [1, 2])
def test_a_history_told_again_has_the_same_ids_and_a_later_one_has_others(seed: int):
    def ids(end: datetime) -> list[int]:
        source = SeededIds(seed, end)
        source.restart(7)
        return [source.generate_trace_id(), source.generate_span_id(), source.generate_span_id()]

    assert ids(END) == ids(END)
    assert not set(ids(END)) & set(ids(END + timedelta(seconds=1)))
    assert len(set(ids(END))) == 3


def test_the_whole_demo_runs_with_a_server_of_its_own_and_ends_in_order(tmp_path, capsys: pytest.CaptureFixture[str]):
    stop = threading.Event()
    seen: list[dict] = []
    port = free_port()

    def watch() -> None:
        url = f"http://127.0.0.1:{port}/api/v1/traces?limit=50"
        with suppress(httpx2.TransportError), httpx2.Client(trust_env=False) as client:
            for _ in range(300):
                time.sleep(0.3)
                try:
                    seen.extend(client.get(url).json().get("data", []))
                except httpx2.TransportError:
                    continue
                if seen:
                    break
        stop.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    options = Options(
        seed=5,
        story=True,
        port=port,
        data=tmp_path / "data",
        url=None,
        api_key=None,
        weeks=0,
        rate=8.0,
        once=False,
        otlp_ports=False,
    )
    assert run(options, stop) == 0
    watcher.join()
    assert seen
    assert {trace["service"] for trace in seen} == {"harbour-support-bot"}
    printed = capsys.readouterr().out
    assert "Live traffic" in printed
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"http://127.0.0.1:{port}/", trust_env=False)


def test_a_second_start_does_not_tell_the_history_again(tmp_path):
    with sinking() as sink:
        options = Options(
            seed=5, story=True, port=0, data=tmp_path / "data", url=sink.url, api_key=None, weeks=0, rate=1.0, once=True
        )
        mark = Mark(tmp_path / "data" / "demo-history.json")
        told = MarkedHistory(seed=3, end=END, story=False, complete=True)
        mark.write(told)
        delivery = Delivery(sink.url)
        world = history(replace(options, url=None), delivery, sink.url)
        delivery.close()
    assert (world.seed, world.end, world.story) == (3, END, False)
    assert sink.events == []


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
