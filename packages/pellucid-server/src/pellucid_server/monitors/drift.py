"""Drift: whether the traffic of a window is drawn from what it was drawn from before, signal by signal, corrected for their number.

The reference is any window: the first two weeks, the weeks before, or one that somebody chose. Of numbers it is also told how much comes of
another mix of features, and how much of other values in them.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np

from pellucid_server.filters.tree import Filter, all_of
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.looking import Asks, ScoreNames, watched
from pellucid_server.monitors.words import language, mood, richness
from pellucid_server.query.facets import read_filter
from pellucid_server.query.signals import Signal
from pellucid_server.query.windows import Window
from pellucid_server.stats.drift import (
    WINDOW,
    Shift,
    categories,
    corrected,
    kernel_distance,
    matched,
    mix_and_rate,
    numbers,
    told_apart,
)
from pellucid_server.stats.embedding import Grown, embed, grown_words

LEVEL: Final = 0.05
SEGMENTED_BY: Final = "feature"
TEXTS: Final = 500
MAX_SCORES: Final = 10
SEED: Final = 7
"""Of permutations and splits: the same data say the same each time."""
SMALL_INDEX: Final = 0.1
"""A population stability index below this is no shift worth a word, however many cases make it significant."""
SMALL_GAP: Final = 0.1
"""So is a gap of distributions below this."""
SMALL_HITS: Final = 0.55
"""And a classifier that is right no more often than this."""


class DriftAsks(Asks, Protocol):
    """The store, as drift needs it."""

    def sample(self, scope: Scope, signal: Signal, window: Window, *, limit: int) -> Sequence[tuple[float, str]]:
        """Values with their segments."""
        ...

    def texts(self, scope: Scope, node: Filter, window: Window, side: str, *, limit: int) -> Sequence[str]:
        """Beginnings of texts."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A signal of the report."""

    key: str
    label: str
    severity: str
    """Of its drift: quality is an error, length a warning, the rest for information."""
    measure: str = ""
    dimension: str = ""
    filter: str = ""
    per_trace: bool = False


_ANSWERS: Final = "kind:generation outcome:success folded:false"
NUMBERS: Final = (
    Watched(key="output_tokens", label="Answer length", severity="warning", measure="output_tokens", filter=_ANSWERS),
    Watched(key="input_tokens", label="Prompt length", severity="warning", measure="input_tokens", filter=_ANSWERS),
    Watched(key="duration", label="Latency", severity="warning", measure="duration", filter="is_root:true"),
    Watched(key="ttft", label="Time to first token", severity="info", measure="ttft", filter=_ANSWERS),
    Watched(key="cost", label="Cost of a request", severity="warning", measure="cost", per_trace=True),
    Watched(
        key="document_count", label="Documents retrieved", severity="warning", measure="document_count", filter="kind:retriever"
    ),
)
CATEGORIES: Final = (
    Watched(key="outcome", label="Outcome", severity="error", dimension="outcome", filter="kind:generation folded:false"),
    Watched(key="model", label="Model", severity="info", dimension="model", filter="kind:generation folded:false"),
    Watched(key="finish_reason", label="Finish reason", severity="warning", dimension="finish_reason", filter=_ANSWERS),
    Watched(key="feature", label="Feature", severity="info", dimension="feature", filter="is_root:true"),
    Watched(key="user_tier", label="User tier", severity="info", dimension="user_tier", filter="is_root:true"),
    Watched(
        key="document_classes",
        label="Classes of documents",
        severity="warning",
        dimension="document_classes",
        filter="kind:retriever",
    ),
    Watched(key="index_version", label="Index version", severity="info", dimension="retrieval_version", filter="kind:retriever"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One line of the report."""

    key: str
    label: str
    kind: str
    """`number`, `category` or `text`."""
    severity: str
    shift: Shift | None
    """None: too few cases."""
    adjusted_p: float | None
    drifted: bool
    cause: str = ""
    """Of a number that drifted: `mix` where nothing is left of it once both sides have the same mix of features, else `rate`."""
    before: float | None = None
    """Mean, where it is a number."""
    now: float | None = None
    mix: float | None = None
    """Of the difference of means: how much comes of another mix of features."""
    rate: float | None = None
    parts: tuple[tuple[str, float, float], ...] = ()
    """Of categories: value, share before, share now."""
    words: tuple[Grown, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """What drifted."""

    reference: Window
    current: Window
    found: tuple[Found, ...]


class DriftBook:
    """The verb."""

    def __init__(self, asks: DriftAsks, score_names: ScoreNames) -> None:
        self._asks = asks
        self._score_names = score_names

    def report(self, scope: Scope, current: Window, reference: Window, node: Filter) -> DriftReport:
        """All signals, the surest drift first. p-values are adjusted for their number (Benjamini and Hochberg, 5 %)."""
        scores = [
            Watched(key=f"score:{name}", label=f"Score {name}", severity="error", measure=f"score:{name}")
            for name in list(self._score_names(scope, "score:*"))[:MAX_SCORES]
        ]
        found = [
            *(self._number(scope, one, current, reference, node) for one in (*scores, *NUMBERS)),
            *(self._category(scope, one, current, reference, node) for one in CATEGORIES),
            *self._texts(scope, current, reference, node),
        ]
        return DriftReport(reference=reference, current=current, found=tuple(_judged(found)))

    def _number(self, scope: Scope, one: Watched, current: Window, reference: Window, node: Filter) -> Found:
        signal = Signal(
            measure=one.measure,
            filter=all_of([watched(node), read_filter(one.filter)]),
            per_trace=one.per_trace,
            dimension=SEGMENTED_BY,
        )
        before = self._asks.sample(scope, signal, reference, limit=WINDOW)
        now = self._asks.sample(scope, signal, current, limit=WINDOW)
        made = _of_numbers(one, [value for value, _ in before], [value for value, _ in now])
        split = mix_and_rate(_summed(before), _summed(now)) if made.shift else None
        return made if split is None else replace(made, mix=split[0], rate=split[1], cause=_cause(made, before, now))

    def _category(self, scope: Scope, one: Watched, current: Window, reference: Window, node: Filter) -> Found:
        signal = Signal(measure="spans", filter=all_of([watched(node), read_filter(one.filter)]), dimension=one.dimension)
        before = {part.segment: part.moments.n for part in self._asks.stretches(scope, signal, reference)}
        now = {part.segment: part.moments.n for part in self._asks.stretches(scope, signal, current)}
        return _of_categories(one, before, now)

    def _texts(self, scope: Scope, current: Window, reference: Window, node: Filter) -> list[Found]:
        answers = all_of([watched(node), read_filter(_ANSWERS)])
        before = self._asks.texts(scope, answers, reference, "output", limit=TEXTS)
        now = self._asks.texts(scope, answers, current, "output", limit=TEXTS)
        roots = all_of([watched(node), read_filter("is_root:true")])
        asked_before = self._asks.texts(scope, roots, reference, "input", limit=TEXTS)
        asked_now = self._asks.texts(scope, roots, current, "input", limit=TEXTS)
        return [
            _of_texts("richness", "Richness of words in answers", richness, before, now),
            _of_texts("mood", "Mood of answers", mood, before, now),
            _of_categories(
                Watched(key="language", label="Language of answers", severity="warning"),
                Counter(map(language, before)),
                Counter(map(language, now)),
            ),
            *_of_space(asked_before, asked_now),
        ]


def _of_numbers(one: Watched, before: Sequence[float], now: Sequence[float]) -> Found:
    return Found(
        key=one.key,
        label=one.label,
        kind="number",
        severity=one.severity,
        shift=numbers(before, now),
        adjusted_p=None,
        drifted=False,
        before=float(np.mean(before)) if len(before) else None,
        now=float(np.mean(now)) if len(now) else None,
    )


def _cause(made: Found, before: Sequence[tuple[float, str]], now: Sequence[tuple[float, str]]) -> str:
    """`mix` or `rate` of what looks moved; where too few are left of the same mix to tell, it is taken for real."""
    if made.shift is None or made.shift.p >= LEVEL:
        return ""
    apart = numbers(*matched(before, now, np.random.default_rng(SEED)))
    return "mix" if apart is not None and apart.p >= LEVEL else "rate"


def _of_categories(one: Watched, before: Mapping[str, int], now: Mapping[str, int]) -> Found:
    n, m = max(1, sum(before.values())), max(1, sum(now.values()))
    names = sorted(before.keys() | now.keys(), key=lambda name: -abs(now.get(name, 0) / m - before.get(name, 0) / n))
    scaled = _at_most(before), _at_most(now)
    return Found(
        key=one.key,
        label=one.label,
        kind="category",
        severity=one.severity,
        shift=categories(*scaled),
        adjusted_p=None,
        drifted=False,
        parts=tuple((name or "none", before.get(name, 0) / n, now.get(name, 0) / m) for name in names[:8]),
    )


def _at_most(counts: Mapping[str, int]) -> dict[str, int]:
    """As if no more than `WINDOW` had been drawn."""
    total = sum(counts.values())
    scale = min(1.0, WINDOW / total) if total else 1.0
    return {name: round(count * scale) for name, count in counts.items()}


def _of_texts(key: str, label: str, read: Callable[[str], float | None], before: Sequence[str], now: Sequence[str]) -> Found:
    left = [value for value in map(read, before) if value is not None]
    right = [value for value in map(read, now) if value is not None]
    return _of_numbers(Watched(key=key, label=label, severity="warning"), left, right)


def _of_space(before: Sequence[str], now: Sequence[str]) -> list[Found]:
    """Questions as points: whether the clouds differ, whether a classifier tells them apart, and which words say so."""
    points = embed([*before, *now])
    left, right = points[: len(before)], points[len(before) :]
    rng = np.random.default_rng(SEED)
    tests = (("mmd", "Questions, by kernel distance", kernel_distance), ("c2st", "Questions, told apart", told_apart))
    words = tuple(grown_words(before, now)) if before and now else ()
    return [
        Found(
            key=f"input_{key}",
            label=label,
            kind="text",
            severity="warning",
            shift=test(left, right, rng),
            adjusted_p=None,
            drifted=False,
            before=_spread(left),
            now=_spread(right),
            words=words if key == "mmd" else (),
        )
        for key, label, test in tests
    ]


def _spread(points: np.ndarray) -> float | None:
    """Mean squared distance from the centre."""
    return float(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()) if len(points) else None


def _summed(values: Sequence[tuple[float, str]]) -> dict[str, tuple[int, float]]:
    sums: dict[str, tuple[int, float]] = {}
    for value, segment in values:
        count, total = sums.get(segment, (0, 0.0))
        sums[segment] = (count + 1, total + value)
    return sums


def _judged(found: Sequence[Found]) -> list[Found]:
    tested = [one for one in found if one.shift is not None]
    adjusted = corrected([one.shift.p for one in tested if one.shift is not None])
    judged = [
        replace(one, adjusted_p=p, drifted=p < LEVEL and _is_worth_a_word(one)) for one, p in zip(tested, adjusted, strict=True)
    ]
    return [
        *sorted(judged, key=lambda one: (not one.drifted, one.adjusted_p)),
        *(one for one in found if one.shift is None),
    ]


def _is_worth_a_word(one: Found) -> bool:
    if one.shift is None:
        return False
    if one.shift.test == "chi2":
        return one.shift.effect >= SMALL_INDEX
    if one.shift.test == "c2st":
        return one.shift.effect >= SMALL_HITS
    return one.shift.effect >= SMALL_GAP if one.shift.test == "ks" else True
