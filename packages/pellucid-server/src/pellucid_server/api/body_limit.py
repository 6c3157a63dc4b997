"""Bounds the body of every request to the API, before anything of it is parsed: credentials are checked only after the body was read.

The OTLP doors are left out: they read their bodies themselves, by bounds of their own. Pure ASGI.
"""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pellucid_server.api.problems import problem_of
from pellucid_server.core.bounds import MIB
from pellucid_server.core.errors import TooLarge

MAX_BODY_BYTES = 8 * MIB
"""A thousand scores with long comments are 2 MB; files have doors of their own."""


class BodyLimit:
    """The middleware."""

    def __init__(self, app: ASGIApp, *, exempt: tuple[str, ...], limit_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._exempt = exempt
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with a counted body, or answer 413 at once where the length is declared."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"} or scope["path"].endswith(self._exempt):
            await self._app(scope, receive, send)
        elif _declared_length(scope) > self._limit_bytes:
            await problem_of(self._too_large()).send(send)
        else:
            await self._app(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit_bytes:
                # The framework turns everything else that is raised while it reads a body into a 400.
                raise HTTPException(TooLarge.status, self._too_large().message)
            return message

        return counted

    def _too_large(self) -> TooLarge:
        return TooLarge(f"A request has at most {self._limit_bytes:,} bytes; split it and send the parts.")


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
