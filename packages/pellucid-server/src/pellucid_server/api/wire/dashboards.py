"""Dashboards, their widgets and the links to them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pellucid_server.api.wire.metrics import MeasureBody
from pellucid_server.api.wire.times import WireTime
from pellucid_server.dashboards.boards import Board, BoardContent
from pellucid_server.dashboards.document import Document, Widget
from pellucid_server.dashboards.sharing import NewShare, SharedBoard
from pellucid_server.model.scope import Scope
from pellucid_server.query.metrics import Measure
from pellucid_server.store.meta.dashboards import DashboardShare


class WidgetBody(BaseModel):
    """A question to metrics/query and how its answer is drawn."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=100)
    title: str = ""
    chart: str
    """`line`, `area`, `bar`, `number`, `top`, `table` or `segments`."""
    measures: list[MeasureBody] = Field(min_length=1)
    dimensions: list[str] = Field(default_factory=list)
    filter: str = ""
    """Required besides the dashboard's."""
    interval: str = "auto"
    series: int = 8
    smooth: int = 0
    """Means over so many intervals are drawn too; 0 for none."""
    better: str = ""
    """`more`, `less` or empty."""
    help: str = ""
    x: int = 0
    """Of twelve columns."""
    y: int = 0
    w: int = 6
    h: int = 4

    def widget(self) -> Widget:
        """For the room."""
        fields = self.model_dump(exclude={"measures"})
        return Widget(**fields, measures=[Measure(name=one.measure, aggregation=one.aggregation) for one in self.measures])


class DocumentBody(BaseModel):
    """What a dashboard shows."""

    model_config = ConfigDict(extra="forbid")

    widgets: list[WidgetBody] = Field(default_factory=list)
    filter: str = ""
    range: str = ""
    """How far back it looks when it is opened, such as `-7d`."""


class DashboardBody(BaseModel):
    """A dashboard to make; an exported file is one too."""

    format: Literal["pellucid.dashboard/1"] = "pellucid.dashboard/1"
    """What an exported file says that it is."""
    name: str = Field(min_length=1, max_length=200)
    description: str = ""
    document: DocumentBody

    def content(self) -> BoardContent:
        """For the verb."""
        document = Document(
            widgets=[widget.widget() for widget in self.document.widgets],
            filter=self.document.filter,
            range=self.document.range,
        )
        return BoardContent(name=self.name, description=self.description, document=document)


class DashboardChange(DashboardBody):
    """What replaces a dashboard, and which version of it was looked at."""

    version: int = Field(ge=1)


class DashboardAnswer(DashboardBody):
    """A dashboard as it is kept; a preset has no version and no times."""

    id: str
    preset: bool
    version: int
    owner: str
    mine: bool
    created_time: WireTime | None
    updated_time: WireTime | None
    updated_by: str


class DashboardRow(BaseModel):
    """A dashboard in the list."""

    id: str
    name: str
    description: str
    preset: bool
    widgets: int
    owner: str
    mine: bool
    updated_time: WireTime | None


class ShareBody(BaseModel):
    """A link to make."""

    days: Annotated[int, Field(ge=1)] | None = None
    """After which it ends; left out: when it is revoked."""


class ShareAnswer(BaseModel):
    """A link, without its token."""

    id: str
    created_by: str
    created_time: WireTime
    expires_time: WireTime | None


class NewShareAnswer(ShareAnswer):
    """A new link. The token is not shown again."""

    token: str
    path: str
    """Where the web shows it."""


class SharedDashboard(BaseModel):
    """What a link opens."""

    name: str
    description: str
    document: DocumentBody


def to_dashboard(board: Board, scope: Scope) -> DashboardAnswer:
    """`board` for the wire, seen by `scope`."""
    return DashboardAnswer(
        id=board.id,
        name=board.name,
        description=board.description,
        document=_document(board.document),
        preset=board.preset,
        version=board.version,
        owner=board.owner,
        mine=board.owner == scope.actor,
        created_time=board.created_time,
        updated_time=board.updated_time,
        updated_by=board.updated_by,
    )


def to_dashboard_row(board: Board, scope: Scope) -> DashboardRow:
    """`board` for the list."""
    return DashboardRow(
        id=board.id,
        name=board.name,
        description=board.description,
        preset=board.preset,
        widgets=len(board.document.widgets),
        owner=board.owner,
        mine=board.owner == scope.actor,
        updated_time=board.updated_time,
    )


def to_share(share: DashboardShare) -> ShareAnswer:
    """A link for the wire."""
    return ShareAnswer.model_validate(share, from_attributes=True)


def to_new_share(new: NewShare) -> NewShareAnswer:
    """A new link for the wire."""
    return NewShareAnswer(**to_share(new.share).model_dump(), token=new.token, path=f"/shared/{new.token}")


def to_shared(shared: SharedBoard) -> SharedDashboard:
    """What a link opens, for the wire: nothing of who made it."""
    board = shared.board
    return SharedDashboard(name=board.name, description=board.description, document=_document(board.document))


def _document(document: Document) -> DocumentBody:
    return DocumentBody(widgets=[_widget(widget) for widget in document.widgets], filter=document.filter, range=document.range)


def _widget(widget: Widget) -> WidgetBody:
    return WidgetBody(
        id=widget.id,
        title=widget.title,
        chart=widget.chart,
        measures=[MeasureBody(measure=one.name, aggregation=one.aggregation) for one in widget.measures],
        dimensions=list(widget.dimensions),
        filter=widget.filter,
        interval=widget.interval,
        series=widget.series,
        smooth=widget.smooth,
        better=widget.better,
        help=widget.help,
        x=widget.x,
        y=widget.y,
        w=widget.w,
        h=widget.h,
    )
