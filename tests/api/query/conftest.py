"""The real application over a real engine and real identity (the local owner of a loopback server), with a small story in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from starlette.testclient import TestClient
from tests.api.query.story import NOW, tell
from tests.store.spans.tables import engine

from pellucid_server.api.application import create_app
from pellucid_server.api.house import House
from pellucid_server.app.live import Live
from pellucid_server.core.ids import random_id
from pellucid_server.dashboards.comments import CommentBook
from pellucid_server.identity.service import Identity
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver

ORIGIN = "http://127.0.0.1:7600"


class HandClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@dataclass(frozen=True)
class QueryHouse:
    """What the routes of queries need."""

    identity: Identity
    comments: CommentBook
    queries: Queries
    live: Live
    live_scores: Live


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseDriver]:
    with engine(tmp_path_factory.mktemp("spans")) as opened:
        tell(opened)
        yield opened


@pytest.fixture(scope="module")
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="module")
def queries(driver: ClickHouseDriver, clock: HandClock) -> Queries:
    return open_queries(driver, clock, random_id)


@pytest.fixture(scope="module")
def house(queries: Queries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryHouse]:
    store = MetaStore.open(f"sqlite:///{tmp_path_factory.mktemp('meta')}/meta.sqlite")
    yield QueryHouse(Identity.open(store, local=True), CommentBook(store), queries, Live(), Live())
    store.close()


@pytest.fixture(scope="module")
def client(house: QueryHouse) -> Iterator[TestClient]:
    with TestClient(create_app(cast("House", house)), base_url=ORIGIN, headers={"origin": ORIGIN}) as opened:
        yield opened


class Api:
    """Short calls whose answers are JSON."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def get(self, path: str, status: int = 200, **query: object) -> Any:
        response = self._client.get(f"/api/v1{path}", params={name.rstrip("_"): str(value) for name, value in query.items()})
        assert response.status_code == status, response.text
        return response.json()

    def post(self, path: str, body: object, status: int) -> Any:
        response = self._client.post(f"/api/v1{path}", json=body)
        assert response.status_code == status, response.text
        return response.json()


@pytest.fixture
def api(client: TestClient) -> Api:
    return Api(client)
