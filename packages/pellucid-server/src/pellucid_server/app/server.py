"""Running the server: sockets first, so that a port in use is said before anything is opened; then the house; then requests."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterable

import uvicorn
from fastapi import FastAPI

from pellucid_server.api.application import create_app
from pellucid_server.api.grpc_door import GrpcDoor
from pellucid_server.api.guard import GuardSettings
from pellucid_server.app.house import House, build
from pellucid_server.app.lean import lean
from pellucid_server.app.logs import configure_logs
from pellucid_server.app.settings import BadSetting, Settings

OTLP_HTTP_PORT = 4318
OTLP_GRPC_PORT = 4317
SHUTDOWN_S = 5

log = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Run until a signal comes. Raises a member of the error family when it cannot start."""
    configure_logs(settings.log_format)
    # The HTTP server takes these signals while it runs and raises them again when it is done: then they must end in the `finally` below.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    sockets = [_listen(settings.host, settings.port)]
    port = sockets[0].getsockname()[1]
    if settings.otlp_ports:
        sockets += _listen_if_free(settings.host, OTLP_HTTP_PORT)
    house = build(settings, os.environ)
    lean()
    house.start()
    try:
        asyncio.run(_run(house, settings, sockets, port))
    finally:
        house.stop()


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(0)


async def _run(house: House, settings: Settings, sockets: list[socket.socket], port: int) -> None:
    guard = GuardSettings(allowed_hosts=frozenset(settings.allowed_hosts), allowed_origins=frozenset(settings.allowed_origins))

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        grpc = await _start_grpc(house, settings)
        log.info("listening on http://%s:%d", settings.host, port)
        yield
        if grpc is not None:
            await grpc.stop()

    config = uvicorn.Config(
        create_app(house, guard, lifespan),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    await uvicorn.Server(config).serve(sockets=sockets)


async def _start_grpc(house: House, settings: Settings) -> GrpcDoor | None:
    if not settings.otlp_ports or not _is_free(settings.host, OTLP_GRPC_PORT):
        return None
    made = GrpcDoor(house, f"{_bracketed(settings.host)}:{OTLP_GRPC_PORT}")
    await made.start()
    return made


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sets TCP_NODELAY only where it sees IPPROTO_TCP; without it small answers wait 40 ms.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(2048)
    except OSError as error:
        made.close()
        raise BadSetting(
            f"Port {port} on {host} cannot be opened ({error.strerror}). Stop what uses it, or choose another with --port."
        ) from error
    return made


def _listen_if_free(host: str, port: int) -> Iterable[socket.socket]:
    try:
        return [_listen(host, port)]
    except BadSetting:
        log.warning("port %d is in use: OTLP/HTTP is only on the main port", port)
        return []


def _is_free(host: str, port: int) -> bool:
    try:
        _listen(host, port).close()
    except BadSetting:
        log.warning("port %d is in use: OTLP/gRPC is not opened", port)
        return False
    return True
