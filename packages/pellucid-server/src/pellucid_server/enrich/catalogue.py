"""The public price list: `genai-prices`, asked once per model and time, never per span.

Only this module knows that library. It finds a provider and model by the names that a span carries, takes the prices that hold at
the time and tier, and turns them into a `Tariff`. The list ships with the installed version: nothing is downloaded.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import NamedTuple

from genai_prices import types as listed
from genai_prices.data_snapshot import find_provider_by_id, get_snapshot

from pellucid_server.core.clock import DAY, MINUTE, SECOND, Micros
from pellucid_server.enrich.rates import Rates, Tariff

SOURCE = "genai-prices"
LIST_VERSION = version(SOURCE)
"""Which prices the installed list holds."""

ALIASES: Mapping[str, str] = {
    "azure.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "az.ai.openai": "azure",
    "az.ai.inference": "azure",
    "azure_openai": "azure",
    "azure-openai": "azure",
    "azure_ai": "azure",
    "azure_ai_studio": "azure",
    "gcp.gen_ai": "google",
    "x_ai": "x-ai",
    "fireworks_ai": "fireworks",
    "fireworks-ai": "fireworks",
    "z_ai": "zai",
    "z.ai": "zai",
    "z-ai": "zai",
}
"""Providers as conventions spell them → as the list does, where its own rules do not see it."""

SPEAKS_FOR_OTHERS = frozenset({"openai", "litellm"})
"""Clients that reach other providers through a base URL: under these names a model that is not theirs is looked up by itself.

Any other provider that does not list the model has no public price for it: a model of the same name that runs on one's own machine
does not cost what its maker asks.
"""

STANDARD_TIERS = frozenset({"", "default", "standard", "standard_only", "auto", "on_demand"})
UNPRICED_TIER = "service_tier_unpriced"
"""Flag: the tier has no price in the list, the standard price was taken."""

_KEYS: tuple[tuple[str, str], ...] = (
    ("input", "input_mtok"),
    ("cache_read", "cache_read_mtok"),
    ("cache_write", "cache_write_mtok"),
    ("cache_write_1h", "cache_write_1h_mtok"),
    ("output", "output_mtok"),
    ("reasoning", "output_reasoning_mtok"),
    ("audio_in", "input_audio_mtok"),
    ("audio_out", "output_audio_mtok"),
)
_FIXED_KEY = "requests_kcount"
_REQUESTS_PER = 1_000
_LAST_SECOND = 253_402_300_799
"""9999-12-31T23:59:59Z, the last that `datetime` knows; clocks of senders know no such bound."""

_Match = tuple[listed.Provider, listed.ModelInfo]


class Asked(NamedTuple):
    """What a span says about the price it falls under. A tuple, because it is hashed for every span: the key of the caches."""

    provider: str
    model: str
    service_tier: str = ""
    speed: str = ""


class Catalogue:
    """Prices of one version of the list. It holds no cache of its own: callers cache what they ask."""

    def __init__(self, providers: Sequence[listed.Provider] | None = None) -> None:
        self._providers = list(providers if providers is not None else get_snapshot().providers)

    def step(self, asked: Asked) -> Micros | None:
        """How long an answer for `asked` holds from a multiple of it on: 0 for ever, a day, a minute; `None` for an unknown model."""
        match = self._find(asked)
        if match is None:
            return None
        _, model = match
        conditions: list[object] = [price.constraint for price in model.prices] if isinstance(model.prices, list) else []
        if _context(asked):
            conditions += [variant.constraint for variant in model.price_variants or ()]
        if any(isinstance(condition, listed.TimeOfDateConstraint) for condition in conditions):
            return MINUTE
        return DAY if any(condition is not None for condition in conditions) else 0

    def tariff(self, asked: Asked, time: Micros) -> Tariff | None:
        """What the list says for that model at that time; `None` where it says nothing."""
        match = self._find(asked)
        if match is None:
            return None
        provider, model = match
        at = datetime.fromtimestamp(min(max(time // SECOND, 0), _LAST_SECOND), UTC)
        context = _context(asked) if any(own is model for own in provider.models) else {}
        prices = {key: value for key, value in model.get_prices(at, context).__dict__.items() if value is not None}
        if not prices and not model.id.endswith(":free"):
            return None
        thresholds = tuple(
            sorted({tier.start for price in prices.values() if isinstance(price, listed.TieredPrices) for tier in price.tiers})
        )
        return Tariff(
            source=SOURCE,
            provider=provider.id,
            model=model.id,
            thresholds=thresholds,
            bands=tuple(_rates(prices, above) for above in (0, *(start + 1 for start in thresholds))),
            flags=() if _tier_known(asked, model, context, at) else (UNPRICED_TIER,),
        )

    def _find(self, asked: Asked) -> _Match | None:
        for provider, name in self._places(asked.provider.lower(), asked.model.lower()):
            if model := provider.find_model(name, all_providers=self._providers):
                return provider, model
        return None

    def _places(self, provider: str, model: str) -> Iterator[tuple[listed.Provider, str]]:
        """Where to look, best first: the named provider, the one in a `provider/` prefix, the one that the model's name tells."""
        prefix, slash, rest = model.partition("/")
        names = (model, rest) if slash else (model,)
        if provider:
            named = self._provider(provider)
            if named:
                yield from ((named, name) for name in names)
            if provider not in SPEAKS_FOR_OTHERS:
                return
        if slash and (named := self._provider(prefix)):
            yield named, rest
        for name in names:
            for maker in self._providers:
                if maker.model_match is not None and maker.model_match.is_match(name):
                    yield maker, name
                    break

    def _provider(self, name: str) -> listed.Provider | None:
        return find_provider_by_id(self._providers, ALIASES.get(name, name))


def _context(asked: Asked) -> dict[str, str]:
    """The request facts that the list knows price variants for."""
    context: dict[str, str] = {}
    if asked.service_tier == "batch":
        context["processing"] = "batch"
    elif asked.service_tier not in STANDARD_TIERS:
        context["service_tier"] = asked.service_tier
    if asked.speed == "fast":
        context["speed"] = asked.speed
    return context


def _tier_known(asked: Asked, model: listed.ModelInfo, context: Mapping[str, str], at: datetime) -> bool:
    """Whether the prices that were taken are those of the tier that was asked for."""
    if asked.service_tier in STANDARD_TIERS:
        return True
    return any(
        all(context.get(key) == value for key, value in variant.when.items())
        and (variant.constraint is None or variant.constraint.active(at))
        for variant in model.price_variants or ()
    )


def _rates(prices: Mapping[str, Decimal | listed.TieredPrices], input_total: int) -> Rates:
    """The rates that hold for calls of that input size. No price at all is what the list writes for a free model."""
    if not prices:
        return Rates(input=0.0, output=0.0).filled()
    rates = {kind: _at(prices[key], input_total) for kind, key in _KEYS if key in prices}
    fixed = _at(prices[_FIXED_KEY], input_total) / _REQUESTS_PER if _FIXED_KEY in prices else 0.0
    return Rates(**rates, fixed=fixed).filled()


def _at(price: Decimal | listed.TieredPrices, input_total: int) -> float:
    if isinstance(price, Decimal):
        return float(price)
    return float(next((tier.price for tier in reversed(price.tiers) if input_total > tier.start), price.base))
