"""Pages on their way to receivers with real sockets: down, slow, redirecting, restarted; by webhook, by apprise and by mail."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from tests.unit.monitors.conftest import Watchtower
from tests.unit.monitors.test_incidents import traffic, watch

from pellucid_server.app.carrying import AddressRule, Post, sent_by_apprise
from pellucid_server.core.ids import random_id
from pellucid_server.llm.vault import Vault
from pellucid_server.monitors.channels import ChannelBook, ChannelContent
from pellucid_server.monitors.sending import GIVEN_UP_AFTER, Dispatcher
from pellucid_server.outbound.errors import DestinationRefused
from pellucid_server.outbound.guard import Guard

LOOPBACK = Guard(["127.0.0.1"])
PATIENCE_S = 60.0
UNHURRIED_S = 600.0
"""A process that starts on a busy machine takes its time."""


@dataclass
class Pager:
    """A receiver that can be down, slow, or somewhere else."""

    status: int = 204
    location: str = ""
    open: threading.Event = field(default_factory=threading.Event)
    got: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    port: int = 0
    server: ThreadingHTTPServer | None = None

    @property
    def events(self) -> list[str]:
        return [body["event"] for body in self.got]

    def start(self) -> None:
        """Listen, where it listened before."""
        pager = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                pager.asked += 1
                pager.open.wait(PATIENCE_S)
                if pager.status < 300:
                    pager.got.append(json.loads(body) if body.startswith(b"{") else {"event": "", "raw": body.decode()})
                self.send_response(pager.status)
                if pager.location:
                    self.send_header("location", pager.location)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


@pytest.fixture
def pagers() -> Iterator[Callable[[], Pager]]:
    made: list[Pager] = []

    def make() -> Pager:
        pager = Pager()
        pager.open.set()
        pager.start()
        made.append(pager)
        return pager

    yield make
    for pager in made:
        pager.open.set()
        pager.stop()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.open(tmp_path)


def wired(tower: Watchtower, vault: Vault) -> Watchtower:
    """With the carrier and the secrets of a server."""
    tower.channels = ChannelBook(tower.store, vault, AddressRule(LOOPBACK), lambda: tower.now, random_id)
    tower.dispatcher = Dispatcher(tower.store, Post(LOOPBACK, vault, within_s=UNHURRIED_S), lambda: tower.now)
    return tower


def hear(tower: Watchtower, target: str, kind: str = "webhook", secret: str = "s3cret") -> None:
    tower.channels.create(tower.scope, ChannelContent(name="pager", kind=kind, target=target, secret=secret))


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def recover(tower: Watchtower) -> None:
    for _ in range(25):
        traffic(tower, failed=0)
        tower.look()
        tower.pass_time(30)


def test_what_a_receiver_missed_comes_once_and_in_order(
    tower: Watchtower, vault: Vault, pagers: Callable[[], Pager], caplog: pytest.LogCaptureFixture
) -> None:
    pager = pagers()
    hear(wired(tower, vault), f"http://127.0.0.1:{pager.port}/page")
    watch(tower)
    pager.stop()
    traffic(tower, failed=40)
    tower.look()
    recover(tower)
    (resolved, opened) = tower.channels.deliveries(tower.scope)
    assert (opened.event, resolved.event) == ("opened", "resolved")
    assert opened.state == resolved.state == "waiting"
    assert opened.attempts >= 2
    assert resolved.attempts == 0  # an end waits behind its begin
    assert "is tried again: no answer" in caplog.text
    pager.start()
    tower.pass_time(3_600)
    for _ in range(3):
        tower.dispatcher.run()
    assert pager.events == ["opened", "resolved"]


def test_a_new_page_has_what_waits_for_its_receiver_tried_at_once(
    tower: Watchtower, vault: Vault, pagers: Callable[[], Pager]
) -> None:
    pager = pagers()
    hear(wired(tower, vault), f"http://127.0.0.1:{pager.port}/page")
    (channel,) = tower.channels.list_channels(tower.scope)
    pager.status = 503
    tower.channels.test(tower.scope, channel.id)
    for _ in range(12):
        tower.dispatcher.run()
        tower.pass_time(600)
    (first,) = tower.channels.deliveries(tower.scope)
    tower.dispatcher.run()
    pager.status = 204
    tower.pass_time(1)
    tower.dispatcher.run()
    assert pager.got == []
    tower.channels.test(tower.scope, channel.id)
    tower.dispatcher.run()
    assert pager.got[0]["id"] == first.id
    assert len(pager.got) == 2


def test_a_slow_receiver_delays_nobody_else(tower: Watchtower, vault: Vault, pagers: Callable[[], Pager]) -> None:
    slow, quick = pagers(), pagers()
    wired(tower, vault)
    for pager in (slow, quick):
        hear(tower, f"http://127.0.0.1:{pager.port}/page")
    watch(tower)
    slow.open.clear()
    traffic(tower, failed=40)
    tower.evaluator.run()
    tower.dispatcher.begin()
    until(lambda: quick.events == ["opened"] and slow.asked == 1)
    for _ in range(25):
        traffic(tower, failed=0)
        tower.evaluator.run()
        tower.dispatcher.begin()
        tower.pass_time(30)
    until(lambda: bool(tower.dispatcher.begin()) or quick.events == ["opened", "resolved"])
    assert slow.asked == 1  # nobody asks a receiver twice at once
    slow.open.set()
    until(lambda: not tower.dispatcher.begin() and len(slow.got) == 2)
    assert slow.events == quick.events == ["opened", "resolved"]


def test_a_redirect_to_a_private_address_is_never_followed_and_the_page_is_not_lost(
    tower: Watchtower, vault: Vault, pagers: Callable[[], Pager], caplog: pytest.LogCaptureFixture
) -> None:
    pager, private = pagers(), pagers()
    hear(wired(tower, vault), f"http://127.0.0.1:{pager.port}/page")
    watch(tower)
    pager.status, pager.location = 307, f"http://127.0.0.1:{private.port}/secrets"
    traffic(tower, failed=40)
    tower.look()
    assert private.asked == 0
    assert "is tried again: answered 307" in caplog.text
    pager.status, pager.location = 204, ""
    tower.pass_time(60)
    tower.dispatcher.run()
    assert pager.events == ["opened"]
    assert private.asked == 0


def test_a_restart_sends_what_waited_and_repeats_nothing(tower: Watchtower, vault: Vault, pagers: Callable[[], Pager]) -> None:
    pager = pagers()
    hear(wired(tower, vault), f"http://127.0.0.1:{pager.port}/page")
    watch(tower)
    traffic(tower, failed=40)
    tower.evaluator.run()
    tower.dispatcher.close()
    for _ in range(3):
        tower = wired(Watchtower(store=tower.store, scope=tower.scope, traffic=tower.traffic, now=tower.now + 30_000_000), vault)
        tower.look()
        tower.dispatcher.close()
    assert pager.events == ["opened"]
    tower = wired(Watchtower(store=tower.store, scope=tower.scope, traffic=tower.traffic, now=tower.now + 30_000_000), vault)
    recover(tower)
    assert pager.events == ["opened", "resolved"]


def test_what_nobody_takes_for_half_a_day_is_given_up_and_said(
    tower: Watchtower, vault: Vault, pagers: Callable[[], Pager]
) -> None:
    pager = pagers()
    hear(wired(tower, vault), f"http://127.0.0.1:{pager.port}/page")
    (channel,) = tower.channels.list_channels(tower.scope)
    pager.status = 503
    tower.channels.test(tower.scope, channel.id)
    for _ in range(GIVEN_UP_AFTER // 600_000_000 + 8):
        tower.dispatcher.run()
        tower.pass_time(601)
    (failed,) = tower.channels.deliveries(tower.scope)
    assert (failed.state, failed.error) == ("failed", "answered 503")


@pytest.mark.filterwarnings("ignore:.*imghdr.*:DeprecationWarning")  # a part of apprise, on Python below 3.13
@pytest.mark.parametrize("scheme", ["json", "xml"])
def test_a_page_reaches_a_service_by_apprise(tower: Watchtower, vault: Vault, pagers: Callable[[], Pager], scheme: str) -> None:
    pager = pagers()
    hear(wired(tower, vault), f"{scheme}://127.0.0.1:{pager.port}/page", kind="apprise")
    watch(tower)
    traffic(tower, failed=40)
    tower.look()
    (sent,) = tower.channels.deliveries(tower.scope)
    assert (sent.state, sent.error) == ("sent", "")
    assert "[critical] Error rate opened" in json.dumps(pager.got)
    assert "above 0.05" in json.dumps(pager.got)
    pager.status = 503
    (channel,) = tower.channels.list_channels(tower.scope)
    tower.pass_time(1)
    tower.channels.test(tower.scope, channel.id)
    tower.dispatcher.run()
    (waiting, _) = tower.channels.deliveries(tower.scope)
    assert waiting.state == "waiting"
    assert "503" in waiting.error
    pager.status = 204
    tower.pass_time(3_600)
    tower.dispatcher.run()
    assert len(pager.got) == 2


@pytest.mark.filterwarnings("ignore:.*imghdr.*:DeprecationWarning")
def test_a_page_comes_by_mail(tower: Watchtower, vault: Vault) -> None:
    class Box:
        """Keeps what comes."""

        def __init__(self) -> None:
            self.mails: list[bytes] = []

        async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # Any: aiosmtpd has no types
            self.mails.append(envelope.content)
            return "250 OK"

    box = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        hear(wired(tower, vault), f"mailto://127.0.0.1:{port}?from=pellucid@example.com&to=ann@example.com", kind="apprise")
        watch(tower)
        traffic(tower, failed=40)
        tower.look()
    finally:
        controller.stop()
    (sent,) = tower.channels.deliveries(tower.scope)
    assert (sent.state, sent.error) == ("sent", "")
    (mail,) = box.mails
    assert b"Error rate opened" in mail


def test_apprise_neither_follows_redirects_nor_reaches_private_places(pagers: Callable[[], Pager]) -> None:
    pager, private = pagers(), pagers()
    here = Guard([f"127.0.0.1:{pager.port}"])
    pager.status, pager.location = 302, f"http://127.0.0.1:{private.port}/secrets"
    assert sent_by_apprise(f"json://127.0.0.1:{pager.port}/?redirect=yes", "title", "body", here, within_s=UNHURRIED_S) != ""
    assert pager.asked == 1
    assert private.asked == 0
    # A name that leads elsewhere by the time it is connected to is looked at then, too.
    assert "private" in sent_by_apprise(f"json://localhost:{private.port}/", "title", "body", here, within_s=UNHURRIED_S)
    assert private.asked == 0
    with pytest.raises(DestinationRefused):
        AddressRule(here)("apprise", f"json://127.0.0.1:{private.port}/")


def test_a_service_that_hangs_is_ended() -> None:
    assert sent_by_apprise("json://127.0.0.1:9/", "title", "body", LOOPBACK, within_s=0.01) == (
        "the service did not take it within 0 s"
    )
