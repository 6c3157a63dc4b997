"""A project's own model prices. What a span costs by them is `enrich`'s; here they are kept and checked."""

import math
from collections.abc import Mapping
from dataclasses import replace

from pellucid_server.core.clock import Micros
from pellucid_server.core.errors import NotFound
from pellucid_server.enrich.patterns import BadPattern, compile_pattern
from pellucid_server.identity.context import Context
from pellucid_server.identity.errors import BadPrice, TooManyOfThem
from pellucid_server.model.change import ChangeEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.model.usage import USAGE_KINDS
from pellucid_server.store.meta.prices import StoredPrice
from pellucid_server.store.meta.unit import UnitOfWork

MAX_PRICES = 1_000
"""In one project: they are tried one after the other for each new model name."""
MAX_PATTERN_CHARS = 500
KINDS = (*USAGE_KINDS, "fixed")
"""What can have a price: USD per million tokens of a kind of usage, or `fixed` USD per request."""
MAX_USD_PER_MILLION = 1_000_000.0


class Prices:
    """The verbs."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list_prices(self, project_id: str) -> list[StoredPrice]:
        """All of the project, the newest `from_time` first: the first that matches counts."""
        with self._context.store.reading() as unit:
            return unit.prices.of_project(project_id)

    def create(
        self, scope: Scope, *, model_pattern: str, provider: str | None, from_time: Micros, prices: Mapping[str, float]
    ) -> StoredPrice:
        """A new price. Raises `BadPrice`, `TooManyOfThem`."""
        _check(model_pattern, prices)
        price = StoredPrice(
            id=self._context.new_id("price"),
            project_id=scope.project_id,
            model_pattern=model_pattern,
            provider=provider,
            from_time=from_time,
            prices=dict(prices),
            created_by=scope.actor,
            created_time=self._context.clock(),
        )
        with self._context.store.writing() as unit:
            if unit.prices.count(scope.project_id) >= MAX_PRICES:
                raise TooManyOfThem
            unit.prices.add(price)
            self._context.note(unit, scope, "price.create", price.id, model_pattern=model_pattern)
        self._context.project_changed(scope.project_id)
        self._tell(scope, "set", None, price)
        return price

    def update(
        self,
        scope: Scope,
        price_id: str,
        *,
        model_pattern: str,
        provider: str | None,
        from_time: Micros,
        prices: Mapping[str, float],
    ) -> StoredPrice:
        """Replace a price."""
        _check(model_pattern, prices)
        with self._context.store.writing() as unit:
            before = _own(unit, scope, price_id)
            changed = replace(
                before,
                model_pattern=model_pattern,
                provider=provider,
                from_time=from_time,
                prices=dict(prices),
            )
            unit.prices.put(changed)
            self._context.note(unit, scope, "price.update", price_id, model_pattern=model_pattern)
        self._context.project_changed(scope.project_id)
        self._tell(scope, "changed", before, changed)
        return changed

    def remove(self, scope: Scope, price_id: str) -> None:
        """Delete a price; spans that were priced by it keep their cost."""
        with self._context.store.writing() as unit:
            removed = _own(unit, scope, price_id)
            unit.prices.remove(scope.project_id, price_id)
            self._context.note(unit, scope, "price.remove", price_id)
        self._context.project_changed(scope.project_id)
        self._tell(scope, "removed", removed, None)

    def _tell(self, scope: Scope, verb: str, before: StoredPrice | None, after: StoredPrice | None) -> None:
        """The ledger of changes: costs move by it while the traffic stays."""
        told = after or before
        assert told is not None
        event = ChangeEvent(
            id=self._context.new_id("event"),
            time=self._context.clock(),
            kind="price",
            title=f"The price of {told.model_pattern} was {verb}",
            actor=scope.actor,
            before=_shown(before),
            after=_shown(after),
        )
        self._context.record_change(scope.project_id, event)


def _shown(price: StoredPrice | None) -> JsonValue:
    if price is None:
        return None
    prices: dict[str, JsonValue] = dict(price.prices)
    return {"model_pattern": price.model_pattern, "provider": price.provider, "from_time": price.from_time, "prices": prices}


def _own(unit: UnitOfWork, scope: Scope, price_id: str) -> StoredPrice:
    price = unit.prices.get(scope.project_id, price_id)
    if price is None:
        raise NotFound("There is no such price in this project; `GET /api/v1/prices` lists them.")
    return price


def _check(model_pattern: str, prices: Mapping[str, float]) -> None:
    if not 0 < len(model_pattern) <= MAX_PATTERN_CHARS:
        raise BadPrice(f"`model_pattern` has between 1 and {MAX_PATTERN_CHARS} characters.")
    try:
        compile_pattern(model_pattern)
    except BadPattern as error:
        raise BadPrice(f"`model_pattern` is not a regular expression: {error.message}") from error
    if not prices:
        raise BadPrice
    for kind, price in prices.items():
        if kind not in KINDS:
            raise BadPrice(f"{kind!r} has no price; what can have one is {', '.join(KINDS)}.")
        if not (math.isfinite(price) and 0 <= price <= MAX_USD_PER_MILLION):
            raise BadPrice(f"The price of {kind} is not a number between 0 and {MAX_USD_PER_MILLION:,.0f} USD per million tokens.")
