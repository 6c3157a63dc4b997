"""The demo's story as somebody would meet it who does not know it: a prompt of three days ago, a fragment for some, a worse version."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP, PATIENCE_MS, Watch
from tests.browser.serving import ROOT, Server, until

TOLD_LIMIT_S = 900.0
"""Two weeks of history are told in 20 seconds; on a slow machine that does much else they take longer."""
STOPPED_LIMIT_MS = 900_000
"""Thirty users must have said what they think of the new version before anything is known: two minutes of this traffic, or more."""
RATE = "6"
pytestmark = pytest.mark.timeout(2_400)
PROMPT = "support/answer"
WORSE = (
    "\nKeep the reply to one sentence, do not walk the customer through settings, and refer them to their administrator for "
    "anything about the account."
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two weeks of history, in which the fragment was deployed seven days ago, and then live traffic."""
    folder = tmp_path_factory.mktemp("demo")
    ports = [_free_port() for _ in range(2)]
    command = [
        str(Path(sys.executable).with_name("pellucid")), "demo", "--weeks", "2", "--rate", RATE, "--no-otlp-ports",
        "--port", str(ports[0]), "--providers-port", str(ports[1]), "--data", str(folder / "data"),
    ]  # fmt: skip
    log = folder / "demo.log"
    with log.open("wb") as out:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT, env=environment)
        try:
            until(lambda: _is_live(process, log), TOLD_LIMIT_S, "the history is told and traffic is live")
            yield Server(url=f"http://127.0.0.1:{ports[0]}", process=process)
        finally:
            process.terminate()
            try:
                process.wait(120)
            except subprocess.TimeoutExpired:
                process.terminate()  # the second signal ends visits that are under way
                process.wait(120)


@pytest.fixture
def home(browser: Browser, demo: Server) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP, timezone_id="UTC", locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    watch = Watch(page, demo.url)
    page.goto(demo.url)
    yield page
    watch.check()
    context.close()


def test_which_version_a_user_saw_three_days_ago_and_what_it_said_are_four_interactions(home: Page, demo: Server) -> None:
    """A support person is told a user's name; everything else is on the pages."""
    asked = demo.get("traces", filter=f"prompt:{PROMPT}", **{"from": "-4d", "to": "-3d"}, limit=1)["data"][0]
    expect(home.get_by_role("heading", name="What happened?")).to_be_visible()
    home.keyboard.press("Control+k")  # 1
    home.get_by_role("combobox", name="Page, id, user or command").fill(asked["user_id"])
    home.get_by_role("option", name=asked["user_id"], exact=True).click()  # 2
    expect(home.get_by_role("heading", name=f"User {asked['user_id']}", level=1)).to_be_attached()
    home.get_by_role("button", name=re.compile("^Time range")).click()  # 3
    home.get_by_role("button", name="Last 7 days 7d").click()  # 4
    row = home.get_by_role("table", name="History").locator("[data-id]").filter(has_text=_begin(asked["output_preview"])).first
    expect(row).to_contain_text(f"{PROMPT} @ 1")
    # One more leads to the words of the prompt itself.
    row.click()
    expect(home.get_by_role("article", name="System message").first).to_contain_text("You are the support assistant of Harbour")


def test_the_fragment_for_accounts_of_companies_is_found_without_knowing_of_it(home: Page, demo: Server) -> None:
    home.get_by_role("link", name="Effective", exact=True).click()
    fragment = home.get_by_role("article", name="Fragment").filter(has_text="signs in through a company identity provider").first
    expect(fragment).to_contain_text("best told by metadata.auth")
    receivers = fragment.get_by_role("region", name="metadata.auth").get_by_role("listitem")
    expect(receivers.first).to_contain_text(re.compile("sso.*100 %"))


def test_a_worse_version_for_a_fifth_of_the_users_is_taken_back_by_itself(home: Page, demo: Server) -> None:
    home.goto(f"{demo.url}/prompts/{PROMPT}")
    home.get_by_role("button", name="Edit as new version").click()
    box = home.get_by_role("textbox", name="Prompt", exact=True)
    expect(box).to_have_value(re.compile("Harbour"))
    box.fill(box.input_value() + WORSE)
    home.get_by_label("What changes, and why").fill("shorter answers")
    home.get_by_role("button", name="Save as a new version").click()
    expect(home).to_have_url(re.compile(f"/prompts/{PROMPT}.*view=2"))
    home.get_by_role("button", name="Deploy v2").click()
    home.get_by_label("Share of users who get v2, in percent").fill("20")
    home.get_by_role("button", name="Move the label").click()
    labels = home.get_by_role("region", name="Labels")
    expect(labels).to_contain_text("v1 80 % · v2 20 %")
    home.get_by_role("button", name="Rollout", exact=True).click()
    stopped = home.get_by_role("region", name="Stopped rollout of production")
    expect(stopped).to_contain_text("production was taken back by its guardrails", timeout=STOPPED_LIMIT_MS)
    expect(stopped).to_contain_text("guardrail broken: feedback of v2")
    expect(stopped.get_by_role("row", name=re.compile("^Positive feedback"))).to_contain_text("broken")
    expect(labels).to_contain_text("productionv1")
    home.get_by_role("button", name="Results", exact=True).click()
    newest = home.get_by_role("group", name="Move of production").first
    expect(newest).to_contain_text("v1 80 % · v2 20 % → v1")
    rollout = demo.get(f"prompt-stops/{PROMPT}")["data"][0]["rollout_id"]
    spans = demo.get("spans", filter=f"experiment:{rollout} rollout_arm:v2 rollout_probability:0.2", limit=1)["data"]
    assert [span["prompt"]["version"] for span in spans] == ["2"]


def _begin(text: str) -> str:
    """As much of a preview as stands in one line of a table."""
    return text.split("\n")[0][:40].strip()


def _is_live(process: subprocess.Popen[bytes], log: Path) -> bool:
    told = log.read_text(errors="replace")
    if process.poll() is not None:
        raise AssertionError(f"the demo ended with {process.returncode}: {told[-1_000:]}")
    return "Live traffic" in told


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
