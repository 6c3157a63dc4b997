"""Keeps web pages away from authority that a browser brings by itself: the local owner's, and that of a session cookie.

A server on loopback without sign-in trusts every request of this machine, and a browser on it runs pages of strangers. So, while the
local owner is active:
- `Host` must be a loopback name with this port: a page whose own name was rebound to 127.0.0.1 has another one;
- a request that came through a proxy is refused: it may come from anywhere;
- a state change needs the `Origin` of this server (or none, from programs), and a content type that no page can send to a strange
  server without asking it first: JSON, protobuf on the OTLP paths, or that of a file where files are imported;
- a read that another site's page triggers is refused, unless it is a person who follows a link.
With sign-in, a state change by session cookie needs the `Origin` of this server. A request with a key in a header that no browser adds
by itself has no borrowed authority and passes (its key is checked by the route).

Pure ASGI, one pass over the headers: it stands before the ingest path.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from pellucid_server.api.credentials import KEY_HEADERS, SECURE_SESSION_COOKIE, SESSION_COOKIE
from pellucid_server.api.problems import problem_of
from pellucid_server.core.errors import Forbidden, PellucidError, UnsupportedMedia

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
OTLP_PATHS = ("/v1/traces", "/v1/logs", "/v1/metrics")
FILE_PATHS = ("/imports",)
"""How paths end whose body is a file."""
FILE_TYPES = frozenset({b"text/csv", b"application/x-ndjson", b"application/vnd.apache.parquet", b"application/octet-stream"})
"""None of them is one that a page may send to a strange server unasked (Fetch standard: CORS-safelisted content types)."""
SHARED_READS = frozenset({"/feedback-widget.js"})
"""What pages of anybody may load: it is the same for everybody and tells nothing."""
DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_WANTED = frozenset(
    {
        b"host",
        b"origin",
        b"content-type",
        b"cookie",
        b"authorization",
        b"sec-fetch-site",
        b"sec-fetch-mode",
        b"sec-fetch-dest",
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-real-ip",
        *(name.encode() for name in KEY_HEADERS),
    }
)
_FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip")
_STRANGERS = (b"cross-site", b"same-site")
"""`same-site` is a stranger too: another port of localhost is the same site."""
_COOKIES = (SESSION_COOKIE.encode() + b"=", SECURE_SESSION_COOKIE.encode() + b"=")


class HostNotAllowed(Forbidden):
    """The `Host` of the request is not a name of this server. Use http://127.0.0.1 with the server's port; if you reach it by another
    name on purpose, add that to PELLUCID_ALLOWED_HOSTS or turn sign-in on."""

    code = "host_not_allowed"


class OriginNotAllowed(Forbidden):
    """The request was made by a web page of another site; open Pellucid itself and act there, or send an API key."""

    code = "origin_not_allowed"


class CameThroughProxy(Forbidden):
    """The request came through a proxy, so it may come from anywhere, while this server trusts its own machine without sign-in; set
    PELLUCID_INIT_USER_EMAIL and PELLUCID_INIT_USER_PASSWORD before you put it behind one."""

    code = "came_through_proxy"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSettings:
    """What a deployment adds."""

    allowed_hosts: frozenset[str] = frozenset()
    """Further values of `Host`, with the port where it is not the scheme's own."""
    allowed_origins: frozenset[str] = frozenset()
    """Further origins whose pages may act, such as the public URL of a server behind a proxy that rewrites `Host`."""


class RequestGuard:
    """The middleware."""

    def __init__(self, app: ASGIApp, *, local_owner: Callable[[], bool], settings: GuardSettings | None = None) -> None:
        self._app = app
        self._local_owner = local_owner
        chosen = settings or GuardSettings()
        self._hosts = frozenset(host.lower().encode() for host in chosen.allowed_hosts)
        self._origins = frozenset(origin.lower().rstrip("/").encode() for origin in chosen.allowed_origins)
        self._loopback: dict[tuple[str, str, int], frozenset[bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer with the problem."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        problem = self._problem(scope)
        if problem is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": problem.code})
        else:
            await problem_of(problem).send(send)

    def _problem(self, scope: Scope) -> PellucidError | None:
        seen = _read(scope["headers"])
        local = self._local_owner()
        changes = scope.get("method") not in _SAFE_METHODS  # a websocket has no method and counts as a change
        if local:
            if not self._is_own_host(seen.get(b"host"), scope):
                return HostNotAllowed()
            if any(name in seen for name in _FORWARDED):
                return CameThroughProxy()
        if _has_key(seen):
            return None
        if not changes:
            return OriginNotAllowed() if local and scope["path"] not in SHARED_READS and self._is_strange_read(seen) else None
        if local or _has_session(seen):
            return self._change_problem(scope, seen, local=local)
        return None

    def _change_problem(self, scope: Scope, seen: dict[bytes, bytes], *, local: bool) -> PellucidError | None:
        origin = seen.get(b"origin")
        if origin is None:
            fetched_by = seen.get(b"sec-fetch-site")
            if fetched_by in _STRANGERS or (_has_session(seen) and not local and fetched_by != b"same-origin"):
                return OriginNotAllowed()
        elif not self._is_own_origin(origin, seen.get(b"host", b""), scope.get("scheme", "http")):
            return OriginNotAllowed()
        if local and scope["type"] == "http" and not _is_unforgeable(scope, seen.get(b"content-type")):
            return UnsupportedMedia("Send a body with `Content-Type: application/json`; OTLP may also be `application/x-protobuf`.")
        return None

    def _is_own_host(self, host: bytes | None, scope: Scope) -> bool:
        if host is None:
            return False
        spelled = host.lower()
        return spelled in self._hosts or spelled in self._loopback_hosts(scope)

    def _loopback_hosts(self, scope: Scope) -> frozenset[bytes]:
        """The names of this very socket: the server may listen on several addresses and ports, each has its own."""
        scheme, (address, port) = scope.get("scheme", "http"), scope.get("server") or ("", None)
        if port is None:  # a Unix socket has no name
            return frozenset()
        known = self._loopback.get((scheme, address, port))
        if known is None:
            own = f"[{address}]" if ":" in address else address  # an address cannot be rebound, so it is as good as a name
            names = {*LOOPBACK_NAMES, own}
            bare = names if port == DEFAULT_PORTS.get(scheme) else set()
            known = frozenset(name.encode() for name in (*bare, *(f"{name}:{port}" for name in names)))
            self._loopback[scheme, address, port] = known
        return known

    def _is_own_origin(self, origin: bytes, host: bytes, scheme: str) -> bool:
        """`https` is right even where the server sees `http`: TLS may have ended in a proxy. The other way round it is not."""
        spelled = origin.lower()
        if spelled in self._origins:
            return True
        schemes = (b"https", b"http") if scheme in {"http", "ws"} else (b"https",)
        return bool(host) and any(spelled == own + b"://" + host.lower() for own in schemes)

    def _is_strange_read(self, seen: dict[bytes, bytes]) -> bool:
        if seen.get(b"sec-fetch-site") not in _STRANGERS or seen.get(b"origin", b"").lower() in self._origins:
            return False
        return seen.get(b"sec-fetch-mode") != b"navigate" or seen.get(b"sec-fetch-dest") != b"document"


def _read(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers that matter here. One that comes twice counts as neither: `Host` and `Origin` are then not ours."""
    seen: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _WANTED:
            seen[name] = value if name not in seen else seen[name] + b"," + value
    return seen


def _has_key(seen: dict[bytes, bytes]) -> bool:
    """Whether the request carries a key where no browser puts one unasked. Basic does not count: browsers remember and resend it."""
    if seen.get(b"authorization", b"")[:7].lower() == b"bearer " and seen[b"authorization"][7:].strip():
        return True
    return any(seen.get(name.encode(), b"").strip() for name in KEY_HEADERS)


def _has_session(seen: dict[bytes, bytes]) -> bool:
    cookies = seen.get(b"cookie", b"")
    return any(name in cookies for name in _COOKIES)


def _is_unforgeable(scope: Scope, content_type: bytes | None) -> bool:
    """Whether a strange page could not have sent this without a preflight. DELETE always needs one, so it may come without a body."""
    if content_type is None:
        return bool(scope["method"] == "DELETE")
    media = content_type.split(b";", 1)[0].strip().lower()
    if media == b"application/json" or (media.startswith(b"application/") and media.endswith(b"+json")):
        return True
    if scope["path"].endswith(FILE_PATHS):
        return media in FILE_TYPES
    return media == b"application/x-protobuf" and scope["path"].endswith(OTLP_PATHS)
