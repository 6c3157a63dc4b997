"""The simulator as an ASGI app: it sleeps what the provider waits, and breaks connections when told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from pellucid_demo.simulator.engine import Settings
from pellucid_demo.simulator.exchange import Chunk, Incoming, Outgoing
from pellucid_demo.simulator.provider import Provider


class BrokenOffError(Exception):
    """The simulator ends a connection on purpose; the server drops it without a word to the client."""


def create_app(provider: Provider | None = None) -> Starlette:
    """An app that imitates OpenAI, Anthropic and Google at once."""
    provider = provider or Provider(Settings())

    async def serve(request: Request) -> Response:
        incoming = Incoming(
            method=request.method,
            path=request.url.path,
            headers=dict(request.headers),
            body=await request.body(),
            at=datetime.now(UTC),
        )
        return await _carried(provider.answer(incoming), request)

    return Starlette(routes=[Route("/{path:path}", serve, methods=["GET", "POST"])])


async def _carried(outgoing: Outgoing, request: Request) -> Response:
    headers = {**outgoing.headers, "content-type": outgoing.content_type}
    if outgoing.broken and outgoing.status >= 500:
        await _wait_or_leave(outgoing.duration_ms, request)
        return Response(status_code=outgoing.status)
    if len(outgoing.chunks) > 1 or outgoing.broken:
        return StreamingResponse(_paced(outgoing), outgoing.status, headers)
    await _slept(outgoing.chunks[0])
    return Response(outgoing.chunks[0].data, outgoing.status, headers)


async def _paced(outgoing: Outgoing) -> AsyncIterator[bytes]:
    for chunk in outgoing.chunks:
        await _slept(chunk)
        yield chunk.data
    if outgoing.broken:
        raise BrokenOffError


async def _slept(chunk: Chunk) -> None:
    if chunk.wait_ms > 0:
        await asyncio.sleep(chunk.wait_ms / 1000)


async def _wait_or_leave(wait_ms: float, request: Request) -> None:
    """Hold the request until the caller loses patience and leaves."""
    with suppress(TimeoutError):
        async with asyncio.timeout(wait_ms / 1000):
            await request.receive()
