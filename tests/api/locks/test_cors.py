"""Pages of origins that a project lists send with a key; everybody else, and everything else, stays shut."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.api.locks.house import LockedHouse, build_house
from tests.unit.identity.fakes import FakeClock

from pellucid_server.api.cors import SHARED_PATHS
from pellucid_server.identity.origins import FRESH_FOR, Origins
from pellucid_server.store.meta.database import MetaStore

SHOP = "https://shop.example"
Preflight = Callable[..., Any]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LockedHouse]:
    store = MetaStore.open(f"sqlite:///{tmp_path_factory.mktemp('cors')}/meta.sqlite")
    house = build_house(store)
    house.house.identity.projects.update(house.owner, "default", cors_origins=[SHOP])
    yield house
    store.close()


@pytest.fixture(scope="module")
def browser(house: LockedHouse) -> Iterator[TestClient]:
    with TestClient(house.app, base_url="http://pellucid.example", raise_server_exceptions=False) as browser:
        yield browser


def shared(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("access-control")}


def preflight(browser: TestClient, path: str, origin: str) -> Any:
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    return browser.options(path, headers=asked)


@pytest.mark.parametrize("path", SHARED_PATHS)
def test_a_listed_origin_may_ask(browser: TestClient, path: str) -> None:
    answer = preflight(browser, path, SHOP)
    assert answer.status_code == 204
    assert answer.headers["vary"] == "origin"
    assert shared(answer.headers) == {
        "access-control-allow-origin": SHOP,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "authorization, content-type, content-encoding, x-api-key",
        "access-control-max-age": "600",
    }


@pytest.mark.parametrize("origin", ["https://evil.example", "http://shop.example", "https://shop.example:8443", "null", ""])
@pytest.mark.parametrize("path", SHARED_PATHS)
def test_others_may_not(browser: TestClient, path: str, origin: str) -> None:
    assert not shared(preflight(browser, path, origin).headers)
    assert not shared(browser.post(path, json={}, headers={"origin": origin}).headers)


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/keys", "/api/v1/views", "/api/v1/sign-in", "/v1/traces/", "/"])
def test_nothing_else_is_shared(browser: TestClient, path: str) -> None:
    assert not shared(preflight(browser, path, SHOP).headers)
    assert not shared(browser.get(path, headers={"origin": SHOP}).headers)


def test_the_page_sees_the_answer_and_still_needs_a_key(browser: TestClient, house: LockedHouse) -> None:
    refused = browser.post("/v1/traces", json={}, headers={"origin": SHOP})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, SHOP)
    assert "access-control-allow-credentials" not in refused.headers
    cookie = {**house.headers["user:owner"], "origin": SHOP}
    assert browser.post("/v1/traces", json={}, headers=cookie).json()["code"] == "origin_not_allowed"


def test_the_list_is_read_anew(sqlite_store: MetaStore) -> None:
    house = build_house(sqlite_store)
    clock = FakeClock()
    origins = Origins(sqlite_store, clock)
    assert origins.cached() is None
    assert origins.load() == frozenset()
    house.house.identity.projects.update(house.owner, "default", cors_origins=[SHOP])
    assert house.house.identity.origins.cached() is None  # the one that was told
    assert origins.cached() == frozenset()  # another process
    clock.now += FRESH_FOR
    assert origins.cached() is None
    assert origins.load() == {SHOP}
