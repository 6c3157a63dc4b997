"""A whole house in this process, with a real provider simulator, whose scoring rooms can be told what time it is."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

from pellucid_demo.simulator import Provider, Settings, serve_provider
from pellucid_server.app.house import House, build
from pellucid_server.app.settings import read_settings
from pellucid_server.core.clock import Micros, system_clock
from pellucid_server.evals.candidates import Candidates
from pellucid_server.evals.evaluators import Plan
from pellucid_server.evals.gallery.catalogue import GALLERY
from pellucid_server.evals.golden.daily import DailyChecks
from pellucid_server.evals.golden.sets import GoldenBook
from pellucid_server.evals.online import Online
from pellucid_server.evals.spending import Spending
from pellucid_server.identity.model_connections import ConnectionDraft
from pellucid_server.ingest.door import Request
from pellucid_server.ingest.parse import TRACES
from pellucid_server.jobs.runs import Run
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Role, Scope
from tests.unit.ingest.otlp_bodies import T0, span, traces

T = TypeVar("T")
LIMIT_S = 240.0
"""Far above what it takes: a busy machine must not fail a test that is about something else."""
GOOD = "Open the settings, choose Security, and press reset. 1. Open the settings. 2. Press reset password. 3. Follow the mail."
BAD = "I cannot help."


@dataclass(kw_only=True)
class Scoring:
    """The house, what it is asked by, and the time."""

    house: House
    provider: Provider
    late: Micros = 0
    """How much later it is for the scoring rooms than for the rest of the world."""

    scope = Scope(organization_id="default", project_id="default", role=Role.ADMIN, actor="user:test")

    def clock(self) -> Micros:
        return system_clock() + self.late

    @property
    def spending(self) -> Spending:
        return Spending(self.house.queries.metrics, self.clock)

    @property
    def golden(self) -> GoldenBook:
        house, parts = self.house, self.house.evaluator_parts
        return GoldenBook(house.meta, parts.book, parts.subjects, house.queries.scores, house.runs, self.clock)

    @property
    def daily(self) -> DailyChecks:
        return DailyChecks(self.house.meta, self.golden, self.spending, self.clock)

    @property
    def online(self) -> Online:
        house, parts = self.house, self.house.evaluator_parts
        return Online(
            house.meta,
            parts.book,
            Candidates(house.queries),
            parts.subjects,
            house.queries.scores,
            self.spending,
            house.runs,
            self.clock,
        )

    def change(self, **settings: object) -> None:
        """Another world for the providers."""
        self.provider.change(replace(Settings(latency=0.0), **settings))  # type: ignore[arg-type]

    def send(self, count: int, feature: str) -> list[tuple[str, str]]:
        """Model calls that began a minute ago, half of them badly answered; their trace and span ids, once they can be asked for."""
        source = random.Random(feature)
        now = (time.time_ns() - T0) // 1_000_000
        places, spans = [], []
        for number in range(count):
            trace, one = f"{source.getrandbits(127) + 1:032x}", f"{source.getrandbits(63) + 1:016x}"
            places.append((trace, one))
            spans.append(
                span(
                    "answer", trace=trace, span_id=one, start=now - 60_000 + number, end=now - 59_000, pellucid__feature=feature,
                    gen_ai__operation__name="chat", gen_ai__request__model="gpt-4o",
                    input__value=f"How do I reset my password, case {source.getrandbits(40):x}?",
                    output__value=GOOD if number % 2 else BAD,
                )
            )  # fmt: skip
        request = Request(
            project_id=self.scope.project_id, signal=TRACES, content_type="application/x-protobuf", encoding="", body=traces(*spans)
        )
        asyncio.run(self.house.door.accept(request))
        self.until(lambda: len(self.house.queries.spans.get_spans(self.scope, places)) == count, "the spans can be asked for")
        return places

    def judge(
        self, name: str, feature: str, *, sampling: JsonValue = None, budget: float | None = None, enabled: bool = False
    ) -> str:
        """The gallery's judge of helpfulness, of what a feature answered."""
        definition = next(entry for entry in GALLERY if entry.key == "helpfulness").definition
        body = definition["body"]
        assert isinstance(body, dict)
        plan = Plan(
            enabled=enabled,
            filter=f"kind:generation feature:{feature}",
            sampling={"default": 1.0, "strata": []} if sampling is None else sampling,  # type: ignore[arg-type]
            daily_budget=budget,
        )
        made = self.house.evals.book.create(
            self.scope, name=name, definition={**definition, "score_name": name, "body": {**body, "connection": "sim"}}, plan=plan
        )
        return made.evaluator.id

    def ended(self, run_id: str) -> Run:
        """The run, once nothing of it goes on."""
        self.until(lambda: not self.run(run_id).is_active, f"run {run_id} has ended")
        return self.run(run_id)

    def run(self, run_id: str) -> Run:
        return self.house.runs.get(self.scope, run_id)

    def wait(self, answer: Coroutine[Any, Any, T]) -> T:
        """What is awaited, in a loop of its own."""

        async def whole() -> T:
            try:
                return await answer
            finally:
                await self.house.models.close()

        return asyncio.run(whole())

    def until(self, holds: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + LIMIT_S
        while not holds():
            assert time.monotonic() < deadline, what
            time.sleep(0.05)

    def calls(self, evaluator_id: str) -> int:
        """Of its own, as they can be asked for."""
        return self.spending.lately(self.scope, evaluator_id).calls


@pytest.fixture(scope="package")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scoring]:
    provider = Provider(Settings(latency=0.0))
    url, stop = serve_provider(provider)
    environment = {"PELLUCID_OUTBOUND_ALLOW": url.removeprefix("http://"), "PELLUCID_DECODE_WORKERS": "0"}
    house = build(read_settings(environment, data=tmp_path_factory.mktemp("scoring")), environment)
    house.looking.stop()  # the tests say when it is time to look
    house.start()
    assert house.ready.wait(LIMIT_S)
    made = Scoring(house=house, provider=provider)
    draft = ConnectionDraft(
        name="sim", provider="openai", base_url=f"{url}/v1", key="sk-sim", default_model="claude-haiku-4-5", models=()
    )
    house.model_connections.create(made.scope, draft)
    yield made
    house.stop()
    stop()


@pytest.fixture
def scoring(opened: Scoring) -> Scoring:
    """The house, at today's time and in an ordinary world."""
    opened.late = 0
    opened.change()
    return opened
