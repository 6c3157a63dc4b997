"""Live traffic after the history: the same people and features, in real time, against the simulator over HTTP.

Visits begin at a rate; each runs in a thread of its own with the waits of real providers. Customers think faster than
in the history, because somebody is watching.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event, Semaphore

import httpx2
from anthropic import Anthropic
from openai import OpenAI
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from pellucid_demo import observing
from pellucid_demo.bot.serving import SupportPrompt, first_version
from pellucid_demo.bot.support import SupportBot
from pellucid_demo.simulator.chance import chance
from pellucid_demo.story.telling import Teller
from pellucid_demo.story.timeline import RealTime
from pellucid_demo.story.traffic import visit
from pellucid_demo.story.voices import ScoreBody
from pellucid_demo.story.world import World

_AT_ONCE = 32
_EAGERNESS = 0.08
_QUEUE_SPANS, _BATCH_SPANS, _DELAY_MS = 20_000, 256, 500
_SIMULATED_KEY = "sk-simulated"

log = logging.getLogger(__name__)


class LiveTraffic:
    """Visits until `stop` is set. `providers_url` is the simulator's address; `hurry` tells it to wait no more."""

    def __init__(
        self,
        world: World,
        *,
        providers_url: str,
        exporter: SpanExporter,
        take: Callable[[list[ScoreBody]], None],
        rate: float,
        stop: Event,
        hurry: Callable[[], None],
        support_prompt: SupportPrompt = first_version,
    ) -> None:
        self._world, self._take, self._rate, self._stop, self._hurry = world, take, rate, stop, hurry
        processor = BatchSpanProcessor(
            exporter, max_queue_size=_QUEUE_SPANS, max_export_batch_size=_BATCH_SPANS, schedule_delay_millis=_DELAY_MS
        )
        self._provider = observing.provide(processor)
        self._http = httpx2.Client(trust_env=False, timeout=60)
        pace = RealTime(stop)
        bot = SupportBot(
            tracer=self._provider.get_tracer("harbour"),
            openai_client=OpenAI(api_key=_SIMULATED_KEY, base_url=f"{providers_url}/v1", http_client=self._http, max_retries=0),
            anthropic_client=Anthropic(api_key=_SIMULATED_KEY, base_url=providers_url, http_client=self._http, max_retries=0),
            wait=pace.wait,
            support_prompt=support_prompt,
        )
        self._bot = bot
        self._teller = Teller(world, bot, pace, lambda milliseconds: pace.wait(_EAGERNESS * milliseconds))

    def run(self, tick: Callable[[], None]) -> int:
        """Begin visits until told to stop, call `tick` between them; answers how many were begun."""
        observing.make_global(self._provider)
        for deploy in self._world.chapters.deploys():
            self._bot.prepare(deploy.release.index)
        # Milliseconds of real time: a number that no earlier run of the demo has used for a visit.
        first, begun, room = round(1000 * datetime.now(UTC).timestamp()), 0, Semaphore(_AT_ONCE)
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="visit") as pool:
            while not self._stop.is_set():
                room.acquire()
                pool.submit(self._visit, first + begun, room)
                begun += 1
                tick()
                self._stop.wait(2 * chance(self._world.seed, "gap", begun) / self._rate)
            self._hurry()
        return begun

    def close(self) -> None:
        """Send what is left and take the instrumentation out."""
        self._provider.shutdown()
        observing.withdraw()
        self._http.close()

    def _visit(self, number: int, room: Semaphore) -> None:
        try:
            told = visit(self._world.seed, self._world.people, number, datetime.now(UTC))
            scores = self._teller.tell(told)
            now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            self._take([{**score, "time": now} for score in scores])
        except Exception:
            log.exception("A visit of the live traffic failed.")
        finally:
            room.release()
