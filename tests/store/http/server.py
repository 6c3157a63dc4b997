"""A test server: the embedded engine behind ClickHouse's HTTP protocol, so that the real HTTP client has somebody to talk to.

`python -m tests.store.http.server PORT FOLDER` serves until it is killed. It speaks what the client uses: queries with typed parameters
(`param_…`, in the URL or as a form), settings as URL parameters, inserts whose data follows the statement, compressed bodies, the
database by name, and errors with `X-ClickHouse-Exception-Code`. It is no model of ClickHouse's HTTP server beyond that.
"""

import gzip
import re
import sys
import tempfile
import threading
from base64 import b64decode
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import chdb
import lz4.frame
import zstandard

USER, PASSWORD = "pellucid", "secret"
_TRANSPORT = frozenset(
    {
        "buffer_size", "client_protocol_version", "compress", "database", "decompress", "default_format", "enable_http_compression",
        "http_headers_progress_interval_ms", "query", "query_id", "quota_key", "role", "send_progress_in_http_headers", "session_id",
        "wait_end_of_query",
    }
)  # fmt: skip
_INSERT = re.compile(rb"\s*INSERT\s+INTO\s+(.+?)\s+FORMAT\s+(\w+)\s*\n?", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"Code:\s*(\d+)")
_UNPACK = {
    "gzip": gzip.decompress,
    "lz4": lz4.frame.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().stream_reader(data).read(),
}


class Engine:
    """The engine of this process. A connection a request, so that the settings of one never reach another."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._kept = chdb.connect(folder)  # the engine ends with its last connection
        self._starting = threading.Lock()

    def run(self, statement: bytes, parameters: dict[str, str]) -> bytes:
        """The answer's bytes. Raises RuntimeError with the engine's message."""
        with self._starting:
            connection: Any = chdb.connect(self._folder)
        try:
            if parameters.get("database"):
                connection.query(f"USE `{parameters['database']}`")
            settings = {
                name: value for name, value in parameters.items() if name not in _TRANSPORT and not name.startswith("param_")
            }
            if settings:
                connection.query("SET " + ", ".join(f"{name} = {_quoted(value)}" for name, value in settings.items()))
            typed = {name.removeprefix("param_"): value for name, value in parameters.items() if name.startswith("param_")}
            insert = _INSERT.match(statement)
            if insert is None:
                return bytes(connection.query(statement.decode(), "TabSeparated", params=typed).bytes() or b"")
            return self._insert(connection, insert[1].decode(), insert[2].decode(), statement[insert.end() :])
        finally:
            connection.close()

    def _insert(self, connection: Any, target: str, data_format: str, data: bytes) -> bytes:
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            connection.query(f"INSERT INTO {target} FROM INFILE {_quoted(file.name)} FORMAT {data_format}")
        return b""


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _form(content_type: str, body: bytes) -> dict[str, str]:
    """The fields of a form: so the client sends parameters that are too long for a URL."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = message.get_payload() if message.is_multipart() else []
    return {str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True).decode() for part in parts}


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    engine: ClassVar[Engine]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """`/ping`, and statements that only read."""
        if urlsplit(self.path).path == "/ping":
            self._answer(200, b"Ok.\n")
        else:
            self._serve()

    def do_POST(self) -> None:
        """Statements."""
        self._serve()

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests read what they need elsewhere."""

    def _serve(self) -> None:
        body = (
            self.rfile.read(int(self.headers.get("content-length") or 0)) if "chunked" not in self._encoding() else self._chunks()
        )
        unpack = _UNPACK.get(self.headers.get("content-encoding", ""))
        parameters = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        if self.headers.get("content-type", "").startswith("multipart/form-data"):
            parameters |= _form(self.headers["content-type"], body)
            body = b""
        statement = b"\n".join(part for part in (parameters.get("query", "").encode(), unpack(body) if unpack else body) if part)
        if not self._is_known():
            self._fail("Code: 516. DB::Exception: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED)")
            return
        try:
            answer = self.engine.run(statement, parameters)
        except RuntimeError as error:
            self._fail(str(error))
        else:
            self._answer(200, answer)

    def _encoding(self) -> str:
        return str(self.headers.get("transfer-encoding", "")).lower()

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _is_known(self) -> bool:
        scheme, _, sent = self.headers.get("authorization", "").partition(" ")
        return scheme == "Basic" and b64decode(sent).decode() == f"{USER}:{PASSWORD}"

    def _fail(self, message: str) -> None:
        found = _CODE.search(message)
        self._answer(500, message.encode(), {"X-ClickHouse-Exception-Code": found[1] if found else "1002"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"X-ClickHouse-Timezone": "UTC", "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def main(port: str, folder: str) -> None:
    """Serve until the process is killed."""
    Handler.engine = Engine(folder)
    ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
