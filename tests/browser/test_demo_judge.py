"""The demo's judge in the browser: held against the team's labels it becomes trusted, and its corrected mean shows who is worse off."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect
from tests.browser.conftest import Watch
from tests.browser.serving import Server, running_server, until

from pellucid_demo.delivery import Delivery
from pellucid_demo.evaluating import EVALUATORS, JUDGE, judge_history
from pellucid_demo.server_process import model_connections
from pellucid_demo.simulator import Provider, serve_provider
from pellucid_demo.story import backfill
from pellucid_demo.story.world import World

TOLD_LIMIT_S = 900.0
"""Far above the half minute that it takes: a busy machine must not fail a test that is about something else."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demo's last week and its evaluators, which have judged nothing yet; and the providers that they ask."""
    world = World(seed=1, end=datetime.now(UTC), weeks=1)
    providers_url, stop = serve_provider(Provider(world.provider_settings(latency=0.0)))
    folder: Path = tmp_path_factory.mktemp("demo")
    with running_server(folder, {"PELLUCID_OUTBOUND_ALLOW": providers_url.removeprefix("http://")}) as server:
        delivery = Delivery(server.url)
        delivery.connect_models(model_connections(providers_url))
        backfill.run(world, server.url, None, 2, lambda progress: None)
        delivery.close()
        yield server
    stop()


@pytest.mark.timeout(1_200)
def test_the_judge_becomes_trusted_and_its_corrected_mean_shows_the_drop_of_sso_accounts(
    demo: Server, context: BrowserContext
) -> None:
    delivery = Delivery(demo.url)
    judge = delivery.make_evaluators(EVALUATORS)[JUDGE]
    assert demo.get(f"evaluators/{judge}/analysis")["trust"]["state"] == "uncalibrated"  # loads what statistics need
    page = context.new_page()
    watch = Watch(page, demo.url)
    page.goto(f"{demo.url}/evaluators/{judge}")
    calibration = page.get_by_role("region", name="Calibration")
    expect(calibration.get_by_text("Uncalibrated")).to_be_visible()

    judge_history(delivery, judge)
    until(lambda: _judged(demo, judge), TOLD_LIMIT_S, "the judge has judged")
    page.goto(f"{demo.url}/evaluators/{judge}?q=metadata.auth")
    expect(calibration.get_by_text("Trusted")).to_be_visible()
    found = demo.get(f"evaluators/{judge}/analysis", segment="metadata.auth")
    assert found["trust"]["labels"] >= 120
    means = {mean["segment"]: mean["corrected"] for mean in found["means"]}
    assert means["sso"]["high"] < means["password"]["low"]
    row = page.get_by_role("table", name="Means by segment").get_by_role("row", name="sso")
    expect(row).to_contain_text(f"{means['sso']['value']:.2f}")
    delivery.close()

    page.get_by_role("button", name="Freeze a golden set").click()
    until(lambda: _checks(demo, judge), TOLD_LIMIT_S, "the judge was asked about its golden set")
    check = page.get_by_role("table", name="Checks of the golden set").get_by_role("row").nth(1)
    expect(check).to_contain_text("n = 100")
    expect(page.get_by_text("later ones are compared with it")).to_be_visible()

    page.goto(f"{demo.url}/evaluators")
    steps = page.get_by_role("region", name="Next steps")
    steps.get_by_role("button", name="Make and switch on: Widen the cover").first.click()
    expect(page.get_by_role("link", name="Refusal of generation spans")).to_be_visible()
    watch.check()


def _checks(demo: Server, judge: str) -> bool:
    """Whether its golden set has a check; there is no set before the click has arrived."""
    try:
        return bool(demo.get(f"evaluators/{judge}/golden-set")["checks"])
    except httpx.HTTPStatusError:
        return False


def _judged(demo: Server, judge: str) -> bool:
    """All runs over history have ended."""
    runs = demo.get("runs", kind="evaluation", asked_for="true")["data"]
    mine = [run for run in runs if run["settings"]["evaluator"] == judge]
    return len(mine) == 2 and all(run["state"] == "finished" for run in mine)
