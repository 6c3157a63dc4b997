"""A server that takes whatever an SDK sends, in a process of its own.

What lives here: answering (or not) and remembering bodies; they are counted only when asked, so that counting does not
compete with the measurement. Modes: ok, hang, busy (429), error (500), reset.
"""

import gzip
import json
import sys
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANG_S = 3_600.0
STATUS = {"ok": 200, "busy": 429, "error": 500}


MLFLOW_VERSION = b"3.17.2"
"""What MLflow's client asks for before it sends spans as OTLP."""


class Sink(ThreadingHTTPServer):
    """The server and its memory."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, mode: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.mode = mode
        self.bodies: list[tuple[str, str, bytes]] = []
        self.lock = threading.Lock()

    def handle_error(self, *_: Any) -> None:
        """Connections that clients give up are no news."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Sink

    def do_POST(self) -> None:
        body = self._body()
        if self.server.mode == "hang":
            time.sleep(HANG_S)
        if self.server.mode == "reset":
            self.close_connection = True
            self.connection.close()
            return
        with self.server.lock:
            self.server.bodies.append((self.path, self.headers.get("Content-Encoding", ""), body))
        if self.path == "/api/3.0/mlflow/traces":
            self._answer(STATUS[self.server.mode], mlflow_trace(body))
        else:
            self._answer(STATUS[self.server.mode], b"{}" if "json" in self.headers.get("Content-Type", "") else b"")

    do_PATCH = do_PUT = do_POST

    def do_GET(self) -> None:
        if self.path == "/count":
            with self.server.lock:
                counted = sum(count(path, encoding, body) for path, encoding, body in self.server.bodies)
                size = sum(len(body) for _, _, body in self.server.bodies)
            self._answer(200, json.dumps({"spans": counted, "bytes": size}).encode())
        elif self.path == "/version":
            self._answer(200, MLFLOW_VERSION)
        else:
            self._answer(200, json.dumps({"version": "0.13.0", "instance_flags": {}, "data": [{"id": "p", "name": "p"}]}).encode())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def mlflow_trace(body: bytes) -> bytes:
    """What MLflow's server answers to a new trace: the trace, and that its spans are in the tracking store."""
    told: dict[str, Any] = json.loads(body)
    info = told["trace"]["trace_info"]
    info["tags"] = {**info.get("tags", {}), "mlflow.trace.spansLocation": "TRACKING_STORE"}
    return json.dumps(told).encode()


def count(path: str, encoding: str, body: bytes) -> int:
    """Spans in one body of OTLP or of Opik's batches; other dialects are not counted."""
    if encoding == "gzip":
        body = gzip.decompress(body)
    elif encoding == "deflate":
        body = zlib.decompress(body)
    if path.endswith("/spans/batch"):
        return len(json.loads(body)["spans"])
    if path.endswith("/v1/traces"):
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest  # only to count

        request = ExportTraceServiceRequest.FromString(body)
        return sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
    return 0


if __name__ == "__main__":
    Sink(int(sys.argv[1]), sys.argv[2]).serve_forever(poll_interval=0.05)
