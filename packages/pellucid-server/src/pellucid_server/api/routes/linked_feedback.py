"""Feedback without a key: links that somebody with a key makes, what people send by them, and the stream of all feedback as it comes."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from pellucid_server.api.house import house_of
from pellucid_server.api.security import public, requires
from pellucid_server.api.sse import event, events, told
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.score_configs import FeedbackLinkAnswer, FeedbackLinkBody, LinkedFeedbackBody
from pellucid_server.api.wire.scores import ScoreId, ScoresWritten, to_score
from pellucid_server.core.ids import random_id
from pellucid_server.evals.feedback import Feedback, drafts
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.model.score import ScoreSource

Reader = Annotated[Scope, requires(Permission.READ)]
Scorer = Annotated[Scope, requires(Permission.SCORE)]
MAX_TOLD = 100
"""Scores told at once; the list has the others."""


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["scores"], responses=PROBLEMS)
    router.post("/feedback-links", summary="Make a link by which somebody can rate without a key", status_code=201)(make_link)
    router.post("/linked-feedback", summary="Rate by a link", status_code=201, dependencies=[public()])(write_linked)
    router.get("/feedback/stream", summary="Feedback as it arrives", response_class=StreamingResponse)(stream)
    return router


def make_link(request: Request, scope: Scorer, body: FeedbackLinkBody) -> FeedbackLinkAnswer:
    """It lets its holder rate one trace, span or session until it ends, and nothing else."""
    token, rated = house_of(request).evals.links.make(
        scope,
        trace_id=body.trace_id,
        span_id=body.span_id,
        session_id=body.session_id,
        name=body.name,
        user_id=body.user_id,
        seconds=body.expires_in,
    )
    return FeedbackLinkAnswer(token=token, expires=rated.until)


def write_linked(request: Request, body: LinkedFeedbackBody, authorization: Annotated[str, Header()] = "") -> ScoresWritten:
    """The link's token goes into `Authorization: Bearer …`. Rating again changes the rating; a flood of one link is refused."""
    house = house_of(request)
    rated = house.evals.links.read(authorization.removeprefix("Bearer ").strip())
    house.feedback_rates.check(rated.score_id)
    rating = float(body.rating) if isinstance(body.rating, int | float) and not isinstance(body.rating, bool) else body.rating
    reaction = Feedback(
        id=rated.score_id,
        name=rated.name,
        trace_id=rated.trace_id,
        span_id=rated.span_id,
        session_id=rated.session_id,
        rating=rating,
        comment=body.comment,
        correction=body.correction,
        user_id=rated.user_id,
        metadata={"by": "link"},
    )
    ids = house.queries.scores.write(rated.scope, list(drafts(reaction, random_id)))
    return ScoresWritten(data=[ScoreId(id=id_) for id_ in ids])


async def stream(request: Request, scope: Reader) -> StreamingResponse:
    """Events `feedback` with a score as in the list, and `ping`."""
    house = house_of(request)

    async def scores(written: list[str]) -> list[bytes]:
        found = await run_in_threadpool(house.queries.scores.by_ids, scope, written[-MAX_TOLD:])
        return [event("feedback", to_score(score).model_dump_json()) for score in found if score.source is ScoreSource.FEEDBACK]

    return events(told(house.live_scores, scope.project_id, scores))
