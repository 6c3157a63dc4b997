"""What is measured: each takes a page that looks at the server, and gives milliseconds (or bytes), one number an attempt."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import CDPSession, Page, expect

PATIENCE_MS = 120_000
ROW = "[role=table][aria-label=Traces] [data-id]"
NEXT_PEEK = """async () => {
  const peek = () => document.querySelector("aside[aria-label=Peek] h2 + *")?.closest("aside").textContent;
  const started = performance.now(), before = peek();
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "j" }));
  while (peek() === before && performance.now() - started < 10000) await new Promise((done) => requestAnimationFrame(done));
  return performance.now() - started;
}"""
FRAMES = """async () => {
  const tree = document.querySelector("[role=tree]"), lengths = [];
  let last = performance.now();
  const until = last + 4000;
  while (last < until) {
    tree.scrollBy(0, 700);
    if (tree.scrollTop + tree.clientHeight >= tree.scrollHeight - 1) tree.scrollTo(0, 0);
    await new Promise((done) => requestAnimationFrame(done));
    const now = performance.now();
    lengths.push(now - last);
    last = now;
  }
  return lengths;
}"""
OPEN_LONG = """async () => {
  const button = [...document.querySelectorAll("button")].find((each) => /more lines/.test(each.textContent));
  const started = performance.now();
  button.click();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - started;
}"""
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One question of the issue, and its answer."""

    what: str
    limit: float
    value: float
    worst: float
    busy: float
    """Time of the page's main thread in an attempt, which other work on the machine does not lengthen."""
    count: int
    unit: str = "ms"

    @property
    def reached(self) -> bool:
        """Whether the limit holds."""
        return self.value <= self.limit


class Busy:
    """The main thread's own time."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def ms(self) -> float:
        """Since the page was loaded."""
        metrics = {each["name"]: each["value"] for each in self._session.send("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"]) * 1000


def measured(what: str, limit: float, page: Page, attempts: int, attempt: Callable[[], float], *, loads: bool = False) -> Reading:
    """The median of some attempts, after one that is not counted. `loads`: an attempt loads the page, and its clock begins anew."""
    attempt()
    busy = Busy(page)
    times, spent = [], []
    for _ in range(attempts):
        before = 0.0 if loads else busy.ms()
        times.append(attempt())
        spent.append(busy.ms() - before)
    return Reading(
        what=what,
        limit=limit,
        value=statistics.median(times),
        worst=max(times),
        busy=statistics.median(spent),
        count=attempts,
    )


def first_paint(page: Page, address: str, first: str) -> float:
    """From the address to the first of what the page is for."""
    started = time.perf_counter()
    page.goto(address)
    page.locator(first).first.wait_for(timeout=PATIENCE_MS)
    return (time.perf_counter() - started) * 1000


def typed_filter(page: Page, filters: list[str]) -> float:
    """From Enter to the rows of the answer on the screen; each filter is asked once."""
    page.get_by_role("combobox", name="Filter").fill(filters.pop())
    started = time.perf_counter()
    with page.expect_response(lambda answer: "/api/v1/traces?" in answer.url, timeout=PATIENCE_MS):
        page.keyboard.press("Enter")
    page.evaluate(DRAWN)
    return (time.perf_counter() - started) * 1000


def peeks(page: Page, address: str) -> Reading:
    """J, J, J: the neighbours are there before they are asked for."""
    page.goto(address)
    page.locator(ROW).first.wait_for(timeout=PATIENCE_MS)
    page.keyboard.press("j")
    expect(page.get_by_role("complementary", name="Peek").get_by_role("article").first).to_be_visible(timeout=PATIENCE_MS)

    def hop() -> float:
        page.wait_for_load_state("networkidle")
        return float(page.evaluate(NEXT_PEEK))

    return measured("J to the next peek", 100, page, 12, hop)


def scrolling(page: Page, address: str) -> Reading:
    """The longest frame, where a frame over 50 ms is one too many."""
    page.goto(address)
    page.get_by_role("treeitem").first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_load_state("networkidle")
    busy = Busy(page)
    before = busy.ms()
    lengths = sorted(page.evaluate(FRAMES))
    spent = (busy.ms() - before) / len(lengths)
    late = lengths[min(len(lengths) - 1, int(len(lengths) * 0.99))]
    return Reading(
        what="scrolling 10,000 spans, frame p99", limit=50, value=late, worst=lengths[-1], busy=spent, count=len(lengths)
    )


def long_message(page: Page, address: str) -> Reading:
    """From the click to two frames later."""

    def attempt() -> float:
        page.goto(address)
        page.get_by_role("button", name="more lines").wait_for(timeout=PATIENCE_MS)
        return float(page.evaluate(OPEN_LONG))

    return measured("a message of 1 MB opens", 300, page, 5, attempt, loads=True)


def heap(page: Page) -> float:
    """Bytes that live after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"])
