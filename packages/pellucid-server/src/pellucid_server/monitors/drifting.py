"""Drift on a rhythm: a rule of the kind `drift` compares its window with a reference every six hours, keeps what was found, and fires for
each signal that moved.

The reference is what the first two weeks were, once they are over, or a captured stretch of time. A look in between answers from the run
that is kept, so that a restart neither compares again nor forgets. What only comes of another mix of features is told in the report and
pages nobody.
"""

from collections.abc import Callable, Sequence
from typing import Final

from pydantic import TypeAdapter

from pellucid_server.core.clock import DAY, HOUR, SECOND, Micros
from pellucid_server.core.ids import IdSource
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.drift import DriftBook, Found
from pellucid_server.monitors.incidents import Seen
from pellucid_server.monitors.looking import Finding
from pellucid_server.monitors.rules import Rule
from pellucid_server.monitors.verdicts import FIRING, OK, TOO_FEW, Verdict
from pellucid_server.query.facets import read_filter
from pellucid_server.query.windows import Window
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.drift_runs import DriftRun
from pellucid_server.store.meta.monitors import MonitorState

EVERY: Final = 6 * HOUR
BASELINE: Final = 14 * DAY
"""The first two weeks (K2)."""
PAGES_BELOW: Final = 0.01
"""The adjusted p-value of what pages. A report calls drift what is below 0.05; a rule looks again and again, and its windows of a week are
new once a week: one false page in a hundred weeks, were the cases independent of each other."""
TESTS: Final = {"ks": "KS gap", "chi2": "stability index", "mmd": "kernel distance", "c2st": "told apart"}
MAX_RUNS: Final = 200
_FOUND: Final = TypeAdapter(list[Found])

Oldest = Callable[[Scope], Micros | None]
"""When the traffic of a project begins."""


class DriftLooker:
    """Judges rules on drift."""

    def __init__(self, store: MetaStore, book: DriftBook, oldest: Oldest, new_id: IdSource) -> None:
        self._store = store
        self._book = book
        self._oldest = oldest
        self._new_id = new_id

    def __call__(self, scope: Scope, rule: Rule, states: Sequence[MonitorState], now: Micros) -> list[Seen]:
        """Each signal of the rule, by the run that is kept, or by a new one where it is due."""
        part = slice_of(rule)
        with self._store.reading() as unit:
            run = unit.drift_runs.latest(scope.project_id, part)
        # A clock that was set back must not stop the rhythm until it has caught up.
        if run is None or abs(now - run.time) >= EVERY:
            made = self.compare(scope, rule, now)
            if made is not None:
                with self._store.writing() as unit:
                    unit.drift_runs.add(made)
                run = made
        return [] if run is None else seen_in(rule, run)

    def compare(self, scope: Scope, rule: Rule, now: Micros) -> DriftRun | None:
        """One run; None where the reference is not over before the window begins, or nothing could be compared."""
        current = Window(start=now - rule.window_s * SECOND, end=now)
        start, end = self._reference(scope, rule)
        if not start or end > now - rule.window_s * SECOND:
            return None
        report = self._book.report(scope, current, Window(start=start, end=end), read_filter(rule.filter))
        if all(one.shift is None for one in report.found):
            return None
        return DriftRun(
            id=self._new_id("drift"),
            project_id=scope.project_id,
            slice=slice_of(rule),
            time=now,
            reference_start=start,
            reference_end=end,
            window_start=now - rule.window_s * SECOND,
            window_end=now,
            found=_FOUND.dump_python(list(report.found), mode="json"),
        )

    def _reference(self, scope: Scope, rule: Rule) -> tuple[Micros, Micros]:
        if rule.reference_end:
            return rule.reference_start, rule.reference_end
        begun = self._oldest(scope)
        return (0, 0) if begun is None else (begun, begun + BASELINE)


class DriftRunBook:
    """What was found before."""

    def __init__(self, store: MetaStore) -> None:
        self._store = store

    def list_runs(self, scope: Scope, limit: int) -> list[DriftRun]:
        """The newest first."""
        with self._store.reading() as unit:
            return unit.drift_runs.of_project(scope.project_id, max(1, min(limit, MAX_RUNS)))


def slice_of(rule: Rule) -> str:
    """What is compared with what: rules that ask the same share their runs."""
    reference = f"{rule.reference_start}..{rule.reference_end}" if rule.reference_end else "first weeks"
    return f"{rule.filter} | {rule.window_s} s | {reference}"


def found_in(run: DriftRun) -> list[Found]:
    """The signals of a run."""
    return _FOUND.validate_python(list(run.found))


def seen_in(rule: Rule, run: DriftRun) -> list[Seen]:
    """How the signals that the rule is about stand by a run."""
    severity = rule.measure.partition(":")[2]
    window = Window(start=run.window_start, end=run.window_end)
    return [
        Seen(
            finding=Finding(
                segment=one.label,
                measure=one.key,
                value="",
                window=window,
                verdict=Verdict(
                    status=TOO_FEW if one.shift is None else FIRING if pages(one) else OK,
                    value=one.now,
                    bound=one.before,
                    n=0 if one.shift is None else one.shift.n_current,
                ),
                text=in_words(one),
            )
        )
        for one in found_in(run)
        if severity in ("*", one.severity)
    ]


def pages(found: Found) -> bool:
    """Whether a signal moved so surely, and by itself, that people must know."""
    return found.drifted and found.cause != "mix" and found.adjusted_p is not None and found.adjusted_p < PAGES_BELOW


def in_words(found: Found) -> str:
    """One line for people."""
    shift = found.shift
    if shift is None:
        return f"{found.label}: too few cases to compare"
    moved = "" if found.before is None or found.now is None else f" {found.before:.4g} → {found.now:.4g}"
    parts = (
        "".join(f", {name} {before:.0%} → {now:.0%}" for name, before, now in found.parts[:3]) if found.kind == "category" else ""
    )
    return (
        f"{found.label} moved{moved}{parts} ({TESTS[shift.test]} {shift.effect:.3g}, adjusted p = {found.adjusted_p:.2g}, "
        f"n = {shift.n_reference} before and {shift.n_current} now)"
    )
