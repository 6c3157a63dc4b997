"""The evidence of a stopped rollout as a document: what is kept, and what the pages show long after. Pure."""

import math

from pellucid_server.model.json import JsonValue
from pellucid_server.prompts.guardrails import RELATIVE, Finding, Judgement, Side
from pellucid_server.stats.intervals import Estimate


def document_of(judgement: Judgement) -> dict[str, JsonValue]:
    """A judgement as JSON: the same document answers the API, so that what was stored reads like what is live."""
    ratio = judgement.ratio
    return {
        "control": judgement.control,
        "ratio": {
            "counts": {str(version): count for version, count in ratio.counts.items()},
            "expected": {str(version): share for version, share in ratio.expected.items()},
            "e_value": ratio.e_value,
            "limit": ratio.limit,
            "is_off": ratio.is_off,
        },
        "findings": [_finding(one) for one in judgement.findings],
    }


def reason_of(judgement: Judgement) -> str:
    """For the history, in one sentence: the strongest of the broken guardrails."""
    worst, *others = judgement.broken
    more = f", and {len(others)} more" if others else ""
    return f"guardrail broken: {_said(worst)}{more}"


def _said(finding: Finding) -> str:
    metric = finding.guardrail.metric
    old, new = _number(metric, finding.base.value), _number(metric, finding.ours.value)
    return f"{metric} of v{finding.version} {new} against {old} (n = {finding.ours.calls} and {finding.base.calls})"


def _number(metric: str, value: float | None) -> str:
    if value is None:
        return "none"
    if metric in RELATIVE or metric.startswith("score:"):
        return f"{value:.4g}"
    return f"{100 * value:.1f} %"


def _finding(finding: Finding) -> dict[str, JsonValue]:
    guardrail = finding.guardrail
    return {
        "metric": guardrail.metric,
        "margin": guardrail.margin,
        "worse": guardrail.worse.value,
        "stops": guardrail.stops,
        "relative": guardrail.metric in RELATIVE,
        "version": finding.version,
        "ours": _side(finding.ours),
        "base": _side(finding.base),
        "difference": _estimate(finding.difference),
        "e_value": finding.e_value,
        "limit": finding.limit,
        "verdict": finding.verdict.value,
    }


def _side(side: Side) -> dict[str, JsonValue]:
    return {"value": side.value, "calls": side.calls, "units": side.units}


def _estimate(estimate: Estimate) -> dict[str, JsonValue] | None:
    if not math.isfinite(estimate.value):
        return None
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}
