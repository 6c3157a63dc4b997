"""Where the server may send: real resolver for literals, a resolver of our own where names must lie."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.outbound.errors import DestinationRefused, DestinationUnreachable
from pellucid_server.outbound.guard import Guard, origin_of
from pellucid_server.outbound.signing import SIGNATURE_HEADER, sign, verify
from pellucid_server.outbound.transport import GuardedSyncTransport, GuardedTransport
from pellucid_server.outbound.webhooks import post_json


class Receiver:
    """A real HTTP server that notes what comes and answers as it is told."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                outer.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                status, headers, answer = outer.answers.pop(0) if outer.answers else (200, {}, b"ok")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "2130706433",
        "0x7f.1",
        "017700000001",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fe80::1",
        "fd00:ec2::254",
        "ff02::1",
    ],
)
def test_private_places_are_refused_however_they_are_written(host: str) -> None:
    with pytest.raises(DestinationRefused):
        Guard().address_for(host, 80)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_open(address: str) -> None:
    assert Guard(resolver=lambda host, port: [address]).address_for("example.com", 443) == address


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(DestinationRefused):
        Guard(resolver=lambda host, port: ["93.184.216.34", "10.0.0.1"]).address_for("mixed.example", 443)


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_inside_ipv6_is_judged_as_itself(number: int) -> None:
    plain = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    answers = []
    for form in (plain, f"::ffff:{plain}", f"64:ff9b::{plain}"):
        try:
            Guard(resolver=lambda host, port, form=form: [form]).address_for("x", 80)  # type: ignore[misc]
            answers.append(True)
        except DestinationRefused:
            answers.append(False)
    assert len(set(answers)) == 1


@pytest.mark.parametrize(
    ("entry", "host", "port", "is_open"),
    [
        ("10.0.0.0/8", "10.9.9.9", 80, True),
        ("10.0.0.0/8", "192.168.0.1", 80, False),
        ("127.0.0.1:8080", "127.0.0.1", 8080, True),
        ("127.0.0.1:8080", "localhost", 8080, True),
        ("127.0.0.1:8080", "127.0.0.1", 8081, False),
        ("localhost", "localhost", 9, True),
        ("127.0.0.1", "127.0.0.1", 9, True),
        ("[::1]:8080", "::1", 8080, True),
        ("[::1]:8080", "::1", 8081, False),
    ],
)
def test_the_operator_opens_networks_and_places(entry: str, host: str, port: int, is_open: bool) -> None:
    guard = Guard([entry], resolver=lambda host, port: ["127.0.0.1" if host == "localhost" else host])
    if is_open:
        assert guard.address_for(host, port)
    else:
        with pytest.raises(DestinationRefused):
            guard.address_for(host, port)


@pytest.mark.parametrize(
    "url", ["ftp://example.com", "file:///etc/passwd", "http://", "http://user:pw@example.com", "http://x:99999", "x"]
)
def test_what_is_no_plain_http_address_is_refused(url: str) -> None:
    with pytest.raises(DestinationRefused):
        origin_of(url)


def test_a_name_without_an_address_is_unreachable() -> None:
    with pytest.raises(DestinationUnreachable):
        Guard().address_for("no-such-host.invalid", 80)


def test_the_connection_goes_to_the_address_that_was_looked_at(receiver: Receiver) -> None:
    asked: list[str] = []

    def lying(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    guard = Guard([f"rebound.example:{receiver.port}"], resolver=lying)
    with httpx.Client(transport=GuardedSyncTransport(guard)) as client:
        assert client.post(f"http://rebound.example:{receiver.port}/hook").text == "ok"
    assert asked == ["rebound.example"]  # resolved once: nothing can lie between the look and the connection
    assert receiver.seen[0][1]["host"] == f"rebound.example:{receiver.port}"


async def test_each_redirect_passes_the_guard_again(receiver: Receiver) -> None:
    receiver.answers.append((302, {"location": "http://169.254.169.254/latest/meta-data"}, b""))
    guard = Guard([f"127.0.0.1:{receiver.port}"])
    async with httpx.AsyncClient(transport=GuardedTransport(guard), follow_redirects=True) as client:
        with pytest.raises(DestinationRefused):
            await client.get(f"http://127.0.0.1:{receiver.port}/")
    assert len(receiver.seen) == 1


async def test_many_requests_share_the_pool_of_their_host(receiver: Receiver) -> None:
    guard = Guard([f"127.0.0.1:{receiver.port}"])
    async with httpx.AsyncClient(transport=GuardedTransport(guard)) as client:
        answers = await asyncio.gather(*(client.post(f"http://127.0.0.1:{receiver.port}/{n}") for n in range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8


def test_a_hook_is_signed_and_tried_again(receiver: Receiver) -> None:
    receiver.answers += [(503, {}, b""), (200, {}, b"taken")]
    waits: list[float] = []
    guard = Guard([f"127.0.0.1:{receiver.port}"])
    sent = post_json(f"http://127.0.0.1:{receiver.port}/hook", {"event": "moved"}, "s3cret", guard=guard, sleep=waits.append)
    assert (sent.delivered, sent.attempts, sent.status, sent.answer, sent.error) == (True, 2, 200, "taken", "")
    assert waits == [0.5]
    _, headers, body = receiver.seen[-1]
    assert json.loads(body) == {"event": "moved"}
    header = headers[SIGNATURE_HEADER.lower()]
    stamp = int(header.split(",")[0].removeprefix("t="))
    assert verify(header, body, "s3cret", now_s=stamp + 10)
    assert not verify(header, body, "other", now_s=stamp)
    assert not verify(header, body + b" ", "s3cret", now_s=stamp)
    assert not verify(header, body, "s3cret", now_s=stamp + 301)
    assert not verify("nonsense", body, "s3cret", now_s=stamp)


def test_a_hook_is_not_tried_again_where_that_cannot_help(receiver: Receiver) -> None:
    receiver.answers.append((410, {}, b"gone" * 1_000_000))
    guard = Guard([f"127.0.0.1:{receiver.port}"])
    sent = post_json(f"http://127.0.0.1:{receiver.port}/hook", {}, "", guard=guard)
    assert (sent.delivered, sent.attempts, sent.status, sent.error) == (False, 1, 410, "answered 410")
    assert len(sent.answer) == 500
    assert SIGNATURE_HEADER.lower() not in receiver.seen[0][1]


def test_a_hook_to_a_private_place_is_a_delivery_that_did_not_happen(receiver: Receiver) -> None:
    sent = post_json(f"http://127.0.0.1:{receiver.port}/hook", {}, "", guard=Guard())
    assert not sent.delivered
    assert "private" in sent.error
    assert receiver.seen == []


def test_a_redirect_of_a_hook_is_not_followed(receiver: Receiver) -> None:
    receiver.answers.append((307, {"location": f"http://127.0.0.1:{receiver.port}/else"}, b""))
    sent = post_json(f"http://127.0.0.1:{receiver.port}/hook", {}, "", guard=Guard([f"127.0.0.1:{receiver.port}"]))
    assert (sent.delivered, sent.status) == (False, 307)
    assert len(receiver.seen) == 1


@given(st.binary(), st.text(min_size=1), st.integers(0, 2**40))
def test_what_was_signed_is_verified(body: bytes, secret: str, time_s: int) -> None:
    assert verify(sign(body, secret, time_s), body, secret, now_s=time_s)
