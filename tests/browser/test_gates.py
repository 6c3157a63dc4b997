"""A worse prompt is blocked on the page, which says by how much; a person lets it through with a reason."""

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE
from tests.browser.serving import Server
from tests.browser.world import World

CASES = 120
PROMPT = "gated/answer"


@pytest.fixture(scope="module")
def gated(server: Server) -> str:
    """Version 1 is right in 96 of 120 cases, version 2 in 60."""
    server.post("datasets", {"name": "held out"})
    server.post("datasets/held out/items", [{"id": f"c{n:03}", "input": f"q{n}"} for n in range(CASES)])
    for version, right in ((1, 96), (2, 60)):
        server.post(
            "prompts", {"name": PROMPT, "type": "text", "prompt": f"text {version}", "labels": ["gated"] if version == 1 else []}
        )
        metadata = {"prompt": PROMPT, "prompt_version": version}
        made = server.post("experiments", {"name": f"gate v{version}", "dataset": "held out", "metadata": metadata})
        results = [
            {"item_id": f"c{n:03}", "output": "x", "scores": [{"name": "correct", "type": "boolean", "value": float(n < right)}]}
            for n in range(CASES)
        ]
        server.post(f"experiments/{made['id']}/items", results)
    server.put("label-gates/gated", {"dataset": "held out"})
    return PROMPT


def test_the_gate_on_a_phone_shows_its_tab_and_its_table_scrolls(page: Page, world: World, gated: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{world.url}/prompts/{gated}?tab=gate&view=2")
    expect(page.get_by_role("button", name="Gate", exact=True)).to_be_in_viewport(ratio=1)
    gate = page.get_by_role("region", name="Gate of gated")
    expect(gate.get_by_role("button", name="Approve all the same")).to_be_in_viewport(ratio=1)
    gate.get_by_role("columnheader", name="Verdict").scroll_into_view_if_needed()
    expect(gate.get_by_role("columnheader", name="Verdict")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_worse_version_is_blocked_and_approved_with_a_reason(page: Page, world: World, gated: str) -> None:
    page.goto(f"{world.url}/prompts/{gated}?tab=gate&view=2")
    gate = page.get_by_role("region", name="Gate of gated")
    expect(gate).to_contain_text("is worse than version 1 by more than 5% in correct")
    expect(gate.get_by_role("row", name="correct")).to_contain_text("−0.300")
    expect(gate.get_by_role("row", name="correct")).to_contain_text("blocked")
    reason = gate.get_by_label("Why it may go out all the same")
    reason.focus()
    page.keyboard.type("The old one names a product that is gone.")
    page.keyboard.press("Enter")
    expect(gate).to_contain_text("approved by a person")
    expect(page.get_by_role("region", name="Decisions")).to_contain_text("The old one names a product that is gone.")
