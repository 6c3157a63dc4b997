"""The OTLP/HTTP doors: traces and logs are journalled, metrics are counted and let go.

They only translate: what a request means is decided by `ingest.door`.
"""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.core.errors import TooLarge, UnsupportedMedia
from pellucid_server.ingest import door
from pellucid_server.ingest.otlp import answers
from pellucid_server.ingest.otlp.json import JSON
from pellucid_server.ingest.otlp.protobuf import PROTOBUF
from pellucid_server.ingest.parse import LOGS, TRACES, media_type
from pellucid_server.model.scope import Permission, Scope

Ingest = Annotated[Scope, requires(Permission.INGEST)]


def create_router() -> APIRouter:
    """Routes `/v1/traces`, `/v1/logs`, `/v1/metrics`."""
    router = APIRouter(tags=["ingest"])

    @router.post("/v1/traces", summary="Export spans (OTLP)")
    async def traces(request: Request, scope: Ingest) -> Response:
        """Takes an ExportTraceServiceRequest; 200 means that it is on disk."""
        return await _accept(request, scope, TRACES)

    @router.post("/v1/logs", summary="Export log records (OTLP)")
    async def logs(request: Request, scope: Ingest) -> Response:
        """Takes an ExportLogsServiceRequest; records of LLM calls join their spans, others are counted and dropped."""
        return await _accept(request, scope, LOGS)

    @router.post("/v1/metrics", summary="Export metrics (OTLP), counted and not stored")
    async def metrics(request: Request, _scope: Ingest) -> Response:
        """Answers so that an exporter that sends all three signals is content."""
        content_type = _content_type(request)
        await read_body(request, house_of(request).door.bounds.body_bytes)
        house_of(request).pipeline.statistics.metrics_requests += 1
        return _answer("metrics", content_type, 0, "")

    return router


async def _accept(request: Request, scope: Scope, signal: str) -> Response:
    house = house_of(request)
    content_type = _content_type(request)
    house.rates.check(scope.actor)
    receipt = await house.door.accept(
        door.Request(
            project_id=scope.project_id,
            signal=signal,
            content_type=content_type,
            encoding=request.headers.get("content-encoding", ""),
            body=await read_body(request, house.door.bounds.body_bytes),
        )
    )
    return _answer(signal, content_type, receipt.rejected, receipt.message)


def _content_type(request: Request) -> str:
    bare = media_type(request.headers.get("content-type", ""))
    if bare not in (PROTOBUF, JSON):
        raise UnsupportedMedia(f"Content-Type {bare or '(none)'!r} is not taken here; send {PROTOBUF} or {JSON}.")
    return bare


def _answer(signal: str, content_type: str, rejected: int, message: str) -> Response:
    if content_type == JSON:
        return Response(answers.json_answer(signal, rejected, message), media_type=JSON)
    return Response(answers.message(signal, rejected, message).SerializeToString(), media_type=PROTOBUF)


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """The body, refused as soon as it is longer than allowed, whatever its Content-Length says."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit_bytes:
        raise TooLarge(f"The body is larger than {limit_bytes} bytes; send smaller batches.", limit_bytes=limit_bytes)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit_bytes:
            raise TooLarge(f"The body is larger than {limit_bytes} bytes; send smaller batches.", limit_bytes=limit_bytes)
        parts.append(part)
    return b"".join(parts)
