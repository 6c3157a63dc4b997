"""The real application with the prompt room and the ledger on a real socket, for real clients."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import httpx
import pytest
import uvicorn

import pellucid
from pellucid_server.api.application import create_app
from pellucid_server.api.house import House
from pellucid_server.core.clock import system_clock
from pellucid_server.core.ids import random_id
from pellucid_server.identity.service import Identity
from pellucid_server.model.scope import Role
from pellucid_server.monitors.ledger import Ledger
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.store.meta.database import MetaStore


@dataclass(frozen=True)
class PromptHouse:
    """What the routes of prompts need."""

    identity: Identity
    prompts: PromptRoom
    ledger: Ledger


@dataclass(frozen=True)
class Server:
    """A running server and a key of each role."""

    url: str
    keys: dict[str, str]
    house: PromptHouse

    def ask(self, method: str, path: str, body: Any = None, who: str = "member") -> tuple[int, Any]:
        """The status and the JSON of the answer."""
        headers = {"authorization": f"Bearer {self.keys[who]}"}
        answer = httpx.request(method, f"{self.url}/api/v1{path}", json=body, headers=headers, timeout=30)
        return answer.status_code, answer.json() if answer.content else None

    def put(self, name: str, prompt: Any, *labels: str, **more: Any) -> Any:
        """Save a version; the answer."""
        body = {"name": name, "prompt": prompt, "type": "text" if isinstance(prompt, str) else "chat", "labels": labels, **more}
        status, answer = self.ask("POST", "/prompts", body)
        assert status == 200, answer
        return answer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = MetaStore.open(f"sqlite:///{tmp_path_factory.mktemp('prompts')}/meta.sqlite")
    identity = Identity.open(store, local=True)
    owner = identity.resolver.resolve(None)
    keys = {role.value: identity.keys.create(owner, name=role, role=role).secret for role in (Role.VIEWER, Role.MEMBER, Role.ADMIN)}
    ledger = Ledger(store, system_clock, random_id)
    house = PromptHouse(identity, PromptRoom.open(store, recorder=ledger), ledger)
    config = uvicorn.Config(create_app(cast("House", house)), http="httptools", ws="none", log_config=None)
    running = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    deadline = time.monotonic() + 10
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield Server(f"http://127.0.0.1:{listener.getsockname()[1]}", keys, house)
    running.should_exit = True
    thread.join(10)
    listener.close()
    store.close()


@pytest.fixture
def client(server: Server) -> Iterator[None]:
    """The Python client, pointed at the server as a member."""
    pellucid.init(url=server.url, api_key=server.keys["member"], prompt_ttl_s=0.2)
    yield
    pellucid.shutdown()
