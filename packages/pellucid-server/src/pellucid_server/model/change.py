"""Changes and audits: what happened to the system, as opposed to what the system did for a user."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pellucid_server.model.json import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEvent:
    """Anything that may move quality: a label move, a new fingerprint, model version, release, evaluator edit, deploy."""

    id: str
    time: int
    kind: str
    """`prompt_label`, `fingerprint`, `model`, `release`, `price`, `evaluator`, `deploy`, `note` …; `monitors.ledger` lists them."""
    title: str
    actor: str = ""
    scope: Mapping[str, str] = field(default_factory=dict)
    """Which slice of traffic it touches: attribute → value."""
    before: JsonValue = None
    after: JsonValue = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """Who did what to which thing."""

    time: int
    actor: str
    action: str
    target: str
    details: Mapping[str, JsonValue] = field(default_factory=dict)
