"""Prices corrected in the browser, history with them; days of cost; and the question of a table on a dashboard."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.conftest import PHONE, Watch
from tests.browser.serving import Server, running_server
from tests.browser.world import World, make_world


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of its own: what calls cost is changed here."""
    with running_server(tmp_path_factory.mktemp("repricing")) as server:
        yield make_world(server)


@pytest.fixture
def own_page(context: BrowserContext, own_world: World) -> Iterator[Page]:
    """A page on that world."""
    made = context.new_page()
    watch = Watch(made, own_world.url)
    yield made
    watch.check()


def spend(server: Server, text: str) -> float:
    asked = {"measures": [{"measure": "cost", "aggregation": "sum"}], "from": "-7d", "filter": text}
    return float(server.post("metrics/query", asked)["data"][0]["cost_sum"])


@pytest.mark.timeout(600)
def test_a_corrected_price_is_previewed_and_then_holds_for_history(
    own_page: Page, own_world: World, picture: Callable[[Page, str], Path]
) -> None:
    page, server = own_page, own_world.server
    before = spend(server, "model:gpt-4o")
    page.goto(f"{server.url}/settings/prices")
    add = page.get_by_role("form", name="Add a price")
    add.get_by_label("Model, a regular expression").fill("gpt-4o")
    add.get_by_label("Input, $ / M").fill("25")
    add.get_by_label("Output, $ / M").fill("100")
    add.get_by_role("button", name="Add price").click()
    expect(page.get_by_role("button", name="Delete the price of gpt-4o")).to_be_visible()
    assert spend(server, "model:gpt-4o") == pytest.approx(before)
    anew = page.get_by_role("region", name="Price history anew")
    anew.get_by_role("button", name="What would change?").click()
    expect(anew.get_by_role("region", name="Changes by model")).to_contain_text("gpt-4o")
    expect(anew.get_by_role("status")).to_contain_text(re.compile(r"\$.* becomes \$.*calls? of \d+ change"))
    picture(page, "repricing")
    anew.get_by_role("button", name=re.compile("^Price .* anew$")).click()
    expect(page.get_by_role("heading", name=re.compile("^Price .* anew$"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"\$\S+ became \$\S+; \d+ stored calls changed\."))).to_be_visible()
    assert spend(server, "model:gpt-4o") == pytest.approx(10 * before, rel=1e-9)
    page.goto(f"{server.url}/cost?tab=days&view=model")
    table = page.get_by_role("region", name="Table of days")
    expect(table.get_by_role("row").filter(has=page.get_by_role("button", name="gpt-4o", exact=True))).to_be_visible()
    rolled_up = sum(day["cost"] for day in server.get("cost/days", by="model")["data"] if day["dimensions"]["model"] == "gpt-4o")
    assert rolled_up == pytest.approx(spend(server, "model:gpt-4o"), abs=1e-9)
    expect(page.get_by_role("img", name="Spend a day by model over time").locator("canvas")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Time range"))).to_contain_text("90 d")
    picture(page, "cost-days")
    page.get_by_role("button", name="User", exact=True).click()
    expect(table.get_by_role("button", name=re.compile("^u-")).first).to_be_visible()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # width and height
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(page, "cost-days-phone")


def test_the_question_of_a_table_goes_to_a_dashboard(page: Page, world: World) -> None:
    page.goto(f"{world.url}/cost?from=-7d&view=tier")
    page.get_by_role("button", name="Add to dashboard").click()
    form = page.get_by_role("dialog", name="Add to dashboard")
    form.get_by_role("combobox").select_option("A new dashboard")
    form.get_by_label("Name of the dashboard").fill("From tables")
    form.get_by_role("button", name="Add", exact=True).click()
    expect(form).to_be_hidden()
    page.goto(f"{world.url}/users?from=-7d&filter=user_tier:free")
    page.get_by_role("button", name="Add to dashboard").click()
    form.get_by_role("combobox").select_option("From tables")
    form.get_by_label("Title of the widget").fill("Free users")
    expect(form).to_contain_text("user_tier:free")
    form.get_by_role("button", name="Add", exact=True).click()
    expect(form).to_be_hidden()
    page.goto(f"{world.url}/dashboards")
    page.get_by_role("link", name=re.compile("^From tables")).click()
    expect(page.get_by_role("region", name="Spend by tier", exact=True)).to_contain_text("enterprise")
    users = page.get_by_role("region", name="Free users", exact=True)
    users.scroll_into_view_if_needed()
    expect(users).to_contain_text(re.compile(r"u-\d+"))


def test_a_widget_of_a_preset_goes_to_a_dashboard(page: Page, world: World) -> None:
    page.goto(f"{world.url}/dashboards/cost?from=-7d")
    page.get_by_role("button", name="Menu of Spend by model", exact=True).click()
    page.get_by_role("menuitem", name="Add to dashboard").click()
    form = page.get_by_role("dialog", name="Add to dashboard")
    form.get_by_role("combobox").select_option("A new dashboard")
    form.get_by_label("Name of the dashboard").fill("From a preset")
    form.get_by_role("button", name="Add", exact=True).click()
    expect(form).to_be_hidden()
    page.goto(f"{world.url}/dashboards")
    page.get_by_role("link", name=re.compile("^From a preset")).click()
    expect(page.get_by_role("region", name="Spend by model", exact=True)).to_contain_text("gpt-4o")
