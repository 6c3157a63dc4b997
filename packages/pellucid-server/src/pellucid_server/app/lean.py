"""Keeping a process small and quick: what the interpreter and its libraries do by default for another kind of program.

The server and its workers call `lean` once, at their start. Nothing here changes what is computed.
"""

import ctypes
import gc
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

UNWANTED = "pandas"
"""The engine's package brings it, and pyarrow imports it as soon as it is given a list, only to ask whether the list is a series: 45 MB
and most of a second, in each process, for nothing that is used here."""

MMAP_FROM_BYTES = 1024**2
"""Larger blocks are the kernel's own and go back to it when they are freed. Batches are such blocks; the C library would otherwise learn
from them to keep up to 32 MB each, and what it keeps is never given back between smaller blocks that live on."""
ARENAS = 2
"""Heaps of the C library. It would make eight for each core, one for each of the engine's threads that ever allocates."""
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""Names of glibc's `mallopt`."""


def lean() -> None:
    """All of it."""
    if not any(isinstance(finder, _Absent) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Absent())
    tune_heap()
    tune_collector()


def tune_heap() -> None:
    """Tell glibc to give large blocks back and to keep few heaps; other C libraries do not know the question."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, MMAP_FROM_BYTES)
        mallopt(_M_ARENA_MAX, ARENAS)


def tune_collector() -> None:
    """Let the garbage collector look less often: batches are thousands of short-lived objects without cycles, and looking at them again and
    again cost a tenth of the decoding time (measured). What is loaded at the start is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class _Absent(MetaPathFinder):
    """Says of one library that it is not installed."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname == UNWANTED:
            raise ModuleNotFoundError(f"{UNWANTED} is kept out of this process", name=fullname)
        return None
