"""Assembly: from what conventions found in a span to the canonical Span."""

from pellucid_server.core.bounds import DEFAULT_BOUNDS
from pellucid_server.dialects import events, finish
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.inference import kind_of
from pellucid_server.dialects.messages import with_finish_reason, with_system
from pellucid_server.dialects.noise import is_infrastructure, is_plumbing
from pellucid_server.dialects.providers import provider_of_model, without_router
from pellucid_server.dialects.read import Pass
from pellucid_server.dialects.resource import facts_of
from pellucid_server.dialects.usage import disjoint, reported_cost
from pellucid_server.dialects.values import text
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, PartType
from pellucid_server.model.raw import RawSpan
from pellucid_server.model.span import MODEL_KINDS, Kind, Link, Outcome, PromptRef, Retrieval, Rollout, Span

_ERROR = 2
"""OpenTelemetry's status code for an error."""

_MESSAGE_CHARS = 4_096
"""Status messages beyond this are tracebacks; the whole stands in the raw span."""


def assemble(found: Pass, *, received_at: int) -> Span:
    """The Span of a finished pass."""
    raw, facts, reading = found.reading.raw, found.facts, found.reading
    kind = kind_of(facts, reading.families, reading.attributes)
    start, end = times(raw, received_at)
    usage, clamped = disjoint(facts)
    if clamped:
        reading.flag(clamped)
    if end is not None and end < start:
        reading.flag("end_before_start")
    if raw.dropped_attributes:
        reading.flag("attributes_dropped")
    messages_in = with_system(facts.system, facts.messages_in)
    if kind is Kind.EMBEDDING and messages_in:
        messages_in, facts.embedding_texts = (), _texts_of(messages_in)
    reason = _reason(facts)
    messages_out = with_finish_reason(facts.messages_out, reason)
    failed, error_type, status = _failure(raw, facts)
    requested, answered = _models(facts, failed=failed)
    sent, returned = _content(facts, kind)
    name = _name(facts, kind, raw)
    resource = facts_of(raw.resource)
    return Span(
        trace_id=raw.trace_id,
        span_id=raw.span_id,
        parent_span_id=raw.parent_span_id or "",
        links=tuple(Link(trace_id=link.trace_id, span_id=link.span_id) for link in raw.links),
        name=name,
        kind=kind,
        start_time=start,
        end_time=end,
        first_token_time=_first_token_time(facts, raw, start),
        outcome=_outcome(facts, reason, messages_out, failed=failed, error_type=error_type),
        status_message=status,
        error_type=error_type,
        finish_reason=reason or "",
        model_requested=requested,
        model=answered or requested,
        system_fingerprint=facts.system_fingerprint or "",
        provider=facts.provider or (_maker(facts) if kind in MODEL_KINDS else ""),
        service_tier=facts.service_tier or "",
        response_id=facts.response_id or "",
        streaming=_streaming(facts),
        model_parameters=facts.parameters,
        input=None if messages_in else sent,
        output=None if messages_out else returned,
        messages_in=messages_in,
        messages_out=messages_out,
        tools=facts.tools,
        tool_name=(facts.tool_name or name) if kind is Kind.TOOL else "",
        tool_call_id=facts.tool_call_id or "",
        agent_name=facts.agent_name or "",
        documents=facts.documents,
        retrieval=_retrieval(facts),
        cache_hit=facts.cache_hit,
        guardrail_action=facts.guardrail_action or (_guardrail_action(facts.output) if kind is Kind.GUARDRAIL else ""),
        usage=usage,
        reported_cost=reported_cost(facts, usage),
        prompt=_prompt(facts),
        rollout=_rollout(facts),
        user_id=facts.user_id or facts.provider_user or "",
        session_id=facts.session_id or "",
        tags=facts.tags or (),
        environment=facts.environment or resource.environment,
        release=facts.release or resource.release,
        feature=facts.feature or resource.feature,
        user_tier=facts.user_tier or resource.user_tier,
        metadata=facts.metadata,
        sample_probability=facts.sample_probability if facts.sample_probability is not None else 1.0,
        payload_kept=facts.payload_kept if facts.payload_kept is not None else True,
        service=resource.service,
        scope=raw.scope_name or "",
        dialect=found.dialect,
        sdk=f"{raw.scope_name}/{raw.scope_version}" if raw.scope_name and raw.scope_version else resource.sdk,
        framework_noise=_is_noise(facts, kind, raw),
        inherits_session=not facts.session_is_invented,
        unmapped=tuple(found.unmapped),
        flags=tuple(dict.fromkeys((*raw.flags, *reading.flags))),
        trace_name=facts.trace_name or "",
    )


def bare(raw: RawSpan, *, received_at: int, flag: str) -> Span:
    """A span of which nothing is understood: whole, of kind `span`, with the reason in its flags."""
    start, end = times(raw, received_at)
    return Span(
        trace_id=raw.trace_id,
        span_id=raw.span_id,
        parent_span_id=raw.parent_span_id or "",
        name=(raw.name or "")[: DEFAULT_BOUNDS.name_chars],
        start_time=start,
        end_time=end,
        outcome=Outcome.ERROR if raw.status_code == _ERROR else Outcome.SUCCESS,
        status_message=first_line(raw.status_message or ""),
        scope=raw.scope_name or "",
        unmapped=tuple(raw.attributes),
        flags=tuple(dict.fromkeys((*raw.flags, flag))),
    )


def times(raw: RawSpan, received_at: int) -> tuple[int, int | None]:
    """Start and end; a part that came without a start has the earliest time that is known."""
    start = raw.start_time
    if start is None or start <= 0:
        start = raw.end_time or min((log.time for log in raw.logs if log.time), default=received_at)
    return start, raw.end_time or None


def first_line(message: str) -> str:
    """The first line of a message: what follows it is a traceback."""
    return message.strip().partition("\n")[0].partition("Traceback (most recent call last)")[0][:_MESSAGE_CHARS]


def _is_noise(facts: Facts, kind: Kind, raw: RawSpan) -> bool:
    """Whether it is plumbing of a framework, or infrastructure that no convention calls a step.

    A convention's context alone is no evidence: some SDKs put user, environment or a rendered name on every span of the process.
    """
    if facts.is_plumbing or is_plumbing(raw, kind):
        return True
    return kind is Kind.SPAN and facts.kind is None and is_infrastructure(raw, raw.attributes)


def _name(facts: Facts, kind: Kind, raw: RawSpan) -> str:
    """A tool by its name, an agent's run by the agent's, else what a convention calls the step, else the span's own name."""
    name = None
    if kind is Kind.TOOL:
        name = facts.tool_name
    elif facts.operation == "invoke_agent":
        name = facts.agent_name
    return (name or facts.name or raw.name or "")[: DEFAULT_BOUNDS.name_chars]


def _models(facts: Facts, *, failed: bool) -> tuple[str, str]:
    """The model that was asked for and the one that answered, without the router before the slash."""
    requested, answered = facts.model_requested, facts.model_responded
    if answered is None and not (failed and requested is None):
        answered = facts.model_either
    if requested is None and failed:
        requested = facts.model_either
    return without_router(requested or ""), without_router(answered or "")


def _maker(facts: Facts) -> str:
    """The provider by the models' names as they were sent: the requested one may name the router."""
    names = (facts.model_requested, facts.model_responded, facts.model_either)
    return next((maker for name in names if name and (maker := provider_of_model(name))), "")


def _streaming(facts: Facts) -> bool | None:
    if facts.streaming is None and (facts.ttft_s is not None or facts.first_token_time is not None):
        return True
    return facts.streaming


def _first_token_time(facts: Facts, raw: RawSpan, start: int) -> int | None:
    if facts.first_token_time is not None:
        return facts.first_token_time if facts.first_token_time >= start else None
    if facts.ttft_s is not None:
        return start + round(facts.ttft_s * 1_000_000)
    return events.first_token_time(raw) if raw.events else None


def _content(facts: Facts, kind: Kind) -> tuple[JsonValue, JsonValue]:
    """Input and output of a step that are no messages."""
    if kind is Kind.TOOL:
        sent = facts.tool_arguments if facts.tool_arguments is not None else facts.input
        return sent, facts.tool_result if facts.tool_result is not None else facts.output
    if kind is Kind.EMBEDDING:
        size = {"dimensions": facts.embedding_dimension, "embeddings": facts.embedding_count}
        known: dict[str, JsonValue] = {name: value for name, value in size.items() if value is not None}
        sent = facts.embedding_texts if facts.embedding_texts is not None else facts.input
        return (sent, known) if known else (sent, facts.output)
    if kind is Kind.RETRIEVER and facts.input is None:
        return facts.retrieval_query, facts.output
    return (facts.input if facts.input is not None else facts.embedding_texts), facts.output


def _texts_of(messages: tuple[Message, ...]) -> list[JsonValue]:
    """What was embedded, where it came as messages."""
    return [part.text for message in messages for part in message.parts if part.text]


def _reason(facts: Facts) -> str | None:
    """The stated reason, else a message's own. A bare `stop` beside tool calls gives way to what the messages show."""
    reason = facts.finish_reason or next((message.finish_reason for message in facts.messages_out if message.finish_reason), None)
    if reason == "stop" and facts.messages_out:
        types = {part.type for message in facts.messages_out for part in message.parts}
        return "tool_calls" if PartType.TOOL_CALL in types and PartType.TOOL_RESULT not in types else reason
    return reason


def _failure(raw: RawSpan, facts: Facts) -> tuple[bool, str, str]:
    """Whether it failed, with what type of error, and the message's first line."""
    exception = events.exception(raw) if raw.events or raw.logs else None
    failed = raw.status_code == _ERROR or bool(facts.failed) or (exception is not None and raw.status_code != 1)
    failed = failed or facts.error_type is not None
    if not failed:
        return False, "", first_line(raw.status_message or "")
    message = raw.status_message or ""
    error_type = facts.error_type
    if exception is not None:
        message = message or text(exception.get("exception.message")) or ""
        error_type = error_type or text(exception.get("exception.type"))
    return True, error_type or "", first_line(message or facts.error_message or "")


def _outcome(facts: Facts, reason: str | None, answer: tuple[Message, ...], *, failed: bool, error_type: str) -> Outcome:
    """Refused where the provider or the model declined: a stop reason, a refusal part, or an error of a content filter."""
    if facts.outcome is not None:
        return facts.outcome
    if reason in finish.REFUSALS or any(part.type is PartType.REFUSAL for message in answer for part in message.parts):
        return Outcome.REFUSED
    if failed:
        lowered = error_type.lower()
        return (
            Outcome.REFUSED
            if "content_filter" in lowered or "contentfilter" in lowered or "content_policy" in lowered
            else Outcome.ERROR
        )
    return Outcome.SUCCESS


def _retrieval(facts: Facts) -> Retrieval | None:
    if not (facts.retrieval_query or facts.retrieval_index or facts.retrieval_top_k or facts.retrieval_version):
        return None
    return Retrieval(
        index=facts.retrieval_index,
        version=facts.retrieval_version,
        top_k=facts.retrieval_top_k,
        query=facts.retrieval_query,
    )


def _prompt(facts: Facts) -> PromptRef | None:
    if not (facts.prompt_name or facts.prompt_version or facts.prompt_hash or facts.prompt_variables):
        return None
    return PromptRef(
        name=facts.prompt_name,
        version=facts.prompt_version,
        label=facts.prompt_label,
        hash=facts.prompt_hash,
        variables=facts.prompt_variables,
    )


def _rollout(facts: Facts) -> Rollout | None:
    # A rollout is an experiment: its id names it where the application names none.
    experiment = facts.experiment or facts.rollout_id
    if not (experiment or facts.rollout_arm):
        return None
    return Rollout(experiment=experiment, arm=facts.rollout_arm, probability=facts.rollout_probability)


def _guardrail_action(output: JsonValue) -> str:
    """What a guard decided, from the usual shapes of its answer."""
    if not isinstance(output, dict):
        return ""
    action = text(output.get("action"))
    if action:
        return action
    for key, blocked in _VERDICTS:
        verdict = output.get(key)
        if isinstance(verdict, bool):
            return "block" if verdict is blocked else "allow"
    return ""


_VERDICTS = (
    ("allowed", False),
    ("passed", False),
    ("is_safe", False),
    ("safe", False),
    ("valid", False),
    ("blocked", True),
    ("flagged", True),
    ("tripwire_triggered", True),
)
"""Names of verdicts, and the value by which each blocks."""
