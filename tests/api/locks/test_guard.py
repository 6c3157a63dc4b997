"""The guard, request by request: what a program, the own page, a strange page and a rebound name can do."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest

from pellucid_server.api.guard import GuardSettings, RequestGuard

PORT = 7600
OWN = "http://127.0.0.1:7600"
JSON: dict[str, Any] = {"content-type": "application/json"}
COOKIE: dict[str, Any] = {"cookie": "theme=dark; pellucid_session=abc"}
EVIL = "https://evil.example"


def answer(
    method: str,
    path: str = "/api/v1/keys",
    *,
    local: bool = True,
    scheme: str = "http",
    port: int | None = PORT,
    address: str = "127.0.0.1",
    settings: GuardSettings | None = None,
    kind: str = "http",
    pairs: list[tuple[str, str]] | None = None,
    **headers: str | None,
) -> tuple[int, str]:
    """The status, 200 if the request reached the application, and the code of the problem."""
    given: dict[str, str | None] = {
        "host": f"127.0.0.1:{port}",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    raw = [(name.encode(), value.encode()) for name, value in given.items() if value is not None]
    raw += [(name.encode(), value.encode()) for name, value in pairs or []]
    scope = {"type": kind, "path": path, "scheme": scheme, "server": (address, port), "headers": raw}
    if kind == "http":
        scope["method"] = method
    sent: list[Mapping[str, Any]] = []

    async def app(_scope: object, _receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"code": "reached"}'})

    async def receive() -> Mapping[str, Any]:
        raise AssertionError("the guard reads no bodies")

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(RequestGuard(app, local_owner=lambda: local, settings=settings)(scope, receive, send))  # type: ignore[arg-type]
    if sent[0]["type"] == "websocket.close":
        return sent[0]["code"], sent[0]["reason"]
    return sent[0]["status"], json.loads(sent[1]["body"])["code"]


REACHED = (200, "reached")
BAD_HOST = (403, "host_not_allowed")
BAD_ORIGIN = (403, "origin_not_allowed")
BAD_TYPE = (415, "unsupported_media_type")


class TestHost:
    @pytest.mark.parametrize("host", ["127.0.0.1:7600", "localhost:7600", "LocalHost:7600", "[::1]:7600"])
    def test_names_of_this_machine(self, host: str) -> None:
        assert answer("GET", host=host) == REACHED

    @pytest.mark.parametrize(
        "host",
        [
            None,
            "",
            "evil.example:7600",
            "127.0.0.1",
            "localhost",
            "127.0.0.1:7601",
            "localhost:80",
            "localhost.:7600",
            "localhost.evil.example:7600",
            "127.0.0.1.nip.io:7600",
            "0.0.0.0:7600",
            "[::]:7600",
            "127.1:7600",
            "2130706433:7600",
            "localhost:7600@evil.example",
            "localhost:7600, evil.example",
            " localhost:7600",
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
    def test_every_other_name_is_refused(self, host: str | None, method: str) -> None:
        assert answer(method, host=host, **JSON) == BAD_HOST

    def test_a_second_host_header_spoils_the_first(self) -> None:
        assert answer("GET", pairs=[("host", "evil.example")]) == BAD_HOST

    def test_each_socket_has_its_own_port(self) -> None:
        assert answer("POST", "/v1/traces", port=4318, host="localhost:4318", content_type="application/x-protobuf") == REACHED
        assert answer("POST", "/v1/traces", port=4318, host="localhost:7600", content_type="application/x-protobuf") == BAD_HOST

    def test_the_own_address_is_a_name(self) -> None:
        assert answer("GET", address="127.0.0.2", host="127.0.0.2:7600") == REACHED
        assert answer("GET", address="::1", host="[::1]:7600") == REACHED
        assert answer("GET", host="127.0.0.2:7600") == BAD_HOST

    def test_a_unix_socket_has_only_the_names_that_were_given(self) -> None:
        assert answer("GET", address="/run/pellucid", port=None, host="localhost") == BAD_HOST
        settings = GuardSettings(allowed_hosts=frozenset({"localhost"}))
        assert answer("GET", address="/run/pellucid", port=None, host="localhost", settings=settings) == REACHED

    def test_the_default_port_may_be_left_out(self) -> None:
        assert answer("GET", port=80, host="localhost") == REACHED
        assert answer("GET", port=443, scheme="https", host="localhost") == REACHED
        assert answer("GET", port=443, scheme="http", host="localhost") == BAD_HOST

    def test_more_names_can_be_allowed(self) -> None:
        settings = GuardSettings(allowed_hosts=frozenset({"Host.Docker.Internal:4318"}))
        assert answer("GET", host="host.docker.internal:4318", settings=settings) == REACHED

    def test_with_sign_in_every_name_is_right(self) -> None:
        assert answer("GET", host="pellucid.example", local=False) == REACHED

    @pytest.mark.parametrize("name", ["x-forwarded-for", "x-forwarded-host", "forwarded", "x-real-ip"])
    def test_a_proxy_is_not_this_machine(self, name: str) -> None:
        assert answer("GET", pairs=[(name, "1.2.3.4")]) == (403, "came_through_proxy")
        assert answer("GET", local=False, pairs=[(name, "1.2.3.4")]) == REACHED


class TestLocalChanges:
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    @pytest.mark.parametrize("media", ["application/json", "APPLICATION/JSON; charset=utf-8", "application/merge-patch+json"])
    def test_programs_and_the_own_page_may(self, method: str, media: str) -> None:
        assert answer(method, content_type=media) == REACHED
        assert answer(method, content_type=media, origin=OWN, sec_fetch_site="same-origin") == REACHED

    @pytest.mark.parametrize(
        "origin",
        [
            EVIL,
            "null",
            "",
            "http://localhost:7600",
            "http://127.0.0.1:3000",
            "http://127.0.0.1",
            "http://127.0.0.1:7600.evil.example",
            "http://127.0.0.1:76000",
            "file://",
            "http://127.0.0.1:7600/",
        ],
    )
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
    def test_strange_pages_may_not(self, method: str, origin: str) -> None:
        assert answer(method, origin=origin, **JSON) == BAD_ORIGIN

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_nor_when_the_browser_hides_the_origin(self, site: str) -> None:
        assert answer("POST", sec_fetch_site=site, **JSON) == BAD_ORIGIN

    def test_two_origins_are_none(self) -> None:
        assert answer("POST", origin=OWN, pairs=[("origin", EVIL)], **JSON) == BAD_ORIGIN

    @pytest.mark.parametrize(
        "media",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/plain; application/json",
            "application/x-protobuf",
            "text/json",
            "json",
            "",
            None,
        ],
    )
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
    def test_what_a_page_can_send_unasked_is_refused(self, method: str, media: str | None) -> None:
        assert answer(method, content_type=media) == BAD_TYPE

    def test_delete_needs_a_preflight_anyway(self) -> None:
        assert answer("DELETE") == REACHED
        assert answer("DELETE", content_type="text/plain") == BAD_TYPE

    @pytest.mark.parametrize("path", ["/v1/traces", "/v1/logs", "/v1/metrics"])
    def test_otlp_may_be_protobuf(self, path: str) -> None:
        assert answer("POST", path, content_type="application/x-protobuf") == REACHED
        assert answer("POST", path, **JSON) == REACHED
        assert answer("POST", path, content_type="text/plain") == BAD_TYPE
        assert answer("POST", path, content_type="application/x-protobuf", origin=EVIL) == BAD_ORIGIN

    def test_more_origins_can_be_allowed(self) -> None:
        settings = GuardSettings(allowed_origins=frozenset({"https://Pellucid.example/"}))
        assert answer("POST", origin="https://pellucid.example", settings=settings, **JSON) == REACHED

    def test_a_websocket_counts_as_a_change(self) -> None:
        assert answer("", kind="websocket", scheme="ws", origin=EVIL) == (1008, "origin_not_allowed")
        assert answer("", kind="websocket", scheme="ws", origin=OWN) == REACHED


class TestLocalReads:
    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    @pytest.mark.parametrize(
        ("mode", "dest"),
        [("no-cors", "image"), ("cors", "empty"), ("no-cors", "script"), ("navigate", "iframe"), ("navigate", "embed")],
    )
    def test_strange_pages_do_not_even_ask(self, site: str, mode: str, dest: str) -> None:
        assert answer("GET", sec_fetch_site=site, sec_fetch_mode=mode, sec_fetch_dest=dest) == BAD_ORIGIN

    def test_a_link_may_be_followed(self) -> None:
        assert answer("GET", "/", sec_fetch_site="cross-site", sec_fetch_mode="navigate", sec_fetch_dest="document") == REACHED

    @pytest.mark.parametrize("site", ["same-origin", "none", None])
    def test_the_own_page_and_programs_read(self, site: str | None) -> None:
        assert answer("GET", sec_fetch_site=site, sec_fetch_mode="cors", sec_fetch_dest="empty") == REACHED

    def test_a_preflight_is_not_answered(self) -> None:
        asked: dict[str, Any] = {"access_control_request_method": "POST", "sec_fetch_mode": "cors", "sec_fetch_dest": "empty"}
        assert answer("OPTIONS", origin=EVIL, sec_fetch_site="cross-site", **asked) == BAD_ORIGIN


class TestSessions:
    def test_the_own_page_acts_by_cookie(self) -> None:
        assert answer("POST", local=False, origin=OWN, **COOKIE, **JSON) == REACHED
        assert answer("POST", local=False, host="p.example", origin="https://p.example", **COOKIE, **JSON) == REACHED

    @pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1:3000"])
    def test_strange_pages_do_not(self, origin: str) -> None:
        assert answer("POST", local=False, origin=origin, **COOKIE, **JSON) == BAD_ORIGIN

    def test_without_any_origin_a_cookie_does_not_count(self) -> None:
        assert answer("POST", local=False, **COOKIE, **JSON) == BAD_ORIGIN
        assert answer("POST", local=False, sec_fetch_site="same-origin", **COOKIE, **JSON) == REACHED

    def test_a_page_without_tls_may_not_act_on_one_with(self) -> None:
        assert answer("POST", local=False, scheme="https", host="p.example", origin="http://p.example", **COOKIE) == BAD_ORIGIN

    def test_the_secure_cookie_counts_too(self) -> None:
        assert answer("POST", local=False, cookie="__Host-pellucid_session=abc", origin=EVIL) == BAD_ORIGIN

    def test_without_a_cookie_there_is_nothing_to_steal(self) -> None:
        assert answer("POST", local=False, origin=EVIL, **JSON) == REACHED  # the route answers 401


class TestKeys:
    @pytest.mark.parametrize("key", [{"authorization": "Bearer sk-1"}, {"authorization": "bearer sk-1"}, {"x_api_key": "sk-1"}])
    def test_a_key_is_not_borrowed(self, key: dict[str, Any]) -> None:
        assert answer("POST", origin=EVIL, content_type="text/plain", **key) == REACHED
        assert answer("POST", local=False, origin=EVIL, **COOKIE, **key) == REACHED

    def test_but_the_name_must_be_right(self) -> None:
        assert answer("POST", host="evil.example:7600", x_api_key="sk-1") == BAD_HOST

    @pytest.mark.parametrize("key", [{"authorization": "Bearer "}, {"authorization": "Basic cGs6c2s="}, {"x_api_key": " "}])
    def test_what_a_browser_may_add_by_itself_is_not_a_key(self, key: dict[str, Any]) -> None:
        assert answer("POST", origin=EVIL, **key, **JSON) == BAD_ORIGIN


def test_lifespan_passes() -> None:
    seen: list[object] = []

    async def app(scope: dict[str, object], _receive: object, _send: object) -> None:
        seen.append(scope["type"])

    asyncio.run(RequestGuard(app, local_owner=lambda: True)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]


def test_the_guard_is_cheap() -> None:
    """It stands before every export request: 20 µs of CPU would be a sign of a mistake (2.6 µs measured)."""

    async def app(_scope: object, _receive: object, _send: object) -> None: ...

    guard = RequestGuard(app, local_owner=lambda: True)
    names = ("accept", "accept-encoding", "content-encoding", "content-length", "user-agent", "connection")
    headers = [(name.encode(), b"something") for name in names]
    headers += [(b"host", b"localhost:4318"), (b"content-type", b"application/x-protobuf")]
    scope = {"type": "http", "method": "POST", "path": "/v1/traces", "scheme": "http", "server": ("::1", 4318), "headers": headers}

    async def run(times: int) -> float:
        started = time.thread_time()
        for _ in range(times):
            await guard(scope, None, None)  # type: ignore[arg-type]
        return (time.thread_time() - started) / times

    assert min(asyncio.run(run(2_000)) for _ in range(5)) < 20e-6
