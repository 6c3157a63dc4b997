"""How many items a second the engine of runs does: `python -m benchmarks.jobs.run`.

Items of one model call each, against the provider simulator (answering at once, in a process thread of this one), recorded durably on
SQLite with full fsync. Printed are items a second by the clock and processor time an item, simulator included.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from pellucid_demo.simulator import serve_in_thread
from pellucid_server.core.clock import Micros, system_clock
from pellucid_server.jobs.engine import Engine
from pellucid_server.jobs.handlers import ItemContext, RunContext
from pellucid_server.jobs.runs import Runs
from pellucid_server.llm.calls import CallRecord, ModelRequest
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

SCOPE = Scope(organization_id="o", project_id="p", role=MemberRole.MEMBER, actor="local")


class OneCall:
    """A handler that asks once."""

    kind = "measured"
    concurrency = 32

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """One call."""
        said = Message(role=Role.USER, parts=(text_part(f"What about {item}?"),))
        request = ModelRequest(model="", messages=(said,), purpose="experiment")
        return (await context.call("sim", request, environment="pellucid-experiments")).text

    async def finished(self, context: RunContext) -> None:
        """Nothing to do."""


class Outside:
    """Connections, prices and spans, which are not measured here."""

    def __init__(self, url: str) -> None:
        self._url = url

    def open(self, project_id: str, name: str) -> OpenConnection:
        """The simulator."""
        return OpenConnection(
            id="c", name=name, provider="openai", base_url=f"{self._url}/v1", key="k", default_model="gpt-4o-mini", revision=1
        )

    async def record(self, record: CallRecord) -> None:
        """Keeps no span."""

    def price(self, project_id: str, provider: str, model: str, usage: Usage, at: Micros) -> Cost | None:
        """A cent."""
        return Cost(input=0.01, source="benchmark")


def measure(items: int) -> dict[str, float]:
    """One run."""
    url, stop = serve_in_thread()
    outside = Outside(url)
    with tempfile.TemporaryDirectory() as folder:
        store = MetaStore.open(f"sqlite:///{Path(folder) / 'meta.db'}")
        with store.writing() as unit:
            unit.organizations.add(Organization(id="o", name="O", created_time=1))
            unit.projects.add(Project(id="p", organization_id="o", name="P", created_time=1))
        guard = Guard([url.removeprefix("http://")])
        models = LanguageModels(outside, guard=guard, price_of=outside.price, recorder=outside)
        engine = Engine(store, models, [OneCall()], owner="benchmark", alone=True, clock=system_clock)
        runs = Runs(store, engine.handlers.keys(), wake=engine.wake)
        engine.start()
        began, used = time.monotonic(), time.process_time()
        run = runs.start(SCOPE, kind="measured", title="measured", items=[f"item {n}" for n in range(items)])
        while runs.get(SCOPE, run.id).is_active:
            time.sleep(0.1)
        took, used = time.monotonic() - began, time.process_time() - used
        done = runs.get(SCOPE, run.id).counts.done
        engine.stop()
        store.close()
    stop()
    return {
        "items": done,
        "seconds": round(took, 2),
        "items_per_s": round(done / took, 1),
        "cpu_ms_per_item": round(used / done * 1e3, 2),
    }


def main() -> None:
    """Print one measurement as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=2_000)
    print(json.dumps(measure(parser.parse_args().items)))


if __name__ == "__main__":
    main()
