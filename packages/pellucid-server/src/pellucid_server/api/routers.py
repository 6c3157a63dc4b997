"""All routers, in the order of the reference. A new one is one file and one line."""

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter

from pellucid_server.api.routes import blobs, comments, identity, keys, members, operations, otlp, prices, projects, views

ROUTERS: Final[tuple[Callable[[], APIRouter], ...]] = (
    otlp.create_router,
    identity.create_router,
    projects.create_router,
    keys.create_router,
    members.create_router,
    prices.create_router,
    views.create_router,
    comments.create_router,
    blobs.create_router,
    operations.create_router,
)
