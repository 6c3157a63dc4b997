"""What is compared: each answer's numbers, and how two columns differ over the same cases, with intervals."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.llm.calls import ModelAnswer
from pellucid_server.model.json import JsonValue
from pellucid_server.model.span import Outcome
from pellucid_server.playground.recordings import Chain, Recording
from pellucid_server.stats.intervals import mean, share
from pellucid_server.stats.paired import compare

_WORD = re.compile(r"\w+")
PREVIEW_CHARS = 2_000
SCORE: Final = "score:"
VALID: Final = "valid"
SCORE_MARGIN: Final = 0.02
"""The loss of a score that would still be accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A number of every answer."""

    name: str
    higher_is_better: bool
    binary: bool = False
    relative_margin: float = 0.0
    """Of the baseline's mean: the loss that would still be accepted."""
    margin: float = 0.0


MEASURES: Final = (
    Measure(name="agreement", higher_is_better=True, margin=0.05),
    Measure(name="cost", higher_is_better=False, relative_margin=0.05),
    Measure(name="duration", higher_is_better=False, relative_margin=0.1),
    Measure(name="output_tokens", higher_is_better=False, relative_margin=0.1),
    Measure(name="refused", higher_is_better=False, binary=True, margin=0.02),
)
"""`agreement` is with the expected answer where a case has one, else with the recorded one."""

Numbers = Mapping[str, JsonValue]


def of_answers(answers: Sequence[ModelAnswer], reference: str | None) -> dict[str, JsonValue]:
    """Of one case: the calls that led to its answer, together."""
    last = answers[-1]
    costs = [answer.cost.total for answer in answers if answer.cost is not None]
    return {
        "text": last.text[:PREVIEW_CHARS],
        "tool_calls": [{"name": call.name, "arguments": call.arguments} for call in last.tool_calls],
        "structured": last.structured,
        "outcome": last.outcome.value,
        "finish_reason": last.finish_reason,
        "model": last.model,
        "cost": sum(costs) if len(costs) == len(answers) else None,
        "duration": sum(answer.duration_ms for answer in answers),
        "output_tokens": sum(answer.usage.output_total for answer in answers),
        "refused": 1.0 if last.outcome is Outcome.REFUSED else 0.0,
        "agreement": None if reference is None else agreement(last.text, reference),
        "trace_id": last.trace_id,
        "span_id": last.span_id,
    }


def of_chain(chain: Chain) -> dict[str, JsonValue]:
    """The same of what was recorded."""
    return of_recordings(chain.steps)


def of_recordings(steps: Sequence[Recording]) -> dict[str, JsonValue]:
    """The same of recorded generations that led to one answer."""
    last, rows = steps[-1], [step.row for step in steps]
    costs, durations = (
        [row.cost for row in rows if row.cost is not None],
        [row.duration for row in rows if row.duration is not None],
    )
    tokens = [(row.usage.output or 0) + (row.usage.reasoning or 0) + (row.usage.audio_out or 0) for row in rows]
    return {
        "text": last.text[:PREVIEW_CHARS],
        "tool_calls": [{"name": call.name or "", "arguments": call.arguments} for call in last.calls],
        "outcome": last.row.outcome,
        "model": last.row.model,
        "cost": sum(costs) if len(costs) == len(rows) else None,
        "duration": sum(durations) if len(durations) == len(rows) else None,
        "output_tokens": sum(tokens),
        "refused": 1.0 if last.row.outcome == Outcome.REFUSED else 0.0,
        "agreement": 1.0,
        "trace_id": last.row.trace_id,
        "span_id": last.row.span_id,
    }


def agreement(text: str, reference: str) -> float:
    """How much two texts share: F1 over their words, upper and lower case alike. Not whether the answer is right."""
    ours, theirs = Counter(_WORD.findall(text.lower())), Counter(_WORD.findall(reference.lower()))
    shared = sum((ours & theirs).values())
    if not ours or not theirs:
        return 1.0 if ours == theirs else 0.0
    return 2 * shared / (sum(ours.values()) + sum(theirs.values()))


def numbers_of(output: Numbers) -> Numbers:
    """The output of a cell with each valid score beside its other numbers, as `score:<name>`."""
    scores = output.get("scores")
    found: dict[str, JsonValue] = {}
    for one in scores if isinstance(scores, list) else []:
        value = one.get("value") if isinstance(one, dict) and one.get("status") == VALID else None
        if isinstance(one, dict) and isinstance(value, bool | int | float):
            found[f"{SCORE}{one.get('name')}"] = float(value)
    return {**output, **found}


def score_measures(rows: Sequence[Numbers]) -> list[Measure]:
    """A measure for each score that any of these has. A greater score is a better one."""
    values: dict[str, set[JsonValue]] = {}
    for row in rows:
        for name, value in row.items():
            if name.startswith(SCORE):
                values.setdefault(name, set()).add(value)
    return [
        Measure(name=name, higher_is_better=True, binary=values[name] <= {0.0, 1.0}, margin=SCORE_MARGIN) for name in sorted(values)
    ]


def summed(rows: Sequence[Numbers], more: Sequence[Measure] = ()) -> list[JsonValue]:
    """Every measure's mean over these cases, with its interval; `missing`: cases that have no such number."""
    found: list[JsonValue] = []
    for measure in (*MEASURES, *more):
        values = [float(value) for row in rows if isinstance(value := row.get(measure.name), int | float)]
        estimate = share(round(sum(values)), len(values)) if measure.binary else mean(values)
        if estimate is not None:
            found.append(
                {
                    "measure": measure.name,
                    "mean": estimate.value,
                    "low": estimate.low,
                    "high": estimate.high,
                    "n": estimate.n,
                    "missing": len(rows) - estimate.n,
                }
            )
    return found


def compared(
    pairs: Sequence[tuple[Numbers, Numbers]], *, skip: Sequence[str] = (), more: Sequence[Measure] = ()
) -> list[JsonValue]:
    """Every measure over (ours, baseline) of the same cases; only cases in which both have the number count."""
    measures = [measure for measure in (*MEASURES, *more) if measure.name not in skip]
    return [found for measure in measures if (found := _compared(measure, pairs)) is not None]


def _compared(measure: Measure, pairs: Sequence[tuple[Numbers, Numbers]]) -> JsonValue:
    both = [
        (float(ours), float(base))
        for mine, theirs in pairs
        if isinstance(ours := mine.get(measure.name), int | float) and isinstance(base := theirs.get(measure.name), int | float)
    ]
    if not both:
        return None
    sign = 1.0 if measure.higher_is_better else -1.0
    base_mean = sum(base for _, base in both) / len(both)
    margin = max(measure.margin, measure.relative_margin * abs(base_mean))
    found = compare([sign * ours for ours, _ in both], [sign * base for _, base in both], margin=margin, binary=measure.binary)
    if found is None:
        return None
    ends = (found.difference.low, found.difference.high) if sign > 0 else (found.difference.high, found.difference.low)
    low, high = (None if end is None else sign * end for end in ends)
    return {
        "measure": measure.name,
        "n": found.n,
        "mean": sign * found.mean + 0.0,  # no minus before a zero
        "baseline_mean": sign * found.baseline_mean + 0.0,
        "difference": sign * found.difference.value + 0.0,
        "low": low,
        "high": high,
        "verdict": found.verdict.value,
        "needed": found.needed,
        "higher_is_better": measure.higher_is_better,
    }
