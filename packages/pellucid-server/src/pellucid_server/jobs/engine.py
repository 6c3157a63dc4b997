"""The engine: a thread with an event loop that works on every run that it owns, and takes up after a restart what another process left.

States of a run: queued → running → finished; paused by the server when its budget is spent or the database fails; cancelled by people;
failed when its end could not be done. Cancelling is written by whoever asks, and seen here within a second.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from pellucid_server.core.clock import SECOND, Clock
from pellucid_server.core.errors import PellucidError
from pellucid_server.jobs.handlers import Handler
from pellucid_server.jobs.running import RunWork
from pellucid_server.jobs.writing import Writer
from pellucid_server.llm.models import LanguageModels
from pellucid_server.store.meta import runs as states
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.runs import StoredRun
from pellucid_server.store.meta.unit import UnitOfWork

LOOK_S = 1.0
"""How often running runs are asked whether somebody cancelled them."""
IDLE_LOOK_S = 5.0
"""How often an idle engine looks for runs that another server left; those of its own server wake it."""
ALONE_LOOK_S = 60.0
"""The same where there is no other server."""
OWNED = 15 * SECOND
"""After this time without a sign of life another server takes a run over."""
STOP_S = 10.0

T = TypeVar("T")

log = logging.getLogger(__name__)


class Engine:
    """Works. `alone`: no other server shares the metadata, so whatever is owned at the start was left by a process that is gone."""

    def __init__(
        self,
        store: MetaStore,
        models: LanguageModels,
        handlers: Sequence[Handler],
        *,
        owner: str,
        alone: bool,
        clock: Clock,
    ) -> None:
        self.handlers: Mapping[str, Handler] = {handler.kind: handler for handler in handlers}
        self._store = store
        self._models = models
        self._owner = owner
        self._alone = alone
        self._clock = clock
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="jobs", daemon=True)
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._wake: asyncio.Event
        self._ending: asyncio.Event
        self._cancelled: dict[str, asyncio.Event] = {}

    def start(self) -> None:
        """Begin; once the server is ready."""
        self._thread.start()
        self._started.wait(STOP_S)

    def stop(self) -> None:
        """End: items under way are put back, calls in flight are noted as interrupted."""
        if self._started.is_set():
            self._tell(self._ending)
            self._thread.join(STOP_S)

    def wake(self) -> None:
        """There is something new to do or to cancel."""
        if self._started.is_set():
            self._tell(self._wake)

    def _tell(self, event: asyncio.Event) -> None:
        try:
            self._loop.call_soon_threadsafe(event.set)
        except RuntimeError:  # the loop is closed: it has ended already
            log.debug("the engine of runs has ended already")

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._wake, self._ending = asyncio.Event(), asyncio.Event()
        writer = Writer(self._store)
        tasks: dict[str, asyncio.Task[None]] = {}
        writing = asyncio.create_task(writer.work(), name="writer of runs")
        self._started.set()
        if self._alone:
            await self._try(lambda unit: unit.runs.release_all())
        while not self._ending.is_set():
            await self._round(writer, tasks)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        await self._models.close()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await writer.drain()

    async def _round(self, writer: Writer, tasks: dict[str, asyncio.Task[None]]) -> None:
        """Take what is free, look after what runs, then sleep until something happens."""
        self._wake.clear()
        now = self._clock()
        for run in await self._try(lambda unit: unit.runs.claim(self._owner, now=now, until=now + OWNED)) or []:
            if run.id in tasks:  # its last act was to give the run back
                await asyncio.wait((tasks[run.id],))
            self._cancelled[run.id] = asyncio.Event()
            tasks[run.id] = asyncio.create_task(self._work(run, writer), name=f"run {run.id}")
        for run_id in [run_id for run_id, task in tasks.items() if task.done()]:
            del tasks[run_id]
            self._cancelled.pop(run_id, None)
        if tasks:
            await self._look(list(tasks))
        await self._sleep(LOOK_S if tasks else ALONE_LOOK_S if self._alone else IDLE_LOOK_S)

    async def _look(self, run_ids: Sequence[str]) -> None:
        until = self._clock() + OWNED
        await self._try(lambda unit: unit.runs.keep(self._owner, until))
        found = await self._try(lambda unit: {run_id: unit.runs.state_of(run_id) for run_id in run_ids})
        for run_id, state in (found or {}).items():
            if state not in (states.QUEUED, states.RUNNING) and run_id in self._cancelled:
                self._cancelled[run_id].set()

    async def _sleep(self, seconds: float) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (self._wake, self._ending)]
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for one in waits:
            one.cancel()

    async def _try(self, apply: Callable[[UnitOfWork], T]) -> T | None:
        """In a transaction of its own; a database that cannot be reached is asked again in the next round."""
        try:
            return await asyncio.to_thread(self._transact, apply)
        except PellucidError as error:
            log.warning("runs cannot be looked after now and are again soon: %s", error.message)
            return None

    def _transact(self, apply: Callable[[UnitOfWork], T]) -> T:
        with self._store.writing() as unit:
            return apply(unit)

    async def _work(self, run: StoredRun, writer: Writer) -> None:
        """One run to its end, or until it is cancelled or the server stops. A run that stumbles over the database is free again."""
        try:
            handler = self.handlers.get(run.kind)
            if handler is None:
                unknown = f"This server does not know runs of the kind {run.kind!r}."
                await writer.write(lambda unit: unit.runs.set(run.id, state=states.FAILED, error=unknown, owner=""))
                return
            work = RunWork(run, handler, self._cancelled[run.id], models=self._models, writer=writer, clock=self._clock)
            await work.do()
        except PellucidError as error:
            log.warning("run %s stopped and is taken up again: %s", run.id, error.message)
            await self._try(lambda unit: unit.runs.set(run.id, owner=""))
