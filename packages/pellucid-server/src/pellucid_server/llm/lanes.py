"""A lane: the HTTP client of one connection with its adaptive limit. It carries one attempt and says what went wrong in our words.

Lanes belong to an event loop and to a revision of their connection; a connection that was changed gets a new one.
"""

import asyncio
import json
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from pellucid_server.llm.assembly import Assembly
from pellucid_server.llm.calls import ModelDelta, ModelRequest
from pellucid_server.llm.errors import ModelRateLimited, ModelRefusedRequest, ModelUnavailable
from pellucid_server.llm.limits import AdaptiveLimit
from pellucid_server.llm.ports import OpenConnection
from pellucid_server.llm.sse import events
from pellucid_server.llm.wires.providers import WIRES
from pellucid_server.llm.wires.wire import Json, object_of, objects_of, text_of
from pellucid_server.model.json import JsonValue
from pellucid_server.outbound.guard import Guard
from pellucid_server.outbound.transport import GuardedTransport

TIMEOUT = httpx.Timeout(600.0, connect=10.0, pool=None)
"""Reasoning models think for minutes before the first byte."""
MAX_ANSWER_BYTES = 64 * 1024 * 1024
OVERLOADED = 529
DEFAULT_RETRY_S = 1.0
MAX_RETRY_AFTER_S = 120.0
KEPT_ERROR_CHARS = 500


class Lane:
    """One attempt at a time of many in flight."""

    def __init__(self, connection: OpenConnection, guard: Guard) -> None:
        self.connection = connection
        self.wire = WIRES[connection.provider]
        self.limit = AdaptiveLimit()
        self._base_url = (connection.base_url or self.wire.default_base_url).rstrip("/")
        # The key goes to the connection's own address only: a redirect is an answer like any other, and a refused one.
        self._client = httpx.AsyncClient(transport=GuardedTransport(guard), timeout=TIMEOUT, follow_redirects=False)

    async def ask(self, request: ModelRequest, assembly: Assembly) -> tuple[str, ...]:
        """The whole answer at once; the names of ignored parameters. Raises members of `ModelError`, and `DestinationRefused`."""
        outgoing = self.wire.encode(request, stream=False)
        async with self._sent(outgoing.path, outgoing.body) as response:
            body = await _object(response)
            self.wire.read(body, assembly)
        if not assembly.done:
            raise ModelUnavailable("The provider's answer has no end: no reason why the model stopped.")
        return outgoing.ignored

    async def stream(self, request: ModelRequest, assembly: Assembly) -> AsyncIterator[ModelDelta]:
        """The answer as it comes. Raises as `ask`."""
        outgoing = self.wire.encode(request, stream=True)
        async with self._sent(outgoing.path, outgoing.body) as response:
            try:
                async for event in events(response.aiter_lines()):
                    _raise_for(event)
                    for delta in self.wire.feed(event, assembly):
                        yield delta
            except httpx.HTTPError as error:
                raise ModelUnavailable(f"The provider broke the stream off ({error.__class__.__name__}).") from error
        if not assembly.done:
            raise ModelUnavailable("The provider's stream ended before the answer did.")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @asynccontextmanager
    async def _sent(self, path: str, body: Json) -> AsyncIterator[httpx.Response]:
        headers = {**self.wire.headers(self.connection.key), "content-type": "application/json"}
        async with self.limit.place():
            request = self._client.build_request("POST", self._base_url + path, content=json.dumps(body), headers=headers)
            try:
                response = await self._client.send(request, stream=True)
            except httpx.HTTPError as error:
                raise ModelUnavailable(f"{self._base_url} did not answer ({error.__class__.__name__}).") from error
            try:
                if response.status_code != httpx.codes.OK:
                    await self._refuse(response)
                yield response
            finally:
                await response.aclose()
            self.limit.succeeded()

    async def _refuse(self, response: httpx.Response) -> None:
        told, body = await _told(response)
        status = response.status_code
        text = f"{self.connection.name} answered {status}: {told}"
        wait = _retry_after(response, body)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            self.limit.limited(DEFAULT_RETRY_S if wait is None else wait)
            raise ModelRateLimited(text, retry_after_s=wait)
        if status >= 500 or status in (httpx.codes.REQUEST_TIMEOUT, httpx.codes.CONFLICT):
            if status in (httpx.codes.SERVICE_UNAVAILABLE, OVERLOADED):
                self.limit.limited(wait or 0.0)
            raise ModelUnavailable(text)
        raise ModelRefusedRequest(text, provider_status=status)


class Lanes:
    """The lanes of every event loop that asks."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._of_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Lane]] = weakref.WeakKeyDictionary()

    async def of(self, connection: OpenConnection) -> Lane:
        """The connection's lane in the running loop."""
        lanes = self._of_loops.setdefault(asyncio.get_running_loop(), {})
        found = lanes.get(connection.id)
        if found is not None and found.connection == connection:
            return found
        lanes[connection.id] = made = Lane(connection, self._guard)
        if found is not None and not found.limit.in_flight:
            await found.close()
        return made

    async def close(self) -> None:
        """Those of the running loop."""
        for lane in self._of_loops.pop(asyncio.get_running_loop(), {}).values():
            await lane.close()


async def _object(response: httpx.Response) -> Json:
    body = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise ModelUnavailable(f"The provider answered with more than {MAX_ANSWER_BYTES:,} bytes.")
    except httpx.HTTPError as error:
        raise ModelUnavailable(f"The provider broke the answer off ({error.__class__.__name__}).") from error
    try:
        value: JsonValue = json.loads(body)
    except ValueError as error:
        raise ModelUnavailable("The provider's answer is not JSON; is the base URL the one of its API?") from error
    if not isinstance(value, dict):
        raise ModelUnavailable("The provider's answer is not a JSON object; is the base URL the one of its API?")
    return value


async def _told(response: httpx.Response) -> tuple[str, JsonValue]:
    """The provider's own words, cut, and the error that it answered with where that is JSON."""
    kept = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            kept += chunk
            if len(kept) > KEPT_ERROR_CHARS * 8:
                break
    except httpx.HTTPError:
        return "(the answer broke off)", None
    text = kept.decode(errors="replace")
    error: JsonValue = None
    try:
        body: JsonValue = json.loads(text)
        error = object_of(body).get("error", body)
        text = error if isinstance(error, str) else str(object_of(error).get("message") or text)
    except ValueError:
        pass
    return " ".join(text.split())[:KEPT_ERROR_CHARS] or "(nothing)", error


def _raise_for(event: Json) -> None:
    """An error that comes inside a stream which had begun well."""
    error = event.get("error")
    if error:
        message = error.get("message") if isinstance(error, dict) else error
        raise ModelUnavailable(f"The provider ended the stream with an error: {str(message)[:KEPT_ERROR_CHARS]}")


def _retry_after(response: httpx.Response, error: JsonValue) -> float | None:
    """From the header; Google says it in the error's details: `{"retryDelay": "2.5s"}`."""
    details = objects_of(object_of(error).get("details"))
    delays = [text_of(detail.get("retryDelay")).removesuffix("s") for detail in details if "retryDelay" in detail]
    try:
        return min(MAX_RETRY_AFTER_S, max(0.0, float(response.headers.get("retry-after") or "".join(delays[:1]))))
    except ValueError:
        return None
