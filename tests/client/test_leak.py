"""Nothing accumulates in the application's process: a million spans in the long form, thirty thousand in CI."""

import gc
import os
from typing import Any

import pytest

import pellucid

WARM_UP = 5_000


def resident_bytes() -> int:
    """Memory of this process now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def record(count: int) -> None:
    """Nested spans with context, errors and texts that differ, sent as they end."""
    for number in range(count // 3):
        with pellucid.context(user_id=f"u{number}", metadata={"n": number}), pellucid.span("root", input=f"{number} {'x' * 200}"):
            with pellucid.span("child") as step:
                step.update(output=f"{number}")
            pellucid.generation("call", input=f"{number}").fail("no").end()
        if number % 200 == 0:
            pellucid.flush(20)
    assert pellucid.flush(20)


@pytest.mark.parametrize(
    "count",
    [pytest.param(30_000, id="short"), pytest.param(1_000_000, id="long", marks=[pytest.mark.long, pytest.mark.timeout(1_800)])],
)
@pytest.mark.parametrize("sample_rate", [1.0, 0.5], ids=["all", "sampled"])
def test_memory_does_not_grow_with_the_number_of_spans(server: Any, start: Any, count: int, sample_rate: float) -> None:
    start(sample_rate=sample_rate)
    server.keep_nothing = True
    record(WARM_UP)
    gc.collect()
    before = resident_bytes()
    record(count)
    gc.collect()
    grown = resident_bytes() - before
    stats = pellucid.stats()
    assert stats.offered + stats.sampled_out == (WARM_UP // 3 + count // 3) * 3
    assert stats.waiting == 0
    assert stats.lost == {}
    assert grown < 12_000_000, f"{grown / 1e6:.1f} MB more after {count} spans"
