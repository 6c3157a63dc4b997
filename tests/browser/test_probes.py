"""Probe sets in the browser, with a provider that answers: made by keyboard, a reference, and a silent swap seen as a distance."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP
from tests.browser.serving import VISIBLE_LIMIT_S, Server, running_server, until
from tests.browser.test_monitors import findings
from tests.browser.test_playground import watched_page

from pellucid_demo.probing import probe_set
from pellucid_demo.simulator import Provider, Settings, serve_provider
from pellucid_demo.simulator.catalogue import SUCCESSORS, Swap


@pytest.fixture(scope="module")
def simulated() -> Iterator[tuple[Provider, str]]:
    provider = Provider(Settings(latency=0.0))
    url, stop = serve_provider(provider)
    yield provider, url
    stop()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, simulated: tuple[Provider, str]) -> Iterator[Server]:
    _, url = simulated
    with running_server(tmp_path_factory.mktemp("probes"), {"PELLUCID_OUTBOUND_ALLOW": url.removeprefix("http://")}) as started:
        connection = {"name": "sim", "provider": "openai", "base_url": f"{url}/v1", "key": "sk-sim", "default_model": "gpt-4o"}
        started.post("model-connections", connection)
        yield started


@pytest.fixture
def desk(browser: Browser, house: Server) -> Iterator[Page]:
    yield from watched_page(browser, house, DESKTOP)


def test_a_set_is_made_by_keyboard_and_a_silent_swap_is_seen(desk: Page, house: Server, simulated: tuple[Provider, str]) -> None:
    desk.goto(f"{house.url}/probes")
    expect(desk.get_by_text("No probe sets yet")).to_be_visible()
    desk.get_by_role("button", name="New probe set").press("Enter")
    form = desk.get_by_role("form", name="New probe set")
    form.get_by_label("Name").fill("Help centre")
    form.get_by_label("Model").fill("gpt-4o")
    prompts = form.get_by_label("Prompts, three to fifty")
    prompts.fill("One prompt alone")
    form.get_by_role("button", name="Make the probe set").press("Enter")
    expect(desk.get_by_role("status")).to_contain_text("3 to 50")  # nothing that was typed is lost
    prompts.fill("\n\n".join(one.replace("\n\n", "\n") for one in probe_set()["prompts"]))
    expect(form).to_contain_text("8 prompts")
    form.get_by_role("button", name="Make the probe set").press("Enter")
    expect(desk.get_by_role("region", name="Probe set", exact=True)).to_contain_text("reference taken")
    (made,) = house.get("probe-sets")["data"]
    provider, _ = simulated
    swap = Swap(alias="gpt-4o", since=datetime(2020, 1, 1, tzinfo=UTC), version=SUCCESSORS["gpt-4o"])
    provider.change(Settings(latency=0.0, swaps=(swap,)))
    house.put(f"probe-sets/{made['id']}/enabled", {"enabled": True})
    until(lambda: len(house.get(f"probe-sets/{made['id']}")["looks"]) == 2, VISIBLE_LIMIT_S, "a second look")
    page = desk.get_by_role("region", name="Probe set", exact=True)
    expect(page).to_contain_text("moved")
    assert (found := findings(desk)) == [], json.dumps(found, indent=1)
    desk.goto(f"{house.url}/probes")
    expect(desk.get_by_role("list", name="Probe sets")).to_contain_text("moved")
    assert (found := findings(desk)) == [], json.dumps(found, indent=1)
