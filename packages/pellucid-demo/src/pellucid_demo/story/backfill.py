"""Ten weeks in a minute: the visits of the history told on a timeline, in several processes, through the real door.

Every process tells each n-th visit with simulated providers of its own, so the result does not depend on how many
there are. Nothing is faked but sockets and time: the SDKs serialise, parse and stream, OpenInference watches, and the
spans go to POST /v1/traces.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import Queue
from queue import Empty

import httpx2
from anthropic import Anthropic
from openai import OpenAI
from opentelemetry.sdk.trace.export import SpanExporter

from pellucid_demo import observing
from pellucid_demo.bot.support import SupportBot
from pellucid_demo.delivery import Delivery
from pellucid_demo.errors import BackfillError
from pellucid_demo.simulator.provider import Provider
from pellucid_demo.story.carrier import SimulatorTransport
from pellucid_demo.story.ids import SeededIds
from pellucid_demo.story.shifting import ShiftingExporter, StraightProcessor
from pellucid_demo.story.telling import Teller
from pellucid_demo.story.timeline import Timeline
from pellucid_demo.story.traffic import Visit
from pellucid_demo.story.voices import ScoreBody
from pellucid_demo.story.world import World

_SIMULATED_KEY = "sk-simulated"
_SCORES_A_POST = 100
_REPORT_EVERY = 10
_POLL_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one worker is."""

    visits: int
    scores: int
    at: datetime


def tell(
    world: World,
    visits: list[Visit],
    exporter: SpanExporter,
    take: Callable[[list[ScoreBody]], None],
    *,
    own_process: bool = False,
) -> Iterator[Progress]:
    """Tell visits in this thread; spans go to the exporter with their past times, scores to `take`.

    In a process of its own the tracer provider becomes the global one, as in any real app; SDKs that trace by
    themselves then add their spans.
    """
    timeline, ids = Timeline(), SeededIds(world.seed, world.end)
    processor = StraightProcessor(ShiftingExporter(exporter, timeline))
    with _bot(world, timeline, processor, ids, own_process) as bot:
        timeline.restart(world.chapters.start)
        for deploy in world.chapters.deploys():
            bot.prepare(deploy.release.index)
        teller = Teller(world, bot, timeline, timeline.wait)
        waiting: list[ScoreBody] = []
        told = said = 0
        for visit in visits:
            timeline.restart(visit.at)
            ids.restart(visit.number)
            waiting += teller.tell(visit)
            told += 1
            if len(waiting) >= _SCORES_A_POST:
                said += len(waiting)
                take(waiting)
                waiting = []
            if told % _REPORT_EVERY == 0:
                processor.check()
                yield Progress(visits=told, scores=said, at=visit.at)
        processor.force_flush()
        processor.check()
        take(waiting)
        yield Progress(visits=told, scores=said + len(waiting), at=world.end)


def run(world: World, url: str, api_key: str | None, workers: int, report: Callable[[Progress], None]) -> None:
    """The whole history by several processes; `report` gets the sum of their progress."""
    context = get_context("spawn")
    messages: Queue[tuple[int, Progress]] = context.Queue()
    processes = [
        context.Process(target=_work, args=(world, url, api_key, share, workers, messages), name=f"backfill-{share}")
        for share in range(workers)
    ]
    for process in processes:
        process.start()
    try:
        _follow(processes, messages, report)
    finally:
        for process in processes:
            if process.is_alive():
                process.terminate()
            process.join()
    failed = [process.name for process in processes if process.exitcode]
    if failed:
        raise BackfillError(f"The back-fill ended early in {', '.join(failed)}; the reason is printed above.")


@contextmanager
def _bot(world: World, timeline: Timeline, processor: StraightProcessor, ids: SeededIds, own_process: bool) -> Iterator[SupportBot]:
    provider = observing.provide(processor, ids)
    if own_process:
        observing.make_global(provider)
    transport = SimulatorTransport(Provider(world.provider_settings(latency=1.0)), timeline)
    client = httpx2.Client(transport=transport)
    openai_client = OpenAI(api_key=_SIMULATED_KEY, http_client=client, max_retries=0)
    anthropic_client = Anthropic(api_key=_SIMULATED_KEY, http_client=client, max_retries=0)
    try:
        yield SupportBot(
            tracer=provider.get_tracer("harbour"),
            openai_client=openai_client,
            anthropic_client=anthropic_client,
            wait=timeline.wait,
        )
    finally:
        observing.withdraw()
        client.close()


def _work(world: World, url: str, api_key: str | None, share: int, shares: int, messages: "Queue[tuple[int, Progress]]") -> None:
    delivery = Delivery(url, api_key)
    for progress in tell(world, world.visits[share::shares], delivery.exporter(), delivery.post_scores, own_process=True):
        messages.put((share, progress))
    delivery.close()


def _follow(processes: list[SpawnProcess], messages: "Queue[tuple[int, Progress]]", report: Callable[[Progress], None]) -> None:
    latest: dict[int, Progress] = {}
    while True:
        alive = any(process.is_alive() for process in processes)
        try:
            share, progress = messages.get(timeout=_POLL_S)
        except Empty:
            if not alive or any(process.exitcode for process in processes):
                return
            continue
        latest[share] = progress
        report(
            Progress(
                visits=sum(one.visits for one in latest.values()),
                scores=sum(one.scores for one in latest.values()),
                at=min(one.at for one in latest.values()),
            )
        )
