"""People judge: a queue is made and filled, two of them work through it by keyboard alone, and their agreement is shown."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import PHONE
from tests.browser.serving import Server
from tests.browser.world import World

ITEMS = 6
MANY = 120
QUESTIONS = [{"name": "good", "type": "boolean"}, {"name": "tone", "type": "categorical", "categories": ["warm", "cold"]}]


def _traces(server: Server, count: int) -> list[str]:
    found = server.get("traces", limit=count, filter="feature:support-chat")["data"]
    return [row["trace_id"] for row in found]


@pytest.fixture
def queue(server: Server, world: World, request: pytest.FixtureRequest) -> str:
    """Six conversations that two people shall judge."""
    made = server.post("annotation-queues", {"name": request.node.name, "dimensions": QUESTIONS, "raters": 2})
    server.post(f"annotation-queues/{made['id']}/items", {"items": [{"trace_id": one} for one in _traces(server, ITEMS)]})
    return str(made["id"])


def test_a_queue_is_made_and_filled_from_the_list_of_traces(page: Page, world: World) -> None:
    page.goto(f"{world.url}/annotate")
    page.get_by_role("button", name="New queue").click()
    form = page.get_by_role("dialog", name="New queue")
    form.get_by_label("Name", exact=True).fill("by hand")
    form.get_by_label("Judged by").fill("good, tone?: warm | cold")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The queue is empty")).to_be_visible()
    page.goto(f"{world.url}/traces?filter=feature:support-chat")
    for number in (1, 2):
        page.get_by_role("checkbox", name=f"Select row {number}", exact=True).click()
    page.get_by_role("button", name="To queue").click()
    page.get_by_label("Queue", exact=True).select_option(label="by hand")
    page.get_by_role("button", name=re.compile("^Queue 2")).click()
    expect(page.get_by_text("Queue 2 traces to be judged: done")).to_be_visible()
    page.goto(f"{world.url}/annotate")
    expect(page.get_by_role("row", name=re.compile("by hand"))).to_contain_text("2")


def test_items_are_judged_by_keyboard_alone_and_agreement_is_measured(page: Page, world: World, queue: str) -> None:
    """The second person is a key: it judges over HTTP and differs once."""
    page.goto(f"{world.url}/annotate/{queue}")
    for number in range(ITEMS):
        expect(page.get_by_text(f"{number} of {ITEMS} done").or_(page.get_by_text(f"0 of {ITEMS} done"))).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="2 questions open: good, tone")).to_be_visible()
        page.keyboard.press("1" if number % 2 else "2")
        expect(page.get_by_role("status").filter(has_text="1 question open: tone")).to_be_visible()
        page.keyboard.press("1")
        expect(page.get_by_role("status").filter(has_text="Complete")).to_be_visible()
        with page.expect_response(lambda answer: "/rating" in answer.url and answer.ok):
            page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is left for you here")).to_be_visible()
    items = world.server.get(f"annotation-queues/{queue}/items")["data"]
    key = world.server.post("keys", {"name": "second", "role": "member"})["secret_key"]
    for place, item in enumerate(items):
        own = item["ratings"][0]["values"]
        values = {**own, "good": not own["good"]} if place == 0 else own
        answer = page.request.put(
            f"{world.url}/api/v1/annotation-queues/{queue}/items/{item['id']}/rating",
            data=json.dumps({"values": values}),
            headers={"content-type": "application/json", "authorization": f"Bearer {key}"},
        )
        assert answer.ok, answer.text()
    page.get_by_role("button", name="Agreement").click()
    table = page.get_by_role("region", name="Agreement")
    expect(table.get_by_role("row", name=re.compile("^good"))).to_contain_text("83 %")
    expect(table.get_by_role("row", name=re.compile("^good"))).to_contain_text("1 item disputed")
    expect(page.get_by_role("region", name="People")).to_contain_text("second")


@pytest.mark.timeout(900)
def test_two_people_judge_120_items_by_keyboard_alone_and_see_how_far_they_agree(
    browser: Browser, world: World, server: Server
) -> None:
    """Each in a browser of their own; the second one differs on every tenth item."""
    made = server.post("annotation-queues", {"name": "two people", "dimensions": QUESTIONS, "raters": 2})
    traces = _traces(server, MANY)
    assert server.post(f"annotation-queues/{made['id']}/items", {"items": [{"trace_id": one} for one in traces]})["added"] == MANY
    for person in ("first", "second"):
        key = server.post("keys", {"name": person, "role": "member"})["secret_key"]
        with browser.new_context(extra_http_headers={"authorization": f"Bearer {key}"}) as context:
            page = context.new_page()
            page.goto(f"{world.url}/annotate/{made['id']}")
            for number in range(MANY):
                expect(page.get_by_role("status").filter(has_text="2 questions open: good, tone")).to_be_visible()
                page.keyboard.press("2" if person == "second" and number % 10 == 0 else "1")
                expect(page.get_by_role("status").filter(has_text="1 question open: tone")).to_be_visible()
                page.keyboard.press("2" if number % 3 else "1")
                expect(page.get_by_role("status").filter(has_text="Complete")).to_be_visible()
                with page.expect_response(lambda answer: "/rating" in answer.url and answer.ok):
                    page.keyboard.press("Enter")
            expect(page.get_by_text("Nothing is left for you here")).to_be_visible()
            if person == "second":
                page.get_by_role("button", name="Agreement").click()
                good = page.get_by_role("region", name="Agreement").get_by_role("row", name=re.compile("^good"))
                expect(good).to_contain_text("90 %")
                expect(good).to_contain_text("12 items disputed")
                people = page.get_by_role("region", name="People")
                for name in ("first", "second"):
                    expect(people.get_by_role("paragraph").filter(has_text=name)).to_contain_text(f"{MANY} items judged")


def test_an_answer_is_corrected_with_its_difference_and_another_is_skipped(page: Page, world: World, queue: str) -> None:
    page.goto(f"{world.url}/annotate/{queue}")
    expect(page.get_by_role("status").filter(has_text="2 questions open")).to_be_visible()
    page.keyboard.press("e")
    box = page.get_by_label("Corrected answer")
    expect(box).to_be_focused()
    box.press("End")
    box.press_sequentially(" Really")
    expect(page.locator("ins").first).to_contain_text("Really")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.keyboard.press("2")
    with page.expect_response(lambda answer: "/rating" in answer.url and answer.ok) as sent:
        page.keyboard.press("Enter")
    assert "Really" in sent.value.json()["correction"]
    expect(page.get_by_role("status").filter(has_text="2 questions open")).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith("/skip") and answer.ok):
        page.keyboard.press("s")


def test_the_weekly_reading_opens_blind(page: Page, world: World) -> None:
    page.goto(f"{world.url}/annotate")
    with page.expect_response(lambda answer: answer.url.endswith("/readings") and answer.ok, timeout=60_000):
        page.get_by_role("button", name="This week's reading").click()
    expect(page.get_by_text(re.compile(r"0 of \d+ done.*blind"))).to_be_visible()
    expect(page.get_by_role("region", name="Conversation")).to_be_visible()
    expect(page.get_by_role("link", name="The whole trace")).to_have_count(0)


@pytest.mark.parametrize("tab", ["", "?tab=items", "?tab=agreement"])
def test_a_queue_fits_a_phone(page: Page, world: World, queue: str, tab: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{world.url}/annotate")
    expect(page.get_by_role("button", name="New queue")).to_be_in_viewport(ratio=1)
    page.goto(f"{world.url}/annotate/{queue}{tab}")
    expect(page.get_by_text(f"0 of {ITEMS} done")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_judging_fits_a_phone(page: Page, world: World, queue: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{world.url}/annotate/{queue}")
    expect(page.get_by_role("button", name="Save and go on")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
