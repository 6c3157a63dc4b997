"""Changes and audits: what happened to the system, as opposed to what the system did for a user."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pellucid_server.model.json import JsonValue

PROMPT: Final = "prompt"
"""A version was saved or deleted, a prompt archived or taken back."""
PROMPT_PROPOSAL: Final = "prompt_proposal"
"""A move was proposed, remarked on, deployed, rejected or withdrawn."""
PROMPT_RULE: Final = "prompt_rule"
"""Who may move a label, or what is watched while it is split, was changed."""
ANNOUNCED: Final = (PROMPT, PROMPT_PROPOSAL, PROMPT_RULE)
"""Kinds that are told and not kept in the ledger: they move nothing by themselves, and so are the cause of nothing."""


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
