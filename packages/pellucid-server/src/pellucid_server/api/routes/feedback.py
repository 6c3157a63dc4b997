"""Feedback of end users: scores that an app's own users give. An ingest key may send it, and read nothing."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.feedback import FeedbackBody
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.scores import ScoreId, ScoresWritten
from pellucid_server.core.ids import random_id
from pellucid_server.evals.feedback import drafts
from pellucid_server.model.scope import Permission, Scope


def create_router() -> APIRouter:
    """The route."""
    router = APIRouter(prefix=PREFIX, tags=["scores"], responses=PROBLEMS)
    router.post("/feedback", summary="Write reactions of end users", status_code=201)(write_feedback)
    return router


def write_feedback(
    request: Request, scope: Annotated[Scope, requires(Permission.SCORE)], body: FeedbackBody | list[FeedbackBody]
) -> ScoresWritten:
    """All or none. A reaction may come before its trace; the same id again replaces."""
    bodies = body if isinstance(body, list) else [body]
    written = [draft for one in bodies for draft in drafts(one.feedback(), random_id)]
    ids = house_of(request).queries.scores.write(scope, written)
    return ScoresWritten(data=[ScoreId(id=id_) for id_ in ids])
