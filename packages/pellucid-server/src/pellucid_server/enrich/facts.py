"""The small facts of a span that its trace's settlement needs, and what settlement answers.

They are small on purpose: ingest keeps those of recent traces in a bounded cache, so that a late part settles its trace again
without reading the store. The rule itself lives in `settle`; nothing here decides anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pellucid_server.model.span import MODEL_KINDS, Kind, Rollout, Settled, Span
from pellucid_server.model.usage import NO_USAGE

NATIVE_SCOPES = ("com.anthropic.sdk",)
"""Instrumentation scopes of providers' own SDKs, each with what lies below it: their usage is first-hand, so it is what counts."""


class SpanFacts(NamedTuple):
    """What settling must know of one span. Equal spans have equal facts.

    A named tuple and no dataclass: workers send these by the thousand, and a frozen dataclass costs ten times as much to unpickle.
    """

    trace_id: str
    span_id: str
    start_time: int
    parent_span_id: str = ""
    end_time: int | None = None
    kind: Kind = Kind.SPAN
    framework_noise: bool = False
    is_model_call: bool = False
    """Can carry tokens or cost of its own: a kind that calls a model, with usage reported or a price found."""
    has_usage: bool = False
    model: str = ""
    response_id: str = ""
    input_total: int = 0
    output_total: int = 0
    detail: int = 0
    """How much the span carries: messages, tools, parameters, token kinds. Decides between two records of one call."""
    scope: str = ""
    native_scope: bool = False
    """The provider's own SDK wrote it."""
    user_id: str = ""
    session_id: str = ""
    inherits_session: bool = True
    """False: the emitter invented the session id, so an explicit one anywhere in the trace wins."""
    feature: str = ""
    user_tier: str = ""
    environment: str = ""
    release: str = ""
    tags: tuple[str, ...] = ()
    rollout: Rollout | None = None
    trace_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """Attributes of a span after inheritance. Spans that say nothing of their own share one object with their parent."""

    user_id: str = ""
    session_id: str = ""
    feature: str = ""
    user_tier: str = ""
    environment: str = ""
    release: str = ""
    tags: tuple[str, ...] = ()
    rollout: Rollout | None = None
    trace_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledFacts:
    """What the trace says about one of its spans."""

    settled: Settled
    inherited: Inherited


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A trace's say on one provider response: which of its spans stands for the call. Kept by ingest, by response id."""

    trace_id: str
    span_id: str
    start_time: int
    end_time: int | None = None
    model: str = ""
    native_scope: bool = False

    @property
    def rank(self) -> tuple[bool, int, str, str]:
        """The lowest of all claims on a response keeps it: the provider's own SDK, then the earliest."""
        return (not self.native_scope, self.start_time, self.trace_id, self.span_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One trace, settled: an answer for every span, and the claims that other traces must hear of."""

    spans: Mapping[str, SettledFacts] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    """Response id → claim. When one of these is new or changed, other traces with a claim on that id must settle again."""


def is_native_scope(scope: str) -> bool:
    """Whether a provider's own SDK writes under this instrumentation scope."""
    return scope.startswith(NATIVE_SCOPES) and any(scope == known or scope.startswith(known + ".") for known in NATIVE_SCOPES)


def facts_of(span: Span) -> SpanFacts:
    """The facts of a decoded, priced span. Price first: a model call without usage counts when it has a per-request cost."""
    usage = span.usage
    reported = usage is not NO_USAGE and usage != NO_USAGE
    is_model_call = (reported or span.cost is not None) and span.kind in MODEL_KINDS
    return SpanFacts(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        start_time=span.start_time,
        end_time=span.end_time,
        kind=span.kind,
        framework_noise=span.framework_noise,
        is_model_call=is_model_call,
        has_usage=reported,
        model=span.model or span.model_requested,
        response_id=span.response_id,
        input_total=usage.input_total if reported else 0,
        output_total=usage.output_total if reported else 0,
        detail=_detail(span) if is_model_call else 0,
        scope=span.scope,
        native_scope=is_native_scope(span.scope),
        user_id=span.user_id,
        session_id=span.session_id,
        inherits_session=span.inherits_session,
        feature=span.feature,
        user_tier=span.user_tier,
        environment=span.environment,
        release=span.release,
        tags=span.tags,
        rollout=span.rollout,
        trace_name=span.trace_name,
    )


def _detail(span: Span) -> int:
    """Content weighs more than settings: what a reader misses first decides."""
    content = bool(span.messages_in) + bool(span.messages_out) + (span.input is not None) + (span.output is not None)
    rest = bool(span.tools) + bool(span.model_parameters) + bool(span.finish_reason) + (span.first_token_time is not None)
    tokens = span.usage
    kinds = sum(
        count is not None
        for count in (tokens.cache_read, tokens.cache_write, tokens.cache_write_1h, tokens.reasoning, tokens.audio_in)
    )
    return 100 * content + 10 * rest + kinds
