"""What may come in and what may go out: plain rules, no model."""

import re
from enum import StrEnum

_INJECTION = re.compile(
    r"\b(?:ignore (?:all|your|the) (?:previous |earlier )?(?:instructions|rules)|system prompt)\b", re.IGNORECASE
)
_SECRET = re.compile(r"\bhb_[A-Za-z0-9]{16,}\b|\b\d{13,16}\b")
BLOCKED_ANSWER = "I cannot work on that request. Ask me anything about Harbour instead."


class Action(StrEnum):
    """What a guardrail decided."""

    ALLOW = "allow"
    BLOCK = "block"
    REDACT = "redact"


def check_input(text: str) -> Action:
    return Action.BLOCK if _INJECTION.search(text) else Action.ALLOW


def check_output(text: str) -> tuple[Action, str]:
    """The decision, and the text that may be shown."""
    clean = _SECRET.sub("[removed]", text)
    return (Action.ALLOW if clean == text else Action.REDACT), clean
