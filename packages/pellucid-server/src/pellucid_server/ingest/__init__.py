"""ingest: the spine. Bytes of a door become settled rows: decode, enrich, merge, settle, write; nothing vanishes without a reason.

It is wired to the journal and the store by `app`; it knows neither SQL nor HTTP.
"""
