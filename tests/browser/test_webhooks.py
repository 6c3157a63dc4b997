"""Webhooks on change: an address that must not be called is refused on the settings page."""

from playwright.sync_api import Page, expect
from tests.browser.world import World


def test_a_private_address_is_refused_where_it_is_typed(page: Page, world: World) -> None:
    page.goto(f"{world.url}/settings/webhooks")
    page.get_by_label("Name of the webhook").fill("inside")
    page.get_by_label("URL of the webhook").fill("http://127.0.0.1:9/hook")
    page.get_by_role("button", name="Add a webhook").click()
    expect(page.get_by_text("private, local or reserved").first).to_be_visible()
    assert world.server.get("alert-channels")["data"] == []
