"""Pictures of every page, wide and narrow, light and dark, into `screenshots/` to be looked at before a change lands."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_access import PAGES, address, settled
from tests.browser.world import World


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])
def test_pictures(
    context: BrowserContext, world: World, picture: Callable[[Page, str], Path], size: dict[str, int], theme: str
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.add_init_script(f"localStorage.setItem('pellucid.theme', '{theme}')")
    for name in PAGES:
        page.goto(address(world, name))
        settled(page)
        saved = picture(page, f"{name}-{size['width']}-{theme}")
        assert saved.stat().st_size > 4_000
