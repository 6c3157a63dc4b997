"""One run at work: its items, a few at a time, and its end."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator

from pellucid_server.core.clock import Clock
from pellucid_server.core.errors import PellucidError
from pellucid_server.jobs.handlers import Handler
from pellucid_server.jobs.items import ItemWork
from pellucid_server.jobs.writing import Writer
from pellucid_server.llm.durable import ItemOutcome, RunContext
from pellucid_server.llm.models import LanguageModels
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta import runs as states
from pellucid_server.store.meta.runs import StoredItem, StoredRun

PAGE = 200
"""Items that are read at once."""
FINISHED, PAUSED = "finished", "paused"

log = logging.getLogger(__name__)


class RunWork:
    """The work on one run."""

    def __init__(
        self,
        run: StoredRun,
        handler: Handler,
        cancelled: asyncio.Event,
        *,
        models: LanguageModels,
        writer: Writer,
        clock: Clock,
    ) -> None:
        self._run = run
        self._handler = handler
        self._cancelled = cancelled
        self._models = models
        self._writer = writer
        self._clock = clock
        self._waiting: deque[StoredItem] = deque()
        self._last = -1
        self._reading = asyncio.Lock()
        self._cost = 0.0

    async def do(self) -> None:
        """All of it. Raises the database's errors, and cancellation when the server stops: what was under way is then put back."""
        try:
            await self._open()
            await self._do_items()
            if self._cancelled.is_set():
                await self._skip_rest()
            elif self._is_spent:
                await self._pause()
            else:
                await self._finish()
        except asyncio.CancelledError:
            await self._put_back()
            raise

    @property
    def _is_spent(self) -> bool:
        return self._run.max_cost is not None and self._cost >= self._run.max_cost

    async def _open(self) -> None:
        """What another process left under way is interrupted: its calls may have been answered, but nobody heard it."""
        run_id, now = self._run.id, self._clock()
        if not await self._writer.write(lambda unit: unit.runs.begin(run_id, now)):
            self._cancelled.set()
        await self._writer.write(lambda unit: unit.runs.interrupt_calls(run_id))
        await self._writer.write(lambda unit: unit.runs.set_items(run_id, (states.RUNNING,), states.WAITING))
        counts = await self._writer.write(lambda unit: unit.runs.counts([run_id]))
        self._cost = counts[run_id].cost

    async def _do_items(self) -> None:
        workers = [asyncio.create_task(self._worker()) for _ in range(self._handler.concurrency)]
        all_done = asyncio.gather(*workers)
        stopped = asyncio.create_task(self._cancelled.wait())
        try:
            await asyncio.wait((all_done, stopped), return_when=asyncio.FIRST_COMPLETED)
            if all_done.done():
                all_done.result()
        finally:
            for task in (*workers, stopped):
                task.cancel()
            await asyncio.gather(all_done, *workers, stopped, return_exceptions=True)

    async def _worker(self) -> None:
        while not self._is_spent and (item := await self._next()) is not None:
            work = ItemWork(self._run, item, models=self._models, writer=self._writer, clock=self._clock)
            await work.do(self._handler, self._cancelled)
            self._cost += work.cost

    async def _next(self) -> StoredItem | None:
        async with self._reading:
            if not self._waiting:
                after = self._last
                found = await self._writer.write(
                    lambda unit: unit.runs.items(self._run.id, state=states.WAITING, after=after, limit=PAGE)
                )
                self._waiting.extend(found)
            if not self._waiting:
                return None
            item = self._waiting.popleft()
            self._last = item.position
            return item

    async def _finish(self) -> None:
        run_id, error, state = self._run.id, "", FINISHED
        context = RunContext(
            project_id=self._run.project_id,
            run_id=run_id,
            settings=self._run.settings,
            outcomes=self._outcomes,
            conclude=self._conclude,
        )
        try:
            await self._handler.finished(context)
        except PellucidError as failure:
            state, error = states.FAILED, f"{failure.code}: {failure.message}"
        except Exception as failure:  # a worker's outermost loop: this run fails, others go on
            log.exception("the end of run %s failed", run_id)
            state, error = states.FAILED, f"internal: {failure.__class__.__name__}; the server's log has the details"
        now = self._clock()
        await self._writer.write(lambda unit: unit.runs.end(run_id, state=state, error=error, now=now))

    async def _outcomes(self) -> AsyncIterator[ItemOutcome]:
        after, run_id = -1, self._run.id
        while True:
            page = await self._writer.write(
                lambda unit, after=after: unit.runs.items(run_id, state=None, after=after, limit=PAGE)  # type: ignore[misc]
            )
            for item in page:
                yield ItemOutcome(item_id=item.position, input=item.input, output=item.output, error=item.error)
            if len(page) < PAGE:
                return
            after = page[-1].position

    async def _conclude(self, result: JsonValue) -> None:
        await self._writer.write(lambda unit: unit.runs.set(self._run.id, result=result))

    async def _skip_rest(self) -> None:
        """Whoever cancelled has written the run's state; here its items follow."""
        run_id, now = self._run.id, self._clock()
        await self._writer.write(lambda unit: unit.runs.interrupt_calls(run_id))
        await self._writer.write(lambda unit: unit.runs.set_items(run_id, (states.WAITING, states.RUNNING), states.SKIPPED))
        await self._writer.write(lambda unit: unit.runs.set(run_id, owner="", finished_time=now))

    async def _pause(self) -> None:
        told = f"The budget of {self._run.max_cost} USD is spent; resume the run with a larger one to go on."
        now = self._clock()
        await self._writer.write(lambda unit: unit.runs.end(self._run.id, state=PAUSED, error=told, now=now))

    async def _put_back(self) -> None:
        run_id = self._run.id
        await self._writer.write(lambda unit: unit.runs.interrupt_calls(run_id))
        await self._writer.write(lambda unit: unit.runs.set_items(run_id, (states.RUNNING,), states.WAITING))
        await self._writer.write(lambda unit: unit.runs.set(run_id, owner=""))
