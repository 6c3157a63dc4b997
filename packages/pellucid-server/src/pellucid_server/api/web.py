"""The web's files: built by `make web` into this package, served with far-future caching for hashed names and none for the page itself.

Every path that is no file is answered with the page, which routes in the browser; but a path of the API that no route has taken is a
problem document, because a program that gets a page instead says something puzzling.
"""

from pathlib import Path
from stat import S_ISREG

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Match
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).parent / "web_files"
_HASHED = ("/assets/",)
_API = ("/api/", "/v1/")

# The page shows what language models wrote: nothing may run but our own files, and nothing may be fetched from elsewhere.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}
NOT_BUILT = "The web has not been built. Run `make web` and start the server again; the API is at /api/v1/openapi.json.\n"


class WebFiles:
    """An ASGI app for everything outside the API."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._files = StaticFiles(directory=folder) if (folder / "index.html").is_file() else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, or with the page."""
        response = await self._response(scope)
        headers = MutableHeaders(raw=response.raw_headers)
        for name, value in _HEADERS.items():
            headers[name] = value
        headers["cache-control"] = "public, max-age=31536000, immutable" if scope["path"].startswith(_HASHED) else "no-cache"
        await response(scope, receive, send)

    async def _response(self, scope: Scope) -> Response:
        if scope["path"].startswith(_API):
            raise HTTPException(405 if _is_known(scope) else 404)
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("The web only answers GET.\n", status_code=405, headers={"allow": "GET, HEAD"})
        if self._files is None:
            return PlainTextResponse(NOT_BUILT, status_code=503)
        path = scope["path"].lstrip("/")
        full, stat = self._files.lookup_path(path) if path else ("", None)
        if stat is not None and S_ISREG(stat.st_mode):
            return self._files.file_response(full, stat, scope)
        if scope["path"].startswith(_HASHED):
            return PlainTextResponse("There is no such file; reload the page.\n", status_code=404)
        return FileResponse(self._folder / "index.html")


def _is_known(scope: Scope) -> bool:
    """Whether the path has a route for another method."""
    return "app" in scope and any(route.matches(scope)[0] is Match.PARTIAL for route in scope["app"].routes)
