"""The adaptive limit: more after success, half after 429, one cut for one burst."""

import asyncio

from pellucid_server.llm.limits import LEAST, AdaptiveLimit


async def test_it_never_lets_in_more_than_its_limit() -> None:
    limit = AdaptiveLimit(start=3)
    most = 0

    async def call() -> None:
        nonlocal most
        async with limit.place():
            most = max(most, limit.in_flight)
            await asyncio.sleep(0)

    await asyncio.gather(*(call() for _ in range(50)))
    assert most == 3
    assert limit.in_flight == 0


async def test_success_grows_it_by_one_a_round_and_not_beyond_its_most() -> None:
    limit = AdaptiveLimit(start=4, most=6)
    for _ in range(4):
        limit.succeeded()
    assert 4.8 < limit.limit <= 5.0
    for _ in range(100):
        limit.succeeded()
    assert limit.limit == 6


async def test_a_burst_of_429_cuts_it_once() -> None:
    limit = AdaptiveLimit(start=8)
    for _ in range(5):
        limit.limited(0.0)
    assert limit.limit == 4


async def test_it_is_never_closed_for_good() -> None:
    limit = AdaptiveLimit(start=LEAST)
    limit.limited(0.0)
    async with asyncio.timeout(5), limit.place():
        assert limit.limit == LEAST


async def test_a_waiter_that_is_cancelled_takes_no_place() -> None:
    limit = AdaptiveLimit(start=1)
    async with limit.place():
        waiting = asyncio.create_task(limit.place().__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert limit.in_flight == 0
    async with asyncio.timeout(5), limit.place():
        assert limit.in_flight == 1
