"""Dashboards in the browser: look, clone, build, drag, save, share, export and import; and from a point to its traces."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import PHONE
from tests.browser.world import World

PRESETS = ("Overview", "Quality", "Cost", "Latency and TTFT", "Usage", "RAG health", "Agents and tools")


def clone(page: Page, world: World, preset: str) -> None:
    page.goto(f"{world.url}/dashboards/{preset}?from=-7d")
    page.get_by_role("button", name="Clone").click()
    expect(page.get_by_role("textbox", name="Name of the dashboard")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_presets_are_there_and_painted(page: Page, world: World, picture: Callable[[Page, str], Path], theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of the two
    page.goto(f"{world.url}/dashboards")
    shelf = page.get_by_role("region", name="Ready to use")
    for name in PRESETS:
        expect(shelf.get_by_role("link", name=re.compile(f"^{name}"))).to_be_visible()
    shelf.get_by_role("link", name=re.compile("^Overview")).click()
    expect(page.get_by_role("img", name="Spend by model over time").locator("canvas")).to_be_visible()
    expect(page.get_by_role("region", name="Traces", exact=True)).to_contain_text(re.compile(r"\d"))
    expect(page.get_by_role("button", name=re.compile("^Time range"))).to_contain_text("7 d")
    picture(page, f"dashboard-{theme}")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # width and height
    expect(page.get_by_role("region", name="Traces", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(page, f"dashboard-{theme}-phone")


def test_what_is_off_the_screen_is_not_asked_for(page: Page, world: World) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or "") if "metrics/query" in request.url else None)
    page.goto(f"{world.url}/dashboards/agents?from=-7d")
    expect(page.get_by_role("region", name="Agent runs", exact=True)).to_contain_text(re.compile(r"\d"))
    assert not any("error_type" in body for body in asked)
    page.get_by_role("region", name="Error types", exact=True).scroll_into_view_if_needed()
    expect(page.get_by_role("region", name="Error types", exact=True)).not_to_have_attribute("aria-busy", "true")
    assert any("error_type" in body for body in asked)


def test_a_bar_leads_to_the_traces_behind_it(page: Page, world: World) -> None:
    page.goto(f"{world.url}/dashboards/overview?from=-7d")
    bars = page.get_by_role("region", name="Spend by feature", exact=True)
    bars.get_by_role("button", name="support-chat").click()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("feature:support-chat")
    expect(page.get_by_role("table", name="Traces").locator("[data-id]").first).to_be_visible()


def test_a_click_on_a_chart_opens_its_stretch_and_a_drag_zooms_all(page: Page, world: World) -> None:
    page.goto(f"{world.url}/dashboards/overview?from=-7d")
    chart = page.get_by_role("img", name="Time to answer over time")
    expect(chart.locator("canvas")).to_be_visible()
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    expect(chart).to_have_attribute("aria-busy", "false")
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=\d{4}-.*to=\d{4}-"))
    page.go_back()
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"/traces\?from=\d{4}-.*filter=is_root:true"))


def test_a_widget_is_built_moved_resized_and_saved(page: Page, world: World) -> None:
    clone(page, world, "usage")
    page.get_by_role("textbox", name="Name of the dashboard").fill("Built here")
    page.get_by_role("button", name="Add widget").click()
    form = page.get_by_role("dialog", name="New widget")
    form.get_by_label("Title").fill("My errors")
    form.get_by_label("Measure 1").select_option("errors")
    form.get_by_label("Split by").select_option("environment")
    form.get_by_label("Chart").select_option("segments")
    expect(form.get_by_role("region", name="My errors").last).to_contain_text("production")
    form.get_by_role("button", name="Add widget").click()
    mine = page.get_by_role("region", name="My errors", exact=True)
    mine.scroll_into_view_if_needed()
    before = mine.bounding_box()
    assert before is not None
    grip = mine.get_by_role("button", name=re.compile("^Move My errors"))
    grip.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    after = mine.bounding_box()
    assert after is not None
    assert after["height"] > before["height"]
    assert after["x"] > before["x"]
    corner = mine.locator("xpath=..").locator("[data-resize]")
    corner.scroll_into_view_if_needed()
    handle = corner.bounding_box()
    assert handle is not None
    page.mouse.move(handle["x"] + 8, handle["y"] + 8)
    page.mouse.down()
    page.mouse.move(handle["x"] - 240, handle["y"] + 8, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Edit", exact=True)).to_be_visible()
    page.reload()
    saved = page.get_by_role("region", name="My errors", exact=True)
    saved.scroll_into_view_if_needed()
    expect(saved).to_contain_text("production")
    kept = saved.bounding_box()
    assert kept is not None
    assert kept["width"] < after["width"] - 100


def test_a_link_shows_the_dashboard_to_who_has_no_account(page: Page, world: World, browser: Browser) -> None:
    clone(page, world, "cost")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="More about the dashboard").click()
    page.get_by_role("menuitem", name="Share by link").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("The link", exact=True).inner_text()
    stranger = browser.new_context()
    seen = stranger.new_page()
    asked: list[str] = []
    seen.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    seen.goto(link)
    expect(seen.get_by_role("heading", name="Cost, copy")).to_be_visible()
    expect(seen.get_by_role("region", name="Spend", exact=True)).to_contain_text("$")
    assert all("/api/v1/shared-dashboards/" in url for url in asked)
    page.get_by_role("button", name="Revoke the link").click()
    expect(page.get_by_text("Nobody has a link")).to_be_visible()
    seen.reload()
    expect(seen.get_by_role("alert")).to_contain_text("no such link")
    stranger.close()


def test_export_import_and_files_of_a_widget(page: Page, world: World, tmp_path: Path) -> None:
    page.goto(f"{world.url}/dashboards/latency?from=-7d")
    page.get_by_role("button", name="More about the dashboard").click()
    with page.expect_download() as exported:
        page.get_by_role("menuitem", name="Export as JSON").click()
    file = tmp_path / "board.json"
    exported.value.save_as(file)
    assert json.loads(file.read_text())["format"] == "pellucid.dashboard/1"
    expect(page.get_by_role("img", name="Time to answer over time").locator("canvas")).to_be_visible()
    for kind, start in (("CSV", b"time,duration_p50"), ("PNG", b"\x89PNG")):
        page.get_by_role("button", name="Menu of Time to answer", exact=True).click()
        with page.expect_download() as saved:
            page.get_by_role("menuitem", name=f"Save as {kind}").click()
        assert Path(saved.value.path()).read_bytes().startswith(start)
    page.goto(f"{world.url}/dashboards")
    page.get_by_label("File of a dashboard").set_input_files(file)
    expect(page.get_by_role("textbox", name="Name of the dashboard")).to_have_value("Latency and TTFT")
    expect(page.get_by_role("region", name="Slowest tools", exact=True)).to_be_attached()


def test_an_error_and_an_empty_range_say_so(page: Page, world: World) -> None:
    page.goto(f"{world.url}/dashboards/overview?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z")
    expect(page.get_by_role("region", name="Spend by model", exact=True)).to_contain_text("Nothing was recorded")
    page.route("**/metrics/query", lambda route: route.fulfill(status=500, body="{}"))
    page.goto(f"{world.url}/dashboards/usage?from=-7d")
    expect(page.get_by_role("region", name="Users", exact=True).get_by_role("alert")).to_be_visible(timeout=30_000)
