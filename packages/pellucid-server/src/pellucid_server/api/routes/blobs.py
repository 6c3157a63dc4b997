"""Media that ingest took out of spans, by the hash of its content."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.store.blobs.store import UNKNOWN, media_type


def create_router() -> APIRouter:
    """Route `/api/v1/blobs/{sha256}`."""
    router = APIRouter(tags=["blobs"])

    @router.get("/api/v1/blobs/{sha256}", response_class=Response)
    async def blob(
        request: Request, scope: Annotated[Scope, requires(Permission.READ)], sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
    ) -> Response:
        """The bytes. Pictures, sound and film are shown; everything else is a download and never rendered."""
        data = await house_of(request).blobs.get(scope.project_id, sha256)
        kind = media_type(data)
        headers = {
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
            "cache-control": "private, max-age=31536000, immutable",
        }
        if kind == UNKNOWN:
            headers["content-disposition"] = f'attachment; filename="{sha256[:12]}"'
        return Response(data, media_type=kind, headers=headers)

    return router
