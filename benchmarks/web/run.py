"""Measures the interface over a filled data directory: `python -m benchmarks.web.run --data DIR [--minutes 5] [--write]`.

DIR is a copy that may be written to: it has the project `benchmark`, and a trace of 5,000 spans and one of 10,000. A trace with a message
of 1 MB is sent to it, and the live tail is fed for `--minutes`. Every limit is the issue's own for a machine at rest; the load is printed.
"""

import argparse
import shutil
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright
from tests.browser.conftest import ARGUMENTS, DESKTOP
from tests.browser.sending import Trace, text_message
from tests.browser.serving import Server, running_server

from benchmarks.machine import describe, load
from benchmarks.web import pages
from benchmarks.web.pages import ROW, Reading

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
WEEKS = "from=-30d"
TAIL_PER_S = 20
HEAP_LIMIT = 6e6


def main() -> None:
    """All of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--five-thousand", required=True, help="id of a trace of 5,000 spans")
    asked.add_argument("--ten-thousand", required=True, help="id of a trace of 10,000 spans")
    asked.add_argument("--minutes", type=float, default=5)
    asked.add_argument("--write", action="store_true", help=f"put the table into {README.name}")
    given = asked.parse_args()
    began = load()
    with tempfile.TemporaryDirectory() as folder, served(given.data, Path(folder)) as server, sync_playwright() as playwright:
        executable = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        context = browser.new_context(viewport=DESKTOP, timezone_id="UTC", locale="en-GB")
        readings = measure(context.new_page(), server, given.five_thousand, given.ten_thousand, given.minutes)
        spans = count(server)
        browser.close()
    text = page_of(readings, spans, began)
    print(text)
    if given.write:
        head, _, rest = README.read_text().partition(BEGIN)
        README.write_text(f"{head}{BEGIN}\n{text}{END}{rest.partition(END)[2]}")


def served(data: Path, folder: Path) -> AbstractContextManager[Server]:
    """A server over `data`."""
    (folder / "data").symlink_to(data.resolve(), target_is_directory=True)
    return running_server(folder, {"PELLUCID_INIT_PROJECT_ID": "benchmark"})


def measure(page: Page, server: Server, five: str, ten: str, minutes: float) -> list[Reading]:
    """One after the other: they share the machine with the server."""
    page.set_default_timeout(pages.PATIENCE_MS)
    traces = f"{server.url}/traces?{WEEKS}"
    tree = "[role=treeitem]"
    filters = [f"user:user-{number}" for number in range(40, 40 + 13 * 17, 17)]
    large = megabyte(server)
    readings = [
        pages.measured("the trace list, first rows", 1000, page, 7, lambda: pages.first_paint(page, traces, ROW), loads=True),
        pages.measured(
            "a trace of 5,000 spans, first rows",
            1500,
            page,
            5,
            lambda: pages.first_paint(page, f"{server.url}/traces/{five}", tree),
            loads=True,
        ),
    ]
    pages.first_paint(page, traces, ROW)
    readings += [
        pages.measured("a filter, Enter to rows", 200, page, 12, lambda: pages.typed_filter(page, filters)),
        pages.peeks(page, traces),
        pages.scrolling(page, f"{server.url}/traces/{ten}"),
        pages.long_message(page, f"{server.url}/traces/{large}"),
    ]
    if minutes > 0:
        readings.append(tail(page, server, minutes))
    return readings


def megabyte(server: Server) -> str:
    """A trace with a message of more than 1 MB."""
    trace = Trace()
    text = "\n".join("lorem ipsum dolor sit amet " * 4 for _ in range(9_800))
    trace.generation("large", [text_message("user", text)], [text_message("assistant", "done")])
    server.export(trace.body())
    server.wait_for_trace(trace.trace_id)
    return trace.trace_id


def tail(page: Page, server: Server, minutes: float) -> Reading:
    """The heap after the list is full, and how much more it is in the end."""
    page.goto(f"{server.url}/traces?from=-1h&live=on")
    page.get_by_role("status").filter(has_text="Live").wait_for()
    feed(server, 40)
    full = pages.heap(page)
    busy = pages.Busy(page)
    before = busy.ms()
    sent = feed(server, minutes * 60)
    grown = pages.heap(page) - full
    return Reading(
        what=f"live tail for {minutes:g} min, growth of the heap", limit=HEAP_LIMIT / 1e6, value=grown / 1e6, worst=grown / 1e6,
        busy=(busy.ms() - before) / max(1, sent), count=sent, unit="MB",
    )  # fmt: skip


def feed(server: Server, seconds: float) -> int:
    """Sends small traces at a steady pace; how many."""
    until_s = time.monotonic() + seconds
    sent = 0
    while time.monotonic() < until_s:
        made = [Trace() for _ in range(TAIL_PER_S)]
        for trace in made:
            trace.add("tail", attributes={"pellucid.kind": "agent", "pellucid.input": "x" * 300})
        server.export({"resourceSpans": [each for trace in made for each in trace.body()["resourceSpans"]]})
        sent += len(made)
        time.sleep(1)
    return sent


def count(server: Server) -> int:
    """Spans behind the pages."""
    body = {"measures": [{"measure": "spans", "aggregation": "count"}], "from": "-3650d", "filter": ""}
    answer = httpx.post(f"{server.url}/api/v1/metrics/query", json=body, timeout=120)
    answer.raise_for_status()
    return int(answer.json()["data"][0]["spans_count"])


def page_of(readings: list[Reading], spans: int, began: str) -> str:
    """The table."""
    lines = [
        f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {describe()}; {spans:,} spans; "
        f"load {began} at the start, {load()} at the end.",
        "",
        "| what | limit | median | worst | main thread | n | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for one in readings:
        digits = 1 if one.unit == "MB" else 0
        value, worst = (f"{number:,.{digits}f} {one.unit}" for number in (one.value, one.worst))
        lines.append(
            f"| {one.what} | {one.limit:,.0f} {one.unit} | {value} | {worst} | {one.busy:,.1f} ms | {one.count} | "
            f"{'reached' if one.reached else 'missed'} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
