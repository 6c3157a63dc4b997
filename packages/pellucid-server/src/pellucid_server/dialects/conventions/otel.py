"""OpenTelemetry's general keys: who, where, which error, which feature flags.

Those of HTTP, databases and the like are known too, and stay raw attributes.
"""

from collections.abc import Iterator, Mapping

from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.events import notes
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.values import text, texts
from pellucid_server.model.json import JsonValue

_KNOWN = (
    "http", "url", "server", "client", "net", "network", "peer", "user_agent", "db", "rpc", "messaging", "faas", "cloud", "asgi",
    "code", "thread", "process", "host", "os", "container", "k8s", "telemetry", "otel", "exception", "tls", "dns", "file", "next",
)  # fmt: skip
"""Namespaces of OpenTelemetry that say nothing about a model call."""
_FLAG = "feature_flag"
_FLAG_EVENTS = frozenset({"feature_flag", "feature_flag.evaluation"})
_FLAG_WORDS = (
    "key", "variant", "result", "value", "provider", "provider_name", "context", "set", "version", "evaluation", "reason", "error",
)  # fmt: skip
"""What OpenTelemetry says of an evaluation; any other word below `feature_flag` is the name of a flag."""
_MAX_FLAG_CHARS = 200


def _no_marker(value: JsonValue) -> str | None:
    """OpenTelemetry's `_OTHER` is an error whose type is not known."""
    found = text(value)
    return None if found == "_OTHER" else found


def _flags(reading: Reading, facts: Facts) -> None:
    """Evaluated feature flags, of the span and of its events, as `feature_flag.<key>` in the metadata."""
    raw = reading.raw
    below = dict(reading.family(_FLAG))
    if below:
        for name, variant in _evaluated(below):
            facts.metadata.setdefault(f"{_FLAG}.{name}", variant)
    if raw.events or raw.logs:
        for event in notes(raw):
            if event.name in _FLAG_EVENTS:
                inside = {key.removeprefix(f"{_FLAG}."): value for key, value in event.attributes.items()}
                for name, variant in _evaluated(inside):
                    facts.metadata.setdefault(f"{_FLAG}.{name}", variant)


def _evaluated(below: Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
    """Flags with their variants: the one that OpenTelemetry's keys describe, and those that were named outright."""
    key = text(below.get("key"))
    variant = next(
        (said for name in ("result.variant", "variant", "result.value", "value") if (said := _said(below.get(name)))), ""
    )
    if key and variant:
        yield key[:_MAX_FLAG_CHARS], variant
    for name, value in below.items():
        if name and name.partition(".")[0] not in _FLAG_WORDS and (said := _said(value)):
            yield name[:_MAX_FLAG_CHARS], said


def _said(value: JsonValue) -> str:
    """A variant as text: `true` and `false` as JSON has them."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)[:_MAX_FLAG_CHARS] if isinstance(value, str | int | float) else ""


CONVENTION = Convention(
    name="otel",
    title="OpenTelemetry, general",
    about="Users, sessions, environments, releases and errors under OpenTelemetry's general names; read on every span.",
    rules=(
        Rule(fact="user_id", read=text, keys=("user.id", "enduser.id", "user.name", "enduser.pseudo.id")),
        Rule(fact="session_id", read=text, keys=("session.id",)),
        Rule(fact="environment", read=text, keys=("deployment.environment.name", "deployment.environment")),
        Rule(fact="release", read=text, keys=("service.version",)),
        Rule(fact="error_type", read=_no_marker, keys=("error.type",)),
        Rule(fact="error_message", read=text, keys=("error.message",)),
    ),
    bare=(Rule(fact="tags", read=texts, keys=("tags",)),),
    families=tuple(Family(prefix=name) for name in (*_KNOWN, _FLAG)),
    silent=("service.name", "service.instance.id", "service.namespace", "previous.session.id", "error.code", "error.stack_trace"),
    derive=_flags,
)
