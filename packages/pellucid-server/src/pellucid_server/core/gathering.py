"""Gathering: what is asked for one by one is done together, because a hundred cost a database as much as one.

Whoever comes to rested work is served at once; those who come soon after wait for one another. So a lone request loses no time, and a
stream of them becomes a few large batches.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from pellucid_server.core.errors import PellucidError

T = TypeVar("T")
R = TypeVar("R")


class Gathering(Generic[T, R]):
    """Of one event loop. `act` does a batch and answers in its order; it begins at most once in `rest_s`, with at most `most` items."""

    def __init__(self, act: Callable[[Sequence[T]], Awaitable[Sequence[R]]], *, rest_s: float, most: int) -> None:
        self._act = act
        self._rest_s = rest_s
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._working: asyncio.Task[None] | None = None
        self._not_before = 0.0

    async def ask(self, item: T) -> R:
        """What `act` answers for the item. Raises what it raised; a bad item of somebody else does no harm here."""
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work(), name="gathering")
        return await done

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            await asyncio.sleep(max(0.0, self._not_before - loop.time()))
            self._not_before = loop.time() + self._rest_s
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            await self._serve(batch)

    async def _serve(self, batch: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._act([item for item, _ in batch])
        except PellucidError as error:
            if len(batch) == 1:
                _fail(batch, error)
                return
            for one in batch:  # one of them is bad: each for itself
                await self._serve([one])
        except Exception as error:  # a worker's outermost loop: whoever waits hears of it, and the next batch goes on
            _fail(batch, error)
        else:
            for (_, done), result in zip(batch, results, strict=True):
                if not done.done():
                    done.set_result(result)


def _fail(batch: Sequence[tuple[T, asyncio.Future[R]]], error: Exception) -> None:
    for _, done in batch:
        if not done.done():
            done.set_exception(error)
