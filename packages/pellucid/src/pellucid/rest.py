"""Questions to the server that need an answer: prompts, data sets, experiments.

What lives here: one JSON request with few retries, and its errors. What must not live here: recording (that goes
through the queue) and the meaning of the answers.
"""

import json
import os
import random
import threading
import time
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote, urlencode

from pellucid.errors import NotFoundError, ServerRefusedError, ServerUnreachableError
from pellucid.exporting.transport import Transport

ATTEMPTS = 3
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
"""A caller waits here; a server that asks for a longer pause is reported instead."""


class Rest:
    """The REST API of one server; safe for several threads, which take turns."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout_s: float) -> None:
        self.url = url
        self._headers = {**headers, "Accept": "application/json"}
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._transport: Transport | None = None
        self._pid = 0

    def get(self, path: str, query: Mapping[str, Any] | None = None, *, attempts: int = ATTEMPTS) -> Any:
        """GET one document."""
        pairs = {key: value for key, value in (query or {}).items() if value is not None}
        return self.ask("GET", f"{path}?{urlencode(pairs)}" if pairs else path, attempts=attempts)

    def post(self, path: str, document: Any) -> Any:
        """POST one document and read the answer."""
        return self.ask("POST", path, document)

    def ask(self, method: str, path: str, document: Any = None, *, attempts: int = ATTEMPTS) -> Any:
        """One request, tried again when the server is unreachable or overloaded; raises the errors of `errors`."""
        body = b"" if document is None else json.dumps(document, default=str).encode()
        headers = {"Content-Type": "application/json"} if body else {}
        attempt = 0
        while True:
            attempt += 1
            with self._lock:
                answer = self._own_transport().request(method, path, body, headers)
            if answer.verdict == "delivered":
                return _document(answer.body, f"{method} {self.url}{path}")
            if answer.verdict == "refused":
                raise _refusal(f"{method} {self.url}{path}", answer.status, answer.body)
            pause = random.uniform(0.5, 1.0) * FIRST_PAUSE_S * 2 ** (attempt - 1)
            pause = max(pause, answer.retry_after_s or 0.0)
            if attempt >= attempts or pause > LONGEST_PAUSE_S:
                raise ServerUnreachableError(
                    f"{method} {self.url}{path} failed: {answer.error}. Check PELLUCID_URL and that the server runs."
                )
            time.sleep(pause)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop the connection; the next question opens one."""
        with self._lock:
            if self._transport is not None and self._pid == os.getpid():
                self._transport.close()

    def _own_transport(self) -> Transport:
        """A connection of this process: a forked child does not share its parent's."""
        if self._transport is None or self._pid != os.getpid():
            self._transport = Transport(self.url, self._headers, self._timeout_s)
            self._pid = os.getpid()
        return self._transport


def segment(name: str) -> str:
    """A name as part of a path; folders in names stay folders."""
    return quote(name, safe="/")


def _document(body: bytes, what: str) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError as error:
        raise ServerRefusedError(f"{what} did not answer with JSON; is PELLUCID_URL a Pellucid server?") from error


def _refusal(what: str, status: int, body: bytes) -> ServerRefusedError:
    text = body.decode("utf-8", "replace")[:2_000]
    try:
        problem = json.loads(text)
        detail = problem.get("detail") or problem.get("title") or text
    except (ValueError, AttributeError):
        detail = text[:300]
    hint = " Check PELLUCID_API_KEY." if status in (401, 403) else ""
    kind = NotFoundError if status == 404 else ServerRefusedError
    return kind(f"{what} was refused with HTTP {status}: {detail}{hint}", status=status, body=text)
