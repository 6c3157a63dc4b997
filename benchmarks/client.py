"""One keep-alive HTTP connection that speaks JSON and takes export requests: as little work as possible beside the server's own."""

import http.client
import json
from collections.abc import Mapping
from typing import Any, Self

TIMEOUT_S = 60.0


class Client:
    """A connection to a server on loopback; made anew where the server closed it."""

    def __init__(self, port: int, timeout_s: float = TIMEOUT_S) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(self, path: str) -> Any:
        """The JSON at a path."""
        return self._json("GET", path, None)

    def post(self, path: str, document: Any) -> Any:
        """The JSON that a document is answered with."""
        return self._json("POST", path, json.dumps(document).encode())

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes, Mapping[str, str]]:
        """Status, body and headers of one exchange."""
        try:
            self._connection.request(method, path, body=body, headers=dict(headers))
            answer = self._connection.getresponse()
            return answer.status, answer.read(), dict(answer.headers.items())
        except (http.client.HTTPException, OSError):
            self._connection.close()
            raise

    def _json(self, method: str, path: str, body: bytes | None) -> Any:
        status, answer, _ = self.send(method, path, body, {"Content-Type": "application/json"})
        if status != 200:
            raise RuntimeError(f"{method} {path} was answered with {status}: {answer[:400].decode(errors='replace')}")
        return json.loads(answer)


def answers(port: int, path: str) -> bool:
    """Whether a server answers 200 there, now."""
    try:
        with Client(port, timeout_s=5) as client:
            return client.send("GET", path, None, {})[0] == 200
    except (http.client.HTTPException, OSError):
        return False
