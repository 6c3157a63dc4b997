"""The demo from start to stop: server, history, live traffic; every part is ended when the demo ends.

Run by `pellucid demo`. What the history and the live traffic are made of is the business of `story`.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from types import FrameType

from pellucid_demo.bot import prompts
from pellucid_demo.delivery import Delivery
from pellucid_demo.errors import ServerStartError
from pellucid_demo.evaluating import evaluate_history
from pellucid_demo.marks import Mark, MarkedHistory
from pellucid_demo.probing import probe_set
from pellucid_demo.server_process import model_connections, served
from pellucid_demo.simulator import Provider, Settings, serve_provider
from pellucid_demo.story import backfill
from pellucid_demo.story.chapters import Deploy
from pellucid_demo.story.desk import LABEL, PromptDesk
from pellucid_demo.story.live import LiveTraffic
from pellucid_demo.story.world import World

# One worker a core, and no more: the server needs the rest.
_MOST_WORKERS = 2
_MARK_NAME = "demo-history.json"
_READY_LIMIT_S = 30.0
# How often the server hears how far the history is.
_TOLD_EVERY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `pellucid demo` was asked for; see its help."""

    seed: int
    story: bool
    port: int
    data: Path
    url: str | None
    api_key: str | None
    weeks: int
    rate: float
    once: bool
    otlp_ports: bool = True
    providers_port: int = 0


def run(options: Options, stop: Event | None = None) -> int:
    """Run the demo until `stop` is set or a signal comes; answers the exit code."""
    stop = stop or Event()
    provider = Provider(Settings(seed=options.seed))
    with _signals(stop), _providers(provider, options) as providers_url, _server(options, providers_url) as url:
        delivery = Delivery(url, options.api_key)
        try:
            if options.url is None:
                delivery.connect_models(model_connections(providers_url))
            world = history(options, delivery, url)
            if options.url is None:
                evaluate_history(delivery)
            if not options.once and not stop.is_set():
                _live(options, world, delivery, provider, providers_url, stop)
        finally:
            delivery.close()
    return 0


@contextmanager
def _providers(provider: Provider, options: Options) -> Iterator[str]:
    """The simulated providers over HTTP: on their usual port, or on any where that is taken."""
    try:
        url, stop = serve_provider(provider, port=options.providers_port)
    except OSError:
        url, stop = serve_provider(provider)
    print(f"OpenAI and Anthropic are simulated at {url}", flush=True)
    try:
        yield url
    finally:
        stop()


@contextmanager
def _server(options: Options, providers_url: str) -> Iterator[str]:
    if options.url is None:
        with served(options.port, options.data, providers_url=providers_url, otlp_ports=options.otlp_ports) as url:
            print(f"Pellucid runs at {url}", flush=True)
            yield url
        return
    delivery = Delivery(options.url, options.api_key)
    deadline = time.monotonic() + _READY_LIMIT_S
    while not delivery.is_ready():
        if time.monotonic() > deadline:
            raise ServerStartError(f"No Pellucid server is ready at {options.url}; start it or leave out --url.")
        time.sleep(0.5)
    delivery.close()
    yield options.url


def history(options: Options, delivery: Delivery, url: str) -> World:
    """Tell the history, unless this data directory has it from an earlier run.

    A history that was cut short is told again with the same end, so its spans have the same ids and none is there twice.
    """
    mark = None if options.url else Mark(options.data / _MARK_NAME)
    kept = mark.read() if mark else None
    seed, end, story = (kept.seed, kept.end, kept.story) if kept else (options.seed, datetime.now(UTC), options.story)
    world = World(seed=seed, end=end, story=story, weeks=options.weeks)
    if kept and kept.complete:
        print(f"The history is there already (seed {seed}, until {end:%d %b %Y %H:%M} UTC).", flush=True)
        return world
    if mark:
        mark.write(MarkedHistory(seed=seed, end=end, story=story, complete=False))
    _tell(world, options, delivery, url)
    if mark:
        mark.write(MarkedHistory(seed=seed, end=end, story=story, complete=True))
    return world


def _tell(world: World, options: Options, delivery: Delivery, url: str) -> None:
    started = time.monotonic()
    delivery.post_prompt(prompts.SUPPORT_NAME, prompts.SUPPORT, LABEL)
    for deploy in world.chapters.deploys():
        if deploy.at <= world.end:
            delivery.post_event(_event(deploy))
    workers = max(1, min(_MOST_WORKERS, os.cpu_count() or 1))
    backfill.run(world, url, options.api_key, workers, Reporter(world, delivery).report)
    print(f"History of {world.weeks} weeks told in {time.monotonic() - started:.0f} s.", flush=True)


def _live(options: Options, past: World, delivery: Delivery, provider: Provider, providers_url: str, stop: Event) -> None:
    world = replace(past, live=datetime.now(UTC))
    provider.change(world.provider_settings(latency=1.0))
    if options.url is None:
        delivery.make_probe_set(probe_set())
    traffic = LiveTraffic(
        world,
        providers_url=providers_url,
        exporter=delivery.exporter(),
        take=delivery.post_scores,
        rate=options.rate,
        stop=stop,
        hurry=lambda: provider.change(world.provider_settings(latency=0.0)),
        support_prompt=PromptDesk(delivery.url, delivery.headers).written,
    )
    print(
        f"Live traffic, about {options.rate:g} visits a second. Open {delivery.url} in a browser; Ctrl-C ends the demo.",
        flush=True,
    )
    try:
        traffic.run(Announcer(world, delivery).tick)
    finally:
        traffic.close()


class Announcer:
    """Tells the server of each live deploy when its time has come."""

    def __init__(self, world: World, delivery: Delivery) -> None:
        self._delivery = delivery
        live = world.live or world.end
        self._waiting = [deploy for deploy in world.chapters.deploys() if deploy.at > live]

    def tick(self) -> None:
        while self._waiting and self._waiting[0].at <= datetime.now(UTC):
            deploy = self._waiting.pop(0)
            print(f"Release {deploy.release.version}: {deploy.note}.", flush=True)
            self._delivery.post_event(_event(deploy))


class Reporter:
    """Tells how far the history is: on the terminal, and on the pages of the server."""

    def __init__(self, world: World, delivery: Delivery) -> None:
        self._visits, self._weeks, self._delivery = len(world.visits), world.weeks, delivery
        self._tenths, self._told_at = -1, float("-inf")

    def report(self, progress: backfill.Progress) -> None:
        whole = progress.visits == self._visits
        percent = 100 * progress.visits // self._visits if self._visits else 100
        text = f"History: {percent:3d} % ({progress.visits} of {self._visits} visits, at {progress.at:%d %b})"
        if sys.stdout.isatty():
            print(f"\r{text}", end="\n" if whole else "", flush=True)
        elif percent // 10 > self._tenths:
            self._tenths = percent // 10
            print(text, flush=True)
        if self._visits and (whole or time.monotonic() - self._told_at > _TOLD_EVERY_S):
            self._told_at = time.monotonic()
            self._delivery.put_progress(f"Telling {self._weeks} weeks of history", progress.visits, self._visits)


def _event(deploy: Deploy) -> dict[str, object]:
    return {
        "id": f"demo-deploy-{deploy.release.version}-{deploy.at.isoformat()}",
        "kind": "deploy",
        "title": f"Release {deploy.release.version}: {deploy.note}",
        "time": _wire_time(deploy.at),
        "scope": {"environment": "production"},
        "after": {"release": deploy.release.version},
    }


def _wire_time(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


@contextmanager
def _signals(stop: Event) -> Iterator[None]:
    """SIGINT and SIGTERM end the demo in order: the first by `stop`, the second at once."""

    def end(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    kept = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
