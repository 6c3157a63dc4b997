"""Streams against a real server: traces and feedback as they are written, only of one's own project and only what is asked for."""

import json
import threading
import time
from collections.abc import Iterator
from typing import cast

import httpx
import pytest
import uvicorn
from tests.api.query.conftest import QueryHouse
from tests.store.spans.tables import PROJECT, insert, span, trace_id

from pellucid_server.api.application import create_app
from pellucid_server.api.house import House
from pellucid_server.ingest.ports import TraceKey
from pellucid_server.store.spans.columns import SPANS
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver


@pytest.fixture
def address(house: QueryHouse) -> Iterator[str]:
    config = uvicorn.Config(create_app(cast("House", house)), host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    house.live.close()
    house.live_scores.close()
    server.should_exit = True
    thread.join(10)


def test_what_is_written_is_told(address: str, house: QueryHouse, driver: ClickHouseDriver) -> None:
    with httpx.stream("GET", f"{address}/api/v1/live", params={"filter": "user:liv"}, timeout=20) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.iter_lines()
        assert next(lines) == "event: ping"
        insert(
            driver,
            SPANS,
            [
                span("live-1", user_id="liv"),
                span("live-2", user_id="somebody"),
                span("live-3", user_id="liv", project_id="foreign"),
            ],
        )
        house.live.wrote({TraceKey("foreign", trace_id("live-3"))})
        house.live.wrote({TraceKey(PROJECT, trace_id("live-1")), TraceKey(PROJECT, trace_id("live-2"))})
        data = next(line for line in lines if line.startswith('data: {"'))
        assert json.loads(data.removeprefix("data: "))["trace_id"] == trace_id("live-1")
        house.live.close()
        assert [line for line in lines if line.startswith("event: trace")] == []


def test_feedback_is_told_and_other_scores_are_not(address: str, house: QueryHouse) -> None:
    with httpx.stream("GET", f"{address}/api/v1/feedback/stream", timeout=20) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.iter_lines()
        assert next(lines) == "event: ping"
        scores = [{"id": id_, "name": id_, "value": 1, "trace_id": trace_id("live-1"), "source": source}
                  for id_, source in (("by-api", "api"), ("by-thumb", "feedback"))]  # fmt: skip
        assert httpx.post(f"{address}/api/v1/scores", json=scores, timeout=10).status_code in (200, 201)
        house.live_scores.wrote({TraceKey("foreign", "by-thumb")})
        house.live_scores.wrote({TraceKey(PROJECT, "by-api"), TraceKey(PROJECT, "by-thumb")})
        told = next(line for line in lines if line.startswith('data: {"'))
        assert json.loads(told.removeprefix("data: "))["id"] == "by-thumb"
        house.live_scores.close()
        assert [line for line in lines if line.startswith("event: feedback")] == []


def test_a_bad_filter_is_told_before_the_stream(address: str) -> None:
    response = httpx.get(f"{address}/api/v1/live", params={"filter": "modl:x"}, timeout=10)
    assert (response.status_code, response.json()["code"]) == (400, "bad_filter")
