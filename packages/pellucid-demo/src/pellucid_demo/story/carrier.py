"""HTTP transports for the SDKs during the back-fill: straight into the simulator, waits spent on the timeline.

The SDKs do everything that they do over a network, serialising, parsing and streaming included; only the socket is
left out.
"""

from collections.abc import Iterator

import httpx2

from pellucid_demo.simulator.exchange import Incoming, Outgoing
from pellucid_demo.simulator.provider import Provider
from pellucid_demo.story.timeline import Pace


class SimulatorTransport(httpx2.BaseTransport):
    """Carries requests to a simulator in the same process."""

    def __init__(self, provider: Provider, pace: Pace) -> None:
        self._provider, self._pace = provider, pace

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        incoming = Incoming(
            method=request.method,
            path=request.url.path,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.read(),
            at=self._pace.now(),
        )
        outgoing = self._provider.answer(incoming)
        headers = {**outgoing.headers, "content-type": outgoing.content_type}
        return httpx2.Response(outgoing.status, headers=headers, stream=_Paced(outgoing, self._pace))


class _Paced(httpx2.SyncByteStream):
    def __init__(self, outgoing: Outgoing, pace: Pace) -> None:
        self._outgoing, self._pace = outgoing, pace

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._outgoing.chunks:
            self._pace.wait(chunk.wait_ms)
            yield chunk.data
        if self._outgoing.broken:
            raise httpx2.RemoteProtocolError("peer closed connection without sending complete message body")
