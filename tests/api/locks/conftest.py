"""Fixtures of the lock tests."""

from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient
from tests.api.locks.house import ORIGIN, LockedHouse, build_house
from tests.meta_stores import migrated_file as migrated_file
from tests.meta_stores import sqlite_store as sqlite_store

from pellucid_server.store.meta.database import MetaStore


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LockedHouse]:
    store = MetaStore.open(f"sqlite:///{tmp_path_factory.mktemp('locks')}/meta.sqlite")
    yield build_house(store)
    store.close()


@pytest.fixture(scope="module")
def client(locked: LockedHouse) -> Iterator[TestClient]:
    with TestClient(locked.app, base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def ask(locked: LockedHouse, client: TestClient) -> Callable[..., tuple[int, dict[str, object]]]:
    """Send as somebody; the status and the JSON of the answer."""

    def asked(who: str, method: str, path: str, **more: object) -> tuple[int, dict[str, object]]:
        headers = {**locked.headers[who], **more.pop("headers", {})}  # type: ignore[dict-item]
        response = client.request(method, f"/api/v1{path}", headers=headers, **more)  # type: ignore[arg-type]
        return response.status_code, response.json() if response.content else {}

    return asked
