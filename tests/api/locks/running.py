"""A real server of the lock tests on real sockets, with the local owner."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pytest
import uvicorn
from tests.api.locks.house import PartialHouse

from pellucid_server.api.application import create_app
from pellucid_server.api.house import House
from pellucid_server.dashboards.comments import CommentBook
from pellucid_server.dashboards.views import Views
from pellucid_server.identity.service import Identity
from pellucid_server.store.meta.database import MetaStore


@dataclass(frozen=True)
class Running:
    """A server on two ports of 127.0.0.1, as with the one of its own and OTLP's."""

    port: int
    second_port: int
    house: PartialHouse


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    store = MetaStore.open(f"sqlite:///{tmp_path_factory.mktemp('sockets')}/meta.sqlite")
    house = PartialHouse(Identity.open(store, local=True), Views(store), CommentBook(store))
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    config = uvicorn.Config(create_app(cast("House", house)), http="httptools", ws="none", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets})
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield Running(sockets[0].getsockname()[1], sockets[1].getsockname()[1], house)
    server.should_exit = True
    thread.join(10)
    for one in sockets:
        one.close()
    store.close()
