"""The starter pack: the rules that every project begins with (N1 to N13 of the mission). Each may be edited or deleted."""

from dataclasses import dataclass
from typing import Final

from pellucid_server.monitors.rules import DAY_S, WEEK_S, Rule, RuleKind

HOUR_S: Final = 3_600
_CALLS: Final = "kind:generation folded:false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A rule of the pack."""

    key: str
    name: str
    rule: Rule
    severity: str
    enabled: bool = True
    needs: str = ""
    """A filter: installed once a span that matches it was seen. Empty: at once."""


PACK: Final[tuple[Preset, ...]] = (
    Preset(
        key="N1",
        name="Error rate",
        severity="critical",
        rule=Rule(kind=RuleKind.ABSOLUTE, filter=_CALLS, condition="outcome:error", threshold=0.05, least_n=20),
    ),
    Preset(
        key="N2",
        name="p99 latency",
        severity="high",
        rule=Rule(
            kind=RuleKind.ABSOLUTE,
            measure="duration",
            filter="is_root:true",
            statistic="p99",
            threshold=15_000,
            least_n=100,
        ),
    ),
    Preset(
        key="N3",
        name="Quality drop",
        severity="high",
        rule=Rule(kind=RuleKind.RELATIVE, measure="quality:*", direction="below", threshold=0.9, window_s=HOUR_S, least_n=20),
    ),
    Preset(
        key="N4",
        name="Cost of a request",
        severity="high",
        rule=Rule(
            kind=RuleKind.RELATIVE,
            measure="cost",
            per_trace=True,
            dimension="feature",
            threshold=3,
            window_s=HOUR_S,
            least_n=20,
        ),
    ),
    Preset(
        key="N4-burst",
        name="Cost of a request, in minutes",
        severity="high",
        rule=Rule(kind=RuleKind.RELATIVE, measure="cost", per_trace=True, dimension="feature", threshold=3, least_n=10),
    ),
    Preset(
        key="N4-day",
        name="Cost of a request, over a day",
        severity="high",
        rule=Rule(
            kind=RuleKind.RELATIVE,
            measure="cost",
            per_trace=True,
            dimension="feature",
            threshold=3,
            window_s=DAY_S,
            least_n=5,
        ),
    ),
    Preset(
        key="N4-total",
        name="Hourly cost, growth of traffic included",
        severity="high",
        enabled=False,
        rule=Rule(kind=RuleKind.RELATIVE, measure="cost", statistic="sum", threshold=3, window_s=HOUR_S, certain=False),
    ),
    Preset(
        key="N5",
        name="Guardrail block rate",
        severity="medium",
        rule=Rule(
            kind=RuleKind.RELATIVE,
            filter="kind:guardrail",
            condition="guardrail_action:block*",
            threshold=10,
            window_s=HOUR_S,
            least_n=20,
        ),
    ),
    Preset(
        key="N6",
        name="Cache hit rate",
        severity="low",
        needs="usage_cache_read>0",
        rule=Rule(
            kind=RuleKind.ABSOLUTE,
            filter=f"{_CALLS} outcome:success",
            condition="usage_cache_read>0",
            direction="below",
            threshold=0.05,
            window_s=HOUR_S,
            least_n=100,
        ),
    ),
    Preset(
        key="N7",
        name="Prompt version mismatch",
        severity="critical",
        rule=Rule(kind=RuleKind.UNEXPECTED, filter="environment:production", dimension="prompt_version", least_n=1),
    ),
    Preset(
        key="N8-errors",
        name="Errors against yesterday",
        severity="medium",
        rule=Rule(
            kind=RuleKind.DAY_OVER_DAY,
            filter=_CALLS,
            condition="outcome:error",
            threshold=1.5,
            window_s=HOUR_S,
        ),
    ),
    Preset(
        key="N8-latency",
        name="Latency against yesterday",
        severity="medium",
        rule=Rule(kind=RuleKind.DAY_OVER_DAY, measure="duration", filter="is_root:true", threshold=1.5, window_s=HOUR_S),
    ),
    Preset(
        key="N9",
        name="Refusal rate",
        severity="high",
        rule=Rule(kind=RuleKind.ABSOLUTE, filter=_CALLS, condition="outcome:refused", threshold=0.05, window_s=900, least_n=20),
    ),
    Preset(
        key="N10",
        name="Satisfaction",
        severity="high",
        rule=Rule(kind=RuleKind.RELATIVE, measure="feedback:*", direction="below", threshold=0.95, window_s=DAY_S, least_n=30),
    ),
    Preset(
        key="N13",
        name="Slow decline",
        severity="medium",
        rule=Rule(
            kind=RuleKind.DECLINE,
            measure="score:*",
            direction="below",
            threshold=0.02,
            window_s=WEEK_S,
            least_n=50,
        ),
    ),
    Preset(
        key="V1",
        name="Quality below normal",
        severity="high",
        rule=Rule(kind=RuleKind.ALWAYS_VALID, measure="score:*", direction="below", reference_s=4 * WEEK_S),
    ),
    Preset(
        key="V2",
        name="Answers shorter than normal",
        severity="medium",
        rule=Rule(
            kind=RuleKind.ALWAYS_VALID,
            measure="output_tokens",
            filter=f"{_CALLS} outcome:success",
            dimension="model_requested",
            direction="below",
            reference_s=4 * WEEK_S,
        ),
    ),
    Preset(
        key="V3",
        name="More documents than normal",
        severity="medium",
        needs="kind:retriever",
        rule=Rule(
            kind=RuleKind.ALWAYS_VALID,
            measure="document_count",
            filter="kind:retriever folded:false",
            dimension="document_classes",
            reference_s=4 * WEEK_S,
        ),
    ),
    Preset(
        key="D1",
        name="Drift of quality",
        severity="high",
        rule=Rule(kind=RuleKind.DRIFT, measure="drift:error", window_s=WEEK_S),
    ),
    Preset(
        key="D2",
        name="Drift of questions, lengths, latency and cost",
        severity="medium",
        rule=Rule(kind=RuleKind.DRIFT, measure="drift:warning", window_s=WEEK_S),
    ),
    Preset(
        key="M5",
        name="Behaviour of a model",
        severity="high",
        rule=Rule(kind=RuleKind.PROBES, dimension="model_requested"),
    ),
)
