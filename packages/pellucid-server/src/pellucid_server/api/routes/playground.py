"""The playground: ask now, restore from what was recorded, run panes over cases, replay with a change."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from pellucid_server.api.house import House, house_of
from pellucid_server.api.security import requires
from pellucid_server.api.sse import event, events
from pellucid_server.api.wire.playground import (
    DraftAnswer,
    DraftBody,
    PaneBody,
    ReplayBody,
    RestoredAnswer,
    RunStarted,
    TableBody,
    delta_json,
    to_case,
    to_draft,
    to_pane,
    to_restored,
)
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.core.errors import BadRequest, PellucidError
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.playground.panes import Pane
from pellucid_server.playground.service import MAX_CASES, Case, Playground, Replayable, Table
from pellucid_server.query.facets import read_filter
from pellucid_server.query.windows import read_window

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]
PAGE = 500

_json = partial(json.dumps, ensure_ascii=False)


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["playground"], responses=PROBLEMS)
    router.post("/playground/ask", summary="Ask a model", response_class=StreamingResponse)(ask)
    router.get("/playground/restore/{trace_id}/{span_id}", summary="A recorded generation as a pane")(restore)
    router.post("/playground/tables", summary="Run panes over cases", status_code=201)(start_table)
    router.post("/playground/drafts", summary="Keep panes under a name for an address", status_code=201)(keep_draft)
    router.get("/playground/drafts/{draft_id}", summary="Panes that were kept")(get_draft)
    router.post("/replays", summary="Replay what was recorded", status_code=201)(start_replay)
    return router


async def ask(request: Request, scope: Writer, body: PaneBody) -> StreamingResponse:
    """Server-sent events: `delta` with text, reasoning or a tool call; at the end `answer`, or `problem` with what went wrong."""
    return events(_events(house_of(request).playground, scope, to_pane(body)))


def restore(request: Request, scope: Reader, trace_id: str, span_id: str) -> RestoredAnswer:
    """With its prompt's template and variables where the prompt is registered, else word for word."""
    return to_restored(house_of(request).playground.restore(scope, trace_id.lower(), span_id.lower()))


def start_table(request: Request, scope: Writer, body: TableBody) -> RunStarted:
    """A durable run: every pane over every case, compared with the first pane case by case."""
    if body.sources != 1:
        raise BadRequest("Say what to run over: a `dataset`, `cases`, `spans`, or a `filter` over what was recorded; exactly one.")
    house = house_of(request)
    is_recorded = bool(body.spans) or body.filter is not None
    panes = [to_pane(pane) for pane in body.panes]
    table = Table(
        title=body.title or f"{len(panes)} panes over {body.dataset or ('what was recorded' if is_recorded else 'cases')}",
        cases=_cases(house, scope, body) if body.dataset is not None else [to_case(case) for case in body.cases],
        recorded=_recorded(house, body) if is_recorded else None,
        evaluators=body.evaluators,
        max_cost=body.max_cost,
    )
    return RunStarted(run_id=house.playground.table(scope, panes, table).id)


def keep_draft(request: Request, scope: Writer, body: DraftBody) -> DraftAnswer:
    """Panes that an address is too short for. What is kept is shown to whoever may read the project."""
    panes: list[JsonValue] = [pane.model_dump(mode="json") for pane in body.panes]
    return to_draft(house_of(request).playground.drafts.keep(scope, panes))


def get_draft(request: Request, scope: Reader, draft_id: str) -> DraftAnswer:
    """The newest 500 of a project are kept."""
    return to_draft(house_of(request).playground.drafts.get(scope, draft_id))


def start_replay(request: Request, scope: Writer, body: ReplayBody) -> RunStarted:
    """A durable run: recorded requests with the change, compared with what was recorded."""
    house = house_of(request)
    if body.filter is None and not body.trace_ids and not body.spans:
        raise BadRequest("Say what to replay: `trace_ids`, `spans`, or a `filter` (an empty one means every generation).")
    what = replace(_recorded(house, body), trace_ids=[trace_id.lower() for trace_id in body.trace_ids])
    run = house.playground.replay(scope, what, to_pane(body.change), title=body.title or "Replay", max_cost=body.max_cost)
    return RunStarted(run_id=run.id)


async def _events(playground: Playground, scope: Scope, pane: Pane) -> AsyncIterator[bytes]:
    try:
        async for delta in playground.ask(scope, pane):
            yield event("delta" if delta.answer is None else "answer", _json(delta_json(delta)))
    except PellucidError as error:
        problem = {"title": error.title, "code": error.code, "status": error.status, "detail": error.message}
        yield event("problem", _json(problem))


def _recorded(house: House, body: ReplayBody | TableBody) -> Replayable:
    """Generations by their ids, and those that match."""
    matching = None
    if body.filter is not None:
        matching = read_filter(f"kind:generation ({body.filter})" if body.filter.strip() else "kind:generation")
    return Replayable(
        spans=[(span.trace_id.lower(), span.span_id.lower()) for span in body.spans],
        matching=matching,
        window=read_window(body.from_, body.to, house.queries.clock()),
        limit=body.limit,
    )


def _cases(house: House, scope: Scope, body: TableBody) -> list[Case]:
    """The items of a data set, up to the most that a table takes."""
    found: list[Case] = []
    after = ""
    while len(found) <= MAX_CASES:
        page = house.cases.items(scope, body.dataset or "", version=body.version, split=body.split, after=after, limit=PAGE)
        found += [Case(id=item.id, input=item.input, expected=item.expected) for item in page.items]
        if page.next_after is None:
            break
        after = page.next_after
    return found
