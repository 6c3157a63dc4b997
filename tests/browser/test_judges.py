"""Judges in the browser, with a provider that answers: duels are started and read, a judge is tested for bias."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP
from tests.browser.serving import Server, running_server
from tests.browser.test_playground import watched_page

from pellucid_demo.simulator import serve_in_thread

CASES = 12


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own that reaches a simulated provider, with two experiments over one data set."""
    url, stop = serve_in_thread(latency=0.0)
    environment = {"PELLUCID_OUTBOUND_ALLOW": url.removeprefix("http://")}
    with running_server(tmp_path_factory.mktemp("judges"), environment) as started:
        connection = {"name": "sim", "provider": "openai", "base_url": f"{url}/v1", "key": "sk-sim", "default_model": "gpt-4o-mini"}
        started.post("model-connections", connection)
        started.post("datasets", {"name": "help"})
        questions = {f"c{number:02}": f"How do I reset the password of account {number}?" for number in range(CASES)}
        started.post("datasets/help/items", [{"id": id_, "input": text} for id_, text in questions.items()])
        steps = "1. Open the settings of the account. 2. Press reset next to the password. 3. Follow the link in the mail."
        for name in ("helpful", "evasive"):
            started.post("experiments", {"name": name, "dataset": "help"})
            started.post(
                f"experiments/{name}/items",
                [
                    {"item_id": id_, "output": f"{text} {steps}" if name == "helpful" else "Please contact your administrator."}
                    for id_, text in questions.items()
                ],
            )
        yield started
    stop()


@pytest.fixture
def desk(browser: Browser, house: Server) -> Iterator[Page]:
    yield from watched_page(browser, house, DESKTOP)


def test_duels_are_counted_started_and_read_by_keyboard(desk: Page, house: Server) -> None:
    desk.goto(f"{house.url}/duels")
    desk.get_by_role("button", name="Compare answers").press("Enter")
    dialog = desk.get_by_role("dialog", name="New duels")
    dialog.get_by_label("Experiment 1").select_option("helpful")
    dialog.get_by_label("Experiment 2").select_option("evasive")
    expect(dialog.get_by_role("status")).to_contain_text(f"{CASES} duels, {2 * CASES} calls")
    dialog.get_by_role("button", name="Start").press("Enter")
    strengths = desk.get_by_role("table", name="Strengths of the contestants")
    first = strengths.get_by_role("row").nth(1)
    expect(first.get_by_role("rowheader")).to_have_text("helpful")
    expect(first).to_contain_text(f"n = {CASES}")
    expect(desk.get_by_text("finished", exact=True)).to_be_visible()
    expect(desk.get_by_text("Position bias (0 is fair)")).to_be_visible()
    desk.goto(re.sub(r"\?.*$", "", desk.url) + "?peek=0")
    duel = desk.get_by_role("region", name="Duel 1")
    expect(duel.get_by_role("article", name="Answer of evasive")).to_contain_text("Please contact your administrator.")
    expect(duel.get_by_role("list", name="Both orders").get_by_role("listitem")).to_have_count(2)
    expect(duel.get_by_role("link", name="the judge's trace").first).to_be_visible()
    desk.keyboard.press("]")
    expect(desk.get_by_role("region", name="Duel 2")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("region", name="Duel 2")).to_have_count(0)


@pytest.fixture(scope="module")
def scored(house: Server) -> str:
    """An evaluator and people on the same forty cases: they disagree on four."""
    definition = {"kind": "rule", "target": "trace", "output": "boolean", "score_name": "polite", "body": {"rule": "refusal"}}
    evaluator: str = house.post("evaluators", {"name": "Polite", "definition": definition})["id"]
    scores = []
    for number in range(40):
        place, truth = {"name": "polite", "trace_id": f"{number + 1:032x}"}, number % 4 != 0
        says = truth if number >= 4 else not truth
        scores.append({**place, "value": says, "source": "evaluator", "evaluator": evaluator, "evaluator_version": "1"})
        scores.append({**place, "value": truth, "source": "human"})
    house.post("scores", scores)
    return evaluator


def test_a_score_is_read_over_time_and_against_people(desk: Page, house: Server, scored: str) -> None:
    desk.goto(f"{house.url}/scores?q=polite")
    given = desk.get_by_role("table", name="Who says what")
    expect(given.get_by_role("link", name="Polite")).to_have_attribute("href", re.compile(f"/evaluators/{scored}"))
    expect(given.get_by_role("row", name=re.compile("People"))).to_contain_text("0.75 (")
    expect(desk.get_by_role("img", name="polite over time")).to_have_attribute("aria-busy", "false")
    matrix = desk.get_by_role("table", name="Polite against people")
    cells = [row.get_by_role("cell").all_inner_texts() for row in matrix.get_by_role("row").all()[1:]]
    assert cells == [["27", "1"], ["3", "9"]]
    expect(desk.get_by_text("0.90 (")).to_be_visible()
    field = desk.get_by_role("combobox", name="By")
    field.fill("metadata.auth")
    field.press("Enter")
    expect(desk).to_have_url(re.compile("with=metadata.auth"))


def test_a_judge_is_tested_for_bias_on_its_page(desk: Page, house: Server) -> None:
    entries = house.get("evaluator-gallery")["data"]
    definition = next(entry for entry in entries if entry["key"] == "helpfulness")["definition"]
    definition["body"]["connection"] = "sim"
    evaluator = house.post("evaluators", {"name": "Helpful", "definition": definition, "filter": "kind:agent name:nothing"})["id"]
    desk.goto(f"{house.url}/evaluators/{evaluator}")
    tests = desk.get_by_role("region", name="Bias tests")
    expect(tests.get_by_text("Never tested.")).to_be_visible()
    tests.get_by_role("button", name="Test the newest 60").press("Enter")
    expect(tests.get_by_role("alert")).to_contain_text("Nothing matches the evaluator's filter")
