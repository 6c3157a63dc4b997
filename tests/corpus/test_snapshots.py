"""Whole outputs: any change of any field of any span of the corpus is seen and reviewed."""

import pytest
from tests.corpus.snapshots import FOLDER, snapshots

CURRENT = snapshots()


@pytest.mark.parametrize("package", sorted(CURRENT))
def test_the_decoded_spans_are_as_reviewed(package: str) -> None:
    recorded = (FOLDER / f"{package}.json").read_text()
    assert CURRENT[package] == recorded, "if the change is meant: python -m tests.corpus.snapshots, and review the difference"


def test_no_snapshot_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(CURRENT)
