"""Drift, alerts, incidents and changes: with data and without, in both themes, on a phone, and by keyboard alone."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.sending import Trace, text_message
from tests.browser.serving import VISIBLE_LIMIT_S, Server, until
from tests.browser.test_access import AXE, settled
from tests.browser.world import DAY_NS, World

from pellucid_server.monitors.presets import PACK

BEFORE: Final = 140
NOW: Final = 80
"""Traces of the two weeks before, and of the last hours: a comparison needs 100 and 50."""
SLOW: Final = {
    "name": "Slow answers",
    "severity": "high",
    "rule": {
        "kind": "absolute",
        "measure": "duration",
        "filter": "is_root:true",
        "threshold": 100,
        "window_s": 86_400,
        "least_n": 20,
    },
}
PACK_SIZE: Final = sum(1 for preset in PACK if not preset.needs)
DEPLOY: Final = "Release 2.8.0 of the checkout"
NARROWING_S: Final = 15.0
OVERFLOWING: Final = """() => [document.documentElement, ...document.querySelectorAll("#root, [role=region], form")]
  .filter((each) => each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1)
  .map((each) => `${each.tagName} ${each.getAttribute("aria-label") ?? ""} ${each.scrollWidth} > ${each.clientWidth}`)"""


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project of its own on the server that all tests share."""

    id: str
    client: httpx.Client

    def call(self, method: str, path: str, body: object = None) -> Any:
        """One answer of the API, in this project."""
        answer = self.client.request(method, f"/api/v1/{path}", json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def open(self, page: Page, url: str) -> None:
        """A page of this project."""
        page.add_init_script(f"sessionStorage.setItem('pellucid.project', '{self.id}')")
        page.goto(url)


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What was seeded."""

    full: Project
    empty: Project
    monitor: str
    incident: str


def project(server: Server, name: str) -> Project:
    made = server.post("projects", {"name": name})["id"]
    return Project(id=made, client=httpx.Client(base_url=server.url, headers={"x-pellucid-project": made}, timeout=60))


@pytest.fixture(scope="module")
def watched(world: World) -> Iterator[Watched]:
    """Traffic that became slow, a rule that says so, a deploy; and a project in which there is nothing, not even the starter pack."""
    full, empty = project(world.server, "Watched"), project(world.server, "Unwatched")
    spans = [one for number in range(BEFORE + NOW) for one in answer(number).body()["resourceSpans"]]
    full.client.post("/v1/traces", json={"resourceSpans": spans}).raise_for_status()
    full.call("POST", "events", {"kind": "deploy", "title": DEPLOY, "scope": {"feature": "checkout"}})
    monitor = full.call("POST", "monitors", SLOW)["id"]

    def incident() -> str:
        states = full.call("GET", f"monitors/{monitor}")["states"]
        return str(states[0]["incident_id"]) if states else ""

    until(incident, VISIBLE_LIMIT_S, "an incident of slow answers")
    until(lambda: len(empty.call("GET", "monitors")["data"]) == PACK_SIZE, VISIBLE_LIMIT_S, "the starter pack of the empty project")
    for rule in empty.call("GET", "monitors")["data"]:
        empty.call("DELETE", f"monitors/{rule['id']}")
    yield Watched(full=full, empty=empty, monitor=monitor, incident=incident())
    full.client.close()
    empty.client.close()


def answer(number: int) -> Trace:
    """Before: 0.1 s and short; now: 3 s, long, and one in four failed."""
    late = number >= BEFORE
    ago = 3_600 * 10**9 + (number - BEFORE) * 60 * 10**9 if late else 2 * DAY_NS + number * DAY_NS // 14
    trace = Trace(start_ns=time.time_ns() - ago)
    root = trace.add(
        "checkout", lasts=3_000 if late else 100, attributes={"pellucid.kind": "agent", "pellucid.feature": "checkout"}
    )
    trace.generation(
        "answer",
        [text_message("user", "Where is my order?")],
        [text_message("assistant", "It is on its way. " * (9 if late else 2))],
        parent=root,
        lasts=2_900 if late else 90,
        error="503 overloaded" if late and number % 4 == 0 else "",
        attributes={"gen_ai.usage.output_tokens": 400 + number % 9 if late else 60 + number % 9, "pellucid.feature": "checkout"},
    )
    return trace


FULL: Final = (
    "/drift", "/alerts", "/alerts?tab=channels", "/alerts?tab=maintenance", "/alerts/{monitor}", "/alerts/new", "/incidents",
    "/incidents/{incident}", "/changes?from=-30d",
)  # fmt: skip
EMPTY: Final = {
    "/drift": "Too little traffic to tell",
    "/alerts": "No rules yet",
    "/alerts?tab=channels": "No channel yet",
    "/alerts?tab=maintenance": "No maintenance",
    "/alerts/none": "There is no such rule",
    "/incidents": "Nothing is wrong",
    "/incidents?tab=all": "No incidents yet",
    "/changes": "No changes in this time range",
}


def findings(page: Page) -> list[dict[str, Any]]:
    """What axe holds against a page, seriously; and what is wider than a phone."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    serious = [
        {"page": page.url, "rule": each["id"], "where": [node["html"][:160] for node in each["nodes"][:3]]}
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    page.set_viewport_size(PHONE)
    settled(page)
    with suppress(AssertionError):  # lists turn into cards a moment after the window narrowed; what stays is told below
        until(lambda: not page.evaluate(OVERFLOWING), NARROWING_S, "a page that fits a phone")
    wide = page.evaluate(OVERFLOWING)
    page.set_viewport_size(DESKTOP)
    return [*serious, *([{"page": page.url, "wide": wide}] if wide else [])]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_with_data_passes_axe_and_fits_a_phone(page: Page, world: World, watched: Watched, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('pellucid.theme', '{theme}')")
    found = []
    for path in FULL:
        watched.full.open(page, world.url + path.format(monitor=watched.monitor, incident=watched.incident))
        settled(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
        found += findings(page)
    assert found == [], json.dumps(found, indent=1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_without_data_says_what_to_do(page: Page, world: World, watched: Watched, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('pellucid.theme', '{theme}')")
    found = []
    for path, words in EMPTY.items():
        watched.empty.open(page, world.url + path)
        expect(page.locator("#root")).to_contain_text(words)
        settled(page)
        found += findings(page)
    assert found == [], json.dumps(found, indent=1)


def test_drift_says_what_moved_by_how_much_and_how_sure_it_is(page: Page, world: World, watched: Watched) -> None:
    watched.full.open(page, f"{world.url}/drift")
    signals = page.get_by_role("list", name="Signals")
    moved = (
        signals.get_by_role("listitem").filter(has_text="drifted").filter(has_text=re.compile("duration|latency", re.IGNORECASE))
    )
    expect(moved.first).to_contain_text(f"n = {BEFORE}, {NOW}")
    expect(moved.first).to_contain_text("p ")
    reference = page.get_by_role("combobox", name="Reference")
    tab_to(page, reference)
    reference.select_option("-70d..-56d")
    expect(page.get_by_text("Too little traffic to tell")).to_be_visible()
    assert "with=" in page.url


def test_a_rule_is_made_by_keyboard_after_it_was_tried_on_the_past(page: Page, world: World, watched: Watched) -> None:
    watched.full.open(page, f"{world.url}/alerts")
    rules = page.get_by_role("table", name="Rules")
    expect(rules).to_contain_text("Slow answers")
    expect(rules.locator("[data-id]").first).to_contain_text("firing")
    tab_to(page, page.get_by_role("button", name="New rule"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("Failed answers of an hour")
    tab_to(page, page.get_by_label("Within"))
    page.get_by_label("Within").select_option("3600")
    past = page.get_by_role("region", name="On the past")
    expect(past).to_contain_text("It would have fired")
    expect(past.get_by_role("list", name="Would have fired").get_by_role("listitem").first).to_contain_text("n = ")
    tab_to(page, page.get_by_role("button", name="Make the rule"))
    page.keyboard.press("Enter")
    expect(rules).to_contain_text("Failed answers of an hour")
    (made,) = [one for one in watched.full.call("GET", "monitors")["data"] if one["name"] == "Failed answers of an hour"]
    assert made["rule"] == {
        "kind": "absolute", "filter": "kind:generation", "condition": "outcome:error", "threshold": 0.05, "window_s": 3_600,
        "least_n": 20,
    }  # fmt: skip


def test_a_rule_that_cannot_be_is_refused_in_words(page: Page, world: World, watched: Watched) -> None:
    watched.full.open(page, f"{world.url}/alerts/{watched.monitor}")
    expect(page.get_by_role("list", name="Segments")).to_contain_text("firing")
    page.get_by_label("Measure").fill("weather")
    expect(page.get_by_role("region", name="On the past").get_by_role("alert")).to_contain_text("`weather` cannot be watched")
    page.get_by_role("button", name="Save the rule").click()
    expect(page.get_by_text("It was not saved.")).to_be_visible()
    assert watched.full.call("GET", f"monitors/{watched.monitor}")["rule"]["measure"] == "duration"


def test_an_incident_is_acknowledged_and_noted_by_keyboard(page: Page, world: World, watched: Watched) -> None:
    watched.full.open(page, f"{world.url}/incidents")
    expect(page.get_by_role("table", name="Incidents")).to_contain_text("Slow answers")
    tab_to(page, page.get_by_role("link", name="Slow answers"))
    page.keyboard.press("Enter")
    breaches = page.get_by_role("list", name="Breaches")
    expect(breaches).to_contain_text("mean of duration is")
    expect(breaches).to_contain_text(f"n = {NOW}")
    expect(page.get_by_role("list", name="Changes before")).to_contain_text(DEPLOY)
    acknowledge = page.get_by_role("button", name="Acknowledge")
    tab_to(page, acknowledge)
    page.keyboard.press("Enter")
    expect(acknowledge).to_have_count(0)
    expect(page.get_by_role("region", name="Incident")).to_contain_text("acknowledged by you")
    tab_to(page, page.get_by_label("Note", exact=True))
    page.keyboard.type("The provider is overloaded.")
    page.keyboard.press("Enter")
    history = page.get_by_role("list", name="History")
    expect(history.get_by_role("listitem").last).to_contain_text("The provider is overloaded.")
    assert watched.full.call("GET", f"incidents/{watched.incident}")["state"] == "acknowledged"


def test_changes_are_listed_and_cut_by_kind(page: Page, world: World, watched: Watched) -> None:
    watched.full.open(page, f"{world.url}/changes")
    changes = page.get_by_role("table", name="Changes")
    expect(changes).to_contain_text(DEPLOY)
    expect(changes).to_contain_text("feature:checkout")
    kind = page.get_by_role("combobox", name="Kind of change")
    tab_to(page, kind)
    kind.select_option("price")
    expect(page.get_by_text("No changes in this time range")).to_be_visible()
    assert "view=price" in page.url


def tab_to(page: Page, wanted: Locator) -> None:
    """By the Tab key, as somebody without a mouse does."""
    expect(wanted).to_be_visible()
    for _ in range(120):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the Tab key does not reach {wanted}")
