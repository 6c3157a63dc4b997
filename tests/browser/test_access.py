"""Everybody can use it: no serious finding of axe on any page in either theme, everything by keyboard, usable at 390 px."""

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.conftest import PHONE
from tests.browser.serving import ROOT
from tests.browser.world import BAD_USER, World

AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
PAGES = {
    "home": "/?from=-7d",
    "traces": "/traces?from=-7d",
    "peek": "/traces?from=-7d&peek={rich}",
    "trace": "/traces/{rich}",
    "waterfall": "/traces/{rich}?view=waterfall&tab=attributes",
    "graph": "/traces/{rich}?view=graph",
    "log": "/traces/{rich}?view=log&tab=scores",
    "compare": "/compare/{rich}?with={bad}",
    "sessions": "/sessions?from=-7d",
    "session": "/sessions/s-{user}",
    "users": "/users?from=-7d",
    "user": "/users/{user}?from=-7d",
    "dashboards": "/dashboards",
    "overview": "/dashboards/overview?from=-7d&with=before",
    "quality": "/dashboards/quality?from=-7d",
    "agents": "/dashboards/agents?from=-7d",
    "spend": "/cost?from=-7d",
    "retrieval": "/cost?from=-7d&tab=retrieval",
    "budgets": "/cost?from=-7d&tab=budgets",
    "what-if": "/cost?from=-7d&tab=what-if&with=gpt-4o-mini",
    "prompts": "/prompts",
    "whats-live": "/whats-live",
    "effective-prompts": "/effective-prompts?from=-7d",
    "new-prompt": "/new-prompt",
    "datasets": "/datasets",
    "search": "/search?q=okta&from=-7d",
    "welcome": "/welcome",
    "keys": "/settings/keys",
    "members": "/settings/members",
    "prices": "/settings/prices",
    "project": "/settings/project",
    "views": "/settings/views",
    "dead-letters": "/settings/dead-letters",
    "account": "/settings/account",
    "nowhere": "/no/such/page",
}


def address(world: World, name: str) -> str:
    return world.url + PAGES[name].format(rich=world.rich_trace_id, bad=world.bad_trace_id, user=BAD_USER)


def settled(page: Page) -> None:
    """Until the page asks for nothing more and shows no placeholder."""
    page.wait_for_load_state("networkidle")
    expect(page.locator(".skeleton")).to_have_count(0)
    expect(page.locator("[role=img][aria-busy=true]")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", list(PAGES))
def test_axe_finds_nothing_serious(page: Page, world: World, name: str, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('pellucid.theme', '{theme}')")
    page.goto(address(world, name))
    settled(page)
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    serious = [
        {"rule": each["id"], "help": each["help"], "where": [node["html"][:160] for node in each["nodes"][:3]]}
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == [], json.dumps(serious, indent=1)


@pytest.mark.parametrize("name", list(PAGES))
def test_a_phone_can_use_it(context: BrowserContext, world: World, name: str) -> None:
    page = context.new_page()
    page.set_viewport_size(PHONE)
    page.goto(address(world, name))
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_a_phone_reaches_every_page_of_the_map(context: BrowserContext, world: World) -> None:
    page = context.new_page()
    page.set_viewport_size(PHONE)
    page.goto(f"{world.url}/traces?from=-7d&env=staging")
    navigation = page.get_by_role("navigation", name="Main")
    navigation.get_by_role("button", name="All").click()
    sheet = page.get_by_role("dialog", name="All pages")
    expect(sheet.get_by_role("combobox", name="Project")).to_be_visible()
    sheet.get_by_role("region", name="Monitor").get_by_role("link", name="Cost").click()
    expect(page.get_by_role("heading", name="Cost", level=1)).to_be_visible()
    expect(sheet).to_be_hidden()
    assert "env=staging" in page.url


def test_from_home_to_the_prompt_by_keyboard_alone(page: Page, world: World) -> None:
    page.goto(world.url)
    expect(page.get_by_role("heading", name="What happened?")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("table", name="Traces")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("session:s-rich")
    page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="Traces").locator("[data-id]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.get_by_role("complementary", name="Peek")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("tree", name="Spans")).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.getAttribute('role')") == "tree":
            break
    for _ in range(8):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("treeitem", selected=True)).to_contain_text("guard.input")
    page.keyboard.press("2")
    expect(page.get_by_role("tab").nth(1)).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("name", ["home", "traces", "trace", "settings"])
def test_the_focus_is_always_seen(page: Page, world: World, name: str) -> None:
    page.goto(address(world, name) if name in PAGES else f"{world.url}/settings/keys")
    settled(page)
    unseen = []
    for _ in range(25):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
              const active = document.activeElement;
              if (!active || active === document.body) return null;
              const own = getComputedStyle(active), around = getComputedStyle(active.parentElement);
              const inside = active.closest("[class*='focus-within']");
              return own.boxShadow !== "none" || own.outlineStyle !== "none" || inside !== null ? null
                : active.outerHTML.slice(0, 120) + around.boxShadow;
            }"""
        )
        if seen:
            unseen.append(seen)
    assert unseen == []


def test_controls_have_names(page: Page, world: World) -> None:
    page.goto(address(world, "peek"))
    settled(page)
    for role in ("button", "link", "checkbox", "textbox", "combobox"):
        for control in page.get_by_role(role).all():
            name = control.get_attribute("aria-label") or control.inner_text() or control.get_attribute("placeholder") or ""
            assert re.search(r"\S", name), control.evaluate("element => element.outerHTML.slice(0, 200)")
