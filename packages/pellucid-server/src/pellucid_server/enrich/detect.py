"""How personal data and secrets are found in a text: what a detector is, and the loop that runs one.

A detector has three parts: a *hint* for RE2, which says in one fast pass that a text cannot contain its kind; a *core* expression
that finds candidates; and a *judge* in Python that checks what an expression cannot (check digits, valid numbers, what stands
beside it). The detectors themselves are in `detectors`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pellucid_server.enrich.escapes import ends_escape
from pellucid_server.enrich.patterns import Pattern, compile_pattern


class Sensitive(StrEnum):
    """What can be found. The value in capitals and brackets stands in the text instead."""

    KEY = "key"
    """API keys, tokens, private keys."""
    EMAIL = "email"
    IBAN = "iban"
    CARD = "card"
    """Payment card numbers."""
    PHONE = "phone"
    IP = "ip"
    """Addresses of machines; off unless asked for, since logs are full of one's own."""


SHORTEST = 6
"""`a@b.cd`: nothing shorter is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A stretch of text to be replaced."""

    begin: int
    end: int


Judge = Callable[[str, re.Match[str], int], Found | None]
"""Text, candidate, end of the previous hit → what to replace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """How one kind is found."""

    kind: Sensitive
    hint: str
    """RE2 syntax; must match whatever the core can match, and begin no later."""
    core: re.Pattern[str]
    judge: Judge

    @property
    def replacement(self) -> str:
        """What stands in the text instead."""
        return f"[{self.kind.upper()}]"


def redact(text: str, detector: Detector, start: int = 0) -> str:
    """`text` with every hit from `start` on replaced. A candidate that fails is tried again from its second character on."""
    pieces: list[str] = []
    done, at = 0, start
    while match := detector.core.search(text, at):
        found = detector.judge(text, match, done)
        if found is None:
            at = match.start() + 1
        else:
            pieces += (text[done : found.begin], detector.replacement)
            done = at = found.end
    if not done:
        return text
    pieces.append(text[done:])
    return "".join(pieces)


def hints(chosen: Sequence[Detector]) -> Pattern:
    """One pattern that finds nothing in a text without any candidate."""
    return compile_pattern("|".join(detector.hint for detector in chosen))


def stands_alone(text: str, begin: int, end: int, *, apart_from: str) -> bool:
    """Whether no letter or digit touches the stretch, nor one of `apart_from` with a digit behind it."""
    if begin and not ends_escape(text, begin):
        before = text[begin - 1]
        if before.isalnum() or before == "_" or (before in apart_from and text[begin - 2 : begin - 1].isdigit()):
            return False
    after = text[end : end + 1]
    return not (after.isalnum() or after == "_" or (after and after in apart_from and text[end + 1 : end + 2].isdigit()))
