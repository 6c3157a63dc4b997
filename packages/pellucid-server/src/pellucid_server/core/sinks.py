"""A file that is not kept: whoever writes a stream into it takes the pieces out as they come, so that no more than a piece is in memory."""

import io
from typing import Any


class PassingSink(io.RawIOBase):
    """Gives away what was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any, /) -> int:  # Any: whatever has a buffer
        """Take a piece."""
        piece = bytes(data)
        self._pieces.append(piece)
        self._written += len(piece)
        return len(piece)

    def tell(self) -> int:
        """How much was written in all."""
        return self._written

    def take(self) -> bytes:
        """What was written since the last call."""
        taken, self._pieces = b"".join(self._pieces), []
        return taken
