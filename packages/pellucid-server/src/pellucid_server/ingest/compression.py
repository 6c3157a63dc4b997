"""Bounded decompression: a bomb is refused and costs no more memory than a body of ordinary size.

A stream is unpacked once while it is of ordinary size. Beyond that it is only counted, and unpacked anew if it turns out to be within
the bound: the few large bodies cost their unpacking twice, and a bomb costs time but no memory.
"""

import zlib
from collections.abc import Callable, Iterator
from functools import partial

import zstandard

from pellucid_server.core.errors import BadPayload, TooLarge, UnsupportedMedia

ENCODINGS = ("", "identity", "gzip", "deflate", "zstd")
_CHUNK = 256 * 1024
_KEPT_BYTES = 16 * 1024**2
"""Kept at the first go. A batch of 512 spans of 20 KB is 10 MB."""
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_SKIPPABLE = 0x184D2A50
"""Magic number of zstd frames that hold no content; the last four bits are free."""


def decompress(body: bytes, encoding: str, *, limit_bytes: int) -> bytes:
    """`body` without its content encoding. Raises `TooLarge`, `UnsupportedMedia` or `BadPayload`."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding == "gzip":
        return _bounded(partial(_inflated, body, _GZIP), limit_bytes)
    if encoding == "deflate":
        # RFC 9110 says zlib format; some clients send raw deflate, which has no header to tell it by.
        raw = not body or (body[0] & 0x0F) != 8 or ((body[0] << 8) + (body[1] if len(body) > 1 else 0)) % 31
        return _bounded(partial(_inflated, body, _RAW if raw else _ZLIB), limit_bytes)
    if encoding == "zstd":
        return _bounded(partial(_unzstd, body), limit_bytes)
    raise UnsupportedMedia(f"Content-Encoding {encoding!r} is not supported; send gzip, deflate, zstd or none.")


def _bounded(unpacked: Callable[[], Iterator[bytes]], limit_bytes: int) -> bytes:
    """All that `unpacked` yields, unless it is more than the limit."""
    kept: list[bytes] = []
    size = 0
    for part in unpacked():
        size += len(part)
        if size > limit_bytes:
            raise TooLarge(
                f"The decompressed body is larger than {limit_bytes} bytes; send smaller batches.", limit_bytes=limit_bytes
            )
        if size <= _KEPT_BYTES:
            kept.append(part)
        else:
            kept.clear()
    return b"".join(kept if size <= _KEPT_BYTES else unpacked())


def _inflated(body: bytes, wbits: int) -> Iterator[bytes]:
    view = memoryview(body)
    at = 0
    while at < len(view):  # gzip allows several members in a row
        inflater = zlib.decompressobj(wbits)
        while not inflater.eof:
            piece = view[at : at + _CHUNK]
            try:
                part = inflater.decompress(piece, _CHUNK)
            except zlib.error as error:
                raise _not_as_said(error) from error
            at += len(piece) - len(inflater.unconsumed_tail)
            if not part and not piece and not inflater.eof:
                raise _cut_short()
            yield part
        at -= len(inflater.unused_data)


def _unzstd(body: bytes) -> Iterator[bytes]:
    _check_whole(body)
    # The window is what a hostile frame header could ask us to allocate; 2^26 is the largest that any level up to 19 writes.
    reader = zstandard.ZstdDecompressor(max_window_size=2**26).stream_reader(body, read_across_frames=True)
    read: Callable[[int], bytes] = reader.read
    try:
        while part := read(_CHUNK):
            yield part
    except zstandard.ZstdError as error:
        raise _not_as_said(error) from error


def _check_whole(body: bytes) -> None:
    """Walk over the headers of frames and blocks (RFC 8878): the reader takes a stream that is cut short for one that has ended."""
    at = 0
    while at < len(body):
        at = _frame_end(body, at)
    if at > len(body):
        raise _cut_short()


def _frame_end(body: bytes, at: int) -> int:
    """Where the frame that begins at `at` ends; beyond the body where it is cut short."""
    if int.from_bytes(body[at : at + 4], "little") & ~0xF == _SKIPPABLE:
        return at + 8 + int.from_bytes(body[at + 4 : at + 8], "little")
    header = body[at : at + 18]
    try:
        parameters = zstandard.get_frame_parameters(header)
        at += int(zstandard.frame_header_size(header))
    except zstandard.ZstdError as error:
        raise _not_as_said(error) from error
    while True:
        block = int.from_bytes(body[at : at + 3], "little")
        last, kind, size = block & 1, (block >> 1) & 3, block >> 3
        at += 3 + (1 if kind == 1 else size)  # a block of kind 1 is one byte, repeated
        if last or at > len(body):
            return at + (4 if parameters.has_checksum else 0)


def _cut_short() -> BadPayload:
    return BadPayload("The compressed body ends in the middle; send it again whole.")


def _not_as_said(error: Exception) -> BadPayload:
    return BadPayload(f"The body is not what its Content-Encoding says ({error}).")
