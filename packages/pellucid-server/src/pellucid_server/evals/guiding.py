"""The guided path: which step comes next, from the first rule on the busiest kind of span to judges one can believe on most of the traffic.

Pure: what the traffic is and what looks at it goes in, at most a few steps come out, each of which one click does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pellucid_server.evals.trust import TrustState
from pellucid_server.model.json import JsonValue

FIRST_SHARE: Final = 0.1
"""Of the traffic, for a judge's first days."""
WIDER: Final = 2.5
"""By how much a trusted judge's share grows in one step."""
LEAST_SHARE: Final = 0.01
"""Of all spans; a rarer kind is not proposed."""
SHOWN: Final = 3
RULES: Final[Mapping[str, str]] = {"generation": "refusal", "agent": "refusal", "chain": "pii", "tool": "no_loops"}
"""Kind of span → the entry of the gallery to begin with, for nothing."""
JUDGES: Final[Mapping[str, str]] = {
    "generation": "helpfulness",
    "agent": "helpfulness",
    "chain": "helpfulness",
    "retriever": "faithfulness",
}
"""Kind of span → the judge that tells most about it."""


class Act(StrEnum):
    """What the click does."""

    CREATE = "create"
    CONNECT = "connect"
    LABEL = "label"
    WIDEN = "widen"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCover:
    """A kind of span, of the last 24 hours."""

    kind: str
    spans: int
    share: float
    """Of all spans."""
    ruled: float
    """The share that a live rule or code looks at."""
    judged: float
    """The share that a live judge looks at, its sampling counted in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveJudge:
    """A judge that looks at live traffic."""

    id: str
    name: str
    kind: str
    """Of the spans that it sees most of."""
    state: TrustState
    needed: int
    sampling: Mapping[str, JsonValue]
    default: float
    sampled: float
    """Places of a day that it evaluates now."""
    cost_each: float | None
    budget: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeOffer:
    """A judge that could be made for a kind."""

    connection: str
    """Empty where the project has none."""
    model: str
    cost_each: float | None
    """US dollars at most: the prompt as it would be, and the longest answer that is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step."""

    act: Act
    title: str
    why: str
    cost_a_day: float | None
    """US dollars; None where nobody can tell."""
    evaluator_id: str = ""
    entry: str = ""
    """Of the gallery."""
    filter: str = ""
    plan: Mapping[str, JsonValue] = field(default_factory=dict)
    """What is sent with the click: sampling, budget, connection."""


def next_steps(kinds: Sequence[KindCover], judges: Sequence[LiveJudge], offers: Mapping[str, JudgeOffer]) -> list[Step]:
    """The next few, the most useful first."""
    steps = [
        *_first_rule(kinds),
        *_first_judges(kinds, offers),
        *map(_to_label, _unlabelled(judges)),
        *_wider(judges),
        *_more_rules(kinds),
    ]
    return steps[:SHOWN]


def _first_rule(kinds: Sequence[KindCover]) -> list[Step]:
    """Where nothing is looked at yet, one rule on the busiest kind."""
    known = [cover for cover in kinds if cover.kind in RULES]
    return (
        [_rule(known[0], "Begin with what costs nothing")]
        if known and not any(cover.ruled or cover.judged for cover in kinds)
        else []
    )


def _more_rules(kinds: Sequence[KindCover]) -> list[Step]:
    if not any(cover.ruled or cover.judged for cover in kinds):
        return []
    return [
        _rule(cover, "Widen the cover") for cover in kinds if cover.kind in RULES and not cover.ruled and cover.share >= LEAST_SHARE
    ]


def _rule(cover: KindCover, begin: str) -> Step:
    return Step(
        act=Act.CREATE,
        title=f"{begin}: a rule on {cover.kind} spans",
        why=f"{cover.share:.0%} of your spans are of this kind, and no rule looks at them. Rules are free, so it sees all of them.",
        cost_a_day=0.0,
        entry=RULES[cover.kind],
        filter=f"kind:{cover.kind}",
        plan={"sampling": {"default": 1.0, "strata": []}},
    )


def _first_judges(kinds: Sequence[KindCover], offers: Mapping[str, JudgeOffer]) -> list[Step]:
    """A judge for the busiest kind that none looks at, once a rule runs; one kind at a time."""
    if not any(cover.ruled or cover.judged for cover in kinds):
        return []
    open_kinds = [cover for cover in kinds if cover.kind in offers and not cover.judged and cover.share >= LEAST_SHARE]
    return [_judge(cover, offers[cover.kind]) for cover in open_kinds[:1]]


def _judge(cover: KindCover, offer: JudgeOffer) -> Step:
    if not offer.connection:
        return Step(
            act=Act.CONNECT,
            title="Add a model connection",
            why=f"A judge could grade {cover.kind} spans, {cover.share:.0%} of your traffic; it needs a model to ask.",
            cost_a_day=0.0,
        )
    cost = None if offer.cost_each is None else offer.cost_each * cover.spans * FIRST_SHARE
    return Step(
        act=Act.CREATE,
        title=f"Let a judge grade a tenth of your {cover.kind} spans",
        why=f"{cover.share:.0%} of your spans are of this kind, and no judge looks at them. {offer.model} is of another family than "
        "most of what it would grade, or the only one that you have connected.",
        cost_a_day=cost,
        entry=JUDGES[cover.kind],
        filter=f"kind:{cover.kind}",
        plan={
            "connection": offer.connection,
            "model": offer.model,
            "daily_budget": _round_up(cost),
        },
    )


def _unlabelled(judges: Sequence[LiveJudge]) -> list[LiveJudge]:
    return [judge for judge in judges if judge.state is TrustState.UNCALIBRATED and judge.needed]


def _to_label(judge: LiveJudge) -> Step:
    return Step(
        act=Act.LABEL,
        title=f"Label {judge.needed} more cases of {judge.name}",
        why="It cannot be told yet how far this judge errs. Its page proposes cases, drawn at random.",
        cost_a_day=0.0,
        evaluator_id=judge.id,
    )


def _wider(judges: Sequence[LiveJudge]) -> list[Step]:
    """A trusted judge sees more, where its budget bears that."""
    return [_widened(judge) for judge in judges if judge.state is TrustState.TRUSTED and judge.default < 1.0 and _bears(judge)]


def _bears(judge: LiveJudge) -> bool:
    if judge.budget is None:
        return True
    return judge.cost_each is not None and judge.sampled * WIDER * judge.cost_each <= judge.budget


def _widened(judge: LiveJudge) -> Step:
    default = min(1.0, round(judge.default * WIDER, 4))
    cost = None if judge.cost_each is None else judge.sampled * default / judge.default * judge.cost_each
    return Step(
        act=Act.WIDEN,
        title=f"Let {judge.name} see {default:.0%} instead of {judge.default:.0%}",
        why="People agree with it, so more of its verdicts make its means sharper.",
        cost_a_day=cost,
        evaluator_id=judge.id,
        plan={"sampling": {**judge.sampling, "default": default}},
    )


def _round_up(cost: float | None) -> float:
    """A budget that leaves room for a day twice as busy, in whole tenths of a dollar."""
    return max(0.1, round(2 * cost + 0.05, 1)) if cost is not None else 1.0
