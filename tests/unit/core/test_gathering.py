"""Gathering: a lone item goes at once, a stream goes in batches, a bad item fails alone, and whoever left spoils nothing."""

import asyncio
from collections.abc import Sequence

import pytest

from pellucid_server.core.errors import BadRequest
from pellucid_server.core.gathering import Gathering


class Doubling:
    """Doubles numbers, refuses batches with a negative one, breaks on 13, and remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def __call__(self, numbers: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(numbers))
        await asyncio.sleep(0)
        if 13 in numbers:
            raise ValueError("13")
        if any(number < 0 for number in numbers):
            raise BadRequest("negative")
        return [2 * number for number in numbers]


def test_what_comes_together_goes_together_and_answers_come_in_order() -> None:
    async def run() -> None:
        double = Doubling()
        gathering = Gathering(double, rest_s=0.01, most=4)
        assert await gathering.ask(1) == 2
        assert await asyncio.gather(*(gathering.ask(number) for number in range(10))) == [2 * number for number in range(10)]
        assert double.batches == [[1], [0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]

    asyncio.run(run())


def test_a_bad_item_fails_alone() -> None:
    async def run() -> None:
        gathering = Gathering(Doubling(), rest_s=0.0, most=10)
        found = await asyncio.gather(*(gathering.ask(number) for number in (1, -2, 3)), return_exceptions=True)
        assert found[0] == 2
        assert isinstance(found[1], BadRequest)
        assert found[2] == 6

    asyncio.run(run())


def test_an_error_that_nobody_foresaw_reaches_those_who_wait_and_the_next_go_on() -> None:
    async def run() -> None:
        gathering = Gathering(Doubling(), rest_s=0.0, most=10)
        with pytest.raises(ValueError, match="13"):
            await gathering.ask(13)
        assert await gathering.ask(2) == 4

    asyncio.run(run())


def test_who_is_cancelled_spoils_nothing() -> None:
    async def run() -> None:
        gathering = Gathering(Doubling(), rest_s=0.01, most=10)
        leaving, staying = asyncio.create_task(gathering.ask(1)), asyncio.create_task(gathering.ask(2))
        await asyncio.sleep(0)
        leaving.cancel()
        assert await staying == 4
        with pytest.raises(asyncio.CancelledError):
            await leaving

    asyncio.run(run())
