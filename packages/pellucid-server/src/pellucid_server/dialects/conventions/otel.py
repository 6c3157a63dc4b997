"""OpenTelemetry's general keys: who, where, which error; and those of HTTP, databases and the like, which stay raw attributes."""

from pellucid_server.dialects.convention import Convention, Family, Rule
from pellucid_server.dialects.values import text, texts
from pellucid_server.model.json import JsonValue

_KNOWN = (
    "http", "url", "server", "client", "net", "network", "peer", "user_agent", "db", "rpc", "messaging", "faas", "cloud", "asgi",
    "code", "thread", "process", "host", "os", "container", "k8s", "telemetry", "otel", "exception", "tls", "dns", "file", "next",
)  # fmt: skip
"""Namespaces of OpenTelemetry that say nothing about a model call."""


def _no_marker(value: JsonValue) -> str | None:
    """OpenTelemetry's `_OTHER` is an error whose type is not known."""
    found = text(value)
    return None if found == "_OTHER" else found


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
    families=tuple(Family(prefix=name) for name in _KNOWN),
    silent=("service.name", "service.instance.id", "service.namespace", "previous.session.id", "error.code", "error.stack_trace"),
)
