"""Every page that the map of `test_access` leaves out because it needs a thing of its own: axe in both themes, and 390 px."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from tests.browser.sending import Trace, text_message
from tests.browser.serving import ROOT, VISIBLE_LIMIT_S, until
from tests.browser.test_access import settled
from tests.browser.test_monitors import Project, findings, project
from tests.browser.world import World

ROOMS: Final = {
    "sessions-by-turn": "/sessions?from=-7d&view=turns",
    "evaluators": "/evaluators",
    "gallery": "/evaluators?view=gallery",
    "evaluator": "/evaluators/{evaluator}",
    "evaluator-versions": "/evaluators/{evaluator}?tab=versions",
    "new-evaluator": "/new-evaluator",
    "duels": "/duels",
    "feedback": "/feedback",
    "datasets": "/datasets",
    "dataset": "/datasets/{dataset}",
    "experiment": "/experiments/{experiment}",
    "annotate": "/annotate",
    "queue": "/annotate/{queue}",
    "queue-agreement": "/annotate/{queue}?tab=agreement",
    "playground": "/playground",
    "runs": "/runs",
    "run": "/runs/{run}",
    "change": "/changes/{change}",
    "shared": "/shared/{token}",
    "models": "/settings/models",
    "webhooks": "/settings/webhooks",
    "settings": "/settings",
}
BY_CLICK: Final = {"duels/$runId": "test_judges", "probes/$probeSetId": "test_probes"}
"""Routes that a test reaches as people do, and where: what they show needs a model that answers."""
CASES: Final = 8


@pytest.fixture(scope="module")
def room(world: World) -> Iterator[tuple[Project, Mapping[str, str]]]:
    """A project with one thing of each kind, and their ids."""
    made = project(world.server, "Rooms")
    traces = [Trace() for _ in range(CASES)]
    for number, trace in enumerate(traces):
        trace.generation(
            "answer", [text_message("user", f"question {number}")], [text_message("assistant", "An answer.")],
            attributes={"session.id": f"room-{number % 3}", "user.id": "ann"},
        )  # fmt: skip
    spans = [one for trace in traces for one in trace.body()["resourceSpans"]]
    made.client.post("/v1/traces", json={"resourceSpans": spans}).raise_for_status()
    until(lambda: len(made.call("GET", "traces")["data"]) == CASES, VISIBLE_LIMIT_S, "the traces of the rooms")
    yield made, furnish(made, [trace.trace_id for trace in traces])
    made.client.close()


def furnish(made: Project, trace_ids: list[str]) -> Mapping[str, str]:
    """The things, and what they are asked for by."""
    made.call("POST", "datasets", {"name": "rooms"})
    cases = [{"id": f"case-{number}", "input": f"question {number}", "expected": "An answer."} for number in range(CASES)]
    made.call("POST", "datasets/rooms/items", cases)
    experiment = made.call("POST", "experiments", {"name": "first", "dataset": "rooms"})["id"]
    score = {"name": "correct", "type": "boolean", "value": 1.0}
    made.call(
        "POST", f"experiments/{experiment}/items",
        [{"item_id": case["id"], "output": "An answer.", "scores": [score]} for case in cases],
    )  # fmt: skip
    queue = made.call("POST", "annotation-queues", {"name": "rooms", "dimensions": [{"name": "good", "type": "boolean"}]})["id"]
    made.call("POST", f"annotation-queues/{queue}/items", {"items": [{"trace_id": one} for one in trace_ids[:3]]})
    entry = next(one for one in made.call("GET", "evaluator-gallery")["data"] if one["key"] == "length")
    evaluator = made.call("POST", "evaluators", {"name": "Length", "definition": entry["definition"]})["id"]
    options = {"name": "seen", "value": 1}
    run = made.call("POST", "bulk/traces", {"action": "score", "options": options, "trace_ids": trace_ids})["id"]
    until(lambda: made.call("GET", f"runs/{run}")["state"] == "finished", VISIBLE_LIMIT_S, "the run of the rooms")
    preset = made.call("GET", "dashboards/overview")["document"]
    board = made.call("POST", "dashboards", {"name": "Rooms", "document": preset})["id"]
    token = made.call("POST", f"dashboards/{board}/shares", {})["token"]
    change = made.call("POST", "events", {"kind": "deploy", "title": "Release 2"})["id"]
    return {
        "dataset": "rooms", "experiment": experiment, "queue": queue, "evaluator": evaluator, "run": run, "token": token,
        "change": change,
    }  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", list(ROOMS))
def test_a_room_passes_axe_and_fits_a_phone(
    page: Page, world: World, room: tuple[Project, Mapping[str, str]], name: str, theme: str
) -> None:
    made, ids = room
    page.add_init_script(f"localStorage.setItem('pellucid.theme', '{theme}')")
    made.open(page, world.url + ROOMS[name].format(**ids))
    settled(page)
    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    found = findings(page)
    assert found == [], json.dumps(found, indent=1)


def test_every_route_of_the_router_is_opened_by_some_test() -> None:
    routes = re.findall(r'page\("(/[^"]*)"', (ROOT / "web/src/app/router.tsx").read_text())
    assert len(routes) > 30
    sources = "\n".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    opened = {path.partition("?")[0] for path in re.findall(r"""["}](/[^"'\s]*)["']""", sources)}
    unopened = [route for route in routes if not any(re.fullmatch(pattern_of(route), path) for path in opened)]
    assert {route.removeprefix("/") for route in unopened} <= BY_CLICK.keys()


def pattern_of(route: str) -> str:
    """A part with a name is one part of a path, a bare `$` any number of them."""
    return "/".join(".+" if part == "$" else "[^/]+" if part.startswith("$") else re.escape(part) for part in route.split("/"))
