"""An engine over a real store and a real provider simulator, and what its handlers did."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from tests.meta_stores import migrated_file, migrated_url, postgres, postgres_store, sqlite_store, store  # noqa: F401

from pellucid_demo.simulator import Settings, serve_provider
from pellucid_demo.simulator.provider import Provider
from pellucid_server.core.clock import Micros, system_clock
from pellucid_server.jobs.engine import Engine
from pellucid_server.jobs.handlers import Handler
from pellucid_server.jobs.runs import Run, Runs
from pellucid_server.llm.calls import CallRecord, ModelRequest
from pellucid_server.llm.durable import ItemContext, RunContext
from pellucid_server.llm.models import LanguageModels
from pellucid_server.llm.ports import OpenConnection
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role, text_part
from pellucid_server.model.scope import Role as MemberRole
from pellucid_server.model.scope import Scope
from pellucid_server.model.usage import Cost, Usage
from pellucid_server.outbound.guard import Guard
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.organizations import Organization, Project

SCOPE = Scope(organization_id="o", project_id="p", role=MemberRole.MEMBER, actor="user:u")
LIMIT_S = 60.0


@dataclass
class Asking:
    """A handler that asks a model for each item, as often as the item says."""

    kind: str = "asking"
    concurrency: int = 8
    ends: list[str] = field(default_factory=list)

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        if item == "fail":
            raise ValueError("this item is broken")
        text = str(item)
        answers = []
        for _ in range(text.count("+") + 1):
            request = ModelRequest(model="", messages=(Message(role=Role.USER, parts=(text_part(text),)),), purpose="experiment")
            answers.append((await context.call("sim", request, environment="pellucid-experiments")).text)
        return list(answers)

    async def finished(self, context: RunContext) -> None:
        outcomes = [outcome async for outcome in context.outcomes()]
        self.ends.append(context.run_id)
        await context.conclude({"items": len(outcomes), "failed": sum(1 for one in outcomes if one.error)})


@dataclass
class Works:
    """Engines that come and go over one store and one simulator."""

    store: MetaStore
    url: str
    provider: Provider
    records: list[CallRecord] = field(default_factory=list)
    engines: list[Engine] = field(default_factory=list)
    runs: Runs = None  # type: ignore[assignment]

    def open(self, project_id: str, name: str) -> OpenConnection:
        return OpenConnection(
            id="c", name=name, provider="openai", base_url=f"{self.url}/v1", key="sk-x", default_model="gpt-4o-mini", revision=1
        )

    async def record(self, record: CallRecord) -> None:
        self.records.append(record)

    def start_engine(self, *handlers: Handler, alone: bool = True, owner: str = "here") -> Engine:
        models = LanguageModels(
            self, guard=Guard([self.url.removeprefix("http://")]), price_of=_a_cent, recorder=self, jitter=lambda: 0.0
        )
        engine = Engine(self.store, models, handlers, owner=owner, alone=alone, clock=system_clock)
        self.runs = Runs(self.store, engine.handlers.keys(), wake=engine.wake)
        engine.start()
        self.engines.append(engine)
        return engine

    def slow_down(self, latency: float) -> None:
        self.provider.change(Settings(latency=latency))

    def until(self, run_id: str, is_so: Callable[[Run], bool]) -> Run:
        deadline = time.monotonic() + LIMIT_S
        while not is_so(run := self.runs.get(SCOPE, run_id)):
            assert time.monotonic() < deadline, run
            time.sleep(0.02)
        return run


def _a_cent(project_id: str, provider: str, model: str, usage: Usage, at: Micros) -> Cost | None:
    return Cost(input=0.01, source="test")


@pytest.fixture
def works(store: MetaStore) -> Iterator[Works]:  # noqa: F811 (the fixture is imported)
    with store.writing() as unit:
        unit.organizations.add(Organization(id="o", name="O", created_time=1))
        unit.projects.add(Project(id="p", organization_id="o", name="P", created_time=1))
    provider = Provider(replace(Settings(), latency=0.0))
    url, stop = serve_provider(provider)
    made = Works(store=store, url=url, provider=provider)
    yield made
    for engine in made.engines:
        engine.stop()
    stop()
