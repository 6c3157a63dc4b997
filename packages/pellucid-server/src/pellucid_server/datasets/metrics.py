"""Metrics of an experiment: by name and case, the mean over repetitions, and which way is better.

Here is decided once what counts as a value, so that the gate and the comparison look at the same numbers.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from pellucid_server.store.meta.experiments import Result

DURATION, COST = "duration_ms", "cost"
MEASURED: Final = (DURATION, COST)
"""Measured of every answer beside what scores say of it: compared always, and looked at by a gate only where it names them."""
LESS: Final = frozenset(
    {
        "bias", "cer", "cost", "duration", "error", "errors", "hallucination", "hallucinations", "harm", "latency", "perplexity",
        "price", "refusal", "refusals", "toxicity", "tokens", "ttft", "violations", "wer",
    }
)  # fmt: skip
"""Last words of names of which less is better, unless the score says otherwise."""
_WORDS: Final = re.compile(r"[a-z]+")
_UNITS: Final = frozenset({"ms", "s", "us", "usd", "rate", "score", "share"})
_NEGATIONS: Final = frozenset({"no", "non", "not", "without"})

Means = Mapping[str, Mapping[str, float]]
"""Metric → item → mean over repetitions."""


def means(results: Iterable[Result]) -> Means:
    """A score without a valid value is missing, never zero; so is the duration of a case that raised."""
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        for score in result.scores:
            value = score.get("value")
            if score.get("status", "valid") == "valid" and isinstance(value, int | float):
                values[str(score.get("name", ""))][result.item_id].append(float(value))
        if result.error is None and result.duration_ms is not None:
            values[DURATION][result.item_id].append(result.duration_ms)
    return {name: {item: sum(of) / len(of) for item, of in items.items()} for name, items in values.items()}


def lower_is_better(results: Iterable[Result]) -> frozenset[str]:
    """Names of metrics of which less is better: as the scores say, else by their names."""
    told: dict[str, bool] = {DURATION: True}
    for result in results:
        for score in result.scores:
            name, said = str(score.get("name", "")), score.get("lower_is_better")
            if isinstance(said, bool):
                told[name] = said
            else:
                told.setdefault(name, named_for_less(name))
    return frozenset(name for name, less in told.items() if less)


def named_for_less(name: str) -> bool:
    """Whether a name is one of what costs, takes or harms: `answer_toxicity`, `latency_ms`, not `non_toxicity`."""
    words = _WORDS.findall(name.lower())
    while words and words[-1] in _UNITS:
        words.pop()
    return bool(words) and words[-1] in LESS and not _NEGATIONS & set(words)
