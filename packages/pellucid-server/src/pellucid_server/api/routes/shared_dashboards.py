"""What a read-only link opens: a dashboard and the answers to its own questions. The token in the path is the credential."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.asking import QueryWindow
from pellucid_server.api.house import house_of
from pellucid_server.api.security import public
from pellucid_server.api.wire.dashboards import SharedDashboard, to_shared
from pellucid_server.api.wire.metrics import MetricsAnswer
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["dashboards"], responses=PROBLEMS)
    shared = "/shared-dashboards/{token}"
    router.get(shared, summary="The dashboard behind a link", dependencies=[public()])(get_shared)
    router.get(f"{shared}/widgets/{{widget_id}}", summary="The answer of one of its widgets", dependencies=[public()])(query_widget)
    return router


def get_shared(request: Request, token: str) -> SharedDashboard:
    """Its widgets, without anything of the project around it."""
    return to_shared(house_of(request).sharing.open(token))


def query_widget(
    request: Request,
    token: str,
    widget_id: str,
    window: QueryWindow,
    interval: Annotated[str, Query(description="In place of a widget's `auto`.")] = "",
    timezone: str = "UTC",
) -> MetricsAnswer:
    """The widget's own question, of the time range that is asked for; as `metrics/query` answers it."""
    house = house_of(request)
    shared = house.sharing.open(token)
    ask = shared.widget(widget_id).ask(window, filters=[shared.board.document.filter], timezone=timezone, interval=interval)
    answer = house.queries.metrics.ask(shared.scope, ask)
    return MetricsAnswer(data=answer.data, interval=answer.interval or None, complete=answer.complete)
