"""Content encodings: what was packed comes out, what is cut short or too large is refused, and a bomb costs no memory."""

import contextlib
import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.core.errors import BadPayload, TooLarge, UnsupportedMedia
from pellucid_server.ingest.compression import decompress

MIB = 1024**2
LIMIT = 64 * MIB


def _deflate_raw(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def _zstd_stream(body: bytes) -> bytes:
    packer = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    return packer.compress(body) + packer.flush()


def _zstd_frames(body: bytes) -> bytes:
    """Two frames with a skippable one between them."""
    packer = zstandard.ZstdCompressor()
    half = len(body) // 2
    return packer.compress(body[:half]) + b"\x5a\x2a\x4d\x18\x03\x00\x00\x00abc" + packer.compress(body[half:])


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "gzip members": ("gzip", lambda body: gzip.compress(body[:7]) + gzip.compress(body[7:])),
    "zlib": ("deflate", zlib.compress),
    "raw deflate": ("deflate", _deflate_raw),
    "zstd": ("zstd", zstandard.ZstdCompressor(level=1).compress),
    "zstd stream": ("zstd", _zstd_stream),
    "zstd frames": ("zstd", _zstd_frames),
}
_bodies = st.binary(max_size=2_000) | st.builds(
    lambda body, times: body * times, st.binary(min_size=1, max_size=300), st.integers(1, 3_000)
)


@pytest.mark.parametrize("packer", PACKERS)
@given(body=_bodies)
def test_what_was_packed_comes_out(packer: str, body: bytes) -> None:
    encoding, pack = PACKERS[packer]
    assert decompress(pack(body), encoding, limit_bytes=LIMIT) == body


@pytest.mark.parametrize("packer", PACKERS)
@given(body=_bodies.filter(bool), data=st.data())
def test_what_is_cut_short_is_refused_and_never_taken_for_less(packer: str, body: bytes, data: st.DataObject) -> None:
    encoding, pack = PACKERS[packer]
    packed = pack(body)
    cut = data.draw(st.integers(1, len(packed) - 1))
    try:
        taken = decompress(packed[:cut], encoding, limit_bytes=LIMIT)
    except BadPayload:
        return
    # A cut between two members or frames leaves a whole, shorter stream; no format can tell.
    assert packer in ("gzip members", "zstd frames")
    assert body.startswith(taken)


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "zstd"]))
def test_noise_is_refused_by_name(noise: bytes, encoding: str) -> None:
    with contextlib.suppress(BadPayload, TooLarge):
        decompress(noise, encoding, limit_bytes=LIMIT)


@pytest.mark.parametrize("packer", PACKERS)
def test_the_limit_is_exact_on_both_sides_of_what_is_kept_at_once(packer: str) -> None:
    encoding, pack = PACKERS[packer]
    for size in (1_000, 16 * MIB, 17 * MIB):
        packed = pack(bytes(size))
        assert len(decompress(packed, encoding, limit_bytes=size)) == size
        with pytest.raises(TooLarge, match="smaller batches"):
            decompress(packed, encoding, limit_bytes=size - 1)


def test_a_bomb_costs_no_more_memory_than_an_ordinary_body() -> None:
    bombs = {
        "gzip": gzip.compress(bytes(600 * MIB), compresslevel=1),
        "zstd": zstandard.ZstdCompressor().compress(bytes(600 * MIB)),
    }
    for encoding, bomb in bombs.items():
        tracemalloc.start()
        with pytest.raises(TooLarge):
            decompress(bomb, encoding, limit_bytes=LIMIT)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 24 * MIB


def test_an_unknown_encoding_is_named() -> None:
    with pytest.raises(UnsupportedMedia, match="'br'"):
        decompress(b"", "br", limit_bytes=LIMIT)
