"""Prompts: what applications fetch, and the verbs that change what they get."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.prompts import (
    ArchiveBody,
    LabelBody,
    PreviewAnswer,
    PreviewBody,
    PromptBody,
    PromptEntryAnswer,
    PromptRecordAnswer,
    ProtectionAnswer,
    ProtectionBody,
    RollbackBody,
    RolloutAnswer,
    to_entry,
    to_record,
    to_rollout,
    to_served,
    to_variable,
)
from pellucid_server.core.errors import BadRequest
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.prompts.content import Content
from pellucid_server.prompts.context import Editor
from pellucid_server.prompts.serving import Served, Wanted

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]
Admin = Annotated[Scope, requires(Permission.ADMIN)]


def create_router() -> APIRouter:
    """The routes. Names hold folders, so what is done to a prompt stands before its name in the path."""
    router = APIRouter(prefix=PREFIX, tags=["prompts"], responses=PROBLEMS)
    router.get("/prompts", summary="List prompts")(list_prompts)
    router.post("/prompts", summary="Save a version")(create_version)
    router.get("/prompts/{name:path}", summary="What a label or a version stands for now")(get_prompt)
    router.get("/prompt-versions/{name:path}", summary="Versions, labels and moves of a prompt")(get_record)
    router.delete("/prompt-versions/{version}/{name:path}", summary="Delete a version that was never used", status_code=204)(
        remove_version
    )
    router.put("/prompt-labels/{label}/{name:path}", summary="Move or split a label")(move_label)
    router.delete("/prompt-labels/{label}/{name:path}", summary="Take a label away", status_code=204)(remove_label)
    router.post("/prompt-rollbacks/{name:path}", summary="Point a label where it pointed before")(roll_back)
    router.post("/prompt-archives/{name:path}", summary="Archive a prompt, or take it back")(archive)
    router.post("/prompt-previews", summary="Try content that is not saved")(preview)
    router.get("/protected-labels", summary="List protected labels")(list_protections)
    router.put("/protected-labels/{label}", summary="Protect a label")(protect)
    router.delete("/protected-labels/{label}", summary="Let members move a label again", status_code=204)(unprotect)
    return router


def list_prompts(
    request: Request,
    scope: Reader,
    folder: str = "",
    search: str = "",
    label: str | None = None,
    archived: bool = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: str = "",
) -> Page[PromptEntryAnswer]:
    """By name."""
    registry = house_of(request).prompts.registry
    page = registry.list_prompts(scope, folder=folder, search=search, label=label, archived=archived, after=cursor, limit=limit)
    return Page(data=[to_entry(entry) for entry in page.entries], next_cursor=page.next_after)


def create_version(request: Request, scope: Writer, body: PromptBody) -> Response:
    """The prompt at that version, as `GET` gives it; content that exists already is that version."""
    room = house_of(request).prompts
    version = room.registry.create(_editor(request, scope), body.new_version())
    return _document(room.serving.get(Wanted(scope.project_id, body.name, version=version)))


async def get_prompt(
    request: Request,
    scope: Reader,
    name: str,
    label: str | None = None,
    version: Annotated[int | None, Query(ge=1)] = None,
    key: Annotated[str, Query(max_length=1_000)] = "",
) -> Response:
    """By `label` (default `production`; `latest` is the newest version) or by `version`. Answered from memory where it can be.

    With `key`, a user's or session's id, the server draws: the answer is the version that this one gets, and `assignment` says of what.
    """
    serving = house_of(request).prompts.serving
    wanted = Wanted(scope.project_id, name, label, version)
    found = serving.cached(wanted)
    return _document(found if found is not None else await run_in_threadpool(serving.get, wanted), key)


def get_record(request: Request, scope: Reader, name: str) -> PromptRecordAnswer:
    """Everything, the newest first."""
    return to_record(house_of(request).prompts.registry.get(scope, name))


def remove_version(request: Request, scope: Writer, version: int, name: str) -> None:
    """Only where no label ever pointed at it."""
    house_of(request).prompts.registry.remove_version(scope, name, version)


def move_label(request: Request, scope: Writer, label: str, name: str, body: LabelBody) -> RolloutAnswer:
    """To one version, or to several with shares. Protected labels demand an admin."""
    if (body.version is None) == (body.split is None):
        raise BadRequest("Give `version`, or `split` with versions and probabilities; exactly one of the two.")
    room = house_of(request).prompts
    return to_rollout(label, room.labels.move(_editor(request, scope), name, body.move(label)))


def remove_label(request: Request, scope: Writer, label: str, name: str, reason: str = "") -> None:
    """Whoever asks for it gets 404 from then on."""
    house_of(request).prompts.labels.remove(_editor(request, scope), name, label, reason=reason)


def roll_back(request: Request, scope: Writer, name: str, body: RollbackBody) -> RolloutAnswer:
    """Once more goes one further back."""
    room = house_of(request).prompts
    return to_rollout(body.label, room.labels.roll_back(_editor(request, scope), name, body.label, reason=body.reason or ""))


def archive(request: Request, scope: Writer, name: str, body: ArchiveBody) -> PromptRecordAnswer:
    """It is served as before."""
    registry = house_of(request).prompts.registry
    registry.archive(scope, name, archived=body.archived)
    return to_record(registry.get(scope, name))


def preview(request: Request, scope: Writer, body: PreviewBody) -> PreviewAnswer:
    """Nothing is saved, no model is called."""
    content = Content(type=body.type, prompt=body.prompt, config=body.config)
    served, compiled = house_of(request).prompts.registry.preview(scope, body.name, content, body.values)
    return PreviewAnswer(prompt=served.prompt, variables=[to_variable(one) for one in served.variables], compiled=compiled)


def list_protections(request: Request, scope: Reader) -> list[ProtectionAnswer]:
    """By name."""
    found = house_of(request).prompts.labels.protections(scope)
    return [ProtectionAnswer(label=protection.label, four_eyes=protection.four_eyes) for protection in found]


def protect(request: Request, scope: Admin, label: str, body: ProtectionBody) -> ProtectionAnswer:
    """In all prompts of the project."""
    protection = house_of(request).prompts.labels.protect(scope, label, four_eyes=body.four_eyes)
    return ProtectionAnswer(label=protection.label, four_eyes=protection.four_eyes)


def unprotect(request: Request, scope: Admin, label: str) -> None:
    """In all prompts of the project."""
    house_of(request).prompts.labels.unprotect(scope, label)


def _editor(request: Request, scope: Scope) -> Editor:
    return Editor(scope=scope, name=house_of(request).identity.projects.name_of(scope))


def _document(served: Served, key: str = "") -> Response:
    return Response(orjson.dumps(to_served(served, key)), media_type="application/json")
