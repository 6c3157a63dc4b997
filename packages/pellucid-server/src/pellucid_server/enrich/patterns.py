"""Regular expressions that people write into settings: matched by RE2, so that no pattern can hang the way in.

RE2 takes time in proportion to the text whatever the pattern; in return it has neither look-around nor back-references. Patterns
that stand in our own source use the standard library.
"""

from typing import Protocol, cast

import re2

from pellucid_server.core.errors import BadRequest

MAX_PATTERN_CHARS = 1_000
"""Longest accepted pattern; real ones are under 200."""


class BadPattern(BadRequest):
    """This regular expression cannot be used; it must be valid RE2 syntax, which has no look-around and no back-references."""

    code = "bad_pattern"
    title = "Bad pattern"


class Match(Protocol):
    """What is used of a match."""

    def start(self) -> int:
        """Where it begins, in characters."""


class Pattern(Protocol):
    """What is used of a compiled RE2 pattern."""

    def fullmatch(self, text: str) -> Match | None:
        """A match of the whole text, or `None`."""

    def search(self, text: str) -> Match | None:
        """The first match, or `None`."""

    def sub(self, repl: str, text: str) -> str:
        """The text with every match replaced."""


def compile_pattern(text: str, *, ignore_case: bool = False) -> Pattern:
    """Compile a pattern from a setting.

    Raises `BadPattern` with RE2's own complaint.
    """
    if len(text) > MAX_PATTERN_CHARS:
        raise BadPattern(f"The pattern has {len(text)} characters; {MAX_PATTERN_CHARS} are allowed. Split it into several.")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    try:
        return cast("Pattern", re2.compile(text, options))
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise BadPattern(f"The pattern {text!r} is not valid RE2 syntax: {reason}. Correct it and save again.") from error
