"""What became of what came in: a closed list of reasons, and the tally that must add up."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class DropReason(StrEnum):
    """Why a received record did not become a visible row. Nothing vanishes without one of these."""

    BAD_ID = "bad_id"
    """Trace or span id missing, zero, or of the wrong length."""
    BAD_TIME = "bad_time"
    """No start time at all, and none could be inferred."""
    TOO_MANY_SPANS = "too_many_spans"
    SPAN_TOO_LARGE = "span_too_large"
    NOT_LLM_LOG = "not_llm_log"
    """A log record that carries nothing of an LLM call."""
    LOG_WITHOUT_SPAN = "log_without_span"
    """A log record whose span cannot be told."""
    METRIC = "metric"
    """Metrics are answered and counted, not stored."""
    DEAD_LETTER = "dead_letter"
    """Its batch could not be decoded and was set aside whole, to be seen and replayed."""
    ERASED = "erased"
    """Its project no longer exists."""


@dataclass(slots=True)
class Tally:
    """Counts of one batch: `received == accepted + sum(dropped)`."""

    received: int = 0
    accepted: int = 0
    dropped: Counter[DropReason] = field(default_factory=Counter)

    def drop(self, reason: DropReason, count: int = 1) -> None:
        """Count `count` records as dropped."""
        self.dropped[reason] += count

    def add(self, other: "Tally") -> None:
        """Add another batch's counts to this one."""
        self.received += other.received
        self.accepted += other.accepted
        self.dropped.update(other.dropped)

    @property
    def balanced(self) -> bool:
        """Whether the counts add up."""
        return self.received == self.accepted + sum(self.dropped.values())
