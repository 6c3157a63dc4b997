"""For all tests: which of the long suites run in their short form.

`PELLUCID_LONG=short` (CI) keeps of the tests marked `long` those that say `long(short_form=True)`; they shorten themselves.
"""

import os

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect long tests that have no short form, where only short forms are asked for."""
    if os.environ.get("PELLUCID_LONG") != "short":
        return
    without = [item for item in items if any(not mark.kwargs.get("short_form") for mark in item.iter_markers("long"))]
    if without:
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item not in set(without)]
