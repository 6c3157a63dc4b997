"""What a caller can say about a step, as attributes.

What lives here: the typed list of fields, and the one translation from fields to attribute keys. What must not live
here: spans and contexts (`steps`), how values become text (`values`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, TypeAlias, TypedDict, runtime_checkable

from pellucid import semconv
from pellucid.frames import FIELD_KEYS, field_attributes
from pellucid.masks import mask_value
from pellucid.narrowing import is_document
from pellucid.settings import Capture
from pellucid.usage import canonical, inclusive_input, inclusive_output
from pellucid.values import json_of, scalar_of, text_of

Kind: TypeAlias = Literal[
    "generation",
    "embedding",
    "retriever",
    "reranker",
    "tool",
    "agent",
    "chain",
    "guardrail",
    "evaluator",
    "event",
    "span",
]
Outcome: TypeAlias = Literal["success", "error", "refused"]


@runtime_checkable
class PromptLink(Protocol):
    """Anything that names a prompt version: a `Prompt` or what its `compile` gave."""

    @property
    def link(self) -> Mapping[str, Any]:
        """The attributes that link a generation to the prompt."""
        ...


class StepFields(TypedDict, total=False):
    """Keyword arguments of `update_span`, `Step.update` and `Step.end`. All are optional; None is "not given"."""

    input: Any
    output: Any
    model: str | None
    response_model: str | None
    provider: str | None
    model_parameters: Mapping[str, Any] | None
    usage: Any
    cost: Mapping[str, float] | float | None
    finish_reason: str | Sequence[str] | None
    response_id: str | None
    first_token_time: int | None
    outcome: Outcome | None
    prompt: PromptLink | None
    documents: Sequence[Mapping[str, Any]] | None
    retrieval_index: str | None
    retrieval_version: str | None
    top_k: int | None
    tool_name: str | None
    agent_name: str | None
    cache_hit: bool | None
    guardrail_action: str | None
    user_id: str | None
    session_id: str | None
    feature: str | None
    user_tier: str | None
    experiment: str | None
    environment: str | None
    release: str | None
    rollout_id: str | None
    rollout_arm: str | None
    rollout_probability: float | None
    tags: Sequence[str] | None
    metadata: Mapping[str, Any] | None
    trace_name: str | None
    attributes: Mapping[str, Any] | None


SCALARS: Final[Mapping[str, str]] = {
    "model": semconv.REQUEST_MODEL,
    "response_model": semconv.RESPONSE_MODEL,
    "provider": semconv.PROVIDER,
    "response_id": semconv.RESPONSE_ID,
    "first_token_time": semconv.FIRST_TOKEN_TIME,
    "outcome": semconv.OUTCOME,
    "retrieval_index": semconv.RETRIEVAL_INDEX,
    "retrieval_version": semconv.RETRIEVAL_VERSION,
    "top_k": semconv.RETRIEVAL_TOP_K,
    "tool_name": semconv.TOOL_NAME,
    "agent_name": semconv.AGENT_NAME,
    "cache_hit": semconv.CACHE_HIT,
    "guardrail_action": semconv.GUARDRAIL_ACTION,
    "trace_name": semconv.TRACE_NAME,
    **FIELD_KEYS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How much of a value may be recorded, and in what form."""

    capture: Capture
    mask: Callable[[str], str] | None
    max_chars: int

    def text(self, value: object) -> tuple[str, bool]:
        """The value's text as it may be recorded, and whether it is JSON."""
        if self.mask is not None:
            value = mask_value(value, self.mask)
        return text_of(value, self.max_chars)

    def lowered(self, capture: Capture | None) -> "Policy":
        """The stricter of both capture modes."""
        if capture is None or STRICTNESS[capture] <= STRICTNESS[self.capture]:
            return self
        return Policy(capture=capture, mask=self.mask, max_chars=self.max_chars)


STRICTNESS: Final[Mapping[Capture, int]] = {"full": 0, "metadata": 1, "none": 2}


def capture_of(value: object) -> Capture | None:
    """The capture mode that an attribute names, if it names one."""
    return next((mode for mode in STRICTNESS if mode == value), None)


def put_input(attributes: dict[str, Any], value: object, policy: Policy) -> None:
    """Add the input, unless content is not to be captured."""
    _put_content(attributes, semconv.INPUT, semconv.INPUT_IS_JSON, value, policy)


def put_output(attributes: dict[str, Any], value: object, policy: Policy) -> None:
    """Add the output, unless content is not to be captured."""
    _put_content(attributes, semconv.OUTPUT, semconv.OUTPUT_IS_JSON, value, policy)


def _put_content(attributes: dict[str, Any], key: str, json_key: str, value: object, policy: Policy) -> None:
    if policy.capture != "full":
        attributes[semconv.CAPTURE] = policy.capture
        return
    text, is_json = policy.text(value)
    attributes[key] = text
    if is_json:
        attributes[json_key] = True


def attributes_of(given: StepFields, policy: Policy, inherited: Mapping[str, Any]) -> dict[str, Any]:
    """Every given field as attributes."""
    fields: Mapping[str, Any] = given
    attributes: dict[str, Any] = {}
    if "input" in fields:
        put_input(attributes, fields["input"], policy)
    if "output" in fields:
        put_output(attributes, fields["output"], policy)
    for name, key in SCALARS.items():
        value = fields.get(name)
        if value is not None and (policy.capture != "none" or name not in ("user_id", "session_id")):
            attributes[key] = scalar_of(value)
    attributes.update(_model_attributes(fields, policy))
    if policy.capture != "none":
        attributes.update(field_attributes({}, fields.get("tags"), _masked_metadata(fields, policy), inherited))
    attributes.update(fields.get("attributes") or {})
    return attributes


def _masked_metadata(fields: Mapping[str, Any], policy: Policy) -> Mapping[str, Any] | None:
    metadata: Mapping[str, Any] | None = fields.get("metadata")
    if metadata is None or policy.mask is None:
        return metadata
    return {key: mask_value(value, policy.mask) for key, value in metadata.items()}


def _model_attributes(fields: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    if fields.get("model_parameters"):
        attributes[semconv.MODEL_PARAMETERS] = json_of(fields["model_parameters"])
    if fields.get("usage") is not None:
        attributes.update(usage_attributes(fields["usage"]))
    cost = fields.get("cost")
    if cost is not None:
        attributes[semconv.COST_DETAILS] = json_of(cost if is_document(cost) else {"total": cost})
    reason = fields.get("finish_reason")
    if reason is not None:
        attributes[semconv.FINISH_REASON] = (reason,) if isinstance(reason, str) else tuple(map(str, reason))
    documents = fields.get("documents")
    if documents is not None and policy.capture == "full":
        attributes[semconv.DOCUMENTS] = policy.text([dict(document) for document in documents])[0]
    prompt = fields.get("prompt")
    if isinstance(prompt, PromptLink):
        attributes.update(link_attributes(prompt.link, policy))
    return attributes


def link_attributes(link: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """A prompt's link as it may be recorded: its variables are content."""
    if policy.capture == "full" and policy.mask is None:
        return dict(link)
    prefix = semconv.PROMPT_VARIABLE_PREFIX
    return {
        key: policy.text(value)[0] if key.startswith(prefix) else value
        for key, value in link.items()
        if policy.capture == "full" or not key.startswith(prefix)
    }


def usage_attributes(usage: object) -> dict[str, Any]:
    """Usage in the canonical form, and as OpenTelemetry's counts for other readers of the same span."""
    parts = canonical(usage)
    if not parts:
        return {}
    return {
        semconv.USAGE_DETAILS: json_of(parts),
        semconv.USAGE_INPUT: inclusive_input(parts),
        semconv.USAGE_OUTPUT: inclusive_output(parts),
    }
