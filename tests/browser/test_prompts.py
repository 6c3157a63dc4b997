"""Prompts as people work on them: save, compare, deploy, roll back, and see what really reaches the model and whom."""

import re
import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.conftest import PHONE
from tests.browser.sending import Trace, text_message
from tests.browser.serving import VISIBLE_LIMIT_S, Server, until
from tests.browser.test_access import AXE, settled
from tests.browser.world import World

BASE = "You are the returns assistant of Acme. Quote the policy. Name the shop."
FRAGMENT = "Accounts of wholesalers are never given refunds."
PAGES = {
    "prompts": "/prompts",
    "prompt": "/prompts/returns/answer",
    "prompt-compare": "/prompts/returns/answer?tab=compare",
    "prompt-preview": "/prompts/returns/answer?tab=preview",
    "prompt-results": "/prompts/returns/answer?tab=results&from=-7d",
    "prompt-review": "/prompts/returns/answer?tab=review",
    "prompt-moves": "/prompts/returns/answer?tab=moves",
    "prompt-edit": "/new-prompt?q=returns/answer",
    "live": "/whats-live?view=1440",
    "effective": "/effective-prompts?from=-7d",
}


@pytest.fixture(scope="module")
def prompts(server: Server, world: World) -> Server:
    """A prompt of two versions with calls of both, one version that nobody registered, and a fragment for wholesalers only."""
    for text, labels in (("Answer {{question}} shortly.", ["production"]), ("Answer {{question}} in numbered steps.", [])):
        server.post("prompts", {"name": "returns/answer", "prompt": text, "labels": labels, "message": f"about {text}"})
    now = time.time_ns()
    for number in range(40):
        trace = Trace(start_ns=now - (40 - number) * 60_000_000_000)
        wholesaler = number % 4 == 0
        system = f"{BASE}\n{FRAGMENT}" if wholesaler else BASE
        trace.generation(
            "answer",
            [text_message("system", system), text_message("user", "Can I return it?")],
            [text_message("assistant", "Yes.")],
            attributes={
                "gen_ai.prompt.name": "returns/answer",
                "pellucid.prompt.version": 9 if number == 39 else 1 + number % 2,
                "pellucid.prompt.label": "production",
                "pellucid.metadata.account": "wholesale" if wholesaler else "retail",
            },
        )
        server.export(trace.body())

    def counted() -> bool:
        reports = server.get("prompt-reports/returns/answer")["data"]
        return sum(report["calls"] for report in reports) == 40

    until(counted, VISIBLE_LIMIT_S, "all calls of the prompt")
    return server


def test_a_prompt_is_made_changed_deployed_and_rolled_back_with_an_undo(page: Page, world: World) -> None:
    page.goto(f"{world.url}/prompts")
    page.get_by_role("button", name="New prompt").click()
    page.get_by_label("Name; folders by /").fill("shipping/late")
    page.get_by_role("textbox", name="Prompt", exact=True).fill("Say sorry to {{name}}.")
    page.get_by_label("What changes, and why").fill("first")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page).to_have_url(re.compile("/prompts/shipping/late"))
    deploy(page, "v1", "start")
    expect(page.get_by_role("region", name="Labels")).to_contain_text("productionv1")

    page.get_by_role("button", name="Edit as new version").click()
    page.get_by_role("textbox", name="Prompt", exact=True).fill("Say a warm sorry to {{name}}.")
    expect(page.get_by_role("region", name="Changes").locator("ins")).to_have_text("a warm ")
    page.get_by_role("button", name="Save as a new version").click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("region", name="Changed words").locator("ins")).to_have_text("a warm ")

    deploy(page, "v2", "warmer")
    labels = page.get_by_role("region", name="Labels")
    expect(labels).to_contain_text("productionv2")
    page.get_by_role("button", name="Roll production back to where it pointed before").click()
    expect(labels).to_contain_text("productionv1")
    page.get_by_role("button", name="Undo").last.click()
    expect(labels).to_contain_text("productionv2")
    page.get_by_role("button", name="Moves").click()
    moves = page.get_by_role("list", name="Label moves").get_by_role("listitem")
    expect(moves).to_have_count(4)
    expect(moves.nth(2)).to_contain_text("warmer")
    expect(moves.nth(1)).to_contain_text("rolled back")
    assert world.server.get("prompts/shipping/late")["version"] == 2


def deploy(page: Page, version: str, reason: str) -> None:
    page.get_by_role("button", name=f"Deploy {version}").click()
    page.get_by_label("Why").fill(reason)
    page.get_by_role("button", name="Move the label").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_who_saves_on_top_of_somebody_elses_version_is_told_and_loses_nothing(page: Page, world: World) -> None:
    world.server.post("prompts", {"name": "shipping/lost", "prompt": "one"})
    page.goto(f"{world.url}/new-prompt?q=shipping/lost")
    page.get_by_role("textbox", name="Prompt", exact=True).fill("mine")
    world.server.post("prompts", {"name": "shipping/lost", "prompt": "theirs"})
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("alert")).to_contain_text("was saved meanwhile")
    expect(page.get_by_role("region", name="Changes").locator("del")).to_have_text("theirs")
    page.get_by_role("button", name="I have seen v2: save on top of it").click()
    page.get_by_role("button", name="Save as a new version").click()
    expect(page).to_have_url(re.compile("/prompts/shipping/lost.*view=3"))


def test_a_bad_template_is_told_where_it_was_written(page: Page, world: World) -> None:
    page.goto(f"{world.url}/new-prompt")
    page.get_by_label("Name; folders by /").fill("attack")
    page.get_by_role("textbox", name="Prompt", exact=True).fill("Hello {{''.__class__}}")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("alert")).to_contain_text("at character 6")


def test_a_split_is_made_on_the_page(page: Page, world: World, prompts: Server) -> None:
    page.goto(f"{world.url}/prompts/returns/answer?view=2")
    page.get_by_role("button", name="Deploy v2").click()
    page.get_by_label("Share of users who get v2, in percent").fill("25")
    page.get_by_role("button", name="Move the label").click()
    expect(page.get_by_role("region", name="Labels")).to_contain_text("v1 75 % · v2 25 %")
    arms = prompts.get("prompts/returns/answer")["rollout"]["arms"]
    assert [(arm["version"], arm["probability"]) for arm in arms] == [(1, 0.75), (2, 0.25)]


def test_values_are_filled_in_and_never_expanded_again(page: Page, world: World, prompts: Server) -> None:
    page.goto(f"{world.url}/prompts/returns/answer?tab=preview&view=1")
    page.get_by_label("question").fill("{{>returns/answer}} <b>now</b>")
    page.get_by_role("button", name="Fill in").click()
    expect(page.get_by_role("region", name="As it is sent")).to_have_text("Answer {{>returns/answer}} <b>now</b> shortly.")


def test_results_lead_to_the_traces_of_a_version(page: Page, world: World, prompts: Server) -> None:
    page.goto(f"{world.url}/prompts/returns/answer?tab=results&from=-7d")
    table = page.get_by_role("region", name="Results by version")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("row", name=re.compile("^v1"))).to_contain_text("20")
    table.get_by_role("link", name="v2").click()
    expect(page).to_have_url(re.compile("/traces.*prompt_version:2"))
    expect(page.get_by_role("table", name="Traces").locator("[data-id]").first).to_be_visible()


def test_each_move_shows_what_was_before_and_after_it(page: Page, world: World) -> None:
    server = world.server
    for text in ("Answer {{question}} kindly.", "Answer {{question}} coldly."):
        server.post("prompts", {"name": "effects/answer", "prompt": text})
    server.put("prompt-labels/production/effects/answer", {"version": 1})
    started = time.time_ns() - 2_000_000_000

    def call(user: int, version: int, start_ns: int) -> None:
        trace = Trace(start_ns=start_ns)
        trace.generation(
            "answer",
            [text_message("user", "How?")],
            [text_message("assistant", "So.")],
            error="cut off" if version == 2 and user % 2 else "",
            lasts=300.0 if version == 1 else 150.0 + user,
            attributes={
                "gen_ai.prompt.name": "effects/answer",
                "pellucid.prompt.version": version,
                "pellucid.prompt.label": "production",
                "user.id": f"user-{user}",
            },
        )
        server.export(trace.body())

    for user in range(12):
        call(user, 1, started - user * 60_000_000_000)
    server.put("prompt-labels/production/effects/answer", {"version": 2, "reason": "colder"})
    moved = time.time_ns()
    for user in range(12):
        call(user, 2, moved + user * 1_000_000)

    def counted() -> bool:
        effect = server.get("prompt-effects/effects/answer")["data"][0]
        return effect["after"]["calls"] == 12

    until(counted, VISIBLE_LIMIT_S, "all calls after the move")
    page.goto(f"{world.url}/prompts/effects/answer?tab=results&from=-7d")
    effects = page.get_by_role("region", name="Before and after each move")
    newest = effects.get_by_role("group", name="Move of production").first
    expect(newest).to_contain_text("v1 → v2")
    expect(newest).to_contain_text("12 calls of 12 users after")
    table = newest.get_by_role("region", name="Effect on production")
    expect(table.get_by_role("row", name=re.compile("^Errors"))).to_contain_text(re.compile(r"50.* n 12"))
    expect(table.get_by_role("row", name=re.compile("^Duration"))).to_contain_text("ms")


def test_an_unexpected_version_stands_out_on_what_is_live(page: Page, world: World, prompts: Server) -> None:
    page.goto(f"{world.url}/whats-live?view=60")
    versions = page.get_by_role("region", name="Prompt versions").get_by_role("listitem")
    ours = versions.filter(has_text="returns/answer")
    expect(ours.first).to_contain_text("v9")
    expect(ours.first).to_contain_text("unexpected")
    expect(ours).to_have_count(3)
    expect(page.get_by_text("should not be serving")).to_be_visible()


def test_the_fragment_and_its_receivers_are_found_without_knowing_of_them(page: Page, world: World, prompts: Server) -> None:
    page.goto(f"{world.url}/")
    page.get_by_role("link", name="Effective", exact=True).click()
    fragment = page.get_by_role("article", name="Fragment").filter(has_text=FRAGMENT)
    expect(fragment).to_contain_text("best told by metadata.account")
    receivers = fragment.get_by_role("region", name="metadata.account").get_by_role("listitem")
    expect(receivers.first).to_contain_text(re.compile("wholesale.*100 %"))
    expect(receivers.nth(1)).to_contain_text(re.compile("retail.*0 %"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(context: BrowserContext, world: World, prompts: Server, name: str, theme: str) -> None:
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('pellucid.theme', '{theme}')")
    page.goto(world.url + PAGES[name])
    settled(page)
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    serious = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")]
    assert serious == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_a_phone(context: BrowserContext, world: World, prompts: Server, name: str) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.goto(world.url + PAGES[name])
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_move_is_proposed_discussed_and_withdrawn(page: Page, world: World, prompts: Server) -> None:
    page.goto(f"{world.url}/prompts/returns/answer?view=2")
    page.get_by_role("button", name="Deploy v2").click()
    page.get_by_label("Why").fill("steps are clearer")
    page.get_by_role("button", name="Propose").click()
    page.get_by_role("button", name="Review", exact=True).click()
    proposal = page.get_by_role("list", name="Proposals").locator("> li").first
    expect(proposal).to_contain_text("steps are clearer")
    expect(proposal.get_by_role("region", name="Proposed change").locator("ins")).to_contain_text("numbered steps.")
    expect(proposal.get_by_role("button", name="Approve and deploy")).to_have_count(0)
    proposal.get_by_label("Remark").fill("Longer, though.")
    proposal.get_by_role("button", name="Say it").click()
    expect(proposal).to_contain_text("Longer, though.")
    proposal.get_by_role("button", name="Withdraw").click()
    expect(proposal).to_contain_text("withdrawn")
