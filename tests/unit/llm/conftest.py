"""The port to models, wired to a provider simulator on a real socket."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import pytest
import pytest_asyncio

from pellucid_demo.simulator import Settings, serve_in_thread
from pellucid_server.core.clock import Micros
from pellucid_server.llm.calls import CallRecord
from pellucid_server.llm.errors import ConnectionUnknown
from pellucid_server.llm.models import LanguageModels
from pellucid_server.llm.ports import OpenConnection
from pellucid_server.model.usage import Cost, Usage
from pellucid_server.outbound.guard import Guard


@dataclass
class Bench:
    """A `LanguageModels` and what it told others."""

    models: LanguageModels
    connections: dict[str, OpenConnection]
    records: list[CallRecord] = field(default_factory=list)

    def open(self, project_id: str, name: str) -> OpenConnection:
        try:
            return self.connections[name]
        except KeyError:
            raise ConnectionUnknown from None

    async def record(self, record: CallRecord) -> None:
        self.records.append(record)


def a_cent(project_id: str, provider: str, model: str, usage: Usage, time: Micros) -> Cost | None:
    return Cost(input=0.01, source="test") if usage.reported else None


def connections_to(url: str) -> dict[str, OpenConnection]:
    base = OpenConnection(
        id="c1", name="openai", provider="openai", base_url=f"{url}/v1", key="sk-x", default_model="gpt-4o-mini", revision=1
    )
    return {
        "openai": base,
        "anthropic": replace(base, id="c2", name="anthropic", provider="anthropic", base_url=url, default_model="claude-haiku-4-5"),
        "google": replace(
            base, id="c4", name="google", provider="google", base_url=f"{url}/v1beta", default_model="gemini-2.5-flash"
        ),
        "compatible": replace(base, id="c3", name="compatible", provider="openai-compatible"),
    }


MakeBench = Callable[..., Bench]


@pytest_asyncio.fixture
async def make_bench() -> AsyncIterator[MakeBench]:
    """Takes the simulator's settings."""
    stops: list[Callable[[], None]] = []
    benches: list[Bench] = []

    def make(**settings: object) -> Bench:
        url, stop = serve_in_thread(settings=replace(Settings(latency=0.0), **settings))  # type: ignore[arg-type]
        stops.append(stop)
        host = url.removeprefix("http://")
        bench = Bench(models=None, connections=connections_to(url))  # type: ignore[arg-type]
        bench.models = LanguageModels(bench, guard=Guard([host]), price_of=a_cent, recorder=bench, jitter=lambda: 0.0)
        benches.append(bench)
        return bench

    yield make
    for bench in benches:
        await bench.models.close()
    for stop in stops:
        stop()


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    return make_bench()
