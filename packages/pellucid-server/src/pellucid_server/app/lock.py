"""One server owns a data directory: an advisory lock on a file in it, with a note of who holds it."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO

from pellucid_server.core.errors import DataDirectoryInUse

FILE = "server.json"


class DirectoryLock:
    """The lock; the operating system lets go of it when the process ends, however it ends."""

    def __init__(self, data: Path, url: str) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = (data / FILE).open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = holder(data)
            self._file.close()
            raise DataDirectoryInUse(
                f"Another server owns {data}{f' (process {owner[0]}, {owner[1]})' if owner else ''}. "
                "Stop it, or start this one with another --data."
            ) from error
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), "url": url}))
        self._file.flush()

    def release(self) -> None:
        """Let go."""
        self._file.truncate(0)
        self._file.close()


def holder(data: Path) -> tuple[int, str] | None:
    """Process id and URL of the server that owns `data`, where one does."""
    try:
        with (data / FILE).open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                file.seek(0)
                found = json.loads(file.read() or "{}")
                return (int(found.get("pid", 0)), str(found.get("url", "")))
    except (OSError, ValueError):
        return None
    return None
