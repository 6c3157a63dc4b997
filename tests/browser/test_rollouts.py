"""A worse version goes to a fifth of the users; the rollout ends by itself, and the page shows why."""

import re
import time

from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.conftest import PHONE
from tests.browser.sending import Trace, text_message
from tests.browser.serving import Server
from tests.browser.test_access import AXE, settled
from tests.browser.world import World

from pellucid.prompts import share_of

NAME = "rollout/answer"
USERS = 400
SHARE = 0.2
LIMIT_MS = 90_000
"""A round of the guardrails every ten seconds, on a slow machine that does much else."""


def test_a_worse_version_is_taken_back_by_itself_and_the_evidence_is_shown(page: Page, world: World) -> None:
    server = world.server
    for text, pointing in (("Answer {{question}} fully.", ["production"]), ("Answer {{question}} in a word.", [])):
        server.post("prompts", {"name": NAME, "prompt": text, "labels": pointing})
    page.goto(f"{world.url}/prompts/{NAME}?view=2")
    page.get_by_role("button", name="Deploy v2").click()
    page.get_by_label("Share of users who get v2, in percent").fill("20")
    expect(page.get_by_role("dialog")).to_contain_text("take v2 back when it is worse")
    page.get_by_role("button", name="Move the label").click()
    labels = page.get_by_role("region", name="Labels")
    expect(labels).to_contain_text("v1 80 % · v2 20 %")
    page.get_by_role("button", name="Rollout", exact=True).click()
    expect(page.get_by_role("region", name="Rollout of production")).to_contain_text("No call of this rollout has arrived yet")

    answer_users(server)

    stopped = page.get_by_role("region", name="Stopped rollout of production")
    expect(stopped).to_contain_text("production was taken back by its guardrails", timeout=LIMIT_MS)
    expect(stopped).to_contain_text("guardrail broken: errors of v2")
    expect(stopped).to_contain_text("The ratio is as it should be")
    errors = stopped.get_by_role("row", name=re.compile("^Errors"))
    expect(errors).to_contain_text("broken")
    expect(errors).to_contain_text(re.compile(r"n \d{2}"))
    expect(stopped.get_by_role("row", name=re.compile("^Refused"))).not_to_contain_text("broken")
    expect(labels).to_contain_text("productionv1")
    page.get_by_role("button", name="Moves", exact=True).click()
    moves = page.get_by_role("list", name="Label moves").get_by_role("listitem")
    expect(moves.first).to_contain_text("stopped by its guardrails")
    assert server.get(f"prompts/{NAME}")["version"] == 1
    looks_right(page.context, world)


def answer_users(server: Server) -> None:
    """One call of every user, drawn as the client draws them: half of those who get v2 run into an error, of the others one in forty."""
    served = server.get(f"prompts/{NAME}")
    rollout = served["rollout"]["id"]
    now = time.time_ns()
    for user in range(USERS):
        drawn = share_of(f"{rollout}:user-{user}") >= 1 - SHARE
        trace = Trace(start_ns=now + user * 1_000_000)
        trace.generation(
            "answer",
            [text_message("user", "How?")],
            [text_message("assistant", "So.")],
            error="the answer did not parse" if user % (2 if drawn else 40) == 0 else "",
            attributes={
                "gen_ai.prompt.name": NAME,
                "pellucid.prompt.version": 2 if drawn else 1,
                "pellucid.prompt.label": "production",
                "pellucid.rollout.arm": "v2" if drawn else "v1",
                "pellucid.rollout.probability": SHARE if drawn else 1 - SHARE,
                "user.id": f"user-{user}",
            },
        )
        server.export(trace.body())


def looks_right(context: BrowserContext, world: World) -> None:
    """The evidence in both themes to axe, and on a phone."""
    for theme in ("light", "dark"):
        page = context.new_page()
        page.add_init_script(f"localStorage.setItem('pellucid.theme', '{theme}')")
        page.goto(f"{world.url}/prompts/{NAME}?tab=rollout")
        settled(page)
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run()")["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")] == []
        page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.close()
