"""Server-sent events: how an event is written, and the loop that tells what arrives in a project."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from fastapi.responses import StreamingResponse

from pellucid_server.api.house import LiveFeed

PING_S: Final = 15.0
"""Proxies close connections that are silent for a minute."""
_PING: Final = b"event: ping\ndata: {}\n\n"


def event(name: str, data: str) -> bytes:
    """One event; `data` is JSON on one line."""
    return f"event: {name}\ndata: {data}\n\n".encode()


def events(stream: AsyncIterator[bytes]) -> StreamingResponse:
    """The answer that carries them."""
    return StreamingResponse(stream, media_type="text/event-stream", headers={"cache-control": "no-store"})


async def told(live: LiveFeed, project_id: str, read: Callable[[list[str]], Awaitable[list[bytes]]]) -> AsyncIterator[bytes]:
    """What `read` makes of the ids that were written since the last time, and `ping` where nothing was; ends with the server."""
    subscription = live.subscribe(project_id)
    try:
        yield _PING
        while not subscription.closed:
            written = await subscription.wait(PING_S)
            for one in await read(written) if written else [_PING]:
                yield one
    finally:
        live.unsubscribe(subscription)
