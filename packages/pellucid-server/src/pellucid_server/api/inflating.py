"""Compressed request bodies of the API: decompressed within bounds before a route reads them. The doors do it themselves."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pellucid_server.api.problems import problem_of
from pellucid_server.core.bounds import DEFAULT_BOUNDS, Bounds
from pellucid_server.core.errors import PellucidError, TooLarge
from pellucid_server.ingest.compression import decompress

_PREFIX = "/api/"


class InflatedBodies:
    """The middleware."""

    def __init__(self, app: ASGIApp, bounds: Bounds = DEFAULT_BOUNDS) -> None:
        self._app = app
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the body as it was before compression."""
        encoding = _encoding(scope)
        if not encoding:
            await self._app(scope, receive, send)
            return
        try:
            body = decompress(await self._read(receive), encoding, limit_bytes=self._bounds.decompressed_bytes)
        except PellucidError as error:
            await problem_of(error).send(send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name not in (b"content-encoding", b"content-length")]
        headers.append((b"content-length", str(len(body)).encode()))
        await self._app({**scope, "headers": headers}, _Once(body, receive), send)

    async def _read(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            part: bytes = message.get("body", b"")
            size += len(part)
            if size > self._bounds.body_bytes:
                raise TooLarge(f"The body is larger than {self._bounds.body_bytes} bytes; send it in parts.")
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)


class _Once:
    """Gives the body once, then what the server has to say (that the caller has gone)."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


def _encoding(scope: Scope) -> str:
    if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
        return ""
    found = next((value for name, value in scope["headers"] if name == b"content-encoding"), b"")
    encoding = found.decode("latin-1").strip().lower()
    return "" if encoding == "identity" else encoding
