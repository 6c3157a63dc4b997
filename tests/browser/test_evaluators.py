"""Evaluators in the browser: one is tried and made, a judge's trust is shown, and the widget on a strange page rates a trace."""

import random
import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.serving import Server
from tests.browser.world import World


@pytest.fixture(scope="module")
def judged(server: Server) -> str:
    """A judge with 130 labels by people; half of the SSO answers are bad."""
    entries = server.get("evaluator-gallery")["data"]
    definition = next(entry for entry in entries if entry["key"] == "helpfulness")["definition"]
    definition["body"]["connection"] = "none"
    made = server.post("evaluators", {"name": "Judged by people", "definition": definition})
    source, scores = random.Random(1), []
    for number in range(200):
        place = {"name": "helpfulness", "trace_id": f"{number + 1:032x}", "span_id": f"{number + 1:016x}"}
        good = source.random() < 0.7
        says = source.random() < (0.92 if good else 0.1)
        scores.append({**place, "value": says, "source": "evaluator", "evaluator": made["id"], "evaluator_version": "1"})
        if number < 130:
            scores.append({**place, "value": good, "source": "human"})
    server.post("scores", scores)
    identity: str = made["id"]
    server.get(f"evaluators/{identity}/analysis")  # the first one loads what statistics need, which takes seconds
    return identity


def test_a_judge_is_trusted_on_labels_and_its_mean_is_corrected(page: Page, world: World, judged: str) -> None:
    page.goto(f"{world.url}/evaluators")
    page.get_by_role("link", name="Judged by people").click()
    calibration = page.get_by_role("region", name="Calibration")
    expect(calibration.get_by_text("Trusted")).to_be_visible()
    expect(calibration.get_by_text("130", exact=True)).to_be_visible()
    row = page.get_by_role("table", name="Means by segment").get_by_role("row", name=re.compile("^all"))
    expect(row).to_contain_text("n = 200")
    expect(row).not_to_contain_text("cannot tell yet")
    page.get_by_role("button", name="Versions").click()
    expect(page.get_by_text("Version 1")).to_be_visible()
    assert "tab=versions" in page.url


def test_an_evaluator_is_tried_on_real_traffic_and_made(page: Page, world: World) -> None:
    page.goto(f"{world.url}/evaluators?view=gallery")
    page.get_by_role("dialog", name="New evaluator").get_by_role("link", name="Length", exact=True).click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Short answers")
    page.get_by_role("button", name="Try on 5").click()
    expect(page.get_by_role("list", name="Verdicts").get_by_role("listitem").first).to_be_visible()
    page.get_by_role("button", name="Make, switched off").click()
    expect(page.get_by_role("button", name="Switch on")).to_be_visible()
    page.get_by_role("button", name="Definition").click()
    page.get_by_role("button", name="JSON").click()
    page.get_by_role("textbox", name="Definition").fill("{")
    expect(page.get_by_role("alert", name="What is wrong")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()


@pytest.fixture
def strange_page(server: Server, world: World, tmp_path: Path) -> Iterator[str]:
    """A page of another origin, which the project allows, with the widget on it."""
    listener = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    origin = f"http://127.0.0.1:{listener.server_port}"
    token = server.post("feedback-links", {"trace_id": world.bad_trace_id})["token"]
    server.patch("projects/default", {"cors_origins": [origin]})
    (tmp_path / "index.html").write_text(
        f'<!doctype html><title>Shop</title><p>An answer.</p><script src="{server.url}/feedback-widget.js" data-link="{token}"></script>'
    )
    thread = Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    yield origin
    listener.shutdown()
    listener.server_close()
    server.patch("projects/default", {"cors_origins": []})


def test_the_widget_on_a_strange_page_rates_the_trace(browser: Browser, page: Page, world: World, strange_page: str) -> None:
    elsewhere = browser.new_context()  # of a customer's browser: it leaves the house, which our own pages must not
    shop = elsewhere.new_page()
    shop.goto(strange_page)
    shop.get_by_role("button", name="Bad").click()
    expect(shop.get_by_role("status")).to_have_text("Thank you.")
    shop.get_by_role("textbox").fill("It forgot my order.")
    shop.get_by_role("button", name="Send").click()
    page.goto(f"{world.url}/feedback")
    expect(page.get_by_role("list", name="Feedback").get_by_text("It forgot my order.")).to_be_visible()
    page.goto(f"{world.url}/traces/{world.bad_trace_id}")
    expect(page.get_by_role("region", name="Scores of the trace").get_by_text("user-feedback")).to_be_visible()
    elsewhere.close()
