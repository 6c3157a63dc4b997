"""The application with a real engine, a real metadata store on SQLite, and the small story of the query tests in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from starlette.testclient import TestClient
from tests.api.query.story import NOW, tell
from tests.store.spans.tables import engine

from pellucid_server.api.application import create_app
from pellucid_server.api.house import House
from pellucid_server.core.ids import random_id
from pellucid_server.dashboards.boards import Boards
from pellucid_server.dashboards.budgets import BudgetBook
from pellucid_server.dashboards.sharing import Sharing
from pellucid_server.dashboards.what_if import WhatIfs
from pellucid_server.enrich.price import PriceBook, PriceOverride
from pellucid_server.enrich.rates import Rates
from pellucid_server.identity.service import Identity
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver

ORIGIN = "http://127.0.0.1:7600"
DEAR = PriceOverride(id="dear", model="acme-dear", rates=Rates(input=1_000.0, output=10_000.0, fixed=0.5))
"""A price of the project's own: a tenth of a cent for a token in, a cent for one out."""


class HandClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@dataclass(frozen=True)
class BoardHouse:
    """What the routes of dashboards need."""

    identity: Identity
    boards: Boards
    sharing: Sharing
    budgets: BudgetBook
    what_ifs: WhatIfs
    queries: Queries


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseDriver]:
    with engine(tmp_path_factory.mktemp("spans")) as opened:
        tell(opened)
        yield opened


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def house(driver: ClickHouseDriver, clock: HandClock, tmp_path: Any) -> Iterator[BoardHouse]:
    store = MetaStore.open(f"sqlite:///{tmp_path}/meta.sqlite")
    queries = open_queries(driver, clock, random_id)
    yield BoardHouse(
        identity=Identity.open(store, local=True),
        boards=Boards(store, lambda scope: queries.facets.complete(scope, "score", ""), clock),
        sharing=Sharing(store, clock),
        budgets=BudgetBook(store, queries.metrics, clock),
        what_ifs=WhatIfs(queries.metrics, lambda _: PriceBook([DEAR]), clock),
        queries=queries,
    )
    store.close()


@pytest.fixture
def client(house: BoardHouse) -> Iterator[TestClient]:
    with TestClient(create_app(cast("House", house)), base_url=ORIGIN, headers={"origin": ORIGIN}) as opened:
        yield opened


class Api:
    """Short calls whose answers are JSON."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def send(self, method: str, path: str, body: object = None, status: int = 200, **query: Any) -> Any:
        response = self._client.request(
            method,
            f"/api/v1{path}",
            json=body,
            params={name.rstrip("_"): str(value) for name, value in query.items()},
        )
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return self.send("GET", path, None, status, **query)

    def post(self, path: str, body: object, status: int = 201) -> Any:
        return self.send("POST", path, body, status)


@pytest.fixture
def api(client: TestClient) -> Api:
    return Api(client)
