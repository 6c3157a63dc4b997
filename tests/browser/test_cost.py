"""The cost lab in the browser: by feature and tier to the traces, what retrieval pays for, budgets, and another model."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE
from tests.browser.world import World


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_spend_by_feature_and_tier_leads_to_traces(
    page: Page, world: World, picture: Callable[[Page, str], Path], theme: str
) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of the two
    page.goto(f"{world.url}/cost")
    table = page.get_by_role("region", name="Spend by feature", exact=True).last
    expect(table.get_by_role("row").filter(has_text="support-chat")).to_contain_text("%")
    expect(page.get_by_role("img", name="Spend by feature over time").locator("canvas")).to_be_visible()
    picture(page, f"cost-{theme}")
    page.get_by_role("button", name="Tier", exact=True).click()
    tiers = page.get_by_role("region", name="Spend by tier", exact=True).last
    tiers.get_by_role("button", name="free").click()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("user_tier:free")
    expect(page.get_by_role("table", name="Traces").locator("[data-id]").first).to_be_visible()


def test_the_cost_lab_fits_a_phone(page: Page, world: World, picture: Callable[[Page, str], Path]) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # width and height
    for tab in ("", "&tab=retrieval", "&tab=budgets", "&tab=what-if"):
        page.goto(f"{world.url}/cost?from=-7d{tab}")
        expect(page.get_by_role("heading", name="Cost", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(f"{world.url}/cost?from=-7d")
    expect(page.get_by_role("region", name="Table of spend")).to_be_visible()
    picture(page, "cost-phone")


def test_a_budget_is_set_seen_and_deleted(page: Page, world: World) -> None:
    page.goto(f"{world.url}/cost?from=-7d")
    page.get_by_role("button", name="Budgets", exact=True).click()
    form = page.get_by_role("form", name="Set a budget")
    form.get_by_label("Value, empty for all").fill("support-chat")
    form.get_by_label("US dollars").fill("0.000001")
    form.get_by_role("button", name="Set budget").click()
    line = page.get_by_role("listitem", name="support-chat")
    expect(line).to_contain_text("over", timeout=30_000)  # the first forecast of a server loads scipy
    expect(line).to_contain_text("feature:support-chat")
    expect(line.get_by_role("meter")).to_be_visible()
    line.get_by_role("button", name="Set alerts").click()
    expect(line.get_by_role("link", name="Alerts set")).to_be_visible()
    mine = [one for one in world.server.get("monitors")["data"] if one["name"].startswith("Budget support-chat: ")]
    assert {(one["rule"]["kind"], one["rule"]["filter"]) for one in mine} == {
        ("budget", "feature:support-chat"),
        ("absolute", "feature:support-chat"),
    }
    for one in mine:
        world.server.delete(f"monitors/{one['id']}")
    line.get_by_role("button", name="Delete the budget support-chat").click()
    expect(line).to_be_hidden()


def test_the_same_traffic_on_another_model(page: Page, world: World) -> None:
    page.goto(f"{world.url}/cost?from=-7d&tab=what-if")
    form = page.get_by_role("form", name="What if")
    form.get_by_label("on the model").fill("gpt-4o")
    form.get_by_role("button", name="Compare").click()
    answer = page.get_by_role("region", name="Comparison")
    expect(answer).to_contain_text(re.compile(r"On gpt-4o"))
    expect(answer).to_contain_text("$")
    form.get_by_label("on the model").fill("a-model-of-nobody")
    form.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("alert")).to_contain_text("Nobody knows the price")


def test_retrieval_without_classes_says_how_to_send_them(page: Page, world: World) -> None:
    page.goto(f"{world.url}/cost?from=-7d")
    page.get_by_role("button", name="Retrieval", exact=True).click()
    expect(page.get_by_text("No retrieval with document classes")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Time range"))).to_contain_text("30 d")
