"""The ASGI application: routes in the order of the reference, guarded, answering every error with a problem document."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from pellucid_server.api.body_limit import BodyLimit
from pellucid_server.api.cors import SharedPaths
from pellucid_server.api.guard import FILE_PATHS, OTLP_PATHS, GuardSettings, RequestGuard
from pellucid_server.api.house import House
from pellucid_server.api.inflating import InflatedBodies
from pellucid_server.api.problems import install_problems
from pellucid_server.api.routers import ROUTERS
from pellucid_server.api.security import check_declarations
from pellucid_server.api.web import WebFiles

OPENAPI_PATH = "/api/v1/openapi.json"

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(house: House, guard: GuardSettings | None = None, lifespan: Lifespan | None = None) -> ASGIApp:
    """The application over a wired house."""
    app = create_api(house, lifespan)
    bounded = InflatedBodies(BodyLimit(_Compressed(app), exempt=(*OTLP_PATHS, *FILE_PATHS)))
    guarded = RequestGuard(bounded, local_owner=house.identity.resolver.local_owner, settings=guard)
    return SharedPaths(guarded, origins=house.identity.origins)


def create_api(house: House | None, lifespan: Lifespan | None = None) -> FastAPI:
    """The framework's part: routes and errors. Without a house it can describe itself, and nothing else."""
    app = FastAPI(
        title="Pellucid",
        version="1",
        summary="Record, ask, score and gate LLM calls.",
        openapi_url=OPENAPI_PATH,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan or _nothing,
        separate_input_output_schemas=False,
    )
    app.state.house = house
    for create_router in ROUTERS:
        app.include_router(create_router())
    install_problems(app)
    check_declarations(app, public_paths=frozenset({OPENAPI_PATH}))
    app.mount("/", WebFiles(), name="web")
    return app


def openapi(app: FastAPI) -> dict[str, object]:
    """The OpenAPI document."""
    return get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)


@asynccontextmanager
async def _nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield


class _Compressed:
    """Compress answers, but neither streams of events nor the doors, whose answers are a few bytes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._gzip = GZipMiddleware(app, minimum_size=1_024, compresslevel=4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        plain = path.startswith("/v1/") or path.endswith(("/live", "/stream"))
        await (self._app if plain else self._gzip)(scope, receive, send)
