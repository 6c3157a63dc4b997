"""How long decoding takes: `python -m tests.corpus.measure` prints microseconds a span on the corpus, one core, the best of many rounds."""

import time

from tests.corpus.loader import RECEIVED_AT, captures

from pellucid_server.dialects.decode import decode

ROUNDS = 40


def main() -> None:
    """Processor time, not wall time: other work on the machine counts less."""
    spans = [span for capture in captures() for span in capture.raw]
    rounds, best = [], dict.fromkeys(range(len(spans)), 1.0)
    for _ in range(ROUNDS):
        begun = time.process_time()
        for span in spans:
            decode(span, received_at=RECEIVED_AT)
        rounds.append((time.process_time() - begun) / len(spans))
    for _ in range(ROUNDS):
        for position, span in enumerate(spans):
            begun = time.perf_counter()
            decode(span, received_at=RECEIVED_AT)
            best[position] = min(best[position], time.perf_counter() - begun)
    each = sorted(best.values())
    print(f"{len(spans)} spans, best of {ROUNDS} rounds: {min(rounds) * 1e6:.1f} µs a span")
    print(
        f"each span's best: mean {sum(each) / len(each) * 1e6:.1f}, median {each[len(each) // 2] * 1e6:.1f}, worst {each[-1] * 1e6:.1f} µs"
    )


if __name__ == "__main__":
    main()
