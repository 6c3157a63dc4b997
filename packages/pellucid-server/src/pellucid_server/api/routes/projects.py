"""Projects: which there are, new ones, settings."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires, signed_in
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.projects import ProjectAnswer, ProjectBody, ProjectPatch, to_project
from pellucid_server.model.scope import Permission, Scope


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["projects"], responses=PROBLEMS)
    router.get("/projects", summary="The projects that the caller sees")(list_projects)
    router.post("/projects", summary="Create a project", status_code=201)(create_project)
    router.get("/projects/{project_id}", summary="One project with its settings")(get_project)
    router.patch("/projects/{project_id}", summary="Change a project's settings")(update_project)
    return router


def list_projects(request: Request, scope: Annotated[Scope, signed_in()]) -> Page[ProjectAnswer]:
    """All that the caller has a role in."""
    seen = house_of(request).identity.projects.list_projects(scope)
    return Page(data=[to_project(item.project, item.role) for item in seen])


def create_project(request: Request, scope: Annotated[Scope, requires(Permission.OWNER)], body: ProjectBody) -> ProjectAnswer:
    """In the caller's organisation."""
    return to_project(house_of(request).identity.projects.create(scope, name=body.name, project_id=body.id), scope.role)


def get_project(request: Request, scope: Annotated[Scope, requires(Permission.READ)], project_id: str) -> ProjectAnswer:
    """The project that the request is in: a person names another one with `X-Pellucid-Project`."""
    return to_project(house_of(request).identity.projects.get(scope, project_id), scope.role)


def update_project(
    request: Request, scope: Annotated[Scope, requires(Permission.ADMIN)], project_id: str, body: ProjectPatch
) -> ProjectAnswer:
    """What is left out stays."""
    return to_project(house_of(request).identity.projects.update(scope, project_id, **body.changes()), scope.role)
