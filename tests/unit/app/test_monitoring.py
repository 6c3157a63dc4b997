"""Carrying messages with real sockets: signed, refused where the address is private, never following a redirect, failing in words."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pellucid_server.app.carrying import AddressRule, Post
from pellucid_server.llm.vault import Vault
from pellucid_server.monitors.errors import BadChannel
from pellucid_server.outbound.errors import DestinationRefused
from pellucid_server.outbound.guard import Guard
from pellucid_server.outbound.signing import SIGNATURE_HEADER, verify
from pellucid_server.store.meta.incidents import AlertChannel

SECRET = "s3cret"
MESSAGE = {"id": "notification_1", "event": "opened", "summary": "[high] Error rate opened"}


@dataclass
class Receiver:
    """A local server that answers as it is told."""

    status: int = 204
    location: str = ""
    got: list[tuple[str, bytes, str]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.got.append((self.path, body, self.headers.get(SIGNATURE_HEADER, "")))
            self.send_response(told.status)
            if told.location:
                self.send_header("location", told.location)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.open(tmp_path)


def channel(vault: Vault, target: str) -> AlertChannel:
    return AlertChannel(
        id="channel_1",
        project_id="default",
        name="pager",
        kind="webhook",
        target=target,
        secret=vault.seal(SECRET, target),
        severities=["high"],
        escalation=False,
        enabled=True,
        created_by="local",
        created_time=1,
    )


def test_a_message_arrives_signed(receiver: Receiver, vault: Vault) -> None:
    carried = Post(Guard(["127.0.0.1"]), vault)(channel(vault, f"{receiver.url}/hook"), MESSAGE)
    assert carried.error == ""
    ((path, body, signature),) = receiver.got
    assert path == "/hook"
    made_at = int(signature.split(",")[0].removeprefix("t="))
    assert verify(signature, body, SECRET, now_s=made_at)
    assert not verify(signature, body, "another", now_s=made_at)


def test_a_private_address_is_refused_before_it_is_kept_and_when_it_is_sent_to(receiver: Receiver, vault: Vault) -> None:
    with pytest.raises(DestinationRefused):
        AddressRule(Guard())("webhook", receiver.url)
    carried = Post(Guard(), vault)(channel(vault, receiver.url), MESSAGE)
    assert "private" in carried.error
    assert receiver.got == []


def test_a_redirect_to_a_private_address_is_not_followed(receiver: Receiver, vault: Vault) -> None:
    receiver.status, receiver.location = 302, "http://169.254.169.254/latest/meta-data"
    carried = Post(Guard(["127.0.0.1"]), vault)(channel(vault, receiver.url), MESSAGE)
    assert carried.error == "answered 302"
    assert carried.again  # a receiver in maintenance redirects too; the page must not be lost
    assert len(receiver.got) == 1


@pytest.mark.parametrize(("status", "again"), [(500, True), (503, True), (429, True), (404, False), (410, False)])
def test_only_what_may_pass_is_tried_again(receiver: Receiver, vault: Vault, status: int, again: bool) -> None:
    receiver.status = status
    carried = Post(Guard(["127.0.0.1"]), vault)(channel(vault, receiver.url), MESSAGE)
    assert (carried.error, carried.again) == (f"answered {status}", again)


def test_a_receiver_that_is_down_is_tried_again(receiver: Receiver, vault: Vault) -> None:
    carried = Post(Guard(["127.0.0.1"]), vault)(channel(vault, "http://127.0.0.1:1/hook"), MESSAGE)
    assert carried.error
    assert carried.again


@pytest.mark.filterwarnings("ignore:.*imghdr.*:DeprecationWarning")  # a part of apprise, on Python below 3.13
@pytest.mark.parametrize("address", ["file:///etc/passwd", "exec://run", "slack://", "nonsense"])
def test_only_known_services_with_whole_addresses_are_kept(address: str) -> None:
    with pytest.raises(BadChannel):
        AddressRule(Guard())("apprise", address)


@pytest.mark.filterwarnings("ignore:.*imghdr.*:DeprecationWarning")
@pytest.mark.parametrize("address", ["json://127.0.0.1/", "json://localhost/", "mailto://me:pw@localhost?to=a@b.com"])
def test_services_at_private_hosts_are_refused(address: str) -> None:
    with pytest.raises(DestinationRefused):
        AddressRule(Guard())("apprise", address)
