"""Simulate deploys that change nothing, and print for how many of them an alarm of an always-valid rule would be blamed on them.

python -m benchmarks.deploys --deploys 4000
"""

import argparse
import time
from collections import Counter

import scipy
from tests.unit.monitors.benign import LEARNT_DAYS, SERVICES, Tally, simulate

DAYS = 100


def main() -> None:
    """One series after the other, until there are enough deploys."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--deploys", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=900)
    options = parser.parse_args()
    tally, seed, begun = Tally(), options.seed, time.process_time()
    while tally.deploys < options.deploys:
        tally += simulate(SERVICES[seed % len(SERVICES)], LEARNT_DAYS + DAYS, seed)
        seed += 1
        print(f"{tally} {dict(Counter(tally.by_rule))}", flush=True)
    for words, count in (("blamed for an alarm", tally.blamed), ("with an alarm before the next deploy", tally.alarmed)):
        found = scipy.stats.binomtest(count, tally.deploys).proportion_ci(0.95, method="exact")
        print(f"{count} of {tally.deploys} {words}: exact 95 % interval {found.low:.2%} to {found.high:.2%}")
    print(f"{time.process_time() - begun:.0f} s of CPU")


if __name__ == "__main__":
    main()
