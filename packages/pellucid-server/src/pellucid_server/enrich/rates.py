"""What tokens cost: unit prices, and the arithmetic that turns them and a usage into money. Knows no model and no provider."""

from bisect import bisect_left
from dataclasses import dataclass
from operator import attrgetter

from pellucid_server.model.usage import USAGE_KINDS, Cost, Usage

PER = 1_000_000
"""Rates are US dollars per this many tokens."""

_by_kind = attrgetter(*USAGE_KINDS)
"""The eight values of a `Usage` or of `Rates`, in the order of `Usage`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """US dollars per million tokens, by kind of `Usage`. `None` is "has no price", which is not free."""

    input: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None
    cache_write_1h: float | None = None
    output: float | None = None
    reasoning: float | None = None
    audio_in: float | None = None
    audio_out: float | None = None
    fixed: float = 0.0
    """US dollars per request, whatever its size."""

    def filled(self) -> "Rates":
        """Kinds without a price of their own take that of the wider kind they belong to, as providers bill them.

        Caches and audio are input, the long cache is a cache write, reasoning and audio are output. A model that prices its
        input and no output is an embedder, a ranker or a classifier: what it puts out is free.
        """
        write = _first(self.cache_write, self.input)
        output = _first(self.output, None if self.input is None else 0.0)
        return Rates(
            input=self.input,
            cache_read=_first(self.cache_read, self.input),
            cache_write=write,
            cache_write_1h=_first(self.cache_write_1h, write),
            output=output,
            reasoning=_first(self.reasoning, output),
            audio_in=_first(self.audio_in, self.input),
            audio_out=_first(self.audio_out, output),
            fixed=self.fixed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of "why this cost"."""

    kind: str
    """A kind of `Usage`, or `fixed`."""
    tokens: int
    usd_per_million: float
    """0 on a `fixed` line, which has no unit."""
    amount: float
    """US dollars."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tariff:
    """The rates of one model at one time, in bands of input size. Resolved once, used for every span."""

    source: str
    """`Cost.source` of what is priced by it."""
    provider: str = ""
    model: str = ""
    """The model as the price list calls it."""
    thresholds: tuple[int, ...] = ()
    """Band n+1 applies to all tokens of a call whose whole input is larger than the nth threshold."""
    bands: tuple[Rates, ...]
    """One more than thresholds, filled."""
    flags: tuple[str, ...] = ()
    """Doubts: `service_tier_unpriced`."""

    def rates(self, usage: Usage) -> Rates:
        """The band of a usage."""
        return self.bands[bisect_left(self.thresholds, usage.input_total)] if self.thresholds else self.bands[0]

    def cost(self, usage: Usage) -> Cost | None:
        """What the usage costs; `None` where a kind that was used has no price, or where nothing was reported.

        The fee per request is due once something was used; a model that has nothing but a fee owes it without any usage too.
        """
        rates = self.rates(usage)
        amounts: list[float] = []
        used = False
        for tokens, rate in zip(_by_kind(usage), _by_kind(rates), strict=True):
            if not tokens or tokens < 0:
                amounts.append(0.0)
            elif rate is None:
                return None
            else:
                used = True
                amounts.append(tokens * rate / PER)
        if not used and not usage.reported:
            return (
                Cost(fixed=rates.fixed, source=self.source)
                if rates.fixed and rates.input is None and rates.output is None
                else None
            )
        return Cost(
            input=amounts[0],
            cache_read=amounts[1],
            cache_write=amounts[2],
            cache_write_1h=amounts[3],
            output=amounts[4],
            reasoning=amounts[5],
            audio_in=amounts[6],
            audio_out=amounts[7],
            fixed=rates.fixed if used else 0.0,
            source=self.source,
        )

    def lines(self, usage: Usage) -> tuple[Line, ...]:
        """The cost by kind, with unit prices; kinds that were not used are left out."""
        rates = self.rates(usage)
        lines = [
            Line(kind=kind, tokens=tokens, usd_per_million=rate, amount=tokens * rate / PER)
            for kind, tokens, rate in zip(USAGE_KINDS, _by_kind(usage), _by_kind(rates), strict=True)
            if tokens and tokens > 0 and rate is not None
        ]
        if rates.fixed and (lines or not usage.reported):
            lines.append(Line(kind="fixed", tokens=0, usd_per_million=0.0, amount=rates.fixed))
        return tuple(lines)


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)
