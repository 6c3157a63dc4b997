"""What the same traffic would have cost on another model: the tokens that were used, at the other model's rates.

It answers what the price list can answer and no more: another model would have counted its tokens a little differently and written
answers of another length. Only calls whose own price is known are compared, so that both sums are of the same calls.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import Clock
from pellucid_server.dashboards.errors import UnknownPrice
from pellucid_server.enrich.price import PriceBook
from pellucid_server.enrich.rates import PER, Rates, Tariff
from pellucid_server.model.scope import Scope
from pellucid_server.model.usage import USAGE_KINDS
from pellucid_server.query.facets import read_filter
from pellucid_server.query.metrics import DEFAULT_SPAN, Measure, MetricQueries, MetricsAsk, Value
from pellucid_server.query.windows import Window

COMPARED: Final = "kind:generation counted:true has:cost -cache_hit:true"
"""Calls that were made, counted once, and whose price is known."""
LEFT_OUT: Final = "kind:generation counted:true -has:cost tokens>0"
_MEASURES: Final = (
    Measure(name="cost", aggregation="sum"),
    Measure(name="cost", aggregation="count"),
    *(Measure(name=f"usage_{kind}", aggregation="sum") for kind in USAGE_KINDS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCost:
    """One kind of tokens."""

    kind: str
    tokens: int
    cost: float | None
    """None where the other model has no price for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The comparison."""

    model: str
    """As the price list calls it."""
    source: str
    calls: int
    left_out: int
    """Calls without a price of their own: in neither sum."""
    cost: float
    """What was paid, US dollars."""
    other_cost: float | None
    """What the other model would have cost; None where it has no price for a kind that was used."""
    kinds: Sequence[KindCost]


class WhatIfs:
    """The verb."""

    def __init__(self, metrics: MetricQueries, book_of: Callable[[str], PriceBook], clock: Clock) -> None:
        self._metrics = metrics
        self._book_of = book_of
        self._clock = clock

    def compare(self, scope: Scope, *, model: str, provider: str, text: str, window: Window) -> WhatIf:
        """The traffic that `text` names in the window, on `model`. Raises `UnknownPrice`."""
        now = self._clock()
        bounded = window.or_last(DEFAULT_SPAN, now)
        tariff = self._book_of(scope.project_id).tariff(provider=provider, model=model, time=now)
        if tariff is None:
            raise UnknownPrice(f"Nobody knows the price of {model!r}; name another model, or add its price under Settings, Prices.")
        sums = [(rates, self._sums(scope, text, band, bounded)) for rates, band in _bands(tariff)]
        kinds = [_kind(kind, sums) for kind in USAGE_KINDS]
        fixed = sum(rates.fixed * _number(row, "cost_count") for rates, row in sums)
        return WhatIf(
            model=tariff.model or model,
            source=tariff.source,
            calls=int(sum(_number(row, "cost_count") for _, row in sums)),
            left_out=self._left_out(scope, text, bounded),
            cost=sum(_number(row, "cost_sum") for _, row in sums),
            other_cost=None if any(one.cost is None for one in kinds) else sum(one.cost or 0.0 for one in kinds) + fixed,
            kinds=[one for one in kinds if one.tokens],
        )

    def _sums(self, scope: Scope, text: str, band: str, window: Window) -> Mapping[str, Value]:
        return self._ask(scope, _MEASURES, _all(text, COMPARED, band), window)

    def _left_out(self, scope: Scope, text: str, window: Window) -> int:
        spans = (Measure(name="spans", aggregation="count"),)
        return int(_number(self._ask(scope, spans, _all(text, LEFT_OUT), window), "spans_count"))

    def _ask(self, scope: Scope, measures: Sequence[Measure], text: str, window: Window) -> Mapping[str, Value]:
        answer = self._metrics.ask(scope, MetricsAsk(measures=measures, filter=read_filter(text), window=window))
        return answer.data[0] if answer.data else {}


def _bands(tariff: Tariff) -> Sequence[tuple[Rates, str]]:
    """Rates with the filter on the calls that they are for: some models charge more for long inputs."""
    edges = tariff.thresholds
    filters = []
    for place in range(len(tariff.bands)):
        above = [f"input_tokens>{edges[place - 1]}"] if place > 0 else []
        upto = [f"input_tokens<={edges[place]}"] if place < len(edges) else []
        filters.append(" ".join((*above, *upto)))
    return list(zip(tariff.bands, filters, strict=True))


def _kind(kind: str, sums: Sequence[tuple[Rates, Mapping[str, Value]]]) -> KindCost:
    tokens = 0
    cost: float | None = 0.0
    for rates, row in sums:
        used = int(_number(row, f"usage_{kind}_sum"))
        rate: float | None = getattr(rates, kind)
        tokens += used
        if used and rate is None:
            cost = None
        elif used and rate is not None and cost is not None:
            cost += used * rate / PER
    return KindCost(kind=kind, tokens=tokens, cost=cost)


def _number(row: Mapping[str, Value], key: str) -> float:
    value = row.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


def _all(*texts: str) -> str:
    return " ".join(f"({text})" for text in texts if text.strip())
