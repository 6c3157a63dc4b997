"""For all tests.

Generated examples are judged by what they show, not by how long a busy machine took over one of them. `PELLUCID_LONG=short` (CI) keeps of
the tests marked `long` those that say `long(short_form=True)`, which shorten themselves.
"""

import os

import pytest
from hypothesis import settings

settings.register_profile("pellucid", deadline=None)
settings.load_profile("pellucid")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect long tests that have no short form, where only short forms are asked for."""
    if os.environ.get("PELLUCID_LONG") != "short":
        return
    without = [item for item in items if any(not mark.kwargs.get("short_form") for mark in item.iter_markers("long"))]
    if without:
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item not in set(without)]
