"""Redaction: personal data and secrets leave a span before it comes to rest, where a project asks for it.

It works on a raw part (before the journal, so that nothing is written unredacted) and on a canonical span (for doors that have no
raw part). Every string in attributes, events and logs is looked at, however deep; keys and numbers are never touched. Untouched
values are passed on as they are, not copied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import is_

from pellucid_server.core.errors import BadRequest
from pellucid_server.enrich.detect import SHORTEST, Sensitive, hints, redact
from pellucid_server.enrich.detectors import detectors
from pellucid_server.enrich.patterns import BadPattern, Pattern, compile_pattern
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part
from pellucid_server.model.raw import RawSpan
from pellucid_server.model.span import Document, Span

BY_DEFAULT = frozenset({Sensitive.EMAIL, Sensitive.PHONE, Sensitive.CARD, Sensitive.KEY, Sensitive.IBAN})
NUMBER_KEYS = frozenset(
    {"id", "ids", "uuid", "time", "timestamp", "created", "created_at", "updated_at", "tokens", "count", "seed", "index", "version"}
)
"""Last words of keys whose bare digits are never a card number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomPattern:
    """A project's own pattern (RE2): matches are replaced by `[NAME]`."""

    name: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionPolicy:
    """What a project wants redacted."""

    enabled: bool = False
    kinds: frozenset[Sensitive] = BY_DEFAULT
    phone_regions: tuple[str, ...] = ("GB", "DE", "FR", "ES", "IT", "NL")
    """Where numbers without a country code may come from, beside North America (ISO 3166)."""
    patterns: tuple[CustomPattern, ...] = ()


class BadPolicy(BadRequest):
    """This redaction policy cannot be used; `docs/guides/redaction.md` shows one."""

    code = "bad_redaction_policy"
    title = "Bad redaction policy"


def policy_from(stored: Mapping[str, JsonValue]) -> RedactionPolicy:
    """The policy that a project's settings describe, checked as a whole; what they leave out has its default, `{}` is off.

    Raises `BadPolicy`, `BadPattern` or `BadRegion`: ask before you store it, not when spans wait.
    """
    unknown = set(stored) - {"enabled", "kinds", "phone_regions", "patterns"}
    if unknown:
        raise BadPolicy(f"A redaction policy has no {min(unknown)!r}; it has `enabled`, `kinds`, `phone_regions` and `patterns`.")
    defaults = RedactionPolicy()
    enabled = stored.get("enabled", defaults.enabled)
    if not isinstance(enabled, bool):
        raise BadPolicy("`enabled` of a redaction policy is true or false.")
    policy = RedactionPolicy(
        enabled=enabled,
        kinds=_kinds(stored["kinds"]) if "kinds" in stored else defaults.kinds,
        phone_regions=_texts(stored, "phone_regions") if "phone_regions" in stored else defaults.phone_regions,
        patterns=_custom(stored["patterns"]) if "patterns" in stored else (),
    )
    Redactor(policy)
    return policy


def _kinds(value: JsonValue) -> frozenset[Sensitive]:
    known = {kind.value: kind for kind in Sensitive}
    if not isinstance(value, list) or not all(isinstance(kind, str) and kind in known for kind in value):
        raise BadPolicy(f"`kinds` of a redaction policy is a list of {', '.join(known)}.")
    return frozenset(known[str(kind)] for kind in value)


def _texts(stored: Mapping[str, JsonValue], key: str) -> tuple[str, ...]:
    value = stored[key]
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise BadPolicy(f"`{key}` of a redaction policy is a list of texts.")
    return tuple(str(text) for text in value)


def _custom(value: JsonValue) -> tuple[CustomPattern, ...]:
    patterns: list[CustomPattern] = []
    for one in value if isinstance(value, list) else [None]:
        if not isinstance(one, dict) or set(one) != {"name", "pattern"} or not all(isinstance(text, str) for text in one.values()):
            raise BadPolicy('`patterns` of a redaction policy is a list of {"name": …, "pattern": …}.')
        patterns.append(CustomPattern(name=str(one["name"]), pattern=str(one["pattern"])))
    return tuple(patterns)


class Redactor:
    """A policy, compiled. Pure: build one per project and use it from any thread."""

    def __init__(self, policy: RedactionPolicy) -> None:
        known = detectors(policy.phone_regions)
        self._detectors = tuple(
            (detector, compile_pattern(detector.hint)) for kind, detector in known.items() if kind in policy.kinds
        )
        self._hint = hints([detector for detector, _ in self._detectors]) if self._detectors else None
        self._patterns = tuple(_compiled(own) for own in policy.patterns)
        self.enabled = policy.enabled

    def text(self, text: str) -> str:
        """`text` without what the policy names."""
        try:
            return self._redacted(text)
        except UnicodeEncodeError:  # a lone surrogate, which RE2 cannot read and no store can hold
            return self._redacted(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))

    def _redacted(self, text: str) -> str:
        for pattern, replacement in self._patterns:
            if pattern.search(text) is not None:
                text = pattern.sub(replacement, text)
        if len(text) < SHORTEST or text.isalpha() or self._hint is None or self._hint.search(text) is None:
            return text
        for detector, hint in self._detectors:
            if (first := hint.search(text)) is not None:
                text = redact(text, detector, first.start())
        return text

    def value(self, value: JsonValue) -> JsonValue:
        """All strings in `value`; the same object where nothing was found."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            items = [self.value(item) for item in value]
            return value if all(map(is_, items, value)) else items
        return self.mapping(value) if isinstance(value, dict) else value

    def mapping(self, values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """All strings among the values; keys stay. Bare digits under a key that names an id, a time or a count are no card."""
        changed: dict[str, JsonValue] = {}
        for key, value in values.items():
            if isinstance(value, str) and value.isdigit() and _last_word(key) in NUMBER_KEYS:
                continue
            new = self.value(value)
            if new is not value:
                changed[key] = new
        if changed or not isinstance(values, dict):
            return {**values, **changed}
        return values

    def raw_span(self, raw: RawSpan) -> RawSpan:
        """A raw part without what the policy names: name, status, attributes, resource, events, links and logs."""
        return replace(
            raw,
            name=self._maybe(raw.name),
            status_message=self._maybe(raw.status_message),
            attributes=self.mapping(raw.attributes),
            resource=self.mapping(raw.resource),
            events=tuple(replace(event, attributes=self.mapping(event.attributes)) for event in raw.events),
            links=tuple(replace(link, attributes=self.mapping(link.attributes)) for link in raw.links),
            logs=tuple(replace(log, body=self.value(log.body), attributes=self.mapping(log.attributes)) for log in raw.logs),
        )

    def span(self, span: Span) -> Span:
        """A canonical span without what the policy names; ids, models and numbers stay."""
        prompt, retrieval = span.prompt, span.retrieval
        return replace(
            span,
            name=self.text(span.name),
            status_message=self.text(span.status_message),
            input=self.value(span.input),
            output=self.value(span.output),
            messages_in=self._messages(span.messages_in),
            messages_out=self._messages(span.messages_out),
            documents=tuple(self._document(document) for document in span.documents),
            retrieval=retrieval and replace(retrieval, query=self._maybe(retrieval.query)),
            prompt=prompt and replace(prompt, variables=self.mapping(prompt.variables)),
            model_parameters=self.mapping(span.model_parameters),
            metadata=self.mapping(span.metadata),
            user_id=self.text(span.user_id),
            session_id=self.text(span.session_id),
            tags=tuple(self.text(tag) for tag in span.tags),
        )

    def _maybe(self, text: str | None) -> str | None:
        return self.text(text) if text else text

    def _messages(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        return tuple(
            replace(message, name=self._maybe(message.name), parts=tuple(self._part(part) for part in message.parts))
            for message in messages
        )

    def _part(self, part: Part) -> Part:
        """Everything readable; the base64 of media is not text."""
        return replace(
            part,
            text=self._maybe(part.text),
            arguments=self.value(part.arguments),
            result=self.value(part.result),
            raw=self.value(part.raw),
        )

    def _document(self, document: Document) -> Document:
        return replace(document, content=self._maybe(document.content), metadata=self.mapping(document.metadata))


def _compiled(own: CustomPattern) -> tuple[Pattern, str]:
    pattern = compile_pattern(own.pattern)
    if not own.name.isidentifier():
        raise BadPattern(f"The pattern name {own.name!r} stands in the text; use letters, digits and underscores.")
    if pattern.search("") is not None:
        raise BadPattern(
            f"The pattern {own.pattern!r} matches the empty text, so everything; make at least one character required."
        )
    return pattern, f"[{own.name.upper()}]"


def _last_word(key: str) -> str:
    """`gen_ai.response.id` → `id`, `created_at` → `created_at`, `order_id` → `id`."""
    name = key.rpartition(".")[2].lower()
    return name if name in NUMBER_KEYS else name.rpartition("_")[2]
