"""How far people agree: per dimension, with intervals, with the items they dispute; what each did; and now against eight weeks ago."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pellucid_server.datasets.dimensions import Dimension, read
from pellucid_server.datasets.errors import NoSuchQueue
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.stats.agreement import Level, cohen_kappa, krippendorff_alpha
from pellucid_server.stats.intervals import Estimate, difference_of_means, difference_of_shares
from pellucid_server.store.meta.annotations import AnnotationItem, Rating
from pellucid_server.store.meta.database import MetaStore

MAX_ITEMS = 10_000
"""Of one queue that are looked at."""
MAX_DISPUTED = 20
NOW, BEFORE = "now", "before"
"""The eras of a reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """On one dimension."""

    dimension: str
    level: Level
    value: float | None
    low: float | None
    high: float | None
    items: int
    ratings: int
    raw: float | None
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    disputed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotator:
    """What one person did."""

    annotator: str
    name: str
    judged: int
    skipped: int
    median_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Era:
    """One dimension now against before."""

    dimension: str
    value: str
    now: float
    now_n: int
    before: float
    before_n: int
    difference: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """All of it."""

    agreement: tuple[Agreement, ...]
    annotators: tuple[Annotator, ...]
    eras: tuple[Era, ...]


class Panels:
    """Makes panels."""

    def __init__(self, store: MetaStore) -> None:
        self._store = store

    def of(self, scope: Scope, queue_id: str) -> Panel:
        """Of a queue. In a blind one only items that enough people have judged count, so that the panel gives nothing away."""
        with self._store.reading() as unit:
            queue = unit.annotations.queue(scope.project_id, queue_id)
            if queue is None:
                raise NoSuchQueue
            items = unit.annotations.items(queue.id, limit=MAX_ITEMS)
            ratings = unit.annotations.ratings(queue.id)
        judged = _by_item(ratings)
        complete = {item_id: by for item_id, by in judged.items() if len(by) >= queue.raters}
        dimensions = read(queue.dimensions)
        return Panel(
            agreement=tuple(_agreement(dimension, complete) for dimension in dimensions),
            annotators=_annotators(ratings),
            eras=tuple(era for dimension in dimensions for era in _eras(dimension, items, complete)),
        )


def _by_item(ratings: Sequence[Rating]) -> dict[str, dict[str, Rating]]:
    found: dict[str, dict[str, Rating]] = defaultdict(dict)
    for rating in ratings:
        if not rating.skipped:
            found[rating.item_id][rating.annotator] = rating
    return found


def _agreement(dimension: Dimension, judged: Mapping[str, Mapping[str, Rating]]) -> Agreement:
    values = {
        item_id: {annotator: rating.values.get(dimension.name) for annotator, rating in by.items()}
        for item_id, by in judged.items()
    }
    said = {item_id: {who: value for who, value in by.items() if value is not None} for item_id, by in values.items()}
    double = {item_id: by for item_id, by in said.items() if len(by) > 1}
    people = sorted({who for by in double.values() for who in by})
    code = _coder(dimension, double)
    table = [[code(by[who]) if who in by else None for by in double.values()] for who in people]
    level: Level = "interval" if dimension.type == "numeric" else "nominal"
    alpha = krippendorff_alpha(table, level) if double else None
    kappa = _kappa(double, people)
    pairs = [(one, other) for by in double.values() for one, other in _pairs([*by.values()])]
    return Agreement(
        dimension=dimension.name,
        level=level,
        value=alpha.value if alpha else None,
        low=alpha.low if alpha else None,
        high=alpha.high if alpha else None,
        items=len(double),
        ratings=sum(len(by) for by in double.values()),
        raw=sum(one == other for one, other in pairs) / len(pairs) if pairs else None,
        kappa=kappa.value if kappa else None,
        kappa_low=kappa.low if kappa else None,
        kappa_high=kappa.high if kappa else None,
        disputed=_disputed(double, code),
    )


def _coder(dimension: Dimension, said: Mapping[str, Mapping[str, JsonValue]]) -> "_Coder":
    return _Coder(dimension, sorted({str(value) for by in said.values() for value in by.values()}))


@dataclass(frozen=True, slots=True)
class _Coder:
    """Verdicts as numbers: of a nominal dimension their place, which means nothing but equal or not."""

    dimension: Dimension
    known: Sequence[str]

    def __call__(self, value: JsonValue) -> float:
        if self.dimension.type == "numeric" and isinstance(value, int | float):
            return float(value)
        return float(self.known.index(str(value)))


def _kappa(double: Mapping[str, Mapping[str, JsonValue]], people: Sequence[str]) -> Estimate | None:
    if len(people) != 2:
        return None
    first, second = people
    both = [by for by in double.values() if first in by and second in by]
    return cohen_kappa([str(by[first]) for by in both], [str(by[second]) for by in both])


def _pairs(values: Sequence[JsonValue]) -> list[tuple[JsonValue, JsonValue]]:
    return [(values[i], values[j]) for i in range(len(values)) for j in range(i + 1, len(values))]


def _disputed(double: Mapping[str, Mapping[str, JsonValue]], code: _Coder) -> tuple[str, ...]:
    spread = {item_id: max(codes) - min(codes) for item_id, by in double.items() if (codes := [code(one) for one in by.values()])}
    different = [item_id for item_id, wide in spread.items() if wide > 0]
    order = sorted(different, key=lambda item_id: (-spread[item_id] if code.dimension.type == "numeric" else 0.0, item_id))
    return tuple(order[:MAX_DISPUTED])


def _annotators(ratings: Sequence[Rating]) -> tuple[Annotator, ...]:
    by: dict[str, list[Rating]] = defaultdict(list)
    for rating in ratings:
        by[rating.annotator].append(rating)
    found = []
    for annotator, own in sorted(by.items()):
        seconds = [one.seconds for one in own if not one.skipped and one.seconds > 0]
        found.append(
            Annotator(
                annotator=annotator,
                name=max(own, key=lambda one: one.time).annotator_name,
                judged=sum(not one.skipped for one in own),
                skipped=sum(one.skipped for one in own),
                median_seconds=float(median(seconds)) if seconds else None,
            )
        )
    return tuple(found)


def _eras(dimension: Dimension, items: Sequence[AnnotationItem], judged: Mapping[str, Mapping[str, Rating]]) -> list[Era]:
    """An item counts once, with the mean of what people said of it, so that two raters do not pretend to be two conversations."""
    by: dict[str, list[list[JsonValue]]] = {NOW: [], BEFORE: []}
    for item in items:
        said = [one.values.get(dimension.name) for one in judged.get(item.id, {}).values()]
        valid: list[JsonValue] = [value for value in said if value is not None]
        if item.era in by and valid:
            by[item.era].append(valid)
    if not by[NOW] or not by[BEFORE]:
        return []
    if dimension.type == "numeric":
        return [_numeric_era(dimension.name, by[NOW], by[BEFORE])]
    wanted: Sequence[JsonValue] = (True,) if dimension.type == "boolean" else dimension.categories
    return [_share_era(dimension.name, value, by[NOW], by[BEFORE]) for value in wanted]


def _numeric_era(name: str, now: Sequence[Sequence[JsonValue]], before: Sequence[Sequence[JsonValue]]) -> Era:
    ours, base = [_mean(said) for said in now], [_mean(said) for said in before]
    gap = difference_of_means(ours, base)
    return _era(name, "", (sum(ours) / len(ours), len(ours)), (sum(base) / len(base), len(base)), gap)


def _share_era(name: str, value: JsonValue, now: Sequence[Sequence[JsonValue]], before: Sequence[Sequence[JsonValue]]) -> Era:
    ours, base = _of_majority(now, value), _of_majority(before, value)
    gap = difference_of_shares(ours, len(now), base, len(before))
    return _era(name, "yes" if value is True else str(value), (ours / len(now), len(now)), (base / len(before), len(before)), gap)


def _era(name: str, value: str, now: tuple[float, int], before: tuple[float, int], gap: Estimate | None) -> Era:
    return Era(
        dimension=name,
        value=value,
        now=now[0],
        now_n=now[1],
        before=before[0],
        before_n=before[1],
        difference=now[0] - before[0],
        low=gap.low if gap else None,
        high=gap.high if gap else None,
    )


def _mean(said: Sequence[JsonValue]) -> float:
    numbers = [float(value) for value in said if isinstance(value, int | float)]
    return sum(numbers) / len(numbers)


def _of_majority(items: Sequence[Sequence[JsonValue]], value: JsonValue) -> int:
    """Of how many items at least half of the people said so."""
    return sum(2 * sum(one == value for one in said) >= len(said) for said in items)
