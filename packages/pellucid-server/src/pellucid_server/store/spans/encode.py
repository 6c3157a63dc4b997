"""Decoded rows into the two Arrow tables that are written together."""

from collections.abc import Sequence

import pyarrow as pa

from pellucid_server.store.spans.rows import Encodable, encode_payloads, encode_spans


def encode(rows: Sequence[Encodable]) -> tuple[pa.Table, pa.Table]:
    """Tables of `spans` and `payloads`, a row each."""
    return encode_spans(rows), encode_payloads(rows)
