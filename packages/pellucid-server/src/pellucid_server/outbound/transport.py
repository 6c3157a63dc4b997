"""httpx transports behind the guard: they resolve, look, and connect to what they looked at. Every redirect passes here again.

The request keeps its name in `Host` and in TLS (SNI and the certificate's check); only the connection goes to the address. Each host has
a pool of its own, so that two names that share an address never share a connection.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx

from pellucid_server.outbound.guard import PORTS, Guard

MAX_HOSTS = 64
"""Pools that one transport keeps; the one that was opened first is closed for the next."""


class GuardedTransport(httpx.AsyncBaseTransport):
    """For `httpx.AsyncClient(transport=…)`."""

    def __init__(self, guard: Guard, open_pool: Callable[[], httpx.AsyncBaseTransport] = httpx.AsyncHTTPTransport) -> None:
        self._guard = guard
        self._open_pool = open_pool
        self._pools: dict[str, httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send, or raise `DestinationRefused`."""
        host, port = _target(request)
        address = await asyncio.to_thread(self._guard.address_for, host, port)
        pool = self._pools.get(host)
        if pool is None:
            if len(self._pools) >= MAX_HOSTS:
                await self._pools.pop(next(iter(self._pools))).aclose()
            pool = self._pools[host] = self._open_pool()
        return await pool.handle_async_request(_readdressed(request, host, address))

    async def aclose(self) -> None:
        """Close every connection."""
        while self._pools:
            await self._pools.popitem()[1].aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None = None, error: BaseException | None = None, trace: TracebackType | None = None
    ) -> None:
        await self.aclose()


class GuardedSyncTransport(httpx.BaseTransport):
    """For `httpx.Client(transport=…)`: a connection a request, for deliveries that are rare."""

    def __init__(self, guard: Guard, open_pool: Callable[[], httpx.BaseTransport] = httpx.HTTPTransport) -> None:
        self._guard = guard
        self._open_pool = open_pool
        self._pools: list[httpx.BaseTransport] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send, or raise `DestinationRefused`."""
        host, port = _target(request)
        address = self._guard.address_for(host, port)
        pool = self._open_pool()
        self._pools.append(pool)
        return pool.handle_request(_readdressed(request, host, address))

    def close(self) -> None:
        """Close every connection."""
        while self._pools:
            self._pools.pop().close()


def _target(request: httpx.Request) -> tuple[str, int]:
    return request.url.raw_host.decode("ascii"), request.url.port or PORTS.get(request.url.scheme, 0)


def _readdressed(request: httpx.Request, host: str, address: str) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
