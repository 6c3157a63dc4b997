"""Scores of many evaluations at once: what comes within a moment is written together, because an insert costs the engine as much for one
row as for a hundred. An evaluation ends only when its scores are durable."""

import asyncio
from collections.abc import Sequence
from typing import Final

from pellucid_server.core.errors import PellucidError
from pellucid_server.model.scope import Scope
from pellucid_server.query.score_drafts import Draft
from pellucid_server.query.scores import MAX_BATCH, Scores

GATHER_S: Final = 0.2
"""How long the first score waits for company."""


class ScoreBatches:
    """One for an event loop and a project."""

    def __init__(self, scores: Scores, scope: Scope) -> None:
        self._scores = scores
        self._scope = scope
        self._waiting: list[tuple[Sequence[Draft], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, drafts: Sequence[Draft]) -> None:
        """Returns once they are durable. Raises what the writing raised; a bad score of somebody else does no harm here."""
        if not drafts:
            return
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((drafts, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._work(), name="scores of evaluations")
        await written

    async def _work(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHER_S)
            batch, count = [], 0
            while self._waiting and count + len(self._waiting[0][0]) <= MAX_BATCH:
                batch.append(self._waiting.pop(0))
                count += len(batch[-1][0])
            if not batch:  # more than fits into one, by itself: let the writer say so
                batch.append(self._waiting.pop(0))
            await self._write(batch)

    async def _write(self, batch: Sequence[tuple[Sequence[Draft], "asyncio.Future[None]"]]) -> None:
        together = [draft for drafts, _ in batch for draft in drafts]
        try:
            await asyncio.to_thread(self._scores.write, self._scope, together)
        except PellucidError as error:
            if len(batch) == 1:
                _fail(batch[0][1], error)
                return
            for one in batch:  # one of them is bad: each for itself
                await self._write([one])
            return
        for _, written in batch:
            if not written.done():
                written.set_result(None)


def _fail(written: "asyncio.Future[None]", error: PellucidError) -> None:
    if not written.done():
        written.set_exception(error)
