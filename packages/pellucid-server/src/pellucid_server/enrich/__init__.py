"""enrich: pure steps on one span (price, outcome, fingerprint, redact, media) and on one trace (settle).

Configuration is passed in as frozen snapshots; nothing here reads a clock, a file or a socket. `ingest` calls the steps in order.
"""
