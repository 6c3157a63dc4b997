"""Data sets and experiments: what changed, by how much, and whether that can be told."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.serving import Server
from tests.browser.world import World

CASES = 60


@pytest.fixture(scope="module")
def experiment_id(server: Server) -> str:
    """Two experiments over one data set: the newer one is worse, and one metric cannot be told."""
    server.post("datasets", {"name": "help centre", "description": "what a good answer says"})
    items = [{"id": f"case-{n:02}", "input": f"question {n}", "expected": "Open settings."} for n in range(CASES)]
    server.post("datasets/help centre/items", items)
    server.post("datasets/help centre/items", {"id": "case-00", "input": "<b>changed</b>", "expected": None})
    ids = []
    for name, good in (("live", 54), ("new prompt", 30)):
        made = server.post("experiments", {"name": name, "dataset": "help centre"})
        ids.append(made["id"])
        results = [
            {
                "item_id": f"case-{n:02}",
                "output": "Open settings." if n < good else "Ask your administrator.",
                "scores": [
                    {"name": "correct", "type": "boolean", "value": float(n < good)},
                    {"name": "tone", "type": "numeric", "value": 0.5 + ((n * 7 + len(ids) * 3) % 10) / 20},
                ],
            }
            for n in range(CASES)
        ]
        server.post(f"experiments/{made['id']}/items", results)
    return ids[-1]


def test_items_are_shown_as_they_were_in_each_version(page: Page, world: World, experiment_id: str) -> None:
    page.goto(f"{world.url}/datasets")
    page.get_by_role("link", name="help centre").click()
    table = page.get_by_role("table", name="Items")
    expect(table.get_by_text("<b>changed</b>")).to_be_visible()
    page.get_by_label("Version").select_option("1")
    expect(table.get_by_text("question 0", exact=True)).to_be_visible()
    assert "view=1" in page.url
    table.get_by_text("question 0", exact=True).click()
    expect(page.get_by_role("dialog", name="Item case-00")).to_contain_text("Open settings.")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Experiments").click()
    expect(page.get_by_role("link", name="new prompt")).to_be_visible()


def test_a_worse_experiment_says_so_with_its_interval_and_what_cannot_be_told_says_that(
    page: Page, world: World, experiment_id: str
) -> None:
    page.goto(f"{world.url}/experiments/{experiment_id}")
    comparison = page.get_by_role("region", name="Comparison")
    expect(comparison.get_by_role("row", name=re.compile("^correct"))).to_contain_text("worse")
    expect(comparison.get_by_role("row", name=re.compile("^correct"))).to_contain_text("−0.400")
    expect(comparison).to_contain_text(f"{CASES} cases in both")
    expect(page.get_by_role("table", name="Results")).to_contain_text("Ask your administrator.")


def test_a_data_set_is_made_by_keyboard(page: Page, world: World) -> None:
    page.goto(f"{world.url}/datasets")
    page.get_by_role("button", name="New data set").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("made by keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No items in this version")).to_be_visible()
    assert page.url.endswith("/datasets/made%20by%20keyboard")
