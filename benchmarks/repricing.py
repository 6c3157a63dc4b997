"""How long history takes to be priced anew: `python -m benchmarks.repricing DIR --project ID [--factor 2]`.

DIR is a copy of the folder `spans` of a data directory that no server has open; its costs are changed. Every model of the project gets a
price of its own. Beside the wall clock stands the CPU time of all threads. Then what FINAL costs before, right after and once more.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable

from pellucid_server.dashboards.repricing import Pricing
from pellucid_server.enrich.price import PriceOverride
from pellucid_server.enrich.rates import Rates
from pellucid_server.store.spans.drivers.clickhouse import connect_embedded
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.repricing import Repricer
from pellucid_server.store.spans.writer import SpanStore

RUN = "benchmark"


def timed(name: str, act: Callable[[], object]) -> object:
    """Do it and say what it took."""
    wall, cpu = time.perf_counter(), _cpu()
    found = act()
    print(f"| {name} | {time.perf_counter() - wall:.1f} | {_cpu() - cpu:.1f} | {found if found is not None else ''} |", flush=True)
    return found


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory")
    arguments.add_argument("--project", required=True)
    arguments.add_argument(
        "--factor", type=float, default=2.0, help="times a dollar per million tokens: another one changes all again"
    )
    chosen = arguments.parse_args()
    driver = connect_embedded(chosen.directory)
    SpanStore(driver).migrate()
    repricer = Repricer(driver)
    repricer.drop(RUN)  # of a run that was cut short
    rates = Rates(input=chosen.factor, output=4 * chosen.factor)
    pricing = Pricing(repricer, chosen.project, [PriceOverride(id="bench", model=".*", regex=True, rates=rates)])
    days = repricer.days(chosen.project, None, None)
    told = f"{sum(day.calls for day in days):,} calls of {len(days)} days"
    spend = Statement(sql="SELECT round(sum(cost), 2) FROM spans FINAL", parameters={})
    print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {told}\n")
    print("| what | s | CPU s | answer |\n| --- | --- | --- | --- |")
    timed("spend, before", lambda: driver.query(spend).rows[0][0])
    timed("preview", lambda: sum(one.rows for day in days for one in pricing.changes(day.day)))
    repricer.prepare(RUN)
    timed("prepare", lambda: [pricing.fill(RUN, day.day) for day in days] and None)
    timed("swap", lambda: repricer.swap(RUN))
    timed("spend, right after", lambda: driver.query(spend).rows[0][0])
    timed("spend, again", lambda: driver.query(spend).rows[0][0])
    repricer.drop(RUN)
    timed("nothing is left to change", lambda: sum(one.rows for day in days for one in pricing.changes(day.day)))
    driver.close()


if __name__ == "__main__":
    main()
