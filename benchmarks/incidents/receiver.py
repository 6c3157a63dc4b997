"""A pager on this machine: takes what channels send, checks the signature, and notes when it came."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pellucid_server.core.clock import SECOND
from pellucid_server.outbound.signing import SIGNATURE_HEADER, verify

SECRET = "pager-secret"
PAGES = ("opened", "worse")
"""Events that wake somebody; the rest follow from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message."""

    received: float
    """Seconds since the epoch, by the receiver's clock."""
    body: Mapping[str, Any]  # Any: what arrived as JSON

    @property
    def is_page(self) -> bool:
        """Whether it wakes somebody."""
        return self.body["event"] in PAGES

    @property
    def story_time(self) -> int:
        """Microseconds since the epoch, by the clock of who sent it."""
        return round(datetime.fromisoformat(str(self.body["time"])).timestamp() * SECOND)


class Pager:
    """The server; `heard` grows while it runs."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["content-length"]))
                signed = verify(self.headers.get(SIGNATURE_HEADER, ""), data, SECRET, now_s=int(time.time()))
                if signed:
                    heard.append(Message(received=time.time(), body=json.loads(data)))
                self.send_response(204 if signed else 401)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing: what came is in `heard`."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="pager", daemon=True)
        self._thread.start()

    @property
    def place(self) -> str:
        """`host:port`, as an operator allows it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def channel(self) -> dict[str, str]:
        """What makes a channel of it."""
        return {"name": "pager", "kind": "webhook", "target": f"http://{self.place}/page", "secret": SECRET}

    def close(self) -> None:
        """Hear no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
