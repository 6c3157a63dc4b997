"""A process that is small and starts quickly: what must not be loaded, and that freed batches go back. Each in its own interpreter."""

import subprocess
import sys

import pytest


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("heavy", ["pandas", "scipy.stats", "scipy.optimize"])
def test_the_server_starts_without(heavy: str) -> None:
    assert run(f"import sys, pellucid_server.app.commands.serve; print({heavy!r} in sys.modules)") == "False"


def test_a_list_of_values_does_not_load_pandas() -> None:
    code = (
        "import sys; from pellucid_server.app.lean import lean; lean(); import pyarrow as pa; "
        "table = pa.table({'a': pa.array(['x', 'y'])}); print('pandas' in sys.modules, table.to_pylist()[1])"
    )
    assert run(code) == "False {'a': 'y'}"


@pytest.mark.skipif(sys.platform != "linux", reason="only there does the C library say how much it holds, and take advice")
def test_large_blocks_go_back_when_they_are_freed() -> None:
    code = """
import psutil
from pellucid_server.app.lean import lean

lean()
before = psutil.Process().memory_info().rss
for _ in range(3):
    blocks, small = [], []
    for number in range(40):
        blocks.append(bytearray(b"x" * 2_000_000))
        small.append(bytearray(b"y" * 2_000))
    kept = small
    del blocks
print((psutil.Process().memory_info().rss - before) // 2**20)
"""
    assert int(run(code)) < 16


def test_to_be_lean_twice_is_the_same_as_once() -> None:
    assert (
        run(
            "import sys; from pellucid_server.app.lean import lean; lean(); n = len(sys.meta_path); lean(); print(len(sys.meta_path) - n)"
        )
        == "0"
    )
