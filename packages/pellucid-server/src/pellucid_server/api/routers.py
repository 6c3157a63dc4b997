"""All routers, in the order of the reference. A new one is one file and one line."""

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter

from pellucid_server.api.routes import (
    blobs,
    comments,
    events,
    exports,
    facets,
    feedback,
    fields,
    identity,
    keys,
    live,
    members,
    metrics,
    operations,
    otlp,
    prices,
    progress,
    projects,
    prompts,
    scores,
    search,
    sessions,
    spans,
    traces,
    users,
    views,
)

ROUTERS: Final[tuple[Callable[[], APIRouter], ...]] = (
    otlp.create_router,
    traces.create_router,
    spans.create_router,
    sessions.create_router,
    users.create_router,
    facets.create_router,
    fields.create_router,
    metrics.create_router,
    search.create_router,
    scores.create_router,
    prompts.create_router,
    feedback.create_router,
    exports.create_router,
    live.create_router,
    identity.create_router,
    projects.create_router,
    keys.create_router,
    members.create_router,
    prices.create_router,
    views.create_router,
    comments.create_router,
    events.create_router,
    progress.create_router,
    blobs.create_router,
    operations.create_router,
)
