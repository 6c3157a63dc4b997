"""Talking to the server that owns a data directory: commands that need its data ask it, because only one process may open it."""

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from pellucid_server.app.lock import holder
from pellucid_server.core.errors import PellucidError, Unavailable

TIMEOUT_S = 60.0


class Refused(PellucidError):
    """The running server refused the command."""

    code = "refused"


class Remote:
    """A running server's API."""

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, method: str, path: str, body: object | None = None, *, timeout_s: float = TIMEOUT_S) -> Any:  # Any: JSON
        """The parsed answer. Raises `Refused` with the server's own words, or `Unavailable`."""
        request = urllib.request.Request(self.url + path, method=method, headers=_headers())
        if body is not None:
            request.data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise Refused(_detail(error)) from error
        except OSError as error:
            raise Unavailable(f"The server at {self.url} does not answer ({error}); see its log.") from error


def running(data: Path) -> Remote | None:
    """The server that owns `data`, where one runs."""
    owner = holder(data) if data.is_dir() else None
    return Remote(owner[1]) if owner else None


def _headers() -> dict[str, str]:
    headers = {"content-type": "application/json"}
    key = os.environ.get("PELLUCID_API_KEY", "")
    if key:
        headers["authorization"] = f"Bearer {key}"
    return headers


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        found = json.loads(error.read())
        return str(found.get("detail") or found.get("title") or error)
    except ValueError:
        return str(error)
