"""The application with a real engine that holds three hundred scored conversations, and a real metadata store on SQLite."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, cast

import pytest
from starlette.testclient import TestClient
from tests.store.spans.tables import SECOND, T0, engine, insert, payload, score, span, trace_id

from pellucid_server.api.application import create_app
from pellucid_server.api.house import House
from pellucid_server.app.watch_wiring import LabelledVersions
from pellucid_server.core.clock import DAY
from pellucid_server.core.ids import random_id
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.service import Annotating, Curation, open_annotating, open_curation
from pellucid_server.datasets.trials import Trials
from pellucid_server.datasets.watching import GateWatch
from pellucid_server.identity.service import Identity
from pellucid_server.model.change import ChangeEvent
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import ScoreTarget
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.query.score_drafts import Draft
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
    gate_watch: GateWatch
    annotating: Annotating
    prompts: PromptRoom
    queries: Queries


class WatchClock:
    """Moved by hand."""

    now = NOW

    def __call__(self) -> int:
        return self.now


class JudgesAtOnce:
    """Gives every trace the same verdict, and notes which it was given."""

    value = 0.0

    def __init__(self, queries: Queries) -> None:
        self.queries = queries
        self.given: list[str] = []

    def judge(self, scope: Scope, scorers: Sequence[str], trace_ids: Sequence[str]) -> Sequence[str]:
        self.given += trace_ids
        self.queries.scores.write(
            scope, [Draft(name="correct", value=self.value, target=ScoreTarget.TRACE, trace_id=one) for one in trace_ids]
        )
        return ["run_1"]


class Told:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.events: list[ChangeEvent] = []

    def record(self, project_id: str, event: ChangeEvent) -> None:
        self.events.append(event)


@dataclass
class Watching:
    """What surrounds the watch over deployments."""

    clock: WatchClock
    judges: JudgesAtOnce
    told: Told


def _tell(driver: ClickHouseDriver) -> None:
    spans, payloads, scores = [], [], []
    for number in range(TRACES + OLD):
        old = number >= TRACES
        start = (NOW - 57 * DAY if old else T0) + number * 60 * SECOND
        text = {"input": f"Question number {number}?", "output": f"Answer number {number}."}
        made = span(
            f"talk-{number}",
            start_time=start,
            name="talk",
            kind="agent",
            counted=0,
            feature="chat",
            user_tier="pro",
            ms=900.0,
            input_preview=text["input"],
        )
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
def watching() -> Watching:
    return Watching(clock=WatchClock(), judges=None, told=Told())  # type: ignore[arg-type]  # the house brings the judges


@pytest.fixture
def house(driver: ClickHouseDriver, watching: Watching, tmp_path: Any) -> Iterator[DatasetHouse]:
    store = MetaStore.open(f"sqlite:///{tmp_path}/meta.sqlite")
    ticks = count(NOW)

    def clock() -> int:
        return next(ticks)

    queries = open_queries(driver, clock, random_id)
    cases = Cases(store, clock, random_id)
    watching.judges = JudgesAtOnce(queries)
    watch = GateWatch(store, queries, LabelledVersions(store), watching.judges, watching.told, watching.clock, random_id)
    curation = open_curation(store, queries, cases, clock, random_id)
    yield DatasetHouse(
        identity=Identity.open(store, local=True),
        cases=cases,
        trials=Trials(store, clock, random_id),
        curation=curation,
        gate_watch=watch,
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
