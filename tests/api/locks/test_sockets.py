"""The local owner behind real sockets: raw requests, as a browser tricked by a strange page would send them, and as programs do."""

import json
import socket

import pytest
from tests.api.locks.running import Running
from tests.api.locks.running import running as running


def raw(port: int, text: str) -> tuple[int, str]:
    """Send bytes as they are; the status and the code of the problem, or the whole body."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(text.replace("\n", "\r\n").encode())
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    try:
        return status, json.loads(body).get("code", body.decode())
    except ValueError:
        return status, body.decode()


def views(running: Running, **headers: str) -> str:
    """A request that saves a view, as a page would send it."""
    body = '{"page":"traces","name":"x"}'
    sent = {"host": f"127.0.0.1:{running.port}", "content_type": "application/json", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in sent.items() if value)
    return f"POST /api/v1/views HTTP/1.1\n{lines}Connection: close\nContent-Length: {len(body)}\n\n{body}"


def test_a_program_on_this_machine_is_the_owner(running: Running) -> None:
    assert raw(running.port, views(running))[0] == 201


def test_the_own_page_is_the_owner(running: Running) -> None:
    assert raw(running.port, views(running, origin=f"http://127.0.0.1:{running.port}", sec_fetch_site="same-origin"))[0] == 201


def test_a_strange_page_is_not(running: Running) -> None:
    assert raw(running.port, views(running, origin="https://evil.example")) == (403, "origin_not_allowed")
    assert raw(running.port, views(running, origin="null")) == (403, "origin_not_allowed")
    neighbour = f"http://127.0.0.1:{running.second_port}"
    assert raw(running.port, views(running, origin=neighbour, sec_fetch_site="same-site")) == (403, "origin_not_allowed")


def test_a_form_without_an_origin_is_not(running: Running) -> None:
    assert raw(running.port, views(running, content_type="text/plain")) == (415, "unsupported_media_type")
    assert raw(running.port, views(running, content_type="")) == (415, "unsupported_media_type")


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example"])
def test_a_rebound_name_reads_nothing(running: Running, name: str) -> None:
    for port in (running.port, running.second_port):
        request = f"GET /api/v1/me HTTP/1.1\nHost: {name}:{port}\nConnection: close\n\n"
        assert raw(port, request) == (403, "host_not_allowed")


def test_no_host_is_no_name(running: Running) -> None:
    assert raw(running.port, "GET /api/v1/me HTTP/1.0\n\n")[0] in {400, 403}


def test_an_absolute_target_does_not_replace_the_host(running: Running) -> None:
    request = f"GET http://127.0.0.1:{running.port}/api/v1/me HTTP/1.1\nHost: evil.example\nConnection: close\n\n"
    assert raw(running.port, request) == (403, "host_not_allowed")


def test_the_second_port_has_its_own_name(running: Running) -> None:
    right = f"GET /api/v1/me HTTP/1.1\nHost: localhost:{running.second_port}\nConnection: close\n\n"
    assert raw(running.second_port, right)[0] == 200
    assert raw(running.port, right) == (403, "host_not_allowed")


def test_an_export_of_a_strange_page_is_refused_on_both_ports(running: Running) -> None:
    for port in (running.port, running.second_port):
        for extra in ("Origin: https://evil.example\nContent-Type: application/json", "Content-Type: text/plain"):
            request = f"POST /v1/traces HTTP/1.1\nHost: localhost:{port}\n{extra}\nConnection: close\nContent-Length: 2\n\n{{}}"
            assert raw(port, request)[0] in {403, 415}


def test_two_hosts_are_none(running: Running) -> None:
    request = f"GET /api/v1/me HTTP/1.1\nHost: 127.0.0.1:{running.port}\nHost: evil.example\nConnection: close\n\n"
    assert raw(running.port, request)[0] in {400, 403}
