"""The playground in a browser: a connection is made, a generation opened, panes asked, a version kept, a trace replayed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, Watch
from tests.browser.sending import Trace, text_message
from tests.browser.serving import Server, running_server

from pellucid_demo.simulator import Provider, Settings, serve_provider


@pytest.fixture(scope="module")
def provider() -> Provider:
    return Provider(Settings(latency=0.0))


@pytest.fixture(scope="module")
def simulator(provider: Provider) -> Iterator[str]:
    url, stop = serve_provider(provider)
    yield url
    stop()


@pytest.fixture(scope="module")
def bench(simulator: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {"PELLUCID_OUTBOUND_ALLOW": simulator.removeprefix("http://")}
    with running_server(tmp_path_factory.mktemp("bench"), environment) as started:
        yield started


@pytest.fixture(scope="module")
def connected(bench: Server, simulator: str) -> Server:
    body = {
        "name": "sim",
        "provider": "openai",
        "base_url": f"{simulator}/v1",
        "key": "sk-0123456789abcdef",
        "default_model": "gpt-4o-mini",
    }
    bench.post("model-connections", body)
    return bench


@pytest.fixture(params=["desktop", "phone"])
def bench_page(request: pytest.FixtureRequest, browser: Browser, bench: Server) -> Iterator[Page]:
    yield from watched_page(browser, bench, DESKTOP if request.param == "desktop" else PHONE)


@pytest.fixture
def desk(browser: Browser, bench: Server) -> Iterator[Page]:
    """A desktop's window: the actions stand in the pane beside the tree."""
    yield from watched_page(browser, bench, DESKTOP)


def watched_page(browser: Browser, bench: Server, viewport: dict[str, int]) -> Iterator[Page]:
    context = browser.new_context(viewport=viewport, timezone_id="UTC", locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    watch = Watch(page, bench.url)
    yield page
    watch.check()
    context.close()


def send(bench: Server, name: str) -> str:
    trace = Trace()
    system = text_message("system", "You are the support assistant of Acme.")
    trace.generation(name, [system, text_message("user", f"Where is {name}?")], [text_message("assistant", "In the settings.")])
    bench.export(trace.body())
    bench.wait_for_trace(trace.trace_id)
    return trace.trace_id


def test_a_connection_is_made_and_its_key_is_never_shown(bench_page: Page, bench: Server, simulator: str) -> None:
    bench_page.goto(f"{bench.url}/settings/models")
    form = bench_page.get_by_role("form", name="Add a connection")
    name = f"made on {bench_page.viewport_size['width']}" if bench_page.viewport_size else "made"
    form.get_by_label("Name").fill(name)
    form.get_by_label("Base URL, where it is another").fill(f"{simulator}/v1")
    form.get_by_label("Default model").fill("gpt-4o-mini")
    form.get_by_label("Key").fill("sk-0123456789abcdef")
    form.get_by_role("button", name="Add connection").click()
    row = bench_page.get_by_role("listitem").filter(has_text=name)
    expect(row).to_contain_text("…cdef")
    expect(bench_page.locator("body")).not_to_contain_text("sk-0123456789")
    row.get_by_role("button", name=f"Delete {name}").click()
    expect(row).to_have_count(0)


def test_a_generation_is_opened_asked_in_two_panes_and_kept(desk: Page, connected: Server) -> None:
    trace_id = send(connected, "billing")
    desk.goto(f"{connected.url}/traces/{trace_id}")
    desk.get_by_role("link", name="Open in playground").click()
    first = desk.get_by_role("region", name="Pane 1")
    expect(first.get_by_label("Text of message 1")).to_have_value("You are the support assistant of Acme.")
    expect(first.get_by_label("Text of message 2")).to_have_value("Where is billing?")
    first.get_by_label("Text of message 2").fill("Where is {{thing}}?")
    first.get_by_label("thing").fill("the invoice")
    desk.get_by_role("button", name="Add pane").click()
    second = desk.get_by_role("region", name="Pane 2")
    second.get_by_label("Model").fill("gpt-4.1-mini")
    desk.keyboard.press("Control+Enter")
    for pane in (first, second):
        expect(pane.get_by_role("link", name="Trace")).to_be_visible()
        expect(pane).to_contain_text("first token")
    expect(second).to_contain_text("gpt-4.1-mini-2025-04-14")
    name = "kept/billing"
    first.get_by_role("button", name="Save Pane 1 as a prompt").click()
    dialog = desk.get_by_role("dialog", name="Save as a prompt")
    dialog.get_by_label("Name; folders by /").fill(name)
    dialog.get_by_role("button", name="Save").click()
    expect(desk).to_have_url(re.compile(f"/prompts/{name}"))
    assert connected.get(f"prompt-versions/{name}")["versions"][0]["prompt"][1]["content"] == "Where is {{thing}}?"


def test_what_goes_wrong_is_said_in_the_pane(bench_page: Page, connected: Server) -> None:
    bench_page.goto(f"{connected.url}/playground")
    pane = bench_page.get_by_role("region", name="Pane 1")
    pane.get_by_label("Text of message 2").fill("Hello")
    pane.get_by_label("Model").fill("no-such-model")
    pane.get_by_role("button", name="Run", exact=True).click()
    expect(pane.get_by_role("alert")).to_contain_text("no-such-model")


def test_a_trace_is_replayed_and_compared(desk: Page, connected: Server) -> None:
    trace_id = send(connected, "exports")
    desk.goto(f"{connected.url}/traces/{trace_id}")
    desk.get_by_role("button", name="Replay").click()
    dialog = desk.get_by_role("dialog", name="Replay")
    dialog.get_by_label("Model; empty: the recorded one").fill("gpt-4.1-mini")
    dialog.get_by_role("button", name="Replay").click()
    expect(desk).to_have_url(re.compile("/runs/run_"))
    expect(desk.get_by_role("region", name="Result")).to_contain_text("1 replayed whole")
    expect(desk.get_by_role("table", name="Replayed")).to_contain_text("too few cases for an interval")
    expect(desk.get_by_role("region", name="Items")).to_contain_text("recorded: In the settings.")
    desk.goto(f"{connected.url}/runs")
    expect(desk.get_by_role("link", name="Replay with gpt-4.1-mini")).to_be_visible()


def test_panes_survive_a_reload_in_the_address_or_as_a_draft_that_it_names(desk: Page, connected: Server) -> None:
    trace_id = send(connected, "reloads")
    desk.goto(f"{connected.url}/traces/{trace_id}")
    desk.get_by_role("link", name="Open in playground").click()
    first = desk.get_by_role("region", name="Pane 1")
    first.get_by_label("Text of message 2").fill("Where are {{thing}}, Zoë?")
    first.get_by_label("thing").fill("the keys")
    desk.get_by_role("button", name="Add pane").click()
    second = desk.get_by_role("region", name="Pane 2")
    second.get_by_label("Model").fill("gpt-4.1-mini")
    expect(desk).to_have_url(re.compile("panes="))
    expect(second.get_by_label("Model")).to_have_value("gpt-4.1-mini")
    packed = desk.evaluate("new URL(location.href).searchParams.get('panes')")
    desk.wait_for_function("before => new URL(location.href).searchParams.get('panes') === before", arg=packed)
    desk.reload()
    expect(first.get_by_label("Text of message 2")).to_have_value("Where are {{thing}}, Zoë?")
    expect(first.get_by_label("thing")).to_have_value("the keys")
    expect(second.get_by_label("Model")).to_have_value("gpt-4.1-mini")

    long = "A long rule. " * 2_000
    first.get_by_label("Text of message 1").fill(long)
    expect(desk).to_have_url(re.compile("draft=draft_"))
    expect(desk).not_to_have_url(re.compile("panes="))
    expect(second).to_be_visible()
    desk.reload()
    expect(first.get_by_label("Text of message 1")).to_have_value(long)
    expect(first.get_by_label("thing")).to_have_value("the keys")


def test_panes_run_over_recorded_generations_with_scores_and_intervals(desk: Page, connected: Server) -> None:
    for number in range(6):
        send(connected, f"case {number}")
    definition = {
        "kind": "rule", "target": "span", "output": "boolean", "score_name": "short",
        "body": {"rule": "length", "select": "$.output", "settings": {"max": 8}},
    }  # fmt: skip
    connected.post("evaluators", {"name": "short answers", "definition": definition, "enabled": False})
    desk.goto(f"{connected.url}/playground")
    pane = desk.get_by_role("region", name="Pane 1")
    pane.get_by_label("Text of message 1").fill("Answer from the handbook.")
    desk.get_by_role("button", name="Run over cases").click()
    dialog = desk.get_by_role("dialog", name="Run over cases")
    dialog.get_by_role("button", name="Recorded generations").click()
    dialog.get_by_label("Filter of the generations").fill('"case"')
    dialog.get_by_label("At most").fill("6")
    dialog.get_by_role("checkbox", name="Score with short answers").click()
    expect(dialog).to_contain_text("Up to 6 model calls")
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(desk).to_have_url(re.compile("/runs/run_"))
    means = desk.get_by_role("table", name="All columns")
    expect(means.get_by_role("row", name=re.compile("^short"))).to_contain_text(re.compile(r"n 6.*n 6"))
    expect(means.get_by_role("row", name=re.compile("^Duration"))).to_contain_text("…")
    against = desk.get_by_role("table", name="Pane 1")
    expect(against.get_by_role("row", name=re.compile("^short"))).to_contain_text("worse")
    expect(against.get_by_role("row", name=re.compile("^Cost a case"))).to_contain_text("…")
    items = desk.get_by_role("region", name="Items")
    expect(items.get_by_role("row").filter(has_text="pane 1: span").first).to_contain_text("short no")
    expect(items.get_by_role("row").filter(has_text="recorded: span").first).to_contain_text("short yes")


def test_a_replay_is_cancelled_while_it_runs(desk: Page, connected: Server, provider: Provider) -> None:
    trace_ids = [send(connected, f"slow {number}") for number in range(3)]
    provider.change(Settings(latency=10_000.0))  # hours: it can only end by being cancelled
    try:
        body = {"change": {"connection": "sim"}, "trace_ids": trace_ids, "title": "Endless"}
        run_id = connected.post("replays", body)["run_id"]
        desk.goto(f"{connected.url}/runs/{run_id}")
        items = desk.get_by_role("region", name="Items")
        expect(items.get_by_role("row").filter(has_text="running").first).to_be_visible()
        desk.get_by_role("button", name="Cancel", exact=True).click()
        expect(items.get_by_role("row").filter(has_text="skipped")).to_have_count(3)
        assert connected.get(f"runs/{run_id}")["state"] == "cancelled"
    finally:
        provider.change(Settings(latency=0.0))
