"""What a dashboard shows: widgets on a grid of twelve columns. Pure: how a document is read from JSON, checked, and written again.

A widget holds a question to `metrics/query` and how its answer is drawn. It holds no answer and no time range of its own: the page
has one for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from pellucid_server.core.bounds import KIB
from pellucid_server.dashboards.errors import BadDashboard
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.query.facets import read_filter
from pellucid_server.query.metrics import SCORE_PREFIX, Measure, MetricsAsk, check_ask
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.sql.metrics import INTERVALS

COLUMNS: Final = 12
MAX_WIDGETS: Final = 60
MAX_ROWS: Final = 500
MAX_HEIGHT: Final = 20
MAX_TITLE_CHARS: Final = 200
MAX_SHOWN_SERIES: Final = 50
MAX_SMOOTH: Final = 90
MAX_DOCUMENT_BYTES: Final = 256 * KIB

CHARTS: Final = ("line", "area", "bar", "number", "top", "table", "segments")
"""`line`, `area` and `bar` run over time; `number` is one value; `top` are bars by a dimension; `table` has all measures; `segments` puts
the worst first, with sample sizes and intervals."""
TIMED: Final = frozenset({"line", "area", "bar"})
BETTER: Final = ("", "more", "less")


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """A question and its picture."""

    id: str
    title: str
    chart: str
    measures: Sequence[Measure]
    dimensions: Sequence[str] = ()
    filter: str = ""
    """Besides the dashboard's."""
    interval: str = "auto"
    """For charts over time."""
    series: int = 8
    """How many values of the dimensions are shown by name."""
    smooth: int = 0
    """Means over so many intervals are drawn beside the values; 0 for none."""
    better: str = ""
    """`more` or `less` where one of them is better: a move for the worse is then marked."""
    help: str = ""
    """What the chart says, in a sentence."""
    x: int = 0
    y: int = 0
    w: int = 6
    h: int = 4

    @property
    def timed(self) -> bool:
        """Whether it runs over time."""
        return self.chart in TIMED

    @property
    def asked(self) -> Sequence[Measure]:
        """Its measures, and for segments the number of cases, without which no interval can be drawn."""
        if self.chart != "segments" or not self.measures:
            return self.measures
        name = self.measures[0].name
        cases = Measure(name=name if name.startswith(SCORE_PREFIX) else "spans", aggregation="count")
        return [*self.measures, *(() if cases in self.measures else (cases,))]

    def ask(self, window: Window, *, filters: Sequence[str] = (), timezone: str = "UTC", interval: str = "") -> MetricsAsk:
        """The question in a window. `filters` are all required besides its own; `interval` replaces `auto`."""
        parts = [part for part in (*filters, self.filter) if part.strip()]
        text = " ".join(f"({part})" for part in parts) if len(parts) > 1 else "".join(parts)
        chosen = (interval or self.interval) if self.interval == "auto" else self.interval
        return MetricsAsk(
            measures=self.asked,
            dimensions=self.dimensions,
            interval=chosen if self.timed else "",
            window=window,
            filter=read_filter(text),
            timezone=timezone,
            series=self.series,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Widgets, and what holds for all of them."""

    widgets: Sequence[Widget]
    filter: str = ""
    range: str = ""
    """How far back it looks when it is opened, such as `-7d`; empty: as the page before."""

    def widget(self, widget_id: str) -> Widget | None:
        """By id."""
        return next((widget for widget in self.widgets if widget.id == widget_id), None)


def to_json(document: Document) -> dict[str, JsonValue]:
    """As it is kept."""
    written: dict[str, JsonValue] = asdict(document)
    return written


def from_json(kept: Mapping[str, Any]) -> Document:
    """As it was written by `to_json`."""
    widgets = [
        Widget(**{**widget, "measures": [Measure(**one) for one in widget["measures"]]}) for widget in kept.get("widgets", ())
    ]
    return Document(widgets=widgets, filter=kept.get("filter", ""), range=kept.get("range", ""))


def check(document: Document) -> None:
    """Raises `BadDashboard`, or `BadFilter` for a filter, where something could not be shown."""
    if len(document.widgets) > MAX_WIDGETS:
        raise BadDashboard(f"A dashboard holds up to {MAX_WIDGETS} widgets; divide it into two.")
    ids = [widget.id for widget in document.widgets]
    if len(set(ids)) != len(ids) or not all(ids):
        raise BadDashboard("Each widget has an `id` of its own within the dashboard; give different ones.")
    if len(canonical(to_json(document)).encode("utf-8", "replace")) > MAX_DOCUMENT_BYTES:
        raise BadDashboard(f"A dashboard has at most {MAX_DOCUMENT_BYTES:,} bytes as JSON; divide it into two.")
    read_filter(document.filter)
    for widget in document.widgets:
        _check_widget(widget)


def _check_widget(widget: Widget) -> None:
    name = widget.title or widget.id
    if widget.chart not in CHARTS:
        raise BadDashboard(f"The widget {name!r} has the chart {widget.chart!r}; known: {', '.join(CHARTS)}.")
    if widget.better not in BETTER:
        raise BadDashboard(f"`better` of the widget {name!r} is `more`, `less` or empty.")
    if widget.interval not in ("", "auto", *INTERVALS):
        raise BadDashboard(f"The widget {name!r} has the interval {widget.interval!r}; known: auto, {', '.join(INTERVALS)}.")
    if len(widget.title) > MAX_TITLE_CHARS:
        raise BadDashboard(f"The title of a widget has at most {MAX_TITLE_CHARS} characters; shorten it.")
    if not (1 <= widget.series <= MAX_SHOWN_SERIES and 0 <= widget.smooth <= MAX_SMOOTH):
        raise BadDashboard(f"The widget {name!r} shows 1 to {MAX_SHOWN_SERIES} series and means over 0 to {MAX_SMOOTH} intervals.")
    fits = widget.x >= 0 and widget.w >= 1 and widget.x + widget.w <= COLUMNS
    if not (fits and 0 <= widget.y <= MAX_ROWS and 1 <= widget.h <= MAX_HEIGHT):
        raise BadDashboard(f"The widget {name!r} does not fit the grid: {COLUMNS} columns, heights from 1 to {MAX_HEIGHT} rows.")
    check_ask(widget.ask(Window(start=0, end=1)))
