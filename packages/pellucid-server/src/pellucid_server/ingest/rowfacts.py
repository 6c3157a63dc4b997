"""Facts and settlement of a span read back from its stored row: the inverse of what the writer wrote."""

import json
from collections.abc import Mapping
from typing import Any

from pellucid_server.core.moments import to_micros
from pellucid_server.enrich.facts import Claim, Inherited, SettledFacts, SpanFacts, is_native_scope
from pellucid_server.model.span import MODEL_KINDS, Kind, Rollout, Settled
from pellucid_server.model.usage import USAGE_KINDS

READ_COLUMNS = (
    "trace_id", "span_id", "parent_span_id", "start_time", "end_time", "kind", "framework_noise", "model", "model_requested",
    "response_id", "input_tokens", "output_tokens", "detail", "scope", "inherits_session", "own_context", "cost",
    "folded", "display_parent_id", "is_root", "counted", "counted_in", "user_id", "session_id", "feature", "user_tier",
    "environment", "release", "tags", "experiment", "rollout_arm", "rollout_probability", "trace_name",
    *(f"usage_{kind}" for kind in USAGE_KINDS),
)  # fmt: skip
"""What the two functions below read."""


def _rollout(source: Mapping[str, Any]) -> Rollout | None:
    experiment, arm = source.get("experiment") or None, source.get("rollout_arm") or None
    probability = float(source.get("rollout_probability") or 0.0) or None
    if experiment is None and arm is None and probability is None:
        return None
    return Rollout(experiment=experiment, arm=arm, probability=probability)


def facts_from(row: Mapping[str, Any]) -> SpanFacts:
    """The facts of a stored row."""
    own = dict(row["own_context"] or {})
    kind = Kind(row["kind"])
    has_usage = any(row[f"usage_{name}"] is not None for name in USAGE_KINDS)
    return SpanFacts(
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        parent_span_id=row["parent_span_id"],
        start_time=to_micros(row["start_time"]),
        end_time=to_micros(row["end_time"]) if row["end_time"] is not None else None,
        kind=kind,
        framework_noise=bool(row["framework_noise"]),
        is_model_call=kind in MODEL_KINDS and (has_usage or row["cost"] is not None),
        has_usage=has_usage,
        model=row["model"] or row["model_requested"],
        response_id=row["response_id"],
        input_total=row["input_tokens"],
        output_total=row["output_tokens"],
        detail=row["detail"],
        scope=row["scope"],
        native_scope=is_native_scope(row["scope"]),
        user_id=own.get("user_id", ""),
        session_id=own.get("session_id", ""),
        inherits_session=bool(row["inherits_session"]),
        feature=own.get("feature", ""),
        user_tier=own.get("user_tier", ""),
        environment=own.get("environment", ""),
        release=own.get("release", ""),
        tags=tuple(json.loads(own.get("tags", "[]"))),
        rollout=_rollout(own),
        trace_name=own.get("trace_name", ""),
    )


def claim_from(row: Mapping[str, Any]) -> Claim:
    """A stored call's say on its provider response."""
    return Claim(
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        start_time=to_micros(row["start_time"]),
        end_time=to_micros(row["end_time"]) if row["end_time"] is not None else None,
        model=row["model"],
    )


def answer_from(row: Mapping[str, Any]) -> SettledFacts:
    """What the trace had said of a stored row."""
    return SettledFacts(
        settled=Settled(
            folded=bool(row["folded"]),
            display_parent_id=row["display_parent_id"],
            is_root=bool(row["is_root"]),
            counted=bool(row["counted"]),
            counted_in=row["counted_in"],
        ),
        inherited=Inherited(
            user_id=row["user_id"],
            session_id=row["session_id"],
            feature=row["feature"],
            user_tier=row["user_tier"],
            environment=row["environment"],
            release=row["release"],
            tags=tuple(row["tags"]),
            rollout=_rollout(row),
            trace_name=row["trace_name"],
        ),
    )
