"""The process that sends one message by apprise and ends: `python -m pellucid_server.app.apprise_child`, the order on its input as JSON.

Apprise resolves names, follows redirects and waits as it likes. In a process of its own all of that passes the guard, whose answer stands
in for the resolver's, and whoever started it can end it when it takes too long. The server itself never imports apprise to send.
"""

import json
import logging
import socket
import sys
from collections.abc import Sequence
from typing import Any

import apprise

from pellucid_server.core.errors import PellucidError
from pellucid_server.outbound.guard import Guard


def main() -> None:
    """Print `{"error": …}`; the error is empty where the service took it."""
    order = json.load(sys.stdin)
    refused = _guarded(order["allowed"])
    told = _Told()
    logging.getLogger("apprise").addHandler(told)
    sender = apprise.Apprise(asset=apprise.AppriseAsset(http_redirects=False))
    sender.add(order["address"])
    sent = sender.notify(title=order["title"], body=order["body"], body_format=apprise.NotifyFormat.TEXT)
    error = "" if sent else " ".join([*refused, *told.lines]) or "the service did not take it"
    print(json.dumps({"error": error}))


def _guarded(allowed: Sequence[str]) -> list[str]:
    """Have every name of this process resolved by the guard, and only to the address that it looked at; the list has what it refused."""
    plain, refused = socket.getaddrinfo, list[str]()

    def addresses(host: str, port: int) -> Sequence[str]:
        return list(dict.fromkeys(str(found[4][0]) for found in plain(host, port, type=socket.SOCK_STREAM)))

    guard = Guard(allowed, addresses)

    def looked_up(host: Any, port: Any, *more: Any, **named: Any) -> Any:  # Any: the signature of the standard library
        try:
            address = guard.address_for(host.decode() if isinstance(host, bytes) else str(host), int(port or 0))
        except PellucidError as error:
            refused.append(error.message)
            raise OSError(error.message) from error
        return plain(address, port, *more, **named)

    socket.getaddrinfo = looked_up
    return refused


class _Told(logging.Handler):
    """Keeps what apprise says about a failure."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage()[:200])


if __name__ == "__main__":
    main()
