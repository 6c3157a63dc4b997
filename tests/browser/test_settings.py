"""Settings, and the first minutes: keys shown once, prices, members, projects, the wait for the first span."""

import re
import time

from playwright.sync_api import Page, expect
from tests.browser.sending import Trace
from tests.browser.world import World


def section(page: Page, world: World, name: str) -> None:
    page.goto(f"{world.url}/settings/{name}")
    expect(page.get_by_role("navigation", name="Sections of the settings")).to_be_visible()


def test_a_secret_is_shown_once_and_works(page: Page, world: World) -> None:
    section(page, world, "keys")
    page.get_by_role("textbox", name="Name of the key").fill("the bot")
    page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog", name="Copy the secret now")
    dialog.get_by_role("button", name="Copy: Secret key").click()
    secret = page.evaluate("navigator.clipboard.readText()")
    assert re.match(r"sk-\w+", secret)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert secret not in page.content()
    page.reload()
    expect(page.get_by_text("the bot")).to_be_visible()
    assert secret not in page.content()
    page.get_by_role("button", name="Revoke the key the bot").click()
    expect(page.get_by_text("the bot")).to_be_hidden()


def test_a_price_is_added_and_deleted(page: Page, world: World) -> None:
    section(page, world, "prices")
    form = page.get_by_role("form", name="Add a price")
    form.get_by_label("Model, a regular expression").fill("acme-chat-.*")
    form.get_by_label("input, $ / M").fill("1.5")
    form.get_by_label("output, $ / M", exact=True).fill("6")
    form.get_by_role("button", name="Add price").click()
    row = page.get_by_role("listitem").filter(has_text="acme-chat-.*")
    expect(row).to_contain_text("$6.00")
    row.get_by_role("button", name=re.compile("^Delete the price")).click()
    expect(row).to_have_count(0)


def test_somebody_is_invited_by_a_link_shown_once(page: Page, world: World) -> None:
    section(page, world, "members")
    page.get_by_role("textbox", name="E-mail address").fill("ann@example.com")
    page.get_by_role("combobox", name="Role", exact=True).select_option("viewer")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("dialog", name="Hand over this link")).to_contain_text("/sign-in#invitation=")
    page.keyboard.press("Escape")
    row = page.get_by_role("listitem").filter(has_text="ann@example.com")
    expect(row).to_contain_text("invited")
    row.get_by_role("button", name=re.compile("^Remove")).click()
    expect(row).to_have_count(0)


def test_retention_is_saved(page: Page, world: World) -> None:
    section(page, world, "project")
    page.get_by_label("Keep for, days (empty: for ever)").fill("3650")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Project saved")).to_be_visible()
    assert world.server.get("projects")["data"][0]["retention_days"] == 3650
    page.get_by_label("Keep for, days (empty: for ever)").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Project saved").last).to_be_visible()


def test_dead_letters_say_when_there_are_none(page: Page, world: World) -> None:
    section(page, world, "dead-letters")
    expect(page.get_by_text("Everything that arrived was understood")).to_be_visible()


def test_the_theme_is_kept(page: Page, world: World) -> None:
    section(page, world, "account")
    page.get_by_role("group", name="Theme").get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_first_span_is_waited_for(page: Page, world: World) -> None:
    page.goto(f"{world.url}/welcome")
    expect(page.get_by_text("Waiting for the first span")).to_be_visible()
    page.get_by_role("button", name="OpenTelemetry", exact=True).click()
    expect(page.get_by_text(f'OTEL_EXPORTER_OTLP_ENDPOINT="{world.url}"')).to_be_visible()
    trace = Trace()
    trace.start_ns = time.time_ns() + 2_000_000_000  # the page looks for spans that begin about when it was opened, or later
    trace.add("first-of-mine")
    world.server.export(trace.body())
    expect(page.get_by_text("It works")).to_be_visible()
    page.get_by_role("link", name="Open it").click()
    expect(page.get_by_role("tree", name="Spans")).to_contain_text("first-of-mine")


def test_an_unknown_address_says_so(page: Page, world: World) -> None:
    page.goto(f"{world.url}/no/such/page")
    expect(page.get_by_text("There is no page at this address")).to_be_visible()
