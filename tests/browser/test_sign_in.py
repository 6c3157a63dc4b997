"""The door of a server that has people: sign in, sign out, an invitation, and projects that share nothing."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.conftest import DESKTOP
from tests.browser.serving import Server, running_server

EMAIL, PASSWORD = "ann@example.com", "correct horse battery staple"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one person, so that nobody is let in unasked."""
    people = {"PELLUCID_INIT_PROJECT": "Acme", "PELLUCID_INIT_USER_EMAIL": EMAIL, "PELLUCID_INIT_USER_PASSWORD": PASSWORD}
    with running_server(tmp_path_factory.mktemp("guarded"), people) as server:
        yield server


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """Somebody who was never here."""
    context = browser.new_context(viewport=DESKTOP, timezone_id="UTC")
    context.set_default_timeout(15_000)
    yield context
    context.close()


def sign_in(page: Page, server: Server, password: str = PASSWORD) -> None:
    page.goto(f"{server.url}/traces?from=-7d")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_refused_and_the_right_one_leads_where_one_wanted(visitor: BrowserContext, guarded: Server) -> None:
    page = visitor.new_page()
    sign_in(page, guarded, "wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Traces", level=1)).to_be_visible()
    assert "from=-7d" in page.url
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name=re.compile("theme, shortcuts, account$")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_label("E-mail")).to_be_visible()


def test_an_invitation_makes_an_account_with_its_role(visitor: BrowserContext, browser: Browser, guarded: Server) -> None:
    page = visitor.new_page()
    sign_in(page, guarded)
    expect(page.get_by_role("heading", name="Traces", level=1)).to_be_visible()
    page.goto(f"{guarded.url}/settings/members")
    page.get_by_role("textbox", name="E-mail address").fill("bob@example.com")
    page.get_by_role("combobox", name="Role", exact=True).select_option("viewer")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_role("dialog", name="Hand over this link").locator("p.mono span").inner_text()
    guest = browser.new_context(viewport=DESKTOP)
    there = guest.new_page()
    there.goto(link)
    there.get_by_label("Your name").fill("Bob")
    there.get_by_label("Password").fill("another long password")
    there.get_by_role("button", name="Make the account").click()
    expect(there.get_by_role("heading", name="Home", level=1)).to_be_visible()
    there.goto(f"{guarded.url}/settings/keys")
    expect(there.get_by_text("Only admins see this")).to_be_visible()
    guest.close()


def test_projects_are_made_and_switched(visitor: BrowserContext, guarded: Server) -> None:
    page = visitor.new_page()
    sign_in(page, guarded)
    expect(page.get_by_role("heading", name="Traces", level=1)).to_be_visible()
    page.goto(f"{guarded.url}/settings/project")
    page.get_by_role("textbox", name="Name of the project").fill("Second")
    page.get_by_role("button", name="Make a project").click()
    expect(page.get_by_role("button", name="Project Second")).to_be_visible()
    page.get_by_role("button", name="Project Second").click()
    page.get_by_role("menuitem", name="Acme").click()
    expect(page.get_by_role("button", name="Project Acme")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Project Acme")).to_be_visible()
