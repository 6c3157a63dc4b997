"""Tokens and money. The token kinds are disjoint and sum to the total: getting this wrong is the field's best-known cost bug."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one model call, by disjoint kind. `None` is "not reported", which is not zero."""

    input: int | None = None
    """Fresh input: neither read from nor written to a cache, not audio."""
    cache_read: int | None = None
    cache_write: int | None = None
    """Written to a cache with the short life (5 minutes at Anthropic)."""
    cache_write_1h: int | None = None
    """Written to a cache with the one-hour life, which costs more."""
    output: int | None = None
    """Visible output: neither reasoning nor audio."""
    reasoning: int | None = None
    audio_in: int | None = None
    audio_out: int | None = None

    @property
    def input_total(self) -> int:
        """All that went in, cached or not."""
        return (
            (self.input or 0) + (self.cache_read or 0) + (self.cache_write or 0) + (self.cache_write_1h or 0) + (self.audio_in or 0)
        )

    @property
    def output_total(self) -> int:
        """All that came out, seen or not."""
        return (self.output or 0) + (self.reasoning or 0) + (self.audio_out or 0)

    @property
    def total(self) -> int:
        """Input and output together."""
        return self.input_total + self.output_total

    @property
    def reported(self) -> bool:
        """Whether the emitter said anything at all."""
        return any(getattr(self, name) is not None for name in USAGE_KINDS)


NO_USAGE = Usage()
"""Nothing was reported."""

USAGE_KINDS: tuple[str, ...] = tuple(field.name for field in fields(Usage))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """US dollars of one model call, by the same kinds; unrounded. A call that nobody can price has no Cost at all."""

    input: float = 0.0
    cache_read: float = 0.0
    cache_write: float = 0.0
    cache_write_1h: float = 0.0
    output: float = 0.0
    reasoning: float = 0.0
    audio_in: float = 0.0
    audio_out: float = 0.0
    fixed: float = 0.0
    """Per-request fees, and the whole amount where only a total was reported."""
    source: str = ""
    """Which price made it: `genai-prices`, `override:<id>`, `reported` or `estimated`."""

    @property
    def total(self) -> float:
        """The sum of the kinds."""
        return (
            self.input
            + self.cache_read
            + self.cache_write
            + self.cache_write_1h
            + self.output
            + self.reasoning
            + self.audio_in
            + self.audio_out
            + self.fixed
        )
