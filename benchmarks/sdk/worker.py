"""One measurement in one process: `worker.py CLIENT URL MODE CALLS`; prints JSON lines.

Modes: burst (back to back), paced (2 ms between calls), fault (burst, then flush with a deadline of 20 s in a thread).
"""

import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from clients import CALLS_LIMIT_S, CLIENTS, percentile, question, report, resident_bytes

WARM_UP = 200
PACE_S = 0.002
FLUSH_LIMIT_S = 20.0


def main(client: str, url: str, mode: str, calls: int) -> None:
    """Measure and report."""
    call, flush = CLIENTS[client](url)
    for number in range(WARM_UP):
        call(question(number))
        time.sleep(PACE_S / 2)
    durations: list[int] = []
    before, cpu = resident_bytes(), time.process_time()
    began = time.perf_counter()
    for number in range(WARM_UP, WARM_UP + calls):
        text = question(number)
        start = time.perf_counter_ns()
        call(text)
        durations.append(time.perf_counter_ns() - start)
        if mode == "paced":
            time.sleep(PACE_S)
        if time.perf_counter() - began > CALLS_LIMIT_S:
            break
    took = time.perf_counter() - began
    peak = resident_bytes() - before
    flushed = _flushed(flush)
    cpu = time.process_time() - cpu
    report(
        p50=percentile(durations, 0.5),
        p95=percentile(durations, 0.95),
        p99=percentile(durations, 0.99),
        mean=sum(durations) / len(durations) / 1000,
        max_ms=max(durations) / 1e6,
        took_s=took,
        cpu_us=cpu / len(durations) * 1e6,
        rss_mb=max(peak, resident_bytes() - before) / 1e6,
        flush_s=flushed,
        calls=len(durations) + WARM_UP,
        cpu_at=time.process_time(),
        left_at=time.time(),
    )


def _flushed(flush: object) -> float:
    """Seconds that the client's own flush took, FLUSH_LIMIT_S at most."""
    began = time.perf_counter()
    thread = threading.Thread(target=flush, daemon=True)  # type: ignore[arg-type]  # any callable
    thread.start()
    thread.join(FLUSH_LIMIT_S)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
