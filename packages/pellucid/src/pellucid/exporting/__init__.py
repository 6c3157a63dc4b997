"""The way out of the process: queue, thread, wire. Nothing here knows what a step or a prompt is.

`processor` takes ended spans from OpenTelemetry, `tail` decides which to keep, `outbox` holds them within a byte
budget, `worker` is the one background thread, `wire` makes request bodies, `transport` sends one, `spill` keeps what
cannot be sent on disk, `ledger` counts what was lost and why.
"""
