"""The report on drift."""

from pydantic import BaseModel

from pellucid_server.api.wire.times import WireTime
from pellucid_server.monitors.drift import DriftReport, Found
from pellucid_server.monitors.drifting import found_in, pages
from pellucid_server.store.meta.drift_runs import DriftRun


class PartAnswer(BaseModel):
    """A value and its share on both sides."""

    value: str
    before: float
    now: float


class FoundAnswer(BaseModel):
    """One signal."""

    key: str
    label: str
    kind: str
    severity: str
    test: str
    """Empty: too few cases."""
    p: float | None
    adjusted_p: float | None
    effect: float | None
    n_reference: int
    n_current: int
    drifted: bool
    before: float | None
    now: float | None
    cause: str
    """Of a number that moved: `mix` where nothing is left of it once both sides have the same mix of features, else `rate`."""
    mix: float | None
    rate: float | None
    parts: list[PartAnswer]
    words: list[PartAnswer]


class DriftAnswer(BaseModel):
    """All signals, the surest drift first."""

    reference_start: WireTime
    reference_end: WireTime
    start: WireTime
    end: WireTime
    data: list[FoundAnswer]


class DriftRunAnswer(BaseModel):
    """A scheduled comparison."""

    id: str
    time: WireTime
    slice: str
    reference_start: WireTime
    reference_end: WireTime
    start: WireTime
    end: WireTime
    tested: int
    """Signals with enough cases."""
    moved: list[FoundAnswer]
    """Those that drifted, the surest first."""
    pages: list[str]
    """Keys of those among them for which rules on drift fire."""


def to_drift_run(run: DriftRun) -> DriftRunAnswer:
    """`run` for the wire."""
    found = found_in(run)
    return DriftRunAnswer(
        id=run.id,
        time=run.time,
        slice=run.slice,
        reference_start=run.reference_start,
        reference_end=run.reference_end,
        start=run.window_start,
        end=run.window_end,
        tested=sum(1 for one in found if one.shift is not None),
        moved=[_to_found(one) for one in found if one.drifted],
        pages=[one.key for one in found if pages(one)],
    )


def to_drift(report: DriftReport) -> DriftAnswer:
    """`report` for the wire."""
    return DriftAnswer(
        reference_start=report.reference.start or 0,
        reference_end=report.reference.end or 0,
        start=report.current.start or 0,
        end=report.current.end or 0,
        data=[_to_found(one) for one in report.found],
    )


def _to_found(found: Found) -> FoundAnswer:
    shift = found.shift
    return FoundAnswer(
        key=found.key,
        label=found.label,
        kind=found.kind,
        severity=found.severity,
        test=shift.test if shift else "",
        p=shift.p if shift else None,
        adjusted_p=found.adjusted_p,
        effect=shift.effect if shift else None,
        n_reference=shift.n_reference if shift else 0,
        n_current=shift.n_current if shift else 0,
        drifted=found.drifted,
        before=found.before,
        now=found.now,
        cause=found.cause,
        mix=found.mix,
        rate=found.rate,
        parts=[PartAnswer(value=value, before=before, now=now) for value, before, now in found.parts],
        words=[PartAnswer(value=word.text, before=word.before, now=word.now) for word in found.words],
    )
