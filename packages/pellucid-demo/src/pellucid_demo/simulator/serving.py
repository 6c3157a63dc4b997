"""Running the simulator over HTTP: in a thread of this process, for tests and for the demo."""

import logging
import socket
import time
from collections.abc import Callable
from threading import Thread

import uvicorn

from pellucid_demo.errors import SimulatorStartError
from pellucid_demo.simulator.app import create_app
from pellucid_demo.simulator.engine import Settings
from pellucid_demo.simulator.provider import Provider

_START_LIMIT_S = 20.0
_STOP_LIMIT_S = 5.0


def serve_in_thread(
    *, seed: int = 0, latency: float = 0.0, settings: Settings | None = None, port: int = 0
) -> tuple[str, Callable[[], None]]:
    """Start a simulator on the loopback; returns its base URL and a function that stops it.

    `OpenAI(base_url=f"{url}/v1")` and `Anthropic(base_url=url)` reach it. `latency` 0 answers at once, 1 is lifelike;
    `settings` replaces both numbers.
    """
    return serve_provider(Provider(settings or Settings(seed=seed, latency=latency)), port=port)


def serve_provider(provider: Provider, *, port: int = 0) -> tuple[str, Callable[[], None]]:
    """Serve a provider that the caller keeps, and may change, on the loopback; port 0 takes any free one."""
    listener = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(
        uvicorn.Config(create_app(provider), log_config=None, access_log=False, timeout_graceful_shutdown=1, lifespan="off")
    )
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # connections that are broken on purpose are no news
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="provider-simulator", daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_LIMIT_S
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise SimulatorStartError(f"The provider simulator did not answer within {_START_LIMIT_S:g} seconds.")
        time.sleep(0.01)

    def stop() -> None:
        server.should_exit = True
        thread.join(_STOP_LIMIT_S)

    return f"http://127.0.0.1:{listener.getsockname()[1]}", stop
