"""Webhooks on change: a real receiver gets what was asked for, signed, in order, again after a failure; and every delivery is listed."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count

import pytest
from tests.unit.monitors.conftest import NOW

from pellucid_server.app.carrying import AddressRule, Post
from pellucid_server.core.clock import HOUR, Micros
from pellucid_server.llm.vault import Vault
from pellucid_server.model.change import ANNOUNCED, ChangeEvent
from pellucid_server.model.scope import Role, Scope
from pellucid_server.monitors.announcing import ChangeHooks
from pellucid_server.monitors.channels import ChannelBook, ChannelContent
from pellucid_server.monitors.errors import BadChannel, NoSuchChannel
from pellucid_server.monitors.ledger import Ledger
from pellucid_server.monitors.sending import Dispatcher
from pellucid_server.outbound.errors import DestinationRefused
from pellucid_server.outbound.guard import Guard
from pellucid_server.outbound.signing import verify
from pellucid_server.prompts.content import Content, PromptType
from pellucid_server.prompts.context import Editor
from pellucid_server.prompts.labels import LabelMove
from pellucid_server.prompts.registry import NewVersion
from pellucid_server.prompts.rollouts import Arm
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.organizations import Organization, Project

SECRET = "hush"
SCOPE = Scope(organization_id="acme", project_id="shop", role=Role.ADMIN, actor="user:ada")
OTHER = Scope(organization_id="acme", project_id="lab", role=Role.ADMIN, actor="user:ada")


@dataclass
class Hook:
    """A receiver on a port of its own."""

    url: str = ""
    status: int = 204
    got: list[tuple[str, bytes]] = field(default_factory=list)


@pytest.fixture
def hook() -> Iterator[Hook]:
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.got.append((self.headers["X-Pellucid-Signature"], body))
            self.send_response(found.status)
            self.end_headers()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join(10)
    server.server_close()


class Room:
    """The parts, wired as the house wires them, with time in the test's hand."""

    def __init__(self, store: MetaStore, guard: Guard) -> None:
        self.now: Micros = NOW
        numbers = count()
        vault = Vault(b"k" * 32)
        with store.writing() as unit:
            unit.organizations.add(Organization(id="acme", name="Acme", created_time=1))
            for project in ("shop", "lab"):
                unit.projects.add(Project(id=project, organization_id="acme", name=project, created_time=1))

        def new_id(kind: str) -> str:
            return f"{kind}_{next(numbers):04d}"

        self.channels = ChannelBook(store, vault, AddressRule(guard), self.clock, new_id)
        self.hooks = ChangeHooks(store, self.clock, new_id)
        self.ledger = Ledger(store, self.clock, new_id)
        self.ledger.listen(self.hooks.tell)
        self.dispatcher = Dispatcher(store, Post(guard, vault), self.clock)

    def clock(self) -> Micros:
        return self.now

    def channel(self, hook: Hook) -> str:
        return self.channels.create(SCOPE, ChannelContent(name="ops", target=hook.url, secret=SECRET)).id

    def moved(self, number: int, kind: str = "prompt_label") -> None:
        self.ledger.record("shop", ChangeEvent(id=f"event_{number}", time=NOW, kind=kind, title=f"move {number}", actor="Ada"))


@pytest.fixture
def room(store: MetaStore, hook: Hook) -> Room:
    return Room(store, Guard([hook.url.removeprefix("http://").removesuffix("/hook")]))


def test_a_change_reaches_its_webhook_signed_and_nothing_else_does(room: Room, hook: Hook) -> None:
    channel_id = room.channel(hook)
    assert room.hooks.subscribe(SCOPE, channel_id, ["prompt_label", "deploy"]).kinds == ["deploy", "prompt_label"]
    room.moved(1)
    room.moved(2, kind="model")
    room.moved(3, kind="deploy")
    room.dispatcher.run()
    said = [json.loads(body) for _, body in hook.got]
    assert [(one["event"], one["summary"], one["change"]["kind"]) for one in said] == [
        ("change", "move 1", "prompt_label"),
        ("change", "move 3", "deploy"),
    ]
    assert said[0]["change"]["actor"] == "Ada"
    signature, body = hook.got[0]
    signed_at = int(signature.removeprefix("t=").split(",")[0])
    assert verify(signature, body, SECRET, now_s=signed_at)
    assert not verify(signature, body + b" ", SECRET, now_s=signed_at)
    assert {one.state for one in room.channels.deliveries(SCOPE)} == {"sent"}


def test_every_kind_of_change_to_prompts_reaches_its_webhook(room: Room, hook: Hook, store: MetaStore) -> None:
    room.hooks.subscribe(SCOPE, room.channel(hook), ["prompt_label", *ANNOUNCED])
    prompts = PromptRoom.open(store, clock=room.clock, recorder=room.ledger, announcer=room.hooks)
    ada, bob = Editor(scope=SCOPE, name="Ada"), Editor(scope=replace(SCOPE, actor="user:bob"), name="Bob")
    for text in ("one", "two", "two", "three"):  # equal content is no new version, and nothing is told of it
        prompts.registry.create(ada, NewVersion(name="answer", content=Content(type=PromptType.TEXT, prompt=text, config={})))
    prompts.labels.move(ada, "answer", LabelMove(label="production", arms=(Arm(version=1),)))
    prompts.labels.protect(SCOPE, "production", four_eyes=True)
    wanted = LabelMove(label="production", arms=(Arm(version=2),), reason="kinder")
    first, second, third = (prompts.review.propose(ada, "answer", wanted).proposal.id for _ in range(3))
    prompts.review.remark(bob, first, "Longer, though.")
    prompts.review.approve(bob, first)
    prompts.review.reject(bob, second)
    prompts.review.withdraw(ada, third)
    prompts.labels.unprotect(SCOPE, "production")
    prompts.registry.remove_version(SCOPE, "answer", 3)
    prompts.registry.archive(SCOPE, "answer", archived=True)
    prompts.registry.archive(SCOPE, "answer", archived=False)
    room.dispatcher.run()
    said = [json.loads(body) for _, body in hook.got]
    assert [(one["change"]["kind"], one["change"]["after"].get("action", one["change"]["after"].get("kind"))) for one in said] == [
        *[("prompt", "saved")] * 3,
        ("prompt_label", "move"),
        ("prompt_rule", "protected"),
        *[("prompt_proposal", "proposed")] * 3,
        ("prompt_proposal", "remarked"),
        ("prompt_label", "move"),
        ("prompt_proposal", "deployed"),
        ("prompt_proposal", "rejected"),
        ("prompt_proposal", "withdrawn"),
        ("prompt_rule", "unprotected"),
        ("prompt", "deleted"),
        ("prompt", "archived"),
        ("prompt", "restored"),
    ]
    assert said[2]["summary"] == "answer: version 3 was saved"
    assert said[8]["change"]["after"]["remark"] == "Longer, though."
    assert said[10]["summary"] == "answer: a move of production to v2 was approved and deployed"
    assert said[10]["change"]["actor"] == "Bob"
    # What moves nothing is the cause of nothing: the ledger has the moves alone.
    assert {event.kind for event in room.ledger.list_events(SCOPE).events} == {"prompt_label"}


def test_a_failed_delivery_is_listed_and_tried_again(room: Room, hook: Hook) -> None:
    room.hooks.subscribe(SCOPE, room.channel(hook), ["prompt_label"])
    hook.status = 500
    room.moved(1)
    room.dispatcher.run()
    [waiting] = room.channels.deliveries(SCOPE)
    assert (waiting.state, waiting.attempts, waiting.error) == ("waiting", 1, "answered 500")
    hook.status = 204
    room.now += HOUR
    room.dispatcher.run()
    [sent] = room.channels.deliveries(SCOPE)
    assert (sent.state, sent.attempts) == ("sent", 2)
    first, second = (json.loads(body)["id"] for _, body in hook.got)
    assert first == second


def test_a_channel_that_hears_of_nothing_or_is_gone_gets_nothing(room: Room, hook: Hook) -> None:
    channel_id = room.channel(hook)
    room.hooks.subscribe(SCOPE, channel_id, ["prompt_label"])
    room.hooks.subscribe(SCOPE, channel_id, [])
    assert room.hooks.list_subscriptions(SCOPE) == []
    room.hooks.subscribe(SCOPE, channel_id, ["prompt_label"])
    assert room.hooks.list_subscriptions(OTHER) == []
    room.channels.remove(SCOPE, channel_id)
    assert room.hooks.list_subscriptions(SCOPE) == []
    room.moved(1)
    room.dispatcher.run()
    assert hook.got == []


def test_what_cannot_be_subscribed_is_refused(room: Room, hook: Hook) -> None:
    channel_id = room.channel(hook)
    with pytest.raises(BadChannel, match="no kind of change"):
        room.hooks.subscribe(SCOPE, channel_id, ["gossip"])
    with pytest.raises(NoSuchChannel):
        room.hooks.subscribe(OTHER, channel_id, ["deploy"])
    with pytest.raises(DestinationRefused):
        room.channels.create(SCOPE, ChannelContent(name="inside", target="http://127.0.0.1:1/hook"))
