"""Annotation queues."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.annotations import (
    AssignBody,
    Assigned,
    FillBody,
    FilledAnswer,
    PanelAnswer,
    QueueAnswer,
    QueueBody,
    RatingAnswer,
    RatingBody,
    SeenItemAnswer,
    TurnAnswer,
    to_filled,
    to_panel,
    to_queue,
    to_rating,
    to_seen_item,
    to_turn,
)
from pellucid_server.api.wire.comments import from_cursor, to_cursor
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]
QUEUE = "/annotation-queues/{queue_id}"
ITEM = QUEUE + "/items/{item_id}"


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["annotation"], responses=PROBLEMS)
    router.get("/annotation-queues", summary="Queues of what people judge")(list_queues)
    router.post("/annotation-queues", summary="Make a queue", status_code=201)(create_queue)
    router.get(QUEUE, summary="One queue")(get_queue)
    router.put(QUEUE, summary="Change a queue")(update_queue)
    router.delete(QUEUE, summary="Delete a queue with its ratings", status_code=204)(remove_queue)
    router.get(QUEUE + "/items", summary="Items with their ratings")(list_items)
    router.post(QUEUE + "/items", summary="Put traces into a queue", status_code=201)(fill_queue)
    router.post(QUEUE + "/assignments", summary="Assign items to somebody")(assign_items)
    router.get(QUEUE + "/next", summary="What to judge next, held for ten minutes")(next_item)
    router.get(QUEUE + "/agreement", summary="How far people agree, and what each did")(show_panel)
    router.put(ITEM + "/rating", summary="Judge an item")(judge_item)
    router.post(ITEM + "/skip", summary="Leave an item to others")(skip_item)
    router.post("/readings", summary="This week's reading, drawn now unless it was before", status_code=201)(start_reading)
    router.post(ITEM + "/release", summary="Let others have an item now", status_code=204)(release_item)
    return router


def list_queues(request: Request, scope: Reader, kind: Literal["queue", "reading"] | None = None) -> Page[QueueAnswer]:
    """The newest first."""
    found = house_of(request).annotating.queues.list_queues(scope, kind)
    return Page(data=[to_queue(queue, counts) for queue, counts in found])


def create_queue(request: Request, scope: Writer, body: QueueBody) -> QueueAnswer:
    """Its items come from traces."""
    queues = house_of(request).annotating.queues
    return to_queue(*queues.get(scope, queues.create(scope, body.draft()).id))


def get_queue(request: Request, scope: Reader, queue_id: str) -> QueueAnswer:
    """With how far it is."""
    return to_queue(*house_of(request).annotating.queues.get(scope, queue_id))


def update_queue(request: Request, scope: Writer, queue_id: str, body: QueueBody) -> QueueAnswer:
    """What was judged stays."""
    queues = house_of(request).annotating.queues
    queues.update(scope, queue_id, body.draft())
    return to_queue(*queues.get(scope, queue_id))


def remove_queue(request: Request, scope: Writer, queue_id: str) -> None:
    """The scores that came of it stay with their traces."""
    house_of(request).annotating.queues.remove(scope, queue_id)


def list_items(
    request: Request,
    scope: Reader,
    queue_id: str,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: str | None = None,
) -> Page[SeenItemAnswer]:
    """Of a blind queue, others' ratings show once one has judged, or once enough people have."""
    found, after = house_of(request).annotating.queues.items(scope, queue_id, after=from_cursor(cursor), limit=limit)
    return Page(data=[to_seen_item(seen) for seen in found], next_cursor=to_cursor(after))


def fill_queue(request: Request, scope: Writer, queue_id: str, body: FillBody) -> FilledAnswer:
    """What is there already stays; traces that are gone are named, the others are added."""
    wanted = [one.wanted() for one in body.items]
    return to_filled(house_of(request).annotating.queues.fill(scope, queue_id, wanted))


def assign_items(request: Request, scope: Writer, queue_id: str, body: AssignBody) -> Assigned:
    """With an empty annotator they are for whoever comes."""
    return Assigned(assigned=house_of(request).annotating.queues.assign(scope, queue_id, body.items, body.annotator))


def next_item(request: Request, scope: Writer, queue_id: str) -> TurnAnswer:
    """What one holds already comes first, then what is assigned to one, then the oldest."""
    return to_turn(house_of(request).annotating.judging.next_item(scope, queue_id))


def show_panel(request: Request, scope: Reader, queue_id: str) -> PanelAnswer:
    """Krippendorff's alpha of each dimension with its interval; Cohen's kappa where two people judged."""
    return to_panel(house_of(request).annotating.panels.of(scope, queue_id))


def judge_item(request: Request, scope: Writer, queue_id: str, item_id: str, body: RatingBody) -> RatingAnswer:
    """It becomes scores of the trace; said again, it replaces."""
    house = house_of(request)
    name = house.identity.projects.name_of(scope)
    return to_rating(house.annotating.judging.judge(scope, name, queue_id, item_id, body.judged()))


def skip_item(request: Request, scope: Writer, queue_id: str, item_id: str) -> RatingAnswer:
    """It does not come back to whoever skipped it."""
    house = house_of(request)
    return to_rating(house.annotating.judging.skip(scope, house.identity.projects.name_of(scope), queue_id, item_id))


def release_item(request: Request, scope: Writer, queue_id: str, item_id: str) -> None:
    """Before the ten minutes are over."""
    house_of(request).annotating.judging.release(scope, queue_id, item_id)


def start_reading(request: Request, scope: Writer) -> QueueAnswer:
    """Twenty random conversations of the last seven days and twenty of eight weeks ago, mixed and blind."""
    annotating = house_of(request).annotating
    return to_queue(*annotating.queues.get(scope, annotating.readings.of_this_week(scope).id))
