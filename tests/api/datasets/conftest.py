"""The application with a real engine that holds three hundred scored conversations, and a real metadata store on SQLite."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, cast

import pytest
from starlette.testclient import TestClient
from tests.store.spans.tables import SECOND, T0, engine, insert, payload, score, span, trace_id

from pellucid_server.api.application import create_app
from pellucid_server.api.house import House
from pellucid_server.core.clock import DAY
from pellucid_server.core.ids import random_id
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.service import Annotating, Curation, open_annotating, open_curation
from pellucid_server.datasets.trials import Trials
from pellucid_server.identity.service import Identity
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.columns import PAYLOADS, SCORES, SPANS
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver

ORIGIN = "http://127.0.0.1:7600"
NOW = T0 + 6 * DAY
TRACES = 300
"""Every third of them is scored low; ten are of eight weeks ago."""
OLD = 10


@dataclass(frozen=True)
class DatasetHouse:
    """What the routes of data sets and annotation need."""

    identity: Identity
    cases: Cases
    trials: Trials
    curation: Curation
    annotating: Annotating
    prompts: PromptRoom
    queries: Queries


def _tell(driver: ClickHouseDriver) -> None:
    spans, payloads, scores = [], [], []
    for number in range(TRACES + OLD):
        old = number >= TRACES
        start = (NOW - 57 * DAY if old else T0) + number * 60 * SECOND
        made = span(
            f"talk-{number}", start_time=start, name="talk", kind="agent", counted=0, feature="chat", user_tier="pro", ms=900.0
        )
        text = {"input": f"Question number {number}?", "output": f"Answer number {number}."}
        spans.append(made)
        payloads.append(payload(made, text["input"], json.dumps({"span": text, "raw": {}})))
        if not old:
            value = 0.2 if number % 3 == 0 else 0.9
            scores.append(score(f"s-{number}", trace_id=made["trace_id"], name="quality", value=value, time=start))
    insert(driver, SPANS, spans)
    insert(driver, PAYLOADS, payloads)
    insert(driver, SCORES, scores)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseDriver]:
    with engine(tmp_path_factory.mktemp("spans")) as opened:
        _tell(opened)
        yield opened


@pytest.fixture
def house(driver: ClickHouseDriver, tmp_path: Any) -> Iterator[DatasetHouse]:
    store = MetaStore.open(f"sqlite:///{tmp_path}/meta.sqlite")
    ticks = count(NOW)

    def clock() -> int:
        return next(ticks)

    queries = open_queries(driver, clock, random_id)
    cases = Cases(store, clock, random_id)
    curation = open_curation(store, queries, cases, clock, random_id)
    yield DatasetHouse(
        identity=Identity.open(store, local=True),
        cases=cases,
        trials=Trials(store, clock, random_id),
        curation=curation,
        annotating=open_annotating(store, queries, cases, clock, random_id),
        prompts=PromptRoom.open(store, gate=curation.keeper),
        queries=queries,
    )
    store.close()


@pytest.fixture
def client(house: DatasetHouse) -> Iterator[TestClient]:
    with TestClient(create_app(cast("House", house)), base_url=ORIGIN, headers={"origin": ORIGIN}) as opened:
        yield opened


class Api:
    """Short calls whose answers are JSON."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def send(self, method: str, path: str, body: object = None, status: int = 200) -> Any:
        response = self.client.request(method, f"/api/v1{path}", json=body)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    def get(self, path: str, status: int = 200) -> Any:
        return self.send("GET", path, None, status)

    def post(self, path: str, body: object = None, status: int = 201) -> Any:
        return self.send("POST", path, {} if body is None else body, status)

    def put(self, path: str, body: object, status: int = 200) -> Any:
        return self.send("PUT", path, body, status)


@pytest.fixture
def api(client: TestClient) -> Api:
    return Api(client)


def talk(number: int) -> str:
    """The id of a trace."""
    return trace_id(f"talk-{number}")
