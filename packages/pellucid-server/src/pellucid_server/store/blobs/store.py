"""BlobStore over `obstore`: a local folder by default, S3, GCS or Azure by URL. Content addressed, so writing twice is writing once."""

import asyncio
import re
from pathlib import Path
from urllib.parse import quote

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from pellucid_server.core.errors import NotFound, Unavailable

_SHA256 = re.compile(r"[0-9a-f]{64}")

_SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"WAVE", 8, "audio/wav"),
    (b"OggS", 0, "audio/ogg"),
    (b"fLaC", 0, "audio/flac"),
    (b"ID3", 0, "audio/mpeg"),
    (b"ftyp", 4, "video/mp4"),
)
UNKNOWN = "application/octet-stream"


class BlobStore:
    """Blobs of all projects; each project has its own, so that erasing one erases its media."""

    def __init__(self, store: "obstore.store.ObjectStore") -> None:
        self._store = store

    @classmethod
    def open(cls, url: str, folder: Path) -> "BlobStore":
        """The store at `url`, or the local `folder` where it is empty."""
        if url:
            return cls(from_url(url))
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(prefix=folder))

    def put(self, project_id: str, sha256: str, data: bytes) -> None:
        """Store; returns when it is written. Raises `Unavailable`."""
        try:
            obstore.put(self._store, _path(project_id, sha256), data)
        except (BaseError, OSError) as error:
            raise Unavailable(
                f"The blob store cannot be written ({error}); the journal keeps the request and tries again."
            ) from error

    async def get(self, project_id: str, sha256: str) -> bytes:
        """The content. Raises `NotFound`."""
        if not _SHA256.fullmatch(sha256):
            raise NotFound(f"{sha256!r} is no SHA-256 of a blob.")
        try:
            found = await obstore.get_async(self._store, _path(project_id, sha256))
            return bytes(await found.bytes_async())
        except FileNotFoundError as error:
            raise NotFound("There is no such blob in this project; it may have left with its retention.") from error
        except (BaseError, OSError, asyncio.IncompleteReadError) as error:
            raise Unavailable(f"The blob store cannot be read ({error}).") from error


def media_type(data: bytes) -> str:
    """What the bytes are, by their own signature: what a sender calls them is not believed, because a browser would act on it."""
    for signature, offset, kind in _SIGNATURES:
        if data[offset : offset + len(signature)] == signature:
            return kind
    return UNKNOWN


def _path(project_id: str, sha256: str) -> str:
    return f"{quote(project_id, safe='')}/{sha256[:2]}/{sha256}"
