"""Rows of metrics/query as Prometheus reads them: a gauge for each measure, a label for each dimension."""

from collections.abc import Mapping, Sequence
from re import sub

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from pellucid_server.api.wire.metrics import Cell
from pellucid_server.core.errors import BadRequest
from pellucid_server.query.metrics import Measure

MAX_MEASURES = 20


def measures_of(texts: Sequence[str]) -> list[Measure]:
    """From `cost:sum`, `duration:p99` or `score:helpful:avg`; what the measures know is the business of the query. Raises `BadRequest`."""
    if not 1 <= len(texts) <= MAX_MEASURES:
        raise BadRequest(f"Name 1 to {MAX_MEASURES} measures, such as `measure=cost:sum`.")
    found = []
    for text in texts:
        name, _, aggregation = text.rpartition(":")
        if not name or not aggregation:
            raise BadRequest(f"`measure` is {text!r}; write a measure and its aggregation, such as `cost:sum`.")
        found.append(Measure(name=name, aggregation=aggregation))
    return found


def exposition(rows: Sequence[Mapping[str, Cell]], measures: Sequence[Measure], dimensions: Sequence[str]) -> bytes:
    """The text format. A value that is not known is left out: Prometheus must not take it for zero."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Rows(rows, measures, dimensions))
    return generate_latest(registry)


class _Rows(Collector):
    """What one scrape sees."""

    def __init__(self, rows: Sequence[Mapping[str, Cell]], measures: Sequence[Measure], dimensions: Sequence[str]) -> None:
        self._rows = rows
        self._measures = measures
        self._dimensions = dimensions

    def collect(self) -> list[GaugeMetricFamily]:
        """A family for each measure."""
        return [self._family(measure) for measure in self._measures]

    def _family(self, measure: Measure) -> GaugeMetricFamily:
        column = f"{measure.name}_{measure.aggregation}"
        family = GaugeMetricFamily(
            f"pellucid_{_name(column)}",
            f"{measure.aggregation} of {measure.name} over the window that was asked for",
            labels=[*(_name(dimension) for dimension in self._dimensions), "other"],
        )
        for row in self._rows:
            value = row.get(column)
            if isinstance(value, int | float):
                named = [str(row.get(dimension) or "") for dimension in self._dimensions]
                family.add_metric([*named, "true" if row.get("other") else ""], float(value))
        return family


def _name(text: str) -> str:
    """Letters, digits and `_`, as Prometheus wants names."""
    return sub(r"[^A-Za-z0-9_]", "_", text)
