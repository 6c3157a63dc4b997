"""The trace list: filter, facets, histogram, columns, peek, live tail, saved views, bulk actions; all of it in the address."""

import re

from playwright.sync_api import Page, expect
from tests.browser.sending import Trace
from tests.browser.world import World

WEEK = "/traces?from=-7d"


def open_list(page: Page, world: World, query: str = "") -> None:
    page.goto(f"{world.url}{WEEK}{query}")
    expect(page.get_by_role("table", name="Traces")).to_be_visible()


def rows(page: Page):
    return page.get_by_role("table", name="Traces").locator("[data-id]")


def test_the_list_shows_what_was_recorded(page: Page, world: World) -> None:
    open_list(page, world, "&filter=feature:support-chat")
    first = rows(page).first
    expect(first).to_contain_text("support-chat")
    expect(page.get_by_role("region", name="Traces over time")).to_contain_text(re.compile(r"\d+ traces"))


def test_a_typed_filter_narrows_the_rows_and_stands_in_the_address(page: Page, world: World) -> None:
    open_list(page, world)
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Filter")).to_be_focused()
    page.keyboard.type("user:u-mara")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(rows(page).first).to_contain_text("Okta")
    assert "filter=user:u-mara" in page.url
    page.reload()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("user:u-mara")
    expect(rows(page)).to_have_count(1)


def test_fields_and_values_are_completed(page: Page, world: World) -> None:
    open_list(page, world)
    box = page.get_by_role("combobox", name="Filter")
    box.press_sequentially("outc")
    page.get_by_role("option", name=re.compile("^outcome")).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(box).to_have_value("outcome:")
    page.get_by_role("option", name="refused").wait_for()
    box.press_sequentially("err")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("outcome:error ")
    expect(rows(page).first).to_be_visible()


def test_an_error_in_a_filter_points_at_it_and_keeps_the_rows(page: Page, world: World) -> None:
    open_list(page, world)
    before = rows(page).count()
    page.get_by_role("combobox", name="Filter").press_sequentially("modl:gpt-4o ")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("modl")
    expect(alert).to_contain_text("model")
    expect(alert.locator("pre")).to_contain_text("▲")
    assert rows(page).count() == before


def test_a_facet_edits_the_typed_filter_and_back_takes_it_back(page: Page, world: World) -> None:
    open_list(page, world)
    facets = page.get_by_role("complementary", name="Facets")
    facets.get_by_role("checkbox", name=re.compile("^1.42.0")).click()
    box = page.get_by_role("combobox", name="Filter")
    expect(box).to_have_value("release:1.42.0")
    expect(page).to_have_url(re.compile("filter=release"))
    other = facets.get_by_role("checkbox", name=re.compile("^1.41.3, [1-9]"))
    expect(page.get_by_role("region", name="Traces over time")).to_contain_text(re.compile(r"^3[2-9] traces"))
    other.click()  # a facet keeps its other values on offer, with their counts
    expect(box).to_have_value("release:(1.42.0, 1.41.3)")
    page.go_back()
    expect(box).to_have_value("release:1.42.0")
    facets.get_by_role("checkbox", name=re.compile("^enterprise")).click(modifiers=["Alt"])
    expect(box).to_have_value("release:1.42.0 -user_tier:enterprise")


def test_counts_of_facets_are_true(page: Page, world: World) -> None:
    open_list(page, world, "&filter=user:u-mara")
    outcome = page.get_by_role("region", name="Outcome", exact=True)
    expect(outcome.get_by_role("checkbox", name=re.compile(r"success, 1$"))).to_be_visible()


def test_a_brush_over_the_histogram_narrows_the_time(page: Page, world: World) -> None:
    open_list(page, world)
    chart = page.get_by_role("img", name=re.compile(r"traces:"))
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 40, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=20\d\d-.*&to=20\d\d-|to=20\d\d-.*from=20\d\d-"))


def test_columns_can_be_sorted_chosen_and_moved(page: Page, world: World) -> None:
    open_list(page, world)
    table = page.get_by_role("table", name="Traces")
    table.get_by_role("columnheader", name=re.compile("^Cost")).get_by_role("button").click()
    expect(page).to_have_url(re.compile("order=-cost"))
    expect(table.get_by_role("columnheader", name=re.compile("^Cost"))).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name=re.compile("^Columns")).click()
    page.get_by_role("checkbox", name="Release", exact=True).click()
    expect(table.get_by_role("columnheader", name="Release")).to_be_visible()
    assert "columns=" in page.url
    page.keyboard.press("Escape")


def test_density_changes_the_height_of_rows(page: Page, world: World) -> None:
    open_list(page, world)
    page.get_by_role("button", name=re.compile("^Row height")).click()
    page.get_by_role("menuitem", name=re.compile("^Roomy")).click()
    box = rows(page).first.bounding_box()
    assert box
    assert box["height"] == 40


def test_peek_moves_with_j_and_k_and_opens_with_enter(page: Page, world: World) -> None:
    open_list(page, world)
    page.keyboard.press("j")
    peek = page.get_by_role("complementary", name="Peek")
    expect(peek).to_be_visible()
    first = page.url
    page.keyboard.press("j")
    expect(page).not_to_have_url(first)
    page.keyboard.press("k")
    expect(page).to_have_url(first)
    expect(peek.get_by_role("article", name="User message")).to_be_visible()
    page.keyboard.press("Escape")
    expect(peek).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/traces/[0-9a-f]{32}"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("table", name="Traces")).to_be_visible()


def test_a_view_is_saved_applied_and_deleted_with_undo(page: Page, world: World) -> None:
    open_list(page, world, "&filter=release:1.42.0&order=-cost")
    page.get_by_role("button", name=re.compile("^Saved views")).click()
    page.get_by_role("textbox", name="Name of the view").fill("SSO, dearest first")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_role("button", name="Saved views: SSO, dearest first")).to_be_visible()
    open_list(page, world)
    page.get_by_role("button", name=re.compile("^Saved views")).click()
    page.get_by_role("button", name="SSO, dearest first", exact=True).click()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("release:1.42.0")
    page.get_by_role("button", name=re.compile("^Saved views")).click()
    page.get_by_role("button", name="Delete the view SSO, dearest first").click()
    expect(page.get_by_role("status").get_by_text("deleted")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.goto(f"{world.url}/settings/views")
    expect(page.get_by_role("link", name="SSO, dearest first")).to_be_visible()


def test_new_traces_appear_live_and_a_pause_holds_them(page: Page, world: World) -> None:
    open_list(page, world)
    page.get_by_role("button", name="Follow new traces live").click()
    status = page.get_by_role("status").filter(has_text="Live")
    expect(status).to_be_visible()
    seen = _send_named(world, "live-one")
    expect(rows(page).filter(has_text="live-one")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    waiting = _send_named(world, "live-two")
    expect(page.get_by_role("status").filter(has_text="1 waiting")).to_be_visible()
    assert rows(page).filter(has_text="live-two").count() == 0
    page.get_by_role("button", name="Go on").click()
    expect(rows(page).filter(has_text="live-two")).to_be_visible()
    assert seen != waiting


def _send_named(world: World, name: str) -> str:
    trace = Trace()
    trace.add(name, attributes={"pellucid.kind": "agent", "pellucid.input": name})
    world.server.export(trace.body())
    return trace.trace_id


def test_two_chosen_traces_can_be_compared_and_the_choice_exported(page: Page, world: World) -> None:
    open_list(page, world, "&filter=release:1.42.0")
    for index in (1, 2):
        rows(page).nth(index - 1).hover()
        page.get_by_role("checkbox", name=f"Select row {index}", exact=True).click()
    bar = page.get_by_role("toolbar", name="Chosen traces")
    expect(bar).to_contain_text("2 traces chosen")
    with page.expect_download() as download:
        bar.get_by_role("button", name="Export").click()
    lines = download.value.path().read_text().strip().splitlines()
    assert len(lines) >= 2
    bar.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("region", name="Comparison")).to_contain_text("System prompt")


def test_the_chosen_traces_are_scored_together(page: Page, world: World) -> None:
    open_list(page, world, "&filter=release:1.42.0")
    for index in (1, 2, 3):
        rows(page).nth(index - 1).hover()
        page.get_by_role("checkbox", name=f"Select row {index}", exact=True).click()
    page.get_by_role("toolbar", name="Chosen traces").get_by_role("button", name="Score").click()
    form = page.get_by_role("dialog", name="Score the chosen traces")
    form.get_by_role("textbox", name="Name of the score").fill("triage")
    form.get_by_role("textbox", name=re.compile("^Value")).fill("regression")
    form.get_by_role("button", name="Score 3").click()
    expect(form).to_be_hidden()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Sessions").click()  # the work goes on elsewhere
    expect(page.get_by_text("Score triage on 3 traces: done")).to_be_visible()
    page.goto(f"{world.url}{WEEK}&filter=score.triage:regression")
    expect(rows(page)).to_have_count(3)


def test_the_chosen_traces_become_cases_of_a_data_set(page: Page, world: World) -> None:
    open_list(page, world, "&filter=release:1.42.0 outcome:success")
    for index in (1, 2):
        rows(page).nth(index - 1).hover()
        page.get_by_role("checkbox", name=f"Select row {index}", exact=True).click()
    page.get_by_role("toolbar", name="Chosen traces").get_by_role("button", name="Add to a data set").click()
    form = page.get_by_role("dialog", name="Add the chosen traces to a data set")
    form.get_by_role("combobox", name=re.compile("^Data set")).fill("from-production")
    form.get_by_role("button", name="Add 2").click()
    expect(page.get_by_text("Add 2 traces to from-production: done")).to_be_visible()
    items = world.server.get("datasets/from-production/items")["data"]
    assert 1 <= len(items) <= 2  # two traces that ask the same are one case
    assert all(item["trace_id"] and item["input"] for item in items)


def test_the_chosen_traces_are_tagged_and_a_tag_is_taken_off(page: Page, world: World) -> None:
    made = [Trace() for _ in range(3)]
    for trace in made:
        trace.add("tagging", attributes={"pellucid.kind": "agent", "pellucid.tags": ["first"]})
        world.server.export(trace.body())
    for trace in made:
        world.server.wait_for_trace(trace.trace_id)
    page.goto(f"{world.url}/traces?from=-1h&filter=name:tagging")
    expect(rows(page)).to_have_count(3)
    for index in (1, 2):
        page.get_by_role("checkbox", name=f"Select row {index}", exact=True).click()
    page.get_by_role("toolbar", name="Chosen traces").get_by_role("button", name="Tag").click()
    form = page.get_by_role("dialog", name="Tag the chosen traces")
    form.get_by_role("combobox", name=re.compile("^Tags to add")).fill("to-look-at, sso")
    form.get_by_role("combobox", name=re.compile("^Tags to remove")).fill("first")
    form.get_by_role("button", name="Tag 2").click()
    expect(page.get_by_text("Tag to-look-at, sso; Remove first on 2 traces: done")).to_be_visible()
    page.goto(f"{world.url}/traces?from=-1h&filter=tags:to-look-at tags:sso name:tagging")
    expect(rows(page)).to_have_count(2)
    page.goto(f"{world.url}/traces?from=-1h&filter=tags:first name:tagging")
    expect(rows(page)).to_have_count(1)


def test_traces_are_deleted_after_a_second_thought(page: Page, world: World) -> None:
    made = [Trace() for _ in range(3)]
    for trace in made:
        trace.add("deleting", attributes={"pellucid.kind": "agent"})
        world.server.export(trace.body())
    for trace in made:
        world.server.wait_for_trace(trace.trace_id)
    page.goto(f"{world.url}/traces?from=-1h&filter=name:deleting")
    expect(rows(page)).to_have_count(3)
    for index in (1, 2):
        page.get_by_role("checkbox", name=f"Select row {index}", exact=True).click()
    bar = page.get_by_role("toolbar", name="Chosen traces")
    bar.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog", name="Delete 2 traces?")
    asked.get_by_role("button", name="Keep them").click()
    expect(asked).to_be_hidden()
    expect(rows(page)).to_have_count(3)
    bar.get_by_role("button", name="Delete").click()
    asked.get_by_role("button", name="Delete 2").click()
    expect(page.get_by_text("Delete 2 traces: done")).to_be_visible()
    expect(rows(page)).to_have_count(1)
    expect(bar).to_be_hidden()


def test_every_trace_that_matches_can_be_chosen_beyond_the_loaded_rows(page: Page, world: World) -> None:
    open_list(page, world, "&filter=feature:support-chat")
    page.get_by_role("checkbox", name="Select all loaded rows").click()
    bar = page.get_by_role("toolbar", name="Chosen traces")
    bar.get_by_role("button", name="Choose every trace that matches").click()
    expect(bar).to_contain_text("Every trace that matches chosen")
    bar.get_by_role("button", name="Score").click()
    form = page.get_by_role("dialog", name="Score the chosen traces")
    form.get_by_role("textbox", name="Name of the score").fill("seen")
    form.get_by_role("textbox", name=re.compile("^Value")).fill("1")
    form.get_by_role("button", name="Score all").click()
    expect(page.get_by_text(re.compile(r"Score seen on 16\d traces: done"))).to_be_visible()


def test_environment_and_time_stay_between_pages(page: Page, world: World) -> None:
    open_list(page, world)
    page.get_by_role("button", name=re.compile("^Environment")).click()
    page.get_by_role("menuitem", name=re.compile("^staging")).click()
    expect(page).to_have_url(re.compile("env=staging"))
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Sessions").click()
    expect(page).to_have_url(re.compile(r"/sessions\?.*env=staging"))
    assert "from=-7d" in page.url


def test_nothing_matches_teaches_the_way_back(page: Page, world: World) -> None:
    page.goto(f"{world.url}{WEEK}&filter=user:nobody-of-that-name")
    expect(page.get_by_text("No trace matches")).to_be_visible()
    page.get_by_role("button", name="Clear the filter", exact=True).last.click()
    expect(rows(page).first).to_be_visible()
