"""Numbered steps from the first tables to those of `columns.py`; see `store.spans.migrating`."""
