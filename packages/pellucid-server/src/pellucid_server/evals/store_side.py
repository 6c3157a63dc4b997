"""The store's side of many evaluations: what is judged is read, and what was said is written, in batches.

A read or an insert costs the engine as much for one row as for a hundred, and more than all else that an evaluation does here.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from pellucid_server.core.gathering import Gathering
from pellucid_server.evals.subject import Place, Subject, Subjects, there
from pellucid_server.model.scope import Scope
from pellucid_server.query.score_drafts import Draft
from pellucid_server.query.scores import MAX_BATCH, Scores

REST_S: Final = 0.5
MOST: Final = 200
"""Evaluations of one batch: their payloads are in memory together."""


class StoreSide:
    """One for an event loop and a project."""

    def __init__(self, subjects: Subjects, scores: Scores, scope: Scope) -> None:
        self._subjects = subjects
        self._scores = scores
        self._scope = scope
        self._reading: Gathering[Place, Subject | None] = Gathering(self._read, rest_s=REST_S, most=MOST)
        self._writing: Gathering[Sequence[Draft], None] = Gathering(self._write, rest_s=REST_S, most=MOST)

    async def read(self, place: Place) -> Subject:
        """What is to be judged. Raises `NotFound` where it is not there, or no more."""
        return there(place, await self._reading.ask(place))

    async def write(self, drafts: Sequence[Draft]) -> None:
        """Returns once they are durable: an evaluation ends only then. Raises what the writing raised."""
        if drafts:
            await self._writing.ask(drafts)

    async def _read(self, places: Sequence[Place]) -> Sequence[Subject | None]:
        return await asyncio.to_thread(self._subjects.read_many, self._scope, places)

    async def _write(self, batch: Sequence[Sequence[Draft]]) -> Sequence[None]:
        for together in _parts(batch):
            await asyncio.to_thread(self._scores.write, self._scope, together)
        return [None] * len(batch)


def _parts(batch: Sequence[Sequence[Draft]]) -> Iterator[list[Draft]]:
    """All of them, in as few writes as may be; those of one evaluation stay together."""
    part: list[Draft] = []
    for drafts in batch:
        if part and len(part) + len(drafts) > MAX_BATCH:
            yield part
            part = []
        part.extend(drafts)
    yield part
