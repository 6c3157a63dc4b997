"""The spool: payloads on their way from a decode worker to the engine, as Arrow files that nobody copies on the way.

A payload is ten times its narrow row. Pickled through a pipe and handed to the engine from memory it is copied six times; as a file it is
written once by the worker and read once by the engine, and this process maps it only where it must look inside. A file lives until its
rows are durable. What a server that died left behind goes at the next start: the journal still has it.
"""

import os
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

SUFFIX = ".arrow"
CHUNK_ROWS = 1_000
"""What the engine reads at a time: about 11 MB, instead of a whole file beside the rows that it makes of it."""


def spool(folder: Path, name: str, table: pa.Table) -> Path:
    """Write `table` to the file `name`, in the place of an earlier one. Raises `OSError` where the disk is full."""
    unfinished = folder / f"{name}-{os.getpid()}{SUFFIX}"
    try:
        with pa.OSFile(str(unfinished), "wb") as handle, pa.ipc.new_file(handle, table.schema) as file:
            file.write_table(table, max_chunksize=CHUNK_ROWS)
        return unfinished.rename(folder / f"{name}{SUFFIX}")
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def mapped(path: Path) -> pa.Table:
    """The rows of a file, in the page cache rather than in this process; valid after the file is gone, too."""
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def prepare(folder: Path) -> None:
    """Make the folder, empty of what an earlier process left. A file that will not go is met again at the next start."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"*{SUFFIX}"):
        with suppress(OSError):
            left.unlink()
