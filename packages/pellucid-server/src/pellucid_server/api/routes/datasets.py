"""Data sets and their items."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.datasets import (
    DatasetAnswer,
    DatasetBody,
    ItemBody,
    ItemsAnswer,
    ItemsWritten,
    to_dataset,
    to_item,
)
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["datasets"], responses=PROBLEMS)
    router.get("/datasets", summary="Data sets of the project")(list_datasets)
    router.post("/datasets", summary="Make a data set", status_code=201)(create_dataset)
    router.get("/datasets/{name}", summary="One data set")(get_dataset)
    router.delete("/datasets/{name}", summary="Delete a data set with its experiments", status_code=204)(remove_dataset)
    router.get("/datasets/{name}/items", summary="Items of a version")(list_items)
    router.post("/datasets/{name}/items", summary="Add and change items", status_code=201)(write_items)
    router.delete("/datasets/{name}/items/{item_id}", summary="Take an item out of the newest version")(remove_item)
    return router


def list_datasets(request: Request, scope: Reader) -> Page[DatasetAnswer]:
    """By name."""
    found = house_of(request).cases.list_datasets(scope)
    return Page(data=[to_dataset(dataset, items) for dataset, items in found])


def create_dataset(request: Request, scope: Writer, body: DatasetBody) -> DatasetAnswer:
    """One of that name stays as it is."""
    made = house_of(request).cases.create(scope, name=body.name, description=body.description, metadata=body.metadata)
    return to_dataset(made)


def get_dataset(request: Request, scope: Reader, name: str, version: int | None = None) -> DatasetAnswer:
    """With `version`, as it was: the answer names the version that was found."""
    page = house_of(request).cases.items(scope, name, version=version, limit=1)
    return to_dataset(page.dataset).model_copy(update={"version": page.version})


def remove_dataset(request: Request, scope: Writer, name: str) -> None:
    """It cannot be taken back."""
    house_of(request).cases.remove(scope, name)


def list_items(
    request: Request,
    scope: Reader,
    name: str,
    version: int | None = None,
    split: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    cursor: str = "",
) -> ItemsAnswer:
    """By id; with `version`, as they were then."""
    page = house_of(request).cases.items(scope, name, version=version, split=split, after=cursor, limit=limit)
    return ItemsAnswer(data=[to_item(item) for item in page.items], version=page.version, next_cursor=page.next_after)


def write_items(request: Request, scope: Writer, name: str, body: ItemBody | list[ItemBody]) -> ItemsWritten:
    """All or none, as one version; items that are equal already make none."""
    bodies = body if isinstance(body, list) else [body]
    written = house_of(request).cases.write(scope, name, [one.draft() for one in bodies])
    return ItemsWritten(version=written.version, added=written.added, changed=written.changed, unchanged=written.unchanged)


def remove_item(request: Request, scope: Writer, name: str, item_id: str) -> ItemsWritten:
    """Older versions keep it."""
    version = house_of(request).cases.remove_items(scope, name, [item_id])
    return ItemsWritten(version=version, added=0, changed=0, unchanged=0)
