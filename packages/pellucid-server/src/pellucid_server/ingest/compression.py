"""Bounded decompression. A bomb costs no more memory than the bound: the stream is cut there and refused."""

import zlib
from collections.abc import Callable

import zstandard

from pellucid_server.core.errors import BadPayload, TooLarge, UnsupportedMedia

ENCODINGS = ("", "identity", "gzip", "deflate", "zstd")
_CHUNK = 256 * 1024


def decompress(body: bytes, encoding: str, *, limit_bytes: int) -> bytes:
    """`body` without its content encoding. Raises `TooLarge`, `UnsupportedMedia` or `BadPayload`."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding == "gzip":
        return _inflate(body, 16 + zlib.MAX_WBITS, limit_bytes)
    if encoding == "deflate":
        # RFC 9110 says zlib format; some clients send raw deflate, which has no header to tell it by.
        raw = not body or (body[0] & 0x0F) != 8 or ((body[0] << 8) + (body[1] if len(body) > 1 else 0)) % 31
        return _inflate(body, -zlib.MAX_WBITS if raw else zlib.MAX_WBITS, limit_bytes)
    if encoding == "zstd":
        return _unzstd(body, limit_bytes)
    raise UnsupportedMedia(f"Content-Encoding {encoding!r} is not supported; send gzip, deflate, zstd or none.")


def _inflate(body: bytes, wbits: int, limit_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    data = body
    while data:
        inflater = zlib.decompressobj(wbits)
        try:
            while not inflater.eof:
                part = inflater.decompress(data, min(_CHUNK, limit_bytes + 1 - size))
                size += len(part)
                if size > limit_bytes:
                    raise _too_large(limit_bytes)
                parts.append(part)
                data = inflater.unconsumed_tail
                if not part and not data and not inflater.eof:
                    raise BadPayload("The compressed body ends in the middle; send it again whole.")
        except zlib.error as error:
            raise BadPayload(f"The body is not what its Content-Encoding says ({error}).") from error
        data = inflater.unused_data  # gzip allows several members in a row
    return b"".join(parts)


def _unzstd(body: bytes, limit_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    # The window is what a hostile frame header could ask us to allocate; 2^26 is the largest that any level up to 19 writes.
    reader = zstandard.ZstdDecompressor(max_window_size=2**26).stream_reader(body, read_across_frames=True)
    read: Callable[[int], bytes] = reader.read
    try:
        while part := read(_CHUNK):
            size += len(part)
            if size > limit_bytes:
                raise _too_large(limit_bytes)
            parts.append(part)
    except zstandard.ZstdError as error:
        raise BadPayload(f"The body is not what its Content-Encoding says ({error}).") from error
    return b"".join(parts)


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge(f"The decompressed body is larger than {limit_bytes} bytes; send smaller batches.", limit_bytes=limit_bytes)
