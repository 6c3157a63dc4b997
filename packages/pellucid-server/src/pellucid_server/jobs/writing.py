"""One writer for everything that runs record: whoever waits shares one transaction and one fsync (group commit)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pellucid_server.core.errors import PellucidError
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.unit import UnitOfWork

T = TypeVar("T")
MAX_GROUP = 256
"""Writes in one transaction: more would keep others from the database for too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    apply: Callable[[UnitOfWork], Any]
    done: asyncio.Future[Any]  # Any: each write returns what it likes


class Writer:
    """Of one event loop. `work` must run in it."""

    def __init__(self, store: MetaStore) -> None:
        self._store = store
        self._waiting: asyncio.Queue[_Write] = asyncio.Queue()

    async def write(self, apply: Callable[[UnitOfWork], T]) -> T:
        """What `apply` returned, once it is committed. Raises what the transaction raised."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(_Write(apply=apply, done=done))
        return await done

    def later(self, apply: Callable[[UnitOfWork], None]) -> None:
        """Write without waiting: before all that is asked for after it. If it fails, so does what follows, which says so."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._waiting.put_nowait(_Write(apply=apply, done=done))

    async def work(self) -> None:
        """Commit what waits, for ever."""
        while True:
            group = [await self._waiting.get()]
            while len(group) < MAX_GROUP and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            await self._commit(group)

    async def drain(self) -> None:
        """Commit what still waits; for the end, when `work` was stopped."""
        group = []
        while not self._waiting.empty():
            group.append(self._waiting.get_nowait())
        if group:
            await self._commit(group)

    async def _commit(self, group: list[_Write]) -> None:
        try:
            results = await asyncio.to_thread(self._apply, group)
        except PellucidError as error:
            if len(group) > 1:  # one bad write must not spoil the others
                for one in group:
                    await self._commit([one])
            elif not group[0].done.done():
                group[0].done.set_exception(error)
            return
        for one, result in zip(group, results, strict=True):
            if not one.done.done():
                one.done.set_result(result)

    def _apply(self, group: list[_Write]) -> list[Any]:
        with self._store.writing() as unit:
            return [one.apply(unit) for one in group]
