"""One item at work: its calls, each looked up before it is made, and its end, written once."""

import asyncio
import logging
from collections import Counter
from dataclasses import replace

from pellucid_server.core.clock import Clock
from pellucid_server.core.errors import PellucidError
from pellucid_server.jobs.handlers import Handler
from pellucid_server.jobs.writing import Writer
from pellucid_server.llm.calls import ModelAnswer, ModelRequest, Origin, answer_from_json
from pellucid_server.llm.durable import ItemContext
from pellucid_server.llm.models import LanguageModels
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta import runs as states
from pellucid_server.store.meta.runs import StoredCall, StoredItem, StoredRun

PATIENCE_S = 300.0
"""Nobody waits at the screen for one item: a provider that limits the rate is asked again for longer than in the playground."""

log = logging.getLogger(__name__)


class ItemWork:
    """The work on one item."""

    def __init__(self, run: StoredRun, item: StoredItem, *, models: LanguageModels, writer: Writer, clock: Clock) -> None:
        self._run = run
        self._item = item
        self._models = models
        self._writer = writer
        self._clock = clock
        self._asked: Counter[str] = Counter()
        self._recorded: dict[str, list[StoredCall]] = {}
        self.cost = 0.0
        """Of the calls that were made now."""

    async def do(self, handler: Handler, is_cancelled: asyncio.Event) -> None:
        """All of it. Raises only what ends the run: the database's errors, and cancellation."""
        run_id, position = self._run.id, self._item.position
        self._writer.later(lambda unit: unit.runs.begin_item(run_id, position, self._clock()))
        if self._item.attempts:
            for call in await self._writer.write(lambda unit: unit.runs.calls_of(run_id, position)):
                self._recorded.setdefault(call.key, []).append(call)
        context = ItemContext(
            project_id=self._run.project_id,
            run_id=run_id,
            settings=self._run.settings,
            item_id=position,
            call=self._call,
            is_cancelled=is_cancelled.is_set,
        )
        try:
            output = await handler.run_item(context, self._item.input)
        except PellucidError as error:
            await self._end(states.FAILED, None, f"{error.code}: {error.message}")
        except Exception as error:  # a worker's outermost loop: the item fails, the run goes on
            log.exception("item %d of run %s failed", position, run_id)
            await self._end(states.FAILED, None, f"internal: {error.__class__.__name__}; the server's log has the details")
        else:
            await self._end(states.DONE, output, "")

    async def _end(self, state: str, output: JsonValue, error: str) -> None:
        run_id, position, now = self._run.id, self._item.position, self._clock()
        await self._writer.write(
            lambda unit: unit.runs.end_item(run_id, position, state=state, output=output, error=error, now=now)
        )

    async def _call(self, connection: str, request: ModelRequest, *, environment: str, origin: Origin | None = None) -> ModelAnswer:
        """A durable step. Its key is the request and how many equal ones the item made before, so order does not matter."""
        place = f"{connection}:{request.hash}"
        key = f"{place}:{self._asked[place]}"
        self._asked[place] += 1
        before = self._recorded.get(key, [])
        for call in before:
            if call.state == states.ANSWERED:
                return answer_from_json(call.answer)
        begun = StoredCall(
            run_id=self._run.id,
            position=self._item.position,
            key=key,
            attempt=max((call.attempt for call in before), default=0) + 1,
            state=states.IN_FLIGHT,
            answer=None,
            cost=None,
            time=self._clock(),
        )
        await self._writer.write(lambda unit: unit.runs.begin_call(begun))

        async def keep(answer: ModelAnswer) -> None:
            cost = None if answer.cost is None else answer.cost.total
            self.cost += cost or 0.0
            ended = replace(begun, state=states.ANSWERED, answer=answer.as_json(), cost=cost)
            await self._writer.write(lambda unit: unit.runs.end_call(ended))

        try:
            return await self._models.complete(
                self._run.project_id, connection, request, environment=environment, origin=origin, patience_s=PATIENCE_S, keep=keep
            )
        except PellucidError:
            failed = replace(begun, state=states.FAILED_CALL)
            await self._writer.write(lambda unit: unit.runs.end_call(failed))
            raise
