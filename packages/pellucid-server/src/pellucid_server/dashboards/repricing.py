"""Pricing history anew when a price was corrected: what it would change, and the durable run that does it.

A run has an item for each day with model calls, which writes the rows that change beside the table of spans, and a last one that adds them
to it all at once. Until then readers see the old costs, from then on the new ones; a server that is killed anywhere goes on where it was.
Calls that arrive meanwhile are priced by the prices of now in any case; those whose row was written in between are looked at once more.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from typing import Final, Protocol

from pellucid_server.core.clock import SECOND, Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.dashboards.errors import PreparedRowsGone, PricesChanged, RepricingGoesOn
from pellucid_server.enrich.catalogue import LIST_VERSION, UNPRICED_TIER
from pellucid_server.enrich.price import CallNames, PriceBook, PriceOverride
from pellucid_server.enrich.rates import Tariff
from pellucid_server.llm.durable import ItemContext, RunContext, StartedRun
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.model.usage import USAGE_KINDS
from pellucid_server.query.windows import Window
from pellucid_server.store.meta import runs as states
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.runs import StoredItem
from pellucid_server.store.spans.repricing import CallDay, CallShape, ModelChange, Repricer, safe_name
from pellucid_server.store.spans.sql.repricing import UNKNOWN, RateCard, Rating

KIND: Final = "reprice"
INGEST_PATIENCE_S: Final = 300.0
"""How long the swap waits for the pipeline to have written what it had read before."""
_LATE: Final = "_late"
_PAGE: Final = 500

PricesOf = Callable[[str], Sequence[PriceOverride]]


class Ingest(Protocol):
    """The way in, as far as it must know that stored rows were changed."""

    def reread(self, project_id: str, trace_ids: Sequence[str]) -> Future[None]:
        """Believe nothing that was known of stored rows, and settle these traces anew."""


class DayCounts(Protocol):
    """The daily roll-ups."""

    def recount(self, project_id: str, days: Sequence[Micros]) -> None:
        """Count days anew."""


class Run(StartedRun, Protocol):
    """A run of any kind."""


class RunBook(Protocol):
    """Durable runs."""

    def start(self, scope: Scope, *, kind: str, title: str, items: Sequence[JsonValue], settings: JsonValue = None) -> Run:
        """Queue one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the prices of now would change, before anything is changed. Of counted calls, but for `rows`."""

    prices: str
    """Names the prices of now: a run that is started with it is of these prices or none."""
    days: int
    first_day: Micros | None
    calls: int
    changed: int
    before: float
    after: float
    unpriced_before: int
    unpriced_after: int
    rows: int
    """Stored calls that change, counted or not."""
    models: Sequence[ModelChange]
    """Those with changes, the greatest difference first."""


class Pricing:
    """What one project's prices make of its days."""

    def __init__(self, repricer: Repricer, project_id: str, prices: Sequence[PriceOverride]) -> None:
        self.mark = prices_mark(prices)
        self._repricer = repricer
        self._project_id = project_id
        self._book = PriceBook(prices)

    def changes(self, day: Micros) -> Sequence[ModelChange]:
        """What would change on a day."""
        return self._repricer.preview(self._project_id, day, self._card(day))

    def fill(self, run: str, day: Micros, since: int = 0) -> None:
        """Write what changes on a day."""
        self._repricer.fill(run, self._project_id, day, self._card(day), since)

    def _card(self, day: Micros) -> RateCard:
        rough = self._repricer.shapes(self._project_id, day, RateCard())
        told_apart = RateCard(
            by_minute=[one.coarse for one in rough if self._moves(one)],
            by_speed=[one.coarse for one in rough if self._hurries(one, day)],
            doubts=(UNPRICED_TIER,),
        )
        is_fine = told_apart.by_minute or told_apart.by_speed
        shapes = self._repricer.shapes(self._project_id, day, told_apart) if is_fine else rough
        places: dict[Tariff, int] = {}
        place_of: list[tuple[int, int]] = []
        for shape in shapes:
            tariff = self._book.tariff_of(_names(shape), shape.minute or day)
            if tariff is not None:
                place_of.append((shape.key, places.setdefault(tariff, len(places))))
        return replace(told_apart, ratings=[_rating(tariff) for tariff in places], place_of=place_of)

    def _moves(self, shape: CallShape) -> bool:
        return any(self._book.changes_within_days(names) for names in (_names(shape), _names(shape)._replace(speed="fast")))

    def _hurries(self, shape: CallShape, day: Micros) -> bool:
        usual, fast = (self._book.tariff_of(_names(shape)._replace(speed=speed), day) for speed in ("", "fast"))
        return (usual is None) != (fast is None) or (usual is not None and fast is not None and usual.bands != fast.bands)


class Repricings:
    """The verbs."""

    def __init__(self, repricer: Repricer, prices_of: PricesOf, store: MetaStore, runs: RunBook) -> None:
        self._repricer = repricer
        self._prices_of = prices_of
        self._store = store
        self._runs = runs

    def preview(self, scope: Scope, window: Window) -> Preview:
        """What would change of the window; of all that is kept where it names no start."""
        days = self._days(scope, window)
        pricing = Pricing(self._repricer, scope.project_id, self._prices_of(scope.project_id))
        models = _by_model(chain.from_iterable(pricing.changes(day.day) for day in days))
        return Preview(
            prices=pricing.mark,
            days=len(days),
            first_day=days[0].day if days else None,
            calls=sum(one.calls for one in models),
            changed=sum(one.changed for one in models),
            before=sum(one.before for one in models),
            after=sum(one.after for one in models),
            unpriced_before=sum(one.unpriced_before for one in models),
            unpriced_after=sum(one.unpriced_after for one in models),
            rows=sum(one.rows for one in models),
            models=sorted((one for one in models if one.rows), key=lambda one: -abs(one.after - one.before)),
        )

    def start(self, scope: Scope, window: Window, prices: str = "") -> StartedRun:
        """Do it. Raises `PricesChanged` where the prices are not those of the preview any more, `RepricingGoesOn`."""
        mark = prices_mark(self._prices_of(scope.project_id))
        if prices not in ("", mark):
            raise PricesChanged
        with self._store.reading() as unit:
            others = unit.runs.page(scope.project_id, kind=KIND, not_by=None, after=None, limit=_PAGE)
        if any(run.state in (states.QUEUED, states.RUNNING) for run in others):
            raise RepricingGoesOn
        days = self._days(scope, window)
        if not days:
            raise BadRequest("No model was called in this time; there is nothing to price anew.")
        calls = sum(day.calls for day in days)
        items: list[JsonValue] = [{"day": _date(day.day), "calls": day.calls} for day in days]
        return self._runs.start(
            scope,
            kind=KIND,
            title=f"Price {calls:,} calls of {len(days)} {'day' if len(days) == 1 else 'days'} anew",
            items=[*items, {"swap": True}],
            settings={"prices": mark, "since": self._repricer.newest_version()},
        )

    def _days(self, scope: Scope, window: Window) -> Sequence[CallDay]:
        return self._repricer.days(scope.project_id, window.start, window.end)


class RepricingHandler:
    """The kind of run."""

    kind: str = KIND
    concurrency: int = 1
    """Items are done in order: the last one is the swap."""

    def __init__(self, repricer: Repricer, prices_of: PricesOf, store: MetaStore, ingest: Ingest, counts: DayCounts) -> None:
        self._repricer = repricer
        self._prices_of = prices_of
        self._store = store
        self._ingest = ingest
        self._counts = counts

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """A day, or the swap, in a thread: the stores wait."""
        if not isinstance(item, dict) or not isinstance(context.settings, dict):
            raise BadRequest("This run was made by another version of the server; start a new one.")
        pricing = Pricing(self._repricer, context.project_id, self._prices_of(context.project_id))
        if pricing.mark != context.settings.get("prices"):
            raise PricesChanged
        if "day" in item:
            return await asyncio.to_thread(self._price, context.run_id, pricing, _micros(str(item["day"])))
        since = context.settings.get("since")
        return await asyncio.to_thread(self._swap, context, pricing, since if isinstance(since, int) else 0)

    async def finished(self, context: RunContext) -> None:
        """Let go of what was prepared, and keep what came of it."""
        rows, before, after, failed = 0, 0.0, 0.0, 0
        async for outcome in context.outcomes():
            failed += bool(outcome.error)
            if isinstance(outcome.output, dict) and isinstance(outcome.input, dict) and "day" in outcome.input:
                rows += _whole(outcome.output.get("rows"))
                before += _amount(outcome.output.get("before"))
                after += _amount(outcome.output.get("after"))
        if not failed:
            await asyncio.to_thread(self._repricer.drop, context.run_id)
        await context.conclude({"rows": rows, "before": before, "after": after, "swapped": not failed})

    def tidy(self) -> None:
        """Let go of what was prepared for runs that nobody will end."""
        for run_id in {name.removesuffix(_LATE) for name in self._repricer.waiting()}:
            with self._store.reading() as unit:
                state = unit.runs.state_of(run_id)
            if state in ("", "cancelled", "finished"):
                self._repricer.drop(run_id)
                self._repricer.drop(run_id + _LATE)

    def _price(self, run_id: str, pricing: Pricing, day: Micros) -> JsonValue:
        self._repricer.prepare(run_id)
        pricing.fill(run_id, day)
        changes = pricing.changes(day)
        return {
            "rows": self._repricer.count_of(run_id, day),
            "before": sum(one.before for one in changes),
            "after": sum(one.after for one in changes),
        }

    def _swap(self, context: ItemContext, pricing: Pricing, since: int) -> JsonValue:
        run_id, project_id = context.run_id, context.project_id
        days = self._prepared(run_id)
        self._repricer.swap(run_id)
        silent = self._repricer.silent_traces(run_id)
        self._ingest.reread(project_id, silent).result(INGEST_PATIENCE_S)
        late = self._again(run_id, project_id, pricing, since)
        self._counts.recount(project_id, sorted({*days, *late}))
        return {"swapped": True}

    def _prepared(self, run_id: str) -> Sequence[Micros]:
        """The days, all of whose rows must be there."""
        items = self._items(run_id)
        days = [item for item in items if isinstance(item.input, dict) and "day" in item.input]
        undone = [item for item in days if item.state != states.DONE]
        if undone:
            raise PreparedRowsGone(f"{len(undone)} of {len(days)} days are not prepared, so nothing was changed; resume the run.")
        rows = sum(_whole(item.output.get("rows")) for item in days if isinstance(item.output, dict))
        if safe_name(run_id) not in self._repricer.waiting() or self._repricer.count(run_id) < rows:
            raise PreparedRowsGone
        return [_micros(str(item.input["day"])) for item in days if isinstance(item.input, dict)]

    def _again(self, run_id: str, project_id: str, pricing: Pricing, since: int) -> Collection[Micros]:
        """Rows that were written while days were prepared may say the old price: they are looked at once more."""
        days = self._repricer.changed_days(project_id, since)
        late = run_id + _LATE
        self._repricer.drop(late)
        self._repricer.prepare(late)
        for day in days:
            pricing.fill(late, day, since)
        if self._repricer.count(late):
            self._repricer.swap(late)
            self._ingest.reread(project_id, self._repricer.silent_traces(late)).result(INGEST_PATIENCE_S)
        self._repricer.drop(late)
        return days

    def _items(self, run_id: str) -> Sequence[StoredItem]:
        found: list[StoredItem] = []
        with self._store.reading() as unit:
            while page := unit.runs.items(run_id, state=None, after=found[-1].position if found else -1, limit=_PAGE):
                found.extend(page)
        return found


def prices_mark(prices: Sequence[PriceOverride]) -> str:
    """Names a set of prices: the project's own and the public list."""
    told = "\n".join([LIST_VERSION, *sorted(map(repr, prices))])
    return sha256(told.encode()).hexdigest()[:16]


def _names(shape: CallShape) -> CallNames:
    return CallNames(shape.provider, shape.model, shape.model_requested, shape.service_tier, shape.speed)


def _rating(tariff: Tariff) -> Rating:
    bands = []
    for rates in tariff.bands:
        known: list[float | None] = [getattr(rates, kind) for kind in USAGE_KINDS]
        bands.append([*(UNKNOWN if rate is None else rate for rate in known), rates.fixed])
    return Rating(source=tariff.source, thresholds=tariff.thresholds, bands=bands, flags=tariff.flags)


def _by_model(changes: Iterable[ModelChange]) -> Sequence[ModelChange]:
    found: dict[tuple[str, str], ModelChange] = {}
    for one in changes:
        known = found.get((one.provider, one.model))
        found[one.provider, one.model] = one if known is None else _plus(known, one)
    return list(found.values())


def _plus(a: ModelChange, b: ModelChange) -> ModelChange:
    names = [name for name in ModelChange.__dataclass_fields__ if name not in ("provider", "model")]
    return replace(a, **{name: getattr(a, name) + getattr(b, name) for name in names})


def _date(day: Micros) -> str:
    return datetime.fromtimestamp(day / SECOND, UTC).strftime("%Y-%m-%d")


def _micros(date: str) -> Micros:
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()) * SECOND


def _whole(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0


def _amount(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
