"""JSON of the operators' routes."""

from pydantic import BaseModel

from pellucid_server.api.wire.times import WireTime


class Health(BaseModel):
    """Alive."""

    status: str


class Ready(BaseModel):
    """Open, and how much waits."""

    status: str
    journal_entries: int
    journal_bytes: int


class DeadLetterRow(BaseModel):
    """A request that could not be decoded or stored."""

    id: int
    received_at: str
    buried_at: str
    signal: str
    content_type: str
    encoding: str
    bytes: int
    records: int
    error: str
    attempts: int
    body: str | None = None
    """Base64, only where asked for."""


class DeadLetterPage(BaseModel):
    """Dead letters, the newest first."""

    data: list[DeadLetterRow]
    next_cursor: str | None


class BackupWanted(BaseModel):
    """Where a backup shall go."""

    to: str
    """An absolute path on the server's machine, of a folder that does not exist yet."""


class BackupMade(BaseModel):
    """A backup."""

    to: str
    time: str
    """Everything that was confirmed before is in it."""
    parts: list[str]
    elsewhere: list[str]
    """Kept in other systems and not in it."""
    bytes: int


class Replayed(BaseModel):
    """The new id in the journal."""

    id: int


class ClientLosses(BaseModel):
    """What one client process has lost in its life so far, before it reached the server."""

    client_id: str
    client_version: str
    service: str
    lost: dict[str, int]
    """Reason → spans."""
    sampled_out: int
    """Left out by sampling, which is no loss."""
    time: WireTime
