"""Prompts as the traffic shows them, on the wire."""

from pydantic import BaseModel, Field

from pellucid_server.api.wire.times import WireTime
from pellucid_server.prompts.insights import Fragment, LiveEntry, Variant, VariantGroup, VersionReport
from pellucid_server.stats.intervals import Estimate


class EstimateAnswer(BaseModel):
    """A value with its 95 % interval and the number of cases behind it."""

    value: float
    low: float | None
    high: float | None
    n: int


class VersionReportAnswer(BaseModel):
    """What a version did. Costs in US dollars, durations in ms."""

    version: str
    """Empty: calls that belong to the prompt by a bound fingerprint."""
    calls: int
    users: int
    cost: float | None
    """Of all priced calls; null where none is."""
    cost_per_call: float | None
    duration_p50: float | None
    duration_p95: float | None
    error_rate: EstimateAnswer | None
    refusal_rate: EstimateAnswer | None
    positive_rate: EstimateAnswer | None
    """Feedback of 0.7 and above as a share of all feedback; null where there are 10 or fewer."""
    feedback: int
    scores: dict[str, EstimateAnswer]
    first_time: WireTime
    last_time: WireTime


class VersionReportsAnswer(BaseModel):
    """All versions that served, the newest first."""

    data: list[VersionReportAnswer]


class LiveAnswer(BaseModel):
    """Something that served of late."""

    kind: str
    """`prompt`, `fingerprint`, `model`, `release` or `sdk`."""
    value: str
    """Of a prompt its name."""
    version: str | None
    label: str | None
    calls: int
    share: float
    """Of the calls that have a value of this kind."""
    status: str
    """`current`, `new`, `stale` or `unexpected`."""
    why: str
    first_time: WireTime
    """In the last two weeks."""
    last_time: WireTime


class LiveListAnswer(BaseModel):
    """What is live: by kind, what stands out first."""

    minutes: int
    data: list[LiveAnswer]


class VariantAnswer(BaseModel):
    """A rendering of a system prompt."""

    fingerprint: str
    calls: int
    share: float
    """Of its group."""
    first_time: WireTime
    last_time: WireTime
    prompts: list[str]
    """Registered prompts that its calls named."""
    bound_to: str | None
    trace_id: str
    span_id: str
    """A call that shows it."""
    text: str
    added: list[str]
    """Fragments that the group's most frequent rendering does not have."""
    removed: list[str]


class SpreadAnswer(BaseModel):
    """How the values of an attribute divide the receivers."""

    attribute: str
    strength: float
    """From 0 to 1: how much the attribute says about which variant somebody gets."""
    values: dict[str, dict[str, int]]
    """Value (empty: none) → `with` or `without` → calls."""


class FragmentAnswer(BaseModel):
    """A piece of text that some variants of a group have and others do not."""

    text: str
    fingerprints: list[str]
    since: WireTime
    calls: int
    calls_without: int
    """Of the group's other variants, since then."""
    receivers: list[SpreadAnswer]
    """The attributes that best tell who gets it, since then."""


class VariantGroupAnswer(BaseModel):
    """Renderings that are variants of one prompt."""

    prompts: list[str]
    calls: int
    variants: list[VariantAnswer]
    fragments: list[FragmentAnswer]


class VariantGroupsAnswer(BaseModel):
    """Groups with more than one variant first."""

    data: list[VariantGroupAnswer]


class BindingBody(BaseModel):
    """The registered prompt that a fingerprint belongs to."""

    prompt: str = Field(min_length=1, max_length=200)


class BindingAnswer(BaseModel):
    """A fingerprint and its prompt."""

    fingerprint: str
    prompt: str


def to_report(report: VersionReport) -> VersionReportAnswer:
    """A version for the wire."""
    traffic = report.traffic
    return VersionReportAnswer(
        version=traffic.version,
        calls=traffic.calls,
        users=traffic.users,
        cost=traffic.cost if traffic.priced else None,
        cost_per_call=traffic.cost / traffic.priced if traffic.priced else None,
        duration_p50=traffic.duration_p50,
        duration_p95=traffic.duration_p95,
        error_rate=to_estimate(report.error_rate),
        refusal_rate=to_estimate(report.refusal_rate),
        positive_rate=to_estimate(report.positive_rate),
        feedback=report.feedback,
        scores={name: _known(estimate) for name, estimate in report.scores.items()},
        first_time=traffic.first_time,
        last_time=traffic.last_time,
    )


def to_live(entry: LiveEntry) -> LiveAnswer:
    """Something live for the wire."""
    served = entry.served
    name, version, label = (*served.value, "", "")[:3]
    return LiveAnswer(
        kind=served.kind,
        value=name,
        version=version or None,
        label=label or None,
        calls=served.calls,
        share=entry.share,
        status=entry.status,
        why=entry.why,
        first_time=served.first_time,
        last_time=served.last_time,
    )


def to_group(group: VariantGroup) -> VariantGroupAnswer:
    """A group for the wire."""
    return VariantGroupAnswer(
        prompts=list(group.prompts),
        calls=group.calls,
        variants=[_variant(variant) for variant in group.variants],
        fragments=[_fragment(fragment) for fragment in group.fragments],
    )


def _fragment(fragment: Fragment) -> FragmentAnswer:
    return FragmentAnswer(
        text=fragment.text,
        fingerprints=list(fragment.fingerprints),
        since=fragment.since,
        calls=fragment.calls,
        calls_without=fragment.calls_without,
        receivers=[
            SpreadAnswer(
                attribute=spread.attribute,
                strength=spread.strength,
                values={value: dict(counts) for value, counts in spread.values.items()},
            )
            for spread in fragment.receivers
        ],
    )


def _variant(variant: Variant) -> VariantAnswer:
    seen = variant.seen
    return VariantAnswer(
        fingerprint=seen.fingerprint,
        calls=seen.calls,
        share=variant.share,
        first_time=seen.first_time,
        last_time=seen.last_time,
        prompts=list(seen.prompts),
        bound_to=variant.bound_to,
        trace_id=seen.trace_id,
        span_id=seen.span_id,
        text=seen.text,
        added=list(variant.difference.added),
        removed=list(variant.difference.removed),
    )


def to_estimate(estimate: Estimate | None) -> EstimateAnswer | None:
    """An estimate for the wire."""
    return None if estimate is None else _known(estimate)


def _known(estimate: Estimate) -> EstimateAnswer:
    return EstimateAnswer(value=estimate.value, low=estimate.low, high=estimate.high, n=estimate.n)
