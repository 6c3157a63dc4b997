"""Exports."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from pellucid_server.api.asking import FilterText, QueryWindow
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.exports import MAX_ROWS, MEDIA_TYPES, ExportAsk, Format
from pellucid_server.query.facets import read_filter

Reader = Annotated[Scope, requires(Permission.READ)]
_FILE = {200: {"description": "The file", "content": {media: {} for media in MEDIA_TYPES.values()}}}


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["exports"], responses=PROBLEMS)
    router.get(
        "/exports/spans",
        summary="A selection of spans as a file",
        response_class=StreamingResponse,
        responses=_FILE,  # type: ignore[arg-type]  # a plain dictionary is what the framework documents
    )(export_spans)
    return router


def export_spans(
    request: Request,
    scope: Reader,
    window: QueryWindow,
    text: FilterText = "",
    format_: Annotated[Format, Query(alias="format")] = "jsonl",
    content: Annotated[bool, Query(description="Whether messages, documents and the raw span come along.")] = False,
    raw: Annotated[bool, Query(description="Of `csv`: cells that look like formulas stay as they are.")] = False,
) -> StreamingResponse:
    """Newest first, at most 100,000 rows; narrow the time range and go on from the last row for more."""
    ask = ExportAsk(filter=read_filter(text), window=window, format=format_, content=content, raw=raw)
    file = house_of(request).queries.exports.spans(scope, ask)
    headers = {"content-disposition": f'attachment; filename="spans.{format_}"', "x-pellucid-max-rows": str(MAX_ROWS)}
    return StreamingResponse(file, media_type=MEDIA_TYPES[format_], headers=headers)
