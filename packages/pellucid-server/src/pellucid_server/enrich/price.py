"""What a model call costs. An unpriced call has no cost at all: unpriced is not zero.

In this order, the first that can price every kind of token that was used: the project's own overrides, the public price list, what
the emitter reported, and (only where a project opts in) a catch-all rate that is marked as an estimate. The answering model is
asked first, then the requested one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from math import inf
from typing import NamedTuple

from pellucid_server.core.clock import DAY, Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.enrich.catalogue import Asked, Catalogue
from pellucid_server.enrich.patterns import Pattern, compile_pattern
from pellucid_server.enrich.rates import PER, Line, Rates, Tariff
from pellucid_server.model.span import MODEL_KINDS, Span
from pellucid_server.model.usage import USAGE_KINDS, Cost

CACHED_MODELS = 4_096
"""Distinct (provider, model, tier) that a book remembers; senders choose the names, so it must not grow with them."""
CACHED_TARIFFS = 8_192
"""Distinct (model, day or minute) that a book remembers."""
EPOCH = date(1970, 1, 1)

ANSWERED_BY_CACHE = Cost(source="cache_hit")
"""A cache of the application or the gateway answered: no provider was paid."""


class BadRates(BadRequest):
    """These rates cannot be used; they are US dollars per million tokens, not negative, at least one of them set."""

    code = "bad_rates"
    title = "Bad rates"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceOverride:
    """A project's own price of a model, from a day on. Kinds that are left out are billed as the wider kind (`Rates.filled`)."""

    id: str
    model: str
    """The whole name, upper and lower case alike; or a regular expression (RE2) that must match all of it."""
    regex: bool = False
    provider: str = ""
    """Empty: whatever the provider."""
    start: date | None = None
    """First day (UTC) on which it holds; `None` for ever."""
    rates: Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A price and the doubts about it."""

    cost: Cost | None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why this cost: where the prices come from and one line per kind. The lines sum to the total."""

    source: str
    provider: str = ""
    model: str = ""
    lines: tuple[Line, ...] = ()
    flags: tuple[str, ...] = ()


UNPRICED = Quote(cost=None)


class CallNames(NamedTuple):
    """What a call says of the price that it falls under. The answering model is asked first, then the requested one."""

    provider: str
    model: str
    model_requested: str = ""
    service_tier: str = ""
    speed: str = ""


class PriceBook:
    """The prices of one project: frozen overrides over the public list. Build a new one when the overrides change."""

    def __init__(
        self, overrides: Sequence[PriceOverride] = (), *, catch_all: Rates | None = None, catalogue: Catalogue | None = None
    ) -> None:
        self._overrides = tuple(_Override(override) for override in sorted(overrides, key=_preference))
        self._catch_all = None if catch_all is None else Tariff(source="estimated", bands=(catch_all.filled(),))
        self._catalogue = catalogue or Catalogue()
        self._steps = lru_cache(CACHED_MODELS)(self._step)
        self._tariffs = lru_cache(CACHED_TARIFFS)(self._tariff)

    def price(self, span: Span) -> Cost | None:
        """What the call cost, or `None` where nobody can say. Spans that are not model calls cost nothing of their own."""
        return self.quote(span).cost

    def quote(self, span: Span) -> Quote:
        """The price together with its doubts."""
        if span.kind not in MODEL_KINDS:
            return UNPRICED
        if span.cache_hit:
            return Quote(cost=ANSWERED_BY_CACHE)
        tariff = self._for(span)
        if tariff is not None and (cost := tariff.cost(span.usage)) is not None:
            return Quote(cost=cost, flags=tariff.flags)
        if (reported := _reported(span)) is not None:
            return Quote(cost=reported)
        if self._catch_all is not None:
            return Quote(cost=self._catch_all.cost(span.usage))
        return UNPRICED

    def explain(self, span: Span) -> Explanation | None:
        """The same price, line by line; `None` where there is none."""
        quote = self.quote(span)
        cost = quote.cost
        if cost is None:
            return None
        tariff = self._for(span)
        for candidate in (tariff, self._catch_all):
            if candidate is not None and candidate.source == cost.source:
                return Explanation(
                    source=cost.source,
                    provider=candidate.provider,
                    model=candidate.model,
                    lines=candidate.lines(span.usage),
                    flags=quote.flags,
                )
        return Explanation(source=cost.source, lines=_reported_lines(span, cost))

    def tariff(self, *, provider: str, model: str, time: Micros) -> Tariff | None:
        """The rates of a model at a time, by its name alone: for questions about calls that were never made."""
        asked = Asked(provider, model, "", "")
        step = self._steps(asked)
        return None if step is None else self._tariffs(asked, time // step * step if step else 0)

    def tariff_of(self, call: CallNames, time: Micros) -> Tariff | None:
        """The rates of such calls at a time."""
        for asked in _asked(call):
            step = self._steps(asked)
            if step is None:
                continue
            tariff = self._tariffs(asked, time // step * step if step else 0)
            if tariff is not None:
                return tariff
        return None

    def changes_within_days(self, call: CallNames) -> bool:
        """Whether the rates of such calls depend on the time of the day."""
        return any(0 < (self._steps(asked) or 0) < DAY for asked in _asked(call))

    def _for(self, span: Span) -> Tariff | None:
        speed = span.model_parameters.get("speed") if span.model_parameters else None
        speed = speed if isinstance(speed, str) else ""
        return self.tariff_of(CallNames(span.provider, span.model, span.model_requested, span.service_tier, speed), span.start_time)

    def _step(self, asked: Asked) -> Micros | None:
        """How long an answer holds: the finest of all that may give it. `None`: nobody knows the model."""
        steps = [override.step for override in self._overrides if override.matches(asked)]
        listed = self._catalogue.step(asked)
        if listed is not None:
            steps.append(listed)
        return min((step for step in steps if step), default=0) if steps else None

    def _tariff(self, asked: Asked, time: Micros) -> Tariff | None:
        for override in self._overrides:
            if override.matches(asked) and override.holds(time):
                return override.tariff
        return self._catalogue.tariff(asked, time)


def _asked(call: CallNames) -> Iterator[Asked]:
    for name in (call.model, call.model_requested):
        if name:
            yield Asked(call.provider, name, call.service_tier, call.speed)


class _Override:
    """An override, compiled."""

    def __init__(self, override: PriceOverride) -> None:
        _check(override)
        self._provider = override.provider.lower()
        self._model = override.model.lower()
        self._pattern: Pattern | None = compile_pattern(override.model, ignore_case=True) if override.regex else None
        self._since = None if override.start is None else (override.start - EPOCH).days * DAY
        self.step = 0 if self._since is None else DAY
        self.tariff = Tariff(
            source=f"override:{override.id}", provider=override.provider, model=override.model, bands=(override.rates.filled(),)
        )

    def matches(self, asked: Asked) -> bool:
        """Whether provider and model fit; the model with and without its `provider/` prefix."""
        if self._provider and self._provider != asked.provider.lower():
            return False
        name = asked.model.lower()
        return any(self._is(candidate) for candidate in {name, name.partition("/")[2] or name})

    def holds(self, time: Micros) -> bool:
        """Whether the override has begun."""
        return self._since is None or time >= self._since

    def _is(self, name: str) -> bool:
        return name == self._model if self._pattern is None else self._pattern.fullmatch(name) is not None


def _preference(override: PriceOverride) -> tuple[bool, bool, int, str]:
    """Exact names before patterns, named providers before any, later starts before earlier ones."""
    start = 0 if override.start is None else override.start.toordinal()
    return (override.regex, not override.provider, -start, override.id)


def _check(override: PriceOverride) -> None:
    rates = override.rates
    prices = [price for kind in USAGE_KINDS if (price := getattr(rates, kind)) is not None]
    if not all(0 <= price < inf for price in (*prices, rates.fixed)):
        raise BadRates(
            f"The price {override.id!r} of {override.model!r} has a negative or infinite rate; correct it and save again."
        )
    if not prices and not rates.fixed:
        raise BadRates(f"The price {override.id!r} of {override.model!r} has no rate at all; give at least `input` and `output`.")


def _reported(span: Span) -> Cost | None:
    """The emitter's own figure. Several emitters write 0 for "unknown", so 0 says nothing."""
    reported = span.reported_cost
    if reported is None or not 0 < reported.total < inf:
        return None
    return reported if reported.source == "reported" else replace(reported, source="reported")


def _reported_lines(span: Span, cost: Cost) -> tuple[Line, ...]:
    """Lines of a cost that came without unit prices: what each kind cost per million is worked out backwards."""
    lines: list[Line] = []
    for kind in (*USAGE_KINDS, "fixed"):
        amount: float = getattr(cost, kind)
        if amount:
            tokens: int = getattr(span.usage, kind, None) or 0
            lines.append(Line(kind=kind, tokens=tokens, usd_per_million=amount * PER / tokens if tokens else 0.0, amount=amount))
    return tuple(lines)
