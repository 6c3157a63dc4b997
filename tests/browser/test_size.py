"""What is large stays light: only what is seen is drawn, the live tail holds what it must, and the first load is within its budget.

How long things take is measured by `benchmarks/web`, on a machine that does nothing else.
"""

import json
import os
import random
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.browser.sending import Trace, text_message
from tests.browser.serving import running_server
from tests.browser.world import World, make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of its own: what is sent here is heavy, and would stand in every other test's lists."""
    with running_server(tmp_path_factory.mktemp("size")) as server:
        yield make_world(server)


@pytest.fixture(scope="module")
def large_trace(world: World) -> Trace:
    """10,000 spans."""
    return sent(world, 10_000)


def sent(world: World, count: int) -> Trace:
    """A tree of some depth, sent in parts and waited for."""
    rng = random.Random(3)
    trace = Trace()
    root = trace.add("root", lasts=60_000, attributes={"pellucid.kind": "agent"})
    parents = [root]
    for number in range(count - 1):
        start = number * 6
        kind = rng.choice(("tool", "chain", "generation", "retriever"))
        made = trace.add(
            f"{kind} {number}",
            parent=rng.choice(parents[-40:]),
            at=start,
            lasts=rng.uniform(1, 400),
            attributes={"pellucid.kind": kind},
        )
        if number % 50 == 0:
            parents.append(made)
    spans = trace.spans
    for start in range(0, len(spans), 2_000):
        part = Trace(trace_id=trace.trace_id, start_ns=trace.start_ns, spans=spans[start : start + 2_000])
        world.server.export(part.body())
    world.server.wait_for_trace(trace.trace_id, len(spans))
    return trace


def test_of_ten_thousand_spans_those_are_drawn_that_are_seen(page: Page, world: World, large_trace: Trace) -> None:
    page.goto(f"{world.url}/traces/{large_trace.trace_id}")
    tree = page.get_by_role("tree", name="Spans")
    tree.get_by_role("treeitem").first.wait_for()
    expect(page.get_by_role("tab").first).to_be_visible()
    assert tree.get_by_role("treeitem").count() < 120
    tree.evaluate("element => element.scrollTo({ top: element.scrollHeight })")
    expect(tree.get_by_role("treeitem", name=re.compile("^agent root"))).to_have_count(0)
    assert tree.get_by_role("treeitem").count() < 120


def test_jumping_through_ten_thousand_spans_finds_and_marks(page: Page, world: World, large_trace: Trace) -> None:
    page.goto(f"{world.url}/traces/{large_trace.trace_id}?find=tool 99")
    items = page.get_by_role("tree", name="Spans").get_by_role("treeitem")
    expect(items.first).to_contain_text(re.compile("tool 99"))


def test_forty_thousand_spans_are_shown_as_far_as_a_page_holds_them_and_it_says_so(page: Page, world: World) -> None:
    trace = sent(world, 40_000)
    page.goto(f"{world.url}/traces/{trace.trace_id}")
    tree = page.get_by_role("tree", name="Spans")
    tree.get_by_role("treeitem").first.wait_for()
    assert tree.get_by_role("treeitem").count() < 120
    shown = world.server.get(f"traces/{trace.trace_id}")
    said = page.get_by_role("status").filter(has_text="a page holds no more")
    expect(said).to_have_count(0 if shown["complete"] else 1)
    page.get_by_role("button", name="Waterfall").click()
    assert page.get_by_role("listbox", name="Waterfall").get_by_role("option").count() < 160


def test_of_a_megabyte_those_lines_are_drawn_that_are_seen(page: Page, world: World) -> None:
    trace = Trace()
    text = "\n".join("lorem ipsum dolor sit amet " * 4 for _ in range(9_500))
    assert len(text) > 1_000_000
    trace.generation("large", [text_message("user", text)], [text_message("assistant", "done")])
    world.server.export(trace.body())
    world.server.wait_for_trace(trace.trace_id)
    page.goto(f"{world.url}/traces/{trace.trace_id}")
    more = page.get_by_role("button", name=re.compile("more lines"))
    more.click()
    region = page.get_by_role("region", name="Long text")
    expect(region).to_be_visible()
    assert region.locator("> div > div").count() < 120


TAIL_SHORT, TAIL_LONG = 700, 6_000
"""Traces after the list is full: some seconds of them, and five minutes at twenty a second."""


@pytest.mark.long(short_form=True)
@pytest.mark.timeout(3_600)
def test_memory_stays_flat_over_five_minutes_of_the_tail(page: Page, world: World) -> None:
    _tail(page, world, TAIL_SHORT if os.environ.get("PELLUCID_LONG") == "short" else TAIL_LONG, a_second=20)


def test_memory_stays_flat_while_the_tail_runs(page: Page, world: World) -> None:
    """1,500 traces through the tail; the list holds 500."""
    _tail(page, world, TAIL_SHORT)


def _tail(page: Page, world: World, count: int, a_second: float = 1e9) -> None:
    page.goto(f"{world.url}/traces?from=-1h&live=on")
    status = page.get_by_role("status").filter(has_text="Live")
    expect(status).to_be_visible()
    session = page.context.new_cdp_session(page)

    def heap() -> float:
        session.send("HeapProfiler.collectGarbage")
        return float(session.send("Runtime.getHeapUsage")["usedSize"])

    def send(first: int, count: int) -> None:
        for start in range(first, first + count, 100):
            traces = [Trace() for _ in range(100)]
            for trace in traces:
                trace.add("tail", attributes={"pellucid.kind": "agent", "pellucid.input": "x" * 300})
            world.server.export({"resourceSpans": [each for trace in traces for each in trace.body()["resourceSpans"]]})
            expect(status).to_contain_text(re.compile(rf"\b{start + 100:,} since"))
            page.wait_for_timeout(100_000 / a_second)  # the pace of the traffic, not a wait for the page

    send(0, 800)
    first = heap()
    send(800, count)
    assert heap() - first < 6e6


def test_the_first_load_is_within_its_budget(page: Page, world: World) -> None:
    sizes: dict[str, int] = {}
    page.on(
        "response",
        lambda answer: (
            sizes.update({answer.url: int(answer.headers.get("content-length", 0))}) if answer.url.endswith(".js") else None
        ),
    )
    page.goto(f"{world.url}/traces?from=-7d")
    expect(page.get_by_role("table", name="Traces")).to_be_visible()
    assert 0 < sum(sizes.values()) <= 350_000, json.dumps(sizes)
    assert not any("chartCore" in url or "agentGraph" in url for url in sizes), json.dumps(sorted(sizes))
