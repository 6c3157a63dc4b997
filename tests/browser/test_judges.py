"""Judges in the browser, with a provider that answers: duels, bias tests, scores, the form of an evaluator, what to label next."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP
from tests.browser.sending import Trace, text_message
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
        started.post("scores", [{"name": "warm", "value": value, "trace_id": "ab" * 16} for value in (True, False)])
        started.get("score-analyses", name="warm")  # the first one loads what statistics need, which takes seconds
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


def test_an_evaluator_is_edited_in_its_form_by_keyboard_and_told_what_is_wrong(desk: Page, house: Server) -> None:
    desk.goto(f"{house.url}/new-evaluator?view=length")
    desk.get_by_label("Name", exact=True).fill("Not too long")
    most = desk.get_by_label("Max (optional)")
    most.fill("1")
    wrong = desk.get_by_label("What is wrong")
    expect(wrong).to_contain_text("`max` (1) is below `min` (3)")
    expect(desk.get_by_role("button", name="Make, switched off")).to_be_disabled()
    most.fill("40")
    expect(wrong).to_have_count(0)
    desk.get_by_label("Rule", exact=True).select_option("matches")
    expect(wrong).to_contain_text("The rule needs `pattern`")
    desk.get_by_label("Pattern").fill("order #\\d+")
    desk.get_by_role("button", name="JSON").press("Enter")
    text = desk.get_by_label("Definition")
    assert json.loads(text.input_value())["body"] == {
        "rule": "matches", "select": "$.output", "settings": {"pattern": "order #\\d+"}
    }  # fmt: skip
    text.fill("{")
    expect(desk.get_by_role("button", name="Make, switched off")).to_be_disabled()
    expect(wrong).to_be_visible()


def test_a_judge_is_drawn_up_in_its_form(desk: Page, house: Server) -> None:
    desk.goto(f"{house.url}/new-evaluator?view=helpfulness")
    desk.get_by_label("Name", exact=True).fill("Graded")
    expect(desk.get_by_text("Still to fill in")).to_contain_text("`connection`")
    desk.get_by_label("Model connection").select_option("sim")
    desk.get_by_label("Its answer is").select_option("rubric")
    expect(desk.get_by_label("Dimension 1")).to_have_value("relevance")
    weight = desk.get_by_label("Weight").first
    weight.fill("")
    weight.press_sequentially("0.25")
    expect(weight).to_have_value("0.25")
    desk.get_by_label("Path of variable 1").fill("$[")
    expect(desk.get_by_label("What is wrong")).to_contain_text("variables.question")
    desk.get_by_label("Path of variable 1").fill("$.input")
    make = desk.get_by_role("button", name="Make, switched off")
    expect(make).to_be_enabled()
    make.press("Enter")
    expect(desk.get_by_role("button", name="Switch on")).to_be_visible()
    made = next(one for one in house.get("evaluators")["data"] if one["name"] == "Graded")["current"]
    assert (made["output"], made["definition"]["body"]["form"]["dimensions"]["relevance"]) == ("numeric", 0.25)


def test_what_to_label_next_goes_into_a_queue_by_a_click(desk: Page, house: Server, scored: str) -> None:
    trace = Trace()
    trace.generation("answer", [text_message("user", "Where is my key?")], [text_message("assistant", "Under the mat.")])
    house.export(trace.body())
    house.wait_for_trace(trace.trace_id)
    place = {"name": "polite", "trace_id": trace.trace_id, "source": "evaluator", "evaluator": scored, "evaluator_version": "1"}
    house.post("scores", [{**place, "value": False}])
    desk.goto(f"{house.url}/evaluators/{scored}")
    doubtful = desk.get_by_role("list", name=re.compile("^To understand"))
    expect(doubtful.get_by_text("the verdict that the judge seldom gives")).to_be_visible()
    desk.get_by_role("button", name="Put into the queue “Labels: polite”").press("Enter")
    expect(desk).to_have_url(re.compile("/annotate/"))
    queue = next(one for one in house.get("annotation-queues")["data"] if one["name"] == "Labels: polite")
    assert (queue["items"], [one["name"] for one in queue["dimensions"]]) == (1, ["polite"])
