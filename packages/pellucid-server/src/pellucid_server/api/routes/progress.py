"""How far long work is: told by whoever does it, shown on every page."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.times import WireTime
from pellucid_server.dashboards.progress import Progress
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


class ProgressBody(BaseModel):
    """How far it is."""

    title: str = Field(min_length=1, max_length=200)
    done: float
    total: float


class ProgressAnswer(BaseModel):
    """A piece of work that goes on, or has just ended."""

    name: str
    title: str
    done: float
    total: float
    time: WireTime


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["progress"], responses=PROBLEMS)
    router.get("/progress", summary="Long work that goes on")(list_progress)
    router.put("/progress/{name}", summary="Say how far some work is")(tell_progress)
    return router


def list_progress(request: Request, scope: Reader) -> Page[ProgressAnswer]:
    """Work that ended a few seconds ago is still in the list, so that it can be seen to end."""
    return Page(data=[_answer(one) for one in house_of(request).progress.listed(scope)])


def tell_progress(
    request: Request, scope: Writer, body: ProgressBody, name: Annotated[str, Path(min_length=1, max_length=100)]
) -> ProgressAnswer:
    """The same name again replaces; `done` equal to `total` ends it."""
    told = house_of(request).progress.tell(scope, name=name, title=body.title, done=body.done, total=body.total)
    return _answer(told)


def _answer(progress: Progress) -> ProgressAnswer:
    return ProgressAnswer(name=progress.name, title=progress.title, done=progress.done, total=progress.total, time=progress.time)
