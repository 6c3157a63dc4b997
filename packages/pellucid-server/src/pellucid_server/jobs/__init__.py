"""Durable runs: many items, each executed once, each model call recorded before it is sent and when it is answered.

The floor between `api` and the rooms: rooms bring handlers, this floor brings the loop, the record and the bounds.
"""
