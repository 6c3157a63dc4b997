"""The guides name what the code knows."""

from pathlib import Path

import pytest

from pellucid_server.enrich import catalogue, fingerprint, outcome, price
from pellucid_server.enrich.detect import Sensitive
from pellucid_server.enrich.redact import BY_DEFAULT, RedactionPolicy, policy_from
from pellucid_server.model.usage import USAGE_KINDS

GUIDES = Path(__file__).parents[3] / "docs" / "guides"


@pytest.mark.parametrize(
    ("guide", "words"),
    [
        ("refusals.md", outcome.RULES),
        ("refusals.md", (fingerprint.NUMBER, fingerprint.URL, fingerprint.EMAIL, fingerprint.VALUE, str(outcome.OPENING_CHARS))),
        ("redaction.md", tuple(Sensitive)),
        ("cost.md", (*USAGE_KINDS, "fixed", catalogue.SOURCE, catalogue.UNPRICED_TIER, price.ANSWERED_BY_CACHE.source)),
    ],
)
def test_a_guide_names_all_of_them(guide: str, words: tuple[str, ...]) -> None:
    text = (GUIDES / guide).read_text()
    assert [word for word in words if f"`{word}`" not in text and word not in text.split()] == []


def test_the_default_kinds_are_those_of_the_example() -> None:
    example = (GUIDES / "redaction.md").read_text().partition('"kinds": [')[2].partition("]")[0]
    assert policy_from({"kinds": [kind.strip(' "') for kind in example.split(",")]}) == RedactionPolicy(kinds=BY_DEFAULT)
