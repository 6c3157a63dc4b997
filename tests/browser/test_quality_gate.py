"""From production to release, on the demo's data: a week's sample becomes a data set, a worse prompt is blocked on its page and in CI, a
person lets it through, a better one passes, and a tiny set cannot tell.

The steps are told in one order, as a team takes them; each test goes on where the one before it ended.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.conftest import Watch
from tests.browser.serving import Server, running_server

from pellucid_demo.bot.prompts import SUPPORT, SUPPORT_NAME
from pellucid_demo.delivery import Delivery
from pellucid_demo.evaluating import EVALUATORS
from pellucid_demo.server_process import model_connections
from pellucid_demo.simulator import Settings, serve_in_thread

pytestmark = pytest.mark.timeout(900)
"""The history of a week is told first, and each gate asks a model and a judge for every case."""
DATASET = "this week"
WORSE = SUPPORT.replace(
    "Give the exact steps, number them, and use the names of the screens as the articles do.",
    "Keep the reply to one sentence, do not walk the customer through steps, and refer them to their administrator.",
)
RUNS_MS = 300_000
"""Two hundred traces are read whole, or four hundred answers given and judged: far above what it takes."""


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a week of the demo's history, simulated models that answer at once, and the team's judge."""
    folder = tmp_path_factory.mktemp("harbour")
    providers, stop = serve_in_thread(settings=replace(Settings(seed=1), latency=0.0))
    try:
        with running_server(folder, {"PELLUCID_OUTBOUND_ALLOW": urlsplit(providers).netloc}) as server:
            told = [_pellucid(), "demo", "--url", server.url, "--weeks", "1", "--seed", "1", "--once", "--providers-port", "0"]
            subprocess.run(told, check=True, timeout=800, stdout=subprocess.DEVNULL)
            delivery = Delivery(server.url)
            delivery.connect_models(model_connections(providers))
            delivery.make_evaluators([{**one, "enabled": False} for one in EVALUATORS if one["key"] == "helpfulness"])
            delivery.close()
            for text in (WORSE, f"{SUPPORT}\nOffer to open a ticket at the end."):
                server.post("prompts", {"name": SUPPORT_NAME, "type": "text", "prompt": text})
            server.post("datasets", {"name": DATASET})
            yield server
    finally:
        stop()


@pytest.fixture
def page(context: BrowserContext, harbour: Server) -> Iterator[Page]:
    """A page on this server; the test fails if anything on it failed."""
    made = context.new_page()
    watch = Watch(made, harbour.url)
    yield made
    watch.check()


def _pellucid() -> str:
    return str(Path(sys.executable).with_name("pellucid"))


def _gate(server: Server, version: int, label: str, folder: Path, *more: str) -> tuple[int, str, ElementTree.Element]:
    """The job of a CI server: exit code, what it printed, its JUnit report."""
    report = folder / "gate.xml"
    asked = [_pellucid(), "gate", "--prompt", SUPPORT_NAME, "--version", str(version), "--label", label, "--junit", str(report)]
    done = subprocess.run(
        [*asked, *more, "--url", server.url], capture_output=True, text=True, timeout=600, env={**os.environ}, check=False
    )
    return done.returncode, done.stdout, ElementTree.parse(report).getroot()


def _open_gate(page: Page, server: Server, version: int) -> None:
    page.goto(f"{server.url}/prompts/{SUPPORT_NAME}?tab=gate&view={version}")


def test_a_weeks_sample_of_low_and_high_conversations_becomes_a_version(page: Page, harbour: Server) -> None:
    page.goto(f"{harbour.url}/datasets/{DATASET}")
    page.get_by_role("button", name="Sample this week").click()
    form = page.get_by_role("dialog", name="Sample this week")
    form.get_by_label("Score", exact=True).fill("thumbs")
    form.get_by_label("Low is below").fill("0.5")
    form.get_by_label("High is from").fill("0.5")
    form.get_by_label("A case asks").select_option("messages")
    expect(form.get_by_label("Low traces")).to_have_value("100")
    form.get_by_role("button", name="Draw it").click()
    result = form.get_by_role("region", name="What it brought")
    expect(result).to_contain_text(re.compile(r"Version 1: \d+ cases added"), timeout=RUNS_MS)
    drawn = harbour.get(f"datasets/{DATASET}/sampling")["last_report"]
    strata = {one["name"]: one for one in drawn["strata"]}
    assert {name: one["taken"] for name, one in strata.items()} == {name: min(100, one["found"]) for name, one in strata.items()}
    taken = sum(one["taken"] for one in strata.values())
    assert drawn["added"] + drawn["missing"] == taken >= 150
    assert drawn["missing"] <= taken / 20  # the input guard stopped these before a model was asked
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Coverage").click()
    expect(page.get_by_role("region", name="Topics").get_by_role("row").nth(2)).to_be_visible()
    expect(page.get_by_text(re.compile(r"\(\d+ to \d+ %, n = \d+\)")).first).to_be_visible()


def test_a_worse_prompt_is_blocked_on_its_page_and_in_ci(page: Page, harbour: Server, tmp_path: Path) -> None:
    _open_gate(page, harbour, 2)
    page.get_by_role("button", name="New gate").click()
    form = page.get_by_role("dialog", name="New gate")
    form.get_by_label("Data set").select_option(DATASET)
    form.get_by_label("Connection").select_option("simulated-openai")
    form.get_by_role("checkbox", name="Helpfulness").click()
    form.get_by_role("button", name="Put it up").click()
    gate = page.get_by_role("region", name="Gate of production")
    expect(gate).to_contain_text("version 2 has no experiment there")
    code, said, _ = _gate(harbour, 2, "production", tmp_path)
    assert (code, "has no experiment there" in said) == (3, True)
    expect(gate.get_by_text(re.compile(r"\d+ calls, about \$"))).to_be_visible()
    gate.get_by_role("button", name=f"Try v2 and v1 over {DATASET}").click()
    expect(gate).to_contain_text("is worse than version 1 by more than 5% in helpfulness", timeout=RUNS_MS)
    expect(gate.get_by_role("row", name=re.compile("^helpfulness"))).to_contain_text("blocked")
    code, said, junit = _gate(harbour, 2, "production", tmp_path)
    assert (code, junit.get("failures")) == (1, "1")
    assert said.startswith(f"### Gate closed: {SUPPORT_NAME} v2 for production")
    state = harbour.get(f"prompt-gates/{SUPPORT_NAME}", label="production", version=2)
    assert f"{state['metrics'][0]['baseline_mean']:.4g} → {state['metrics'][0]['mean']:.4g}, n = {state['metrics'][0]['n']}" in said


def test_a_person_lets_it_through_with_a_reason_and_ci_hears_of_it(page: Page, harbour: Server, tmp_path: Path) -> None:
    _open_gate(page, harbour, 2)
    gate = page.get_by_role("region", name="Gate of production")
    gate.get_by_label("Why it may go out all the same").fill("The lawyers want short answers today.")
    page.keyboard.press("Enter")
    expect(gate).to_contain_text("approved by a person")
    code, said, _ = _gate(harbour, 2, "production", tmp_path)
    assert (code, "The lawyers want short answers today." in said) == (0, True)
    harbour.put(f"prompt-labels/production/{SUPPORT_NAME}", {"version": 2})
    page.reload()
    expect(page.get_by_role("region", name="After the deployment under production")).to_contain_text("v2 since it went out")


def test_a_better_prompt_passes_on_its_page_and_in_ci(page: Page, harbour: Server, tmp_path: Path) -> None:
    _open_gate(page, harbour, 3)
    gate = page.get_by_role("region", name="Gate of production")
    expect(gate).to_contain_text("version 3 has no experiment there")
    code, said, junit = _gate(harbour, 3, "production", tmp_path, "--run")
    assert (code, junit.get("failures"), junit.get("skipped")) == (0, "0", "0"), said
    page.reload()
    expect(gate).to_contain_text("is not worse than version 2 by more than 5% in any dimension")
    expect(gate.get_by_role("row", name=re.compile("^helpfulness"))).to_contain_text("passed")
    harbour.put(f"prompt-labels/production/{SUPPORT_NAME}", {"version": 3})
    gate.get_by_role("link", name="Case by case").click()
    comparison = page.get_by_role("region", name="Comparison")
    expect(comparison.get_by_role("row", name=re.compile("^helpfulness"))).to_contain_text("better")
    page.get_by_role("table", name="Results").locator("[data-id]").first.click()
    case = page.get_by_role("dialog", name=re.compile("^Case "))
    expect(case.get_by_role("link", name=re.compile("^Trace ")).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(case).to_be_hidden()


def test_a_tiny_set_cannot_tell_and_says_how_many_more_cases_would(page: Page, harbour: Server, tmp_path: Path) -> None:
    """Of fewer than five cases nothing is said, whatever they say."""
    harbour.post("datasets", {"name": "tiny"})
    items = harbour.get(f"datasets/{DATASET}/items", limit=4)["data"]
    kept = ("id", "input", "expected", "metadata", "trace_id")
    harbour.post("datasets/tiny/items", [{name: item[name] for name in kept} for item in items])
    harbour.put(f"prompt-labels/tiny/{SUPPORT_NAME}", {"version": 1})
    gate = {"dataset": "tiny", "connection": "simulated-openai", "scorers": ["overlap"]}
    harbour.put("label-gates/tiny", gate)
    code, said, junit = _gate(harbour, 3, "tiny", tmp_path, "--run")
    assert (code, junit.get("failures")) == (3, "0"), said
    assert re.search(r"cannot tell: \d+ more cases needed", said)
    _open_gate(page, harbour, 3)
    shown = page.get_by_role("region", name="Gate of tiny")
    expect(shown).to_contain_text(re.compile(r"\d+ more cases needed"))
    expect(shown.get_by_role("row", name=re.compile("^overlap"))).to_contain_text("cannot tell")
