"""Questions to metrics/query, and their answers."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from pellucid_server.filters.tree import Filter
from pellucid_server.query.metrics import MAX_SERIES, Measure, MetricsAsk
from pellucid_server.query.windows import Window

Cell = float | int | str | bool | None


class MeasureBody(BaseModel):
    """What is asked for."""

    model_config = ConfigDict(extra="forbid")

    measure: str
    """`spans`, `traces`, `sessions`, `users`, `errors`, `refusals`, `unpriced`, any numeric field, or `score:<name>`."""
    aggregation: str = "count"
    """`count`, `sum`, `avg`, `min`, `max`, `uniq`, `rate`, `p50`, `p75`, `p90`, `p95` or `p99`, as far as the measure has it."""


class MetricsBody(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    measures: list[MeasureBody]
    dimensions: list[str] = Field(default_factory=list)
    interval: str | None = None
    """`minute`, `5minute`, `hour`, `day`, `week`, `month` or `auto`; null for one row a series."""
    start: str | None = Field(default=None, alias="from")
    """ISO 8601, or `-24h`; the last seven days where it is left out."""
    end: str | None = Field(default=None, alias="to")
    filter: str = ""
    timezone: str = "UTC"
    series: int = Field(default=50, ge=1, le=MAX_SERIES)
    """How many series are shown by name; the others are summed up in rows with `"other": true`."""

    def ask(self, node: Filter, window: Window) -> MetricsAsk:
        """What the query layer takes."""
        return MetricsAsk(
            measures=[Measure(name=one.measure, aggregation=one.aggregation) for one in self.measures],
            dimensions=self.dimensions,
            interval=self.interval or "",
            window=window,
            filter=node,
            timezone=self.timezone,
            series=self.series,
        )


class MetricsAnswer(BaseModel):
    """Rows with `time` (where there is an interval), the dimensions (null where missing) and `<measure>_<aggregation>`."""

    data: Sequence[Mapping[str, Cell]]
    next_cursor: str | None = None
    interval: str | None
    """The one that was used."""
    complete: bool
