"""Cases come into a data set and out of it on its page; a bad trace becomes a regression test in its menu."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE
from tests.browser.serving import Server
from tests.browser.world import World

BROKEN = "question,answer\nHow?,So.\nonly one\nWhy?,a,b\n"


@pytest.fixture
def dataset(server: Server, request: pytest.FixtureRequest) -> str:
    """An empty one, named as the test."""
    server.post("datasets", {"name": request.node.name})
    return str(request.node.name)


def test_a_broken_file_is_refused_line_by_line_and_imported_without_those_lines(page: Page, world: World, dataset: str) -> None:
    page.goto(f"{world.url}/datasets/{dataset}")
    page.get_by_role("button", name="Import").click()
    form = page.get_by_role("dialog", name="Import cases")
    expect(form.get_by_role("button", name="Import")).to_be_disabled()
    form.get_by_label("File").set_input_files(
        {"name": "cases.csv", "mimeType": "text/csv", "buffer": BROKEN.encode()},
    )
    form.get_by_label("Column of the input").fill("question")
    form.get_by_label("Column of the expected answer").fill("answer")
    form.get_by_label("Column of the expected answer").press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("2 lines cannot be read, so nothing was written.")
    faults = form.get_by_role("table", name="Faulty lines")
    expect(faults.get_by_role("row", name=re.compile("^3 "))).to_contain_text("1 fields where the header has 2")
    expect(faults.get_by_role("row", name=re.compile("^4 "))).to_contain_text("3 fields where the header has 2")
    form.get_by_role("checkbox", name="Leave faulty lines out").click()
    form.get_by_role("button", name="Import").click()
    expect(form.get_by_role("status")).to_contain_text("Version 1 of 3 lines: 1 added, 2 left out.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("table", name="Items")).to_contain_text("How?")


def test_the_format_follows_the_name_of_the_file(page: Page, world: World, dataset: str) -> None:
    page.goto(f"{world.url}/datasets/{dataset}")
    page.get_by_role("button", name="Import").click()
    form = page.get_by_role("dialog", name="Import cases")
    file = {"name": "cases.jsonl", "mimeType": "", "buffer": b'{"id": "a", "input": "first"}\n{"id": "b", "input": "second"}\n'}
    form.get_by_label("File").set_input_files(file)
    expect(form.get_by_role("button", name="JSONL")).to_have_attribute("aria-pressed", "true")
    form.get_by_role("button", name="Import").click()
    expect(form.get_by_role("status")).to_contain_text("2 added")


def test_a_version_is_exported_safe_for_spreadsheets_or_raw(page: Page, world: World, server: Server, dataset: str) -> None:
    server.post(f"datasets/{dataset}/items", {"id": "a", "input": "=1+1", "expected": "two"})
    server.post(f"datasets/{dataset}/items", {"id": "b", "input": "later"})
    page.goto(f"{world.url}/datasets/{dataset}?view=1")
    for entry, said in ((re.compile("^CSV safe"), "'=1+1"), (re.compile("^CSV, raw"), "=1+1")):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as started:
            page.get_by_role("menuitem", name=entry).click()
        rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text())))
        assert [(row["id"], row["input"]) for row in rows] == [("a", said)]


def test_a_sample_is_drawn_with_its_settings_and_says_what_it_brought(page: Page, world: World, dataset: str) -> None:
    page.goto(f"{world.url}/datasets/{dataset}")
    page.get_by_role("button", name="Sample this week").click()
    form = page.get_by_role("dialog", name="Sample this week")
    form.get_by_label("Score", exact=True).fill("no such score")
    form.get_by_label("Score", exact=True).press("Enter")
    result = form.get_by_role("region", name="What it brought")
    expect(result).to_contain_text("No sample: only 0 scored traces in the last 7 days")
    form.get_by_label("Score", exact=True).fill("resolved")
    form.get_by_label("Low is below").fill("0.9")
    form.get_by_role("button", name="Draw it").click()
    expect(form.get_by_role("alert")).to_contain_text("must not be above")
    form.get_by_label("Low is below").fill("0.5")
    form.get_by_label("Low traces").fill("3")
    form.get_by_label("High traces").fill("2")
    form.get_by_label("Scored traces it needs").fill("1")
    form.get_by_role("button", name="Draw it").click()
    expect(result).to_contain_text(re.compile(r"Version 1: \d+ cases? added"))
    expect(result.get_by_role("row", name=re.compile("^high"))).to_contain_text("2 of 2")
    page.keyboard.press("Escape")
    expect(page.get_by_role("table", name="Items").locator("[data-id]").first).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Sample this week").click()
    expect(form.get_by_label("Low traces")).to_have_value("3")
    expect(form.get_by_role("region", name="What it brought")).to_contain_text("Version 1")
    form.get_by_role("button", name="Stop sampling").click()
    expect(page.get_by_text("Nothing flows in any more")).to_be_visible()
    assert world.server.get(f"datasets/{dataset}/sampling") is None


def test_two_versions_are_laid_side_by_side(page: Page, world: World, server: Server, dataset: str) -> None:
    server.post(
        f"datasets/{dataset}/items", [{"id": "a", "input": "q", "expected": "the old answer"}, {"id": "b", "input": "gone?"}]
    )
    server.post(f"datasets/{dataset}/items", [{"id": "a", "input": "q", "expected": "the new answer"}, {"id": "c", "input": "new"}])
    page.goto(f"{world.url}/datasets/{dataset}")
    page.get_by_role("button", name="Changes").click()
    expect(page.get_by_text("1 added, 0 removed, 1 changed")).to_be_visible()
    page.get_by_role("table", name="Changes").locator("[data-id='a']").click()
    item = page.get_by_role("dialog", name="Item a")
    expect(item.locator("del")).to_have_text("old")
    expect(item.locator("ins")).to_have_text("new")
    page.keyboard.press("Escape")
    page.get_by_label("From version").select_option("0")
    expect(page.get_by_text("3 added, 0 removed, 0 changed")).to_be_visible()
    assert "with=0" in page.url


def test_a_trace_becomes_a_case_and_a_file_for_pytest(page: Page, world: World, request: pytest.FixtureRequest) -> None:
    name = request.node.name
    page.goto(f"{world.url}/traces/{world.bad_trace_id}")
    page.get_by_role("button", name="More about this trace").click()
    page.get_by_role("menuitem", name="Regression test").click()
    form = page.get_by_role("dialog", name="Regression test")
    form.get_by_label("Data set").fill(name)
    form.get_by_label("A good answer contains").fill("ask your administrator")
    with page.expect_download() as started:
        form.get_by_role("button", name="Make the test").click()
    assert started.value.suggested_filename == f"test_trace_{world.bad_trace_id[:8]}.py"
    source = Path(started.value.path()).read_text()
    compile(source, started.value.suggested_filename, "exec")
    assert "EXPECTED = 'ask your administrator'" in source
    expect(form.get_by_role("status")).to_contain_text("The case is in version 1")
    form.get_by_role("link", name=name[:40]).click()
    expect(page.get_by_role("table", name="Items")).to_contain_text("ask your administrator")


def test_the_page_of_a_data_set_fits_a_phone(page: Page, world: World, dataset: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{world.url}/datasets/{dataset}")
    for button, title in (("Import", "Import cases"), ("Sample this week", "Sample this week")):
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("dialog", name=title)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog", name=title)).to_be_hidden()
