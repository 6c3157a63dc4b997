"""Lets web pages of the origins that a project lists send to it from the browser: telemetry, scores and feedback, with a key.

Nothing else is shared with other origins: no reading, no settings, and never a cookie. An origin that one project lists may send to any
project for which the page has a key; the key decides, the origin only whether the browser lets the page see the answer.
"""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pellucid_server.api.credentials import KEY_HEADERS
from pellucid_server.api.guard import OTLP_PATHS
from pellucid_server.identity.origins import Origins

SHARED_PATHS = (*OTLP_PATHS, "/api/v1/scores", "/api/v1/feedback", "/api/v1/linked-feedback")
ALLOWED_HEADERS = ", ".join(("authorization", "content-type", "content-encoding", *KEY_HEADERS))
PREFLIGHT_S = 600


class SharedPaths:
    """The middleware. It stands before the guard, which refuses other pages."""

    def __init__(self, app: ASGIApp, *, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or let the browser show the answer to the page."""
        if scope["type"] != "http" or scope["path"] not in SHARED_PATHS:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "").lower()
        if not origin or not await self._is_allowed(origin):
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await _preflight(origin)(scope, receive, send)
        else:
            await self._app(scope, receive, _shared(send, origin))

    async def _is_allowed(self, origin: str) -> bool:
        known = self._origins.cached()
        return origin in (known if known is not None else await run_in_threadpool(self._origins.load))


def _preflight(origin: str) -> Response:
    return Response(
        status_code=204,
        headers={
            "access-control-allow-origin": origin,
            "access-control-allow-methods": "POST",
            "access-control-allow-headers": ALLOWED_HEADERS,
            "access-control-max-age": str(PREFLIGHT_S),
            "vary": "origin",
        },
    )


def _shared(send: Send, origin: str) -> Send:
    async def shared(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["access-control-allow-origin"] = origin
            headers["access-control-expose-headers"] = "retry-after"
            headers.add_vary_header("origin")
        await send(message)

    return shared
