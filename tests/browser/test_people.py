"""Home, sessions, users, palette: from a question to the one answer that explains it."""

import re

from playwright.sync_api import Page, expect
from tests.browser.world import BAD_ANSWER, BAD_USER, FRAGMENT, World


def test_a_bad_answer_and_its_prompt_are_four_interactions_from_home(page: Page, world: World) -> None:
    """The test knows no id but the user's name: what a support person is told on the telephone."""
    page.goto(world.url)
    expect(page.get_by_role("heading", name="What happened?")).to_be_visible()
    page.keyboard.press("Control+k")  # 1: ask for the user
    page.get_by_role("combobox", name="Page, id, user or command").fill(BAD_USER)
    page.get_by_role("option", name=BAD_USER, exact=True).click()  # 2: the user
    expect(page.get_by_role("heading", name=f"User {BAD_USER}", level=1)).to_be_attached()
    page.get_by_role("button", name=re.compile("^Time range")).click()  # 3: longer ago than a day
    page.get_by_role("button", name="Last 7 days 7d").click()
    page.get_by_role("link", name=re.compile("Okta")).click()  # 4: the answer, and the prompt that made it
    expect(page.get_by_role("article", name="Assistant message")).to_contain_text(BAD_ANSWER)
    expect(page.get_by_role("article", name="System message")).to_contain_text(FRAGMENT.strip())
    expect(page.get_by_role("article", name="System message")).to_contain_text("support/system @ 31")
    assert world.bad_trace_id in page.url


def test_home_answers_four_questions_with_links(page: Page, world: World) -> None:
    page.goto(f"{world.url}/?from=-7d")
    for question in ("What happened?", "What did it cost?", "Is quality moving?", "Why?"):
        expect(page.get_by_role("region", name=question)).to_be_visible()
    quality = page.get_by_role("region", name="Is quality moving?")
    expect(quality).to_contain_text(" scores")
    resolved = quality.get_by_role("button", name="resolved", exact=True)
    if resolved.count():  # tests before this one may have added scores of other names
        resolved.click()
        expect(page).to_have_url(re.compile("score=resolved"))
    why = page.get_by_role("region", name="Why?")
    expect(why.get_by_role("link", name=re.compile("release 1.42.0"))).to_be_visible()
    why.get_by_role("link", name=re.compile("release 1.42.0")).click()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("release:1.42.0")
    page.go_back()
    page.get_by_role("region", name="What happened?").get_by_role("link", name=re.compile(r"\d+ .*%")).first.click()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("outcome:error")


def test_sessions_replay_a_conversation(page: Page, world: World) -> None:
    page.goto(f"{world.url}/sessions?from=-7d&order=-trace_count")
    together = page.get_by_role("region", name="Sessions together")
    expect(together).to_contain_text("Turns, median")
    together.get_by_role("button", name="By turn").click()
    turns = page.get_by_role("group", name="By turn")
    expect(turns.get_by_role("columnheader", name="Left here")).to_be_visible()
    expect(turns.get_by_role("columnheader", name=re.compile(", mean$")).last).to_be_visible()
    expect(page).to_have_url(re.compile("view=turns"))
    together.get_by_role("button", name="By turn").click()
    expect(turns).to_be_hidden()
    table = page.get_by_role("table", name="Sessions")
    table.locator("[data-id]").first.click()
    expect(page.get_by_role("article", name="Turn 1", exact=True)).to_be_visible()
    expect(page.get_by_role("article", name="Turn 2", exact=True)).to_contain_text("later")
    expect(page.get_by_role("region", name="By turn")).to_be_visible()
    page.get_by_role("button", name="Conversation", exact=True).click()
    expect(page.get_by_role("region", name="By turn")).to_be_hidden()
    page.get_by_role("button", name="With details").click()
    page.get_by_role("link", name="Open the trace").first.click()
    expect(page.get_by_role("tree", name="Spans")).to_be_visible()


def test_a_user_shows_which_version_ran_when_and_what_it_said(page: Page, world: World) -> None:
    page.goto(f"{world.url}/users?from=-7d")
    page.get_by_role("link", name=BAD_USER, exact=True).click()
    row = page.get_by_role("table", name="History").locator("[data-id]").first
    expect(row).to_contain_text("support/system @ 31")
    expect(row).to_contain_text("1.42.0")
    expect(row).to_contain_text("I am sorry")
    page.get_by_role("button", name="Sessions", exact=True).click()
    expect(page.get_by_role("table", name="Sessions of the user").locator("[data-id]")).to_have_count(1)


def test_search_finds_words_and_says_how_far_it_looked(page: Page, world: World) -> None:
    page.goto(f"{world.url}/search?from=-7d")
    page.get_by_role("textbox", name="Text to search for").fill("zebra okta")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    page.get_by_role("textbox", name="Text to search for").fill("okta")
    hit = page.get_by_role("region", name="Found").get_by_role("link").first
    expect(hit.locator("mark").first).to_have_text(re.compile("okta", re.IGNORECASE))
    page.get_by_role("button", name="Exact text").click()
    expect(page.get_by_role("status").filter(has_text="looked through")).to_be_visible()
    hit.click()
    expect(page.get_by_role("tree", name="Spans")).to_be_visible()


def test_back_takes_a_search_back(page: Page, world: World) -> None:
    page.goto(f"{world.url}/search?from=-7d&q=okta")
    box = page.get_by_role("textbox", name="Text to search for")
    expect(box).to_have_value("okta")
    page.get_by_role("region", name="Found").get_by_role("link").first.click()
    expect(page.get_by_role("tree", name="Spans")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Page, id, user or command").fill("refund")
    page.get_by_role("option", name=re.compile("Search everything")).click()
    expect(box).to_have_value("refund")
    page.go_back()
    page.go_back()
    expect(box).to_have_value("okta")
    expect(page).to_have_url(re.compile("q=okta"))


def test_the_palette_goes_anywhere(page: Page, world: World) -> None:
    page.goto(f"{world.url}/traces")
    expect(page.get_by_role("heading", name="Traces", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Page, id, user or command")
    box.fill(world.rich_trace_id)
    page.keyboard.press("Enter")
    expect(page.get_by_role("tree", name="Spans")).to_be_visible()
    page.keyboard.press("Control+k")
    box.fill("settings")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="Users", level=1)).to_be_visible()


def test_the_sheet_shows_the_keys_of_the_page(page: Page, world: World) -> None:
    page.goto(f"{world.url}/traces")
    expect(page.get_by_role("heading", name="Traces", level=1)).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_contain_text("Next trace")
    expect(sheet).to_contain_text("Type a filter")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
