"""Decoding in this process: for small batches, for tests, and for the entry that a worker died on."""

from collections.abc import Callable, Sequence

from pellucid_server.ingest.decoding import decode_entries
from pellucid_server.ingest.enriching import Enricher, ProjectConfig
from pellucid_server.ingest.ports import Encode, EncodedChunk
from pellucid_server.journal.port import Entry


def decode_chunk(
    entries: Sequence[Entry], configs: dict[str, ProjectConfig], encode: Encode, cache: dict[str, Enricher]
) -> EncodedChunk:
    """Decode and encode entries; `cache` keeps the enrichers of the caller's process by project and configuration."""
    enrichers = {project_id: enricher_of(project_id, config, cache) for project_id, config in configs.items()}
    chunk = decode_entries(entries, enrichers.__getitem__)
    spans, payloads = encode(chunk.rows)
    return EncodedChunk(
        spans=spans,
        payloads=payloads,
        projects=[row.project_id for row in chunk.rows],
        facts=[row.facts for row in chunk.rows],
        hashes=[row.content_hash for row in chunk.rows],
        tally=chunk.tally,
        blobs=[(row.project_id, blob) for row in chunk.rows for blob in row.blobs],
        failed=chunk.failed,
    )


def enricher_of(project_id: str, config: ProjectConfig, cache: dict[str, Enricher]) -> Enricher:
    """The enricher of a project, made anew when its configuration changed."""
    found = cache.get(project_id)
    if found is None or found.config != config:
        found = cache[project_id] = Enricher(config)
    return found


class LocalDecoder:
    """The `Decoder` port without workers: decoding happens when the result is asked for."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._cache: dict[str, Enricher] = {}

    def submit(self, entries: Sequence[Entry], configs: dict[str, ProjectConfig]) -> Callable[[], EncodedChunk]:
        """See the port."""
        return lambda: decode_chunk(entries, configs, self._encode, self._cache)
