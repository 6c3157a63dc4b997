"""The trace page: tree, waterfall, graph and log at the left, the selected span at the right."""

import json
import re

from playwright.sync_api import Page, expect
from tests.browser.sending import Trace, text_message
from tests.browser.world import World


def open_trace(page: Page, world: World, query: str = "") -> None:
    page.goto(f"{world.url}/traces/{world.rich_trace_id}{query}")
    expect(page.get_by_role("tree", name="Spans")).to_be_visible()


def choose(page: Page, name: str) -> None:
    page.get_by_role("treeitem", name=re.compile(name)).click()


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=re.compile(f"^{name}")).click()


def test_the_tree_folds_frameworks_and_keeps_their_children(page: Page, world: World) -> None:
    open_trace(page, world)
    tree = page.get_by_role("tree", name="Spans")
    expect(tree.get_by_role("treeitem")).to_have_count(7)
    draft = tree.get_by_role("treeitem", name=re.compile("draft"))
    expect(draft).to_have_attribute("aria-level", "2")
    page.get_by_role("button", name="show", exact=True).click()
    expect(tree.get_by_role("treeitem")).to_have_count(8)
    expect(draft).to_have_attribute("aria-level", "3")
    assert "folded=shown" in page.url


def test_keys_walk_the_tree(page: Page, world: World) -> None:
    open_trace(page, world)
    choose(page, "agent support-chat")
    tree = page.get_by_role("tree", name="Spans")
    tree.focus()
    page.keyboard.press("ArrowDown")
    expect(tree.get_by_role("treeitem", name=re.compile("guard.input"))).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    retriever = tree.get_by_role("treeitem", name=re.compile("help-center"))
    expect(retriever).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowLeft")
    expect(retriever).to_have_attribute("aria-expanded", "false")
    expect(tree.get_by_role("treeitem", name=re.compile("embed"))).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(tree.get_by_role("treeitem", name=re.compile("embed"))).to_have_count(1)
    page.keyboard.press("k")
    expect(tree.get_by_role("treeitem", name=re.compile("guard.input"))).to_have_attribute("aria-selected", "true")


def test_messages_pair_calls_with_results_and_fold_reasoning(page: Page, world: World) -> None:
    open_trace(page, world)
    choose(page, "generation final")
    card = page.get_by_role("region", name="Tool create_ticket")
    expect(card).to_have_count(1)
    expect(card).to_contain_text('"urgent"')
    expect(card).to_contain_text("one of low, normal, high")
    choose(page, "generation draft")
    reasoning = page.get_by_role("button", name=re.compile("^Reasoning, 10 words"))
    expect(reasoning).to_have_attribute("aria-expanded", "false")
    reasoning.click()
    expect(page.get_by_text("so I call the tool")).to_be_visible()


def test_markdown_is_off_until_asked_for(page: Page, world: World) -> None:
    open_trace(page, world)
    choose(page, "generation final")
    expect(page.get_by_text("Ticket failed, **sorry**")).to_be_visible()
    page.get_by_role("button", name="Markdown", exact=True).click()
    link = page.get_by_role("link", name="the page")
    expect(link).to_have_attribute("href", "https://example.com/help")
    expect(link).to_have_attribute("rel", re.compile("noopener noreferrer"))


def test_why_this_cost_sums_to_the_cost(page: Page, world: World) -> None:
    open_trace(page, world)
    choose(page, "generation final")
    page.get_by_role("button", name=re.compile(r"^Cost \$")).click()
    popover = page.get_by_role("dialog", name="Why this cost")
    expect(popover).to_contain_text("1,200")
    expect(popover).to_contain_text("340")
    span = next(each for each in world.server.get(f"traces/{world.rich_trace_id}")["spans"] if each["name"] == "final")
    shown = float(popover.get_by_role("row", name=re.compile("^total")).get_by_role("cell").last.inner_text().lstrip("$"))
    assert abs(shown - span["cost"]) <= span["cost"] * 1e-3


def test_documents_have_rank_and_score(page: Page, world: World) -> None:
    open_trace(page, world)
    choose(page, "retriever help-center")
    tab(page, "Documents")
    expect(page.get_by_role("article", name=re.compile("^Document"))).to_have_count(3)
    expect(page.get_by_role("article", name="Document 1")).to_contain_text("0.900")


def test_attributes_show_what_nothing_understood(page: Page, world: World) -> None:
    open_trace(page, world)
    choose(page, "agent support-chat")
    tab(page, "Attributes")
    expect(page.get_by_text("that nothing here understood")).to_be_visible()
    page.get_by_role("textbox", name="Find a key or value").fill("acme")
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text("acme.shard")
    expect(panel).not_to_contain_text("pellucid.kind")


def test_raw_is_the_span_as_the_api_gives_it(page: Page, world: World) -> None:
    open_trace(page, world)
    choose(page, "tool create_ticket")
    tab(page, "Raw")
    page.get_by_role("button", name="Copy the span as JSON").click()
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert copied["name"] == "create_ticket"
    assert copied["outcome"] == "error"
    expect(page.get_by_text("422 priority: one of low, normal, high").first).to_be_visible()


def test_waterfall_zooms_and_log_lists_in_order(page: Page, world: World) -> None:
    open_trace(page, world)
    page.get_by_role("button", name="Waterfall").click()
    ruler = page.get_by_title("Drag to zoom")
    box = ruler.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 5, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Whole trace").click()
    page.get_by_role("button", name="Log", exact=True).click()
    lines = page.get_by_role("listbox", name="Log").get_by_role("option")
    expect(lines).to_have_count(7)
    expect(lines.first).to_contain_text("support-chat")
    expect(lines.last).to_contain_text("final")


def test_the_graph_shows_the_trajectory(page: Page, world: World) -> None:
    open_trace(page, world)
    page.get_by_role("button", name="Graph", exact=True).click()
    graph = page.get_by_role("region", name="Trajectory")
    expect(graph.get_by_text("create_ticket")).to_be_visible()
    graph.get_by_text("help-center").click()
    expect(page.get_by_role("heading", name="help-center")).to_be_visible()


def test_search_inside_marks_what_it_finds(page: Page, world: World) -> None:
    open_trace(page, world)
    page.keyboard.press("/")
    page.get_by_role("textbox", name="Search in this trace").fill("ticket failed")
    expect(page.get_by_role("treeitem", name=re.compile("final"))).to_be_visible()
    choose(page, "generation final")
    expect(page.locator("mark", has_text="Ticket failed").first).to_be_visible()


def test_a_link_to_a_span_opens_it(page: Page, world: World) -> None:
    spans = world.server.get(f"traces/{world.rich_trace_id}")["spans"]
    tool = next(span for span in spans if span["name"] == "create_ticket")
    open_trace(page, world, f"?span={tool['span_id']}&tab=attributes")
    expect(page.get_by_role("heading", name="create_ticket")).to_be_visible()
    expect(page.get_by_role("tab", name=re.compile("^Attributes"))).to_have_attribute("aria-selected", "true")


def test_selecting_does_not_scroll_the_other_pane(page: Page, world: World) -> None:
    open_trace(page, world)
    page.set_viewport_size({"width": 1200, "height": 420})
    tree = page.get_by_role("tree", name="Spans")
    tree.evaluate("element => element.scrollTo({ top: 40 })")
    before = tree.evaluate("element => element.scrollTop")
    page.keyboard.press("2")
    assert tree.evaluate("element => element.scrollTop") == before


def test_scores_and_comments_can_be_added(page: Page, world: World) -> None:
    open_trace(page, world)
    choose(page, "generation final")
    tab(page, "Scores")
    form = page.get_by_role("form", name="Add a score")
    form.get_by_role("textbox", name="Name of the score").fill("helpful")
    form.get_by_role("textbox", name=re.compile("^Value")).fill("0.25")
    form.get_by_role("textbox", name="Comment").fill("It gave up <b>early</b>")
    form.get_by_role("button", name="Add score").click()
    expect(page.get_by_role("region", name="Of this span")).to_contain_text("It gave up <b>early</b>")
    tab(page, "Comments")
    page.get_by_role("textbox", name="Write a comment").fill("Look at the tool's answer.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("article", name=re.compile("^Comment by"))).to_contain_text("Look at the tool's answer.")


def test_numbers_choose_tabs_and_brackets_the_next_trace(page: Page, world: World) -> None:
    page.goto(f"{world.url}/traces?from=-7d")
    expect(page.get_by_role("table", name="Traces")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tree", name="Spans")).to_be_visible()
    first = page.url.split("?")[0]
    page.keyboard.press("]")
    expect(page).not_to_have_url(re.compile(re.escape(first)))
    expect(page.get_by_role("tab").first).to_be_visible()
    page.keyboard.press("2")
    expect(page.get_by_role("tab").nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("[")
    expect(page).to_have_url(re.compile(re.escape(first)))


def test_a_trace_is_downloaded_whole(page: Page, world: World) -> None:
    open_trace(page, world)
    page.get_by_role("button", name="More about this trace").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Download as JSON").click()
    saved = json.loads(download.value.path().read_text())
    assert len(saved["spans"]) == 8


def test_a_trace_that_does_not_exist_is_said_to_be_missing(page: Page, world: World) -> None:
    page.goto(f"{world.url}/traces/{'0' * 31}1")
    expect(page.get_by_text("There is no such trace here")).to_be_visible()


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def test_a_picture_comes_from_our_own_store(page: Page, world: World) -> None:
    trace = Trace()
    image = {"type": "blob", "modality": "image", "mime_type": "image/png", "content": PIXEL}
    asked = [{"role": "user", "parts": [{"type": "text", "content": "What is this?"}, image]}]
    trace.generation("look", asked, [text_message("assistant", "A dot.")])
    world.server.export(trace.body())
    world.server.wait_for_trace(trace.trace_id)
    page.goto(f"{world.url}/traces/{trace.trace_id}")
    picture = page.get_by_role("img", name="image in the message")
    expect(picture).to_be_visible()
    assert (picture.get_attribute("src") or "").startswith("/api/v1/blobs/")
    expect(picture).to_have_js_property("naturalWidth", 1)
