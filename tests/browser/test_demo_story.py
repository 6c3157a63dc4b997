"""The demo's story in the cost lab: what went wrong with money is seen in two clicks, with the traces behind it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from tests.browser.conftest import Watch
from tests.browser.serving import VISIBLE_LIMIT_S, Server, running_server, until

from pellucid_demo.story import backfill
from pellucid_demo.story.world import World

WEEKS = 5
"""Enough for the rebuilt index of day −14, the runaway of day −2, and a month before which there is something."""
PLAYERS = 2
TOLD_LIMIT_S = 900.0

pytestmark = pytest.mark.timeout(TOLD_LIMIT_S + 300)


@dataclass
class Clicks:
    """Counts what a person does."""

    page: Page
    count: int = 0

    def on(self, target: Locator) -> None:
        """One click."""
        target.click()
        self.count += 1

    def to_cost(self) -> None:
        """From the rail."""
        self.on(self.page.get_by_role("navigation").get_by_role("link", name="Cost", exact=True))
        expect(self.page.get_by_role("heading", name="Cost", level=1)).to_be_visible()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demo's last weeks in it."""
    with running_server(tmp_path_factory.mktemp("story")) as server:
        backfill.run(World(seed=1, end=datetime.now(UTC), weeks=WEEKS), server.url, None, PLAYERS, lambda progress: None)
        until(lambda: server.get("ready")["journal_entries"] == 0, VISIBLE_LIMIT_S, "the history can be seen")
        yield server


@pytest.fixture
def page(context: BrowserContext, told: Server) -> Iterator[Page]:
    """A page on it; the test fails if anything on it failed."""
    made = context.new_page()
    watch = Watch(made, told.url)
    yield made
    watch.check()


def traces_are_there(page: Page) -> None:
    expect(page.get_by_role("table", name="Traces").locator("[data-id]").first).to_be_visible()


def test_the_runaway_feature_is_two_clicks_from_home(page: Page, told: Server, picture: Callable[[Page, str], Path]) -> None:
    page.goto(told.url)
    clicks = Clicks(page)
    clicks.to_cost()
    table = page.get_by_role("region", name="Table of spend")
    expect(table.get_by_role("row").nth(1)).to_contain_text("digest")
    picture(page, "story-spend")
    clicks.on(table.get_by_role("button", name="digest", exact=True))
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("feature:digest")
    traces_are_there(page)
    assert clicks.count == 2


def test_the_over_retrieved_class_is_two_clicks_from_home(page: Page, told: Server, picture: Callable[[Page, str], Path]) -> None:
    page.goto(told.url)
    clicks = Clicks(page)
    clicks.to_cost()
    clicks.on(page.get_by_role("button", name="Retrieval", exact=True))
    worst = page.get_by_role("region", name="Context by class").get_by_role("row").nth(1)
    expect(worst).to_contain_text("api")
    expect(worst).to_contain_text(re.compile(r"▲ \+?\d+ %"))
    assert clicks.count == 2
    picture(page, "story-retrieval")
    clicks.on(worst.get_by_role("button", name="api", exact=True))
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("document_classes:api")
    traces_are_there(page)


def test_the_free_tiers_share_is_one_click_from_home_and_its_traces_two(page: Page, told: Server) -> None:
    page.goto(told.url)
    clicks = Clicks(page)
    clicks.to_cost()
    share = page.locator("dl > div").filter(has_text="Free tier’s share").get_by_role("button")
    expect(share).to_contain_text(re.compile(r"\d+(\.\d+)? %"))
    clicks.on(share)
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("user_tier:free")
    traces_are_there(page)
    assert clicks.count == 2
