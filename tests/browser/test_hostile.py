"""What models, their users and broken clients write: nothing runs, nothing is fetched, nothing breaks, the page says what is the case."""

import base64
import json
import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.sending import Trace, text_message
from tests.browser.test_access import settled
from tests.browser.world import World

SCRIPTS = (
    "<script>document.title='owned';alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg onload=alert(1)><script>alert(2)</script></svg>",
    "[click me](javascript:alert(1))",
    "![pixel](https://tracker.invalid/pixel.png)",
    "<iframe src='https://tracker.invalid/'></iframe>",
    "<a href='javascript:alert(1)'>go</a>",
    "{{constructor.constructor('alert(1)')()}}",
)


def sent(world: World, trace: Trace) -> Trace:
    world.server.export(trace.body())
    world.server.wait_for_trace(trace.trace_id, len({span["spanId"] for span in trace.spans}))
    return trace


def open_trace(page: Page, world: World, trace: Trace, query: str = "") -> None:
    page.goto(f"{world.url}/traces/{trace.trace_id}{query}")
    expect(page.get_by_role("tree", name="Spans").get_by_role("treeitem").first).to_be_visible()


@pytest.mark.parametrize("mode", ["Text", "Markdown", "JSON"])
def test_nothing_in_a_message_runs_or_is_fetched(page: Page, world: World, mode: str) -> None:
    text = "\n\n".join(SCRIPTS)
    trace = Trace()
    image = {"type": "uri", "modality": "image", "mime_type": "image/png", "uri": "https://tracker.invalid/image.png"}
    messages = [text_message("system", text), {"role": "user", "parts": [{"type": "text", "content": text}, image]}]
    trace.generation(
        text[:60], messages, [text_message("assistant", text)], attributes={"user.id": SCRIPTS[0], "session.id": SCRIPTS[1]}
    )
    open_trace(page, world, sent(world, trace))
    page.get_by_role("button", name=mode, exact=True).click()
    expect(page.get_by_role("tabpanel")).to_contain_text("document.title='owned'")
    assert page.locator("#root iframe, #root script, #root [onerror], #root [onload]").count() == 0
    assert page.locator("#root a[href^='javascript:']").count() == 0
    assert page.locator("#root img").count() == 0
    assert page.title() != "owned"


def test_a_drawing_that_could_run_is_offered_as_a_file_and_never_shown(page: Page, world: World) -> None:
    drawing = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(2)</script></svg>"
    content = base64.b64encode(drawing.encode()).decode()
    image = {"type": "blob", "modality": "image", "mime_type": "image/svg+xml", "content": content}
    trace = Trace()
    trace.generation(
        "draw",
        [{"role": "user", "parts": [{"type": "text", "content": "What is this?"}, image]}],
        [text_message("assistant", "A trap.")],
    )
    open_trace(page, world, sent(world, trace))
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text("image/svg+xml")
    assert page.locator("#root img, #root object, #root embed").count() == 0
    link = panel.get_by_role("link", name="download").get_attribute("href") or ""
    answer = page.request.get(world.url + link)
    assert answer.ok
    assert "attachment" in answer.headers["content-disposition"]


def test_nothing_in_attributes_runs(page: Page, world: World) -> None:
    trace = Trace()
    trace.add(
        SCRIPTS[0],
        error=SCRIPTS[1],
        attributes={SCRIPTS[2]: SCRIPTS[3], "input.value": json.dumps({"__proto__": {"x": SCRIPTS[0]}})},
    )
    open_trace(page, world, sent(world, trace), "?tab=attributes")
    expect(page.get_by_role("tabpanel")).to_contain_text("javascript:alert(1)")
    page.goto(f"{world.url}/traces?from=-1h&peek={trace.trace_id}")
    expect(page.get_by_role("complementary", name="Peek")).to_contain_text("<script>")


def test_names_of_users_and_sessions_are_only_text(page: Page, world: World) -> None:
    trace = Trace()
    trace.add("chat", attributes={"user.id": "../../<b>x</b>?a=1#b", "session.id": "s/../\u202egpj.exe", "pellucid.input": "hello"})
    sent(world, trace)
    page.goto(f"{world.url}/users?from=-1h")
    page.get_by_role("link", name="../../<b>x</b>?a=1#b").click()
    expect(page.get_by_role("region", name="Traces over time")).to_contain_text("1 traces")
    page.goto(f"{world.url}/sessions?from=-1h")
    page.get_by_role("link", name=re.compile("gpj.exe")).first.click()
    expect(page.get_by_role("article", name="Turn 1")).to_contain_text("hello")


def test_long_right_to_left_and_invisible_names(page: Page, world: World) -> None:
    trace = Trace()
    root = trace.add("x" * 10_000)
    trace.add("\u202eevil\u202c מזכיר שלום", parent=root)
    trace.add("zero\u200bwidth\u2066 \u0000\u0007 🧪👩‍🔬", parent=root)
    trace.add("", parent=root)
    open_trace(page, world, sent(world, trace))
    items = page.get_by_role("tree", name="Spans").get_by_role("treeitem")
    expect(items).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert all((items.nth(index).bounding_box() or {"height": 99})["height"] <= 33 for index in range(4))


def test_cycles_missing_parents_and_depth(page: Page, world: World) -> None:
    trace = Trace()
    trace.add("one", span_id="a" * 16, parent="b" * 16)
    trace.add("two", span_id="b" * 16, parent="a" * 16)
    trace.add("orphan", parent="c" * 16)
    above = ""
    for level in range(100):
        above = trace.add(f"level {level}", parent=above, at=level)
    open_trace(page, world, sent(world, trace))
    tree = page.get_by_role("tree", name="Spans")
    expect(tree.get_by_text("missing parent").first).to_be_visible()
    tree.focus()
    for _ in range(102):
        page.keyboard.press("ArrowDown")
    expect(tree.get_by_role("treeitem", name=re.compile("level 99"))).to_be_visible()


def test_spans_without_end_before_their_parent_and_of_other_centuries(page: Page, world: World) -> None:
    trace = Trace()
    root = trace.add("root", at=1000)
    trace.add("too early", parent=root, at=0, lasts=50)
    trace.add("never ended", parent=root, at=1010, lasts=None)
    open_trace(page, world, sent(world, trace))
    expect(page.get_by_role("treeitem", name=re.compile("never ended"))).to_contain_text("running")
    page.get_by_role("button", name="Waterfall").click()
    expect(page.get_by_role("listbox", name="Waterfall").get_by_role("option")).to_have_count(3)


def test_an_empty_span_and_an_empty_conversation(page: Page, world: World) -> None:
    trace = Trace(resource={})
    trace.add("")
    trace.add(
        "chat", attributes={"gen_ai.operation.name": "chat", "gen_ai.input.messages": "[]", "gen_ai.output.messages": "not json {"}
    )
    open_trace(page, world, sent(world, trace))
    for index in range(2):
        page.get_by_role("treeitem").nth(index).click()
        for name in ("Scores", "Attributes", "Comments", "Raw"):
            page.get_by_role("tab", name=re.compile(f"^{name}")).click()
            expect(page.get_by_role("tabpanel")).to_be_visible()


def test_a_project_in_which_there_is_nothing(page: Page, world: World) -> None:
    project = world.server.post("projects", {"name": "Empty"})["id"]
    page.add_init_script(f"sessionStorage.setItem('pellucid.project', '{project}')")
    for path in (
        "/", "/traces", "/sessions", "/users", "/prompts", "/whats-live", "/effective-prompts", "/datasets", "/dashboards",
        "/sessions?view=turns", "/evaluators", "/duels", "/feedback", "/annotate", "/playground", "/runs", "/changes", "/drift",
        "/dashboards/overview", "/cost", "/search?q=anything", "/settings/keys", "/settings/members", "/settings/dead-letters",
    ):  # fmt: skip
        page.goto(f"{world.url}{path}")
        settled(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
        assert "NaN" not in page.locator("#root").inner_text(), path
    page.goto(f"{world.url}/users/nobody")
    expect(page.get_by_text("There is no such user here")).to_be_visible()
    page.goto(f"{world.url}/sessions/none")
    expect(page.get_by_text("There is no such session here")).to_be_visible()


def test_a_server_that_goes_away_leaves_the_rows_and_says_so(page: Page, world: World) -> None:
    page.goto(f"{world.url}/traces?from=-7d")
    table = page.get_by_role("table", name="Traces")
    expect(table).to_be_visible()
    page.route("**/api/v1/**", lambda route: route.abort())
    page.get_by_role("columnheader", name=re.compile("^Cost")).get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
    expect(table.locator("[data-id]").first).to_be_visible()
    page.unroute("**/api/v1/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_answer_that_is_cut_off_is_said_to_be(page: Page, world: World) -> None:
    page.route(
        "**/api/v1/traces/*/tree",
        lambda route: route.fulfill(status=200, content_type="application/json", body='{"trace": {"trace_id'),
    )
    page.goto(f"{world.url}/traces/{world.rich_trace_id}")
    expect(page.get_by_role("alert")).to_contain_text("The answer was cut off")


def test_a_page_out_of_another_site_may_not_frame_or_script_it(page: Page, world: World) -> None:
    answer = page.request.get(f"{world.url}/traces")
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
