"""Each route says what it demands, in its signature, and gets the caller's `Scope` for it:

    def list_keys(scope: Annotated[Scope, requires(Permission.ADMIN)]) -> ...

A route for everybody says so too: `dependencies=[public()]`. `check_declarations` refuses an app with a route that says nothing,
or two things; `declared_routes` is the list that the table test walks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from pellucid_server.api.credentials import PROJECT_HEADER, Get, read_credential
from pellucid_server.api.house import house_of
from pellucid_server.core.errors import Forbidden, PellucidError
from pellucid_server.identity.resolve import Resolver
from pellucid_server.model.scope import Permission, Scope


class UndeclaredRoute(PellucidError):
    """A route does not say exactly once what it demands; give it `requires(...)`, `signed_in()` or `public()`."""

    code = "undeclared_route"


@dataclass(frozen=True)
class Requires:
    """The dependency that lets in whoever may do `permission`; with None, whoever has any role."""

    permission: Permission | None

    async def __call__(self, connection: HTTPConnection) -> Scope:
        """The caller's scope. Raises a member of `Unauthenticated`, or `Forbidden`."""
        project_id = connection.headers.get(PROJECT_HEADER) or connection.query_params.get("project") or None
        scope = await scope_of(house_of(connection).identity.resolver, connection.headers.get, project_id)
        return check_permission(scope, self.permission)


@dataclass(frozen=True)
class Public:
    """The dependency of a route that anybody may call."""

    async def __call__(self) -> None:
        """Lets everybody in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredRoute:
    """A route and what it demands."""

    path: str
    methods: frozenset[str]
    demand: Requires | Public


def requires(permission: Permission) -> Any:
    """For a parameter `scope: Annotated[Scope, requires(...)]`."""
    return Depends(Requires(permission))


def signed_in() -> Any:
    """For a parameter: any credential of any role."""
    return Depends(Requires(None))


def public() -> Any:
    """For `dependencies=[public()]`."""
    return Depends(Public())


async def scope_of(resolver: Resolver, get: Get, project_id: str | None) -> Scope:
    """The scope of a request; waits for the database in a thread, and only if memory does not know the credential.

    For routes below the framework and gRPC, which then call `check_permission` themselves.
    """
    credential = read_credential(get)
    scope = resolver.cached(credential, project_id)
    return scope if scope is not None else await run_in_threadpool(resolver.resolve, credential, project_id)


def check_permission(scope: Scope, permission: Permission | None) -> Scope:
    """The scope, or raise `Forbidden`."""
    if permission is not None and not scope.may(permission):
        raise Forbidden(
            f"This needs the permission `{permission}`, which the role `{scope.role}` does not have; ask an admin of the project."
        )
    return scope


def check_declarations(app: FastAPI, *, public_paths: frozenset[str] = frozenset()) -> None:
    """Raise `UndeclaredRoute` unless every route declares its demand. `public_paths`: mounts and plain routes, which cannot declare
    anything (the web's files, the OpenAPI document), named by whoever adds them."""
    for _ in declared_routes(app, public_paths=public_paths):
        pass


def declared_routes(app: FastAPI, *, public_paths: frozenset[str] = frozenset()) -> Iterator[DeclaredRoute]:
    """Every route of the app with its demand."""
    for route in iter_route_contexts(app.routes):
        path = route.path if route.path is not None else ""
        demands = list(_demands(route))
        if not demands and path in public_paths:
            demands = [Public()]
        if len(demands) != 1:
            raise UndeclaredRoute(
                f"The route {path or route.name!r} declares {len(demands)} demands instead of one;"
                " give it exactly one of `requires(...)`, `signed_in()` and `public()`."
            )
        yield DeclaredRoute(path=path, methods=frozenset(route.methods or ()), demand=demands[0])


def _demands(route: RouteContext) -> set[Requires | Public]:
    dependant: Dependant | None = getattr(route, "dependant", None)
    return set() if dependant is None else set(_calls(dependant))


def _calls(dependant: Dependant) -> Iterator[Requires | Public]:
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Requires | Public):
            yield dependency.call
        yield from _calls(dependency)
