"""One HTTP request over one kept connection: bytes in, a verdict out.

What lives here: connecting (TLS, proxies), one request, and the sorting of answers into delivered, try again, and
give up. What must not live here: retries over time, queues, OTLP.

Built on `http.client`, which loads TLS: this module is imported by the background thread and by what asks the REST
API, never by `import pellucid`. Not safe for several threads; each thread that needs one makes its own.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import time
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

MAX_ANSWER_BYTES = 16 * 1024 * 1024
"""An answer is a small document (the largest is a page of data set items); more is not read."""
MAX_RETRY_AFTER_S = 300.0
"""A server that asks for a longer pause gets this one: the queue is bounded, and it may come back sooner."""

RETRYABLE = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one request."""

    verdict: Literal["delivered", "retry", "refused"]
    status: int
    """HTTP status, or 0 when there was no answer."""
    body: bytes
    retry_after_s: float | None
    error: str


class Transport:
    """A connection to one base URL."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout_s: float) -> None:
        self._parts = urlsplit(url)
        self._headers = dict(headers)
        self._timeout_s = timeout_s
        self._connection: HTTPConnection | None = None
        self._prefix = self._parts.path.rstrip("/")

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request; never raises for anything that the network or the server does.

        A kept connection that turns out to be closed is opened anew once: every request of this package may be sent
        twice (spans have ids, scores have ids).
        """
        was_kept = self._connection is not None
        try:
            return self._send(method, path, body, headers)
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            if not was_kept or isinstance(error, TimeoutError):
                return _failed(error)
        try:
            return self._send(method, path, body, headers)
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            return _failed(error)

    def close(self) -> None:
        """Drop the connection; the next request opens one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def forget(self) -> None:
        """After a fork: leave the parent's socket alone and start afresh."""
        self._connection = None

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str] | None) -> Answer:
        if self._connection is None:
            self._connection = self._connect()
        self._connection.request(method, self._prefix + path, body or None, {**self._headers, **(headers or {})})
        response = self._connection.getresponse()
        content = response.read(MAX_ANSWER_BYTES)
        if not response.isclosed():
            self.close()
        return _sorted(response, content)

    def _connect(self) -> HTTPConnection:
        host, port = self._parts.hostname or "127.0.0.1", self._parts.port
        is_tls = self._parts.scheme == "https"
        kind = HTTPSConnection if is_tls else HTTPConnection
        proxy = _proxy_for(self._parts.scheme, host)
        if proxy is None:
            connection: HTTPConnection = kind(host, port, timeout=self._timeout_s)
        else:
            connection = kind(proxy[0], proxy[1], timeout=self._timeout_s)
            connection.set_tunnel(host, port or (443 if is_tls else 80))
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def _proxy_for(scheme: str, host: str) -> tuple[str, int] | None:
    if host in ("127.0.0.1", "localhost", "::1") or proxy_bypass(host):
        return None
    address = getproxies().get(scheme)
    if not address:
        return None
    parts = urlsplit(address if "//" in address else f"//{address}")
    return (parts.hostname, parts.port or 3128) if parts.hostname else None


def _failed(error: Exception) -> Answer:
    return Answer(verdict="retry", status=0, body=b"", retry_after_s=None, error=f"{type(error).__name__}: {error}".rstrip(": "))


def _sorted(response: HTTPResponse, content: bytes) -> Answer:
    status = response.status
    verdict: Literal["delivered", "retry", "refused"] = (
        "delivered" if 200 <= status < 300 else "retry" if status in RETRYABLE else "refused"
    )
    return Answer(
        verdict=verdict,
        status=status,
        body=content,
        retry_after_s=_retry_after(response.getheader("Retry-After")),
        error="" if verdict == "delivered" else f"HTTP {status}: {content[:300].decode('utf-8', 'replace')}",
    )


def _retry_after(text: str | None) -> float | None:
    """Seconds to wait, from either form of the header."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        seconds = when.timestamp() - time()  # the wall clock, because the header holds a date
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)
