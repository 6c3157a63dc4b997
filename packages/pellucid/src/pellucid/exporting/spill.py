"""A folder that keeps requests which could not be sent, for a later process.

What lives here: writing, claiming and removing files, within a size. What must not live here: when to do so (the
worker decides), and what is in a request. One file is one request; its name carries what is needed to send it.
A file is claimed by renaming it, so that two processes never send the same one at the same time.
"""

import os
import time
from dataclasses import dataclass
from urllib.parse import quote, unquote
from uuid import uuid4

from pellucid.exporting.wire import JSON, PROTOBUF, Request

READY = ".ready"
CLAIMED = ".claimed"
CLAIM_LIFE_S = 600.0
"""A claim older than this belongs to a process that died; the file is free again."""

SHORT_TYPES = {PROTOBUF: "otlp", JSON: "json"}
LONG_TYPES = {short: long for long, short in SHORT_TYPES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spilled:
    """One claimed file and its request."""

    file: str
    """Its path."""
    request: Request


class Spill:
    """The folder, bounded in bytes."""

    def __init__(self, folder: str, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def keep(self, request: Request) -> bool:
        """Write the request, unless the folder would grow beyond its size or the disk refuses."""
        name = "~".join(
            (
                f"{time.time_ns():020d}-{uuid4().hex[:8]}",
                str(request.count),
                SHORT_TYPES[request.content_type],
                request.encoding or "plain",
                quote(request.path, safe=""),
            )
        )
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            if self.size() + len(request.body) > self._max_bytes:
                return False
            draft = os.path.join(self._folder, f"{name}.draft")
            with open(draft, "wb") as file:
                file.write(request.body)
            os.replace(draft, os.path.join(self._folder, f"{name}{READY}"))
        except OSError:
            return False
        return True

    def claim(self) -> Spilled | None:
        """The oldest request that nobody is sending, or none."""
        for file in self._files():
            if file.endswith(CLAIMED) and not _is_stale(file):
                continue
            mine = f"{file.rsplit('.', 1)[0]}{CLAIMED}"
            try:
                os.replace(file, mine)
                os.utime(mine)
                with open(mine, "rb") as opened:
                    body = opened.read()
            except OSError:
                continue  # another process was faster
            request = _request_of(os.path.basename(mine), body)
            if request is None:
                _remove(mine)
                continue
            return Spilled(file=mine, request=request)
        return None

    def done(self, spilled: Spilled) -> None:
        """The request was sent or refused for good."""
        _remove(spilled.file)

    def give_back(self, spilled: Spilled) -> None:
        """The request could not be sent now."""
        try:
            os.replace(spilled.file, f"{spilled.file.rsplit('.', 1)[0]}{READY}")
        except OSError:
            return  # claimed by another process after CLAIM_LIFE_S: it is theirs

    def size(self) -> int:
        """Bytes in the folder."""
        total = 0
        for file in self._files():
            try:
                total += os.path.getsize(file)
            except OSError:
                continue
        return total

    def _files(self) -> list[str]:
        """Paths of the requests, oldest first."""
        try:
            names = sorted(name for name in os.listdir(self._folder) if name.endswith((READY, CLAIMED)))
        except OSError:
            return []
        return [os.path.join(self._folder, name) for name in names]


def _remove(file: str) -> None:
    try:
        os.unlink(file)
    except OSError:
        return  # gone already, or not ours to remove


def _is_stale(file: str) -> bool:
    try:
        return time.time() - os.path.getmtime(file) > CLAIM_LIFE_S
    except OSError:
        return False


def _request_of(name: str, body: bytes) -> Request | None:
    parts = name.rsplit(".", 1)[0].split("~")
    if len(parts) != 5 or parts[2] not in LONG_TYPES or not parts[1].isdigit():
        return None
    return Request(
        path=unquote(parts[4]),
        body=body,
        content_type=LONG_TYPES[parts[2]],
        encoding="" if parts[3] == "plain" else parts[3],
        count=int(parts[1]),
    )
