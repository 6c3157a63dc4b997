"""The routes of identity, prices, views and comments as a client sees them: whole answers, cookies, and what leaks from nowhere."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.api.locks.house import EMAIL, ORIGIN, PASSWORD, LockedHouse

Ask = Callable[..., tuple[int, dict[str, Any]]]
TRACE = "a" * 32
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def test_me_tells_who_where_and_what(ask: Ask) -> None:
    status, me = ask("user:viewer", "GET", "/me")
    assert status == 200
    assert me.pop("actor").startswith("user:")
    assert me == {
        "name": "viewer",
        "email": "viewer@example.com",
        "role": "viewer",
        "local": False,
        "organization": {"id": "default", "name": "Default"},
        "project": {"id": "default", "name": "Default"},
        "projects": [{"id": "default", "name": "Default", "role": "viewer"}],
        "permissions": ["read"],
    }
    assert ask("key:ingest", "GET", "/me")[1]["permissions"] == ["ingest", "score"]


class TestSession:
    def sign_in(self, client: TestClient, password: str = PASSWORD, **headers: str) -> Any:
        return client.post("/api/v1/sign-in", json={"email": EMAIL, "password": password}, headers=headers)

    def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(self, locked: LockedHouse) -> None:
        with TestClient(locked.app, base_url=ORIGIN) as browser:
            answer = self.sign_in(browser)
            assert answer.status_code == 200
            assert answer.json()["email"] == EMAIL
            assert answer.headers["cache-control"] == "no-store"
            cookie = answer.headers["set-cookie"]
            assert re.fullmatch(r"pellucid_session=[\w-]{43}; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax", cookie)
            assert browser.get("/api/v1/me").json()["role"] == "owner"
            assert browser.post("/api/v1/views", json={"page": "t", "name": "n"}).json()["code"] == "origin_not_allowed"
            out = browser.post("/api/v1/sign-out", headers={"origin": ORIGIN})
            assert out.status_code == 204
            assert browser.get("/api/v1/me").status_code == 401

    def test_signing_out_ends_the_session_itself(self, locked: LockedHouse) -> None:
        with TestClient(locked.app, base_url=ORIGIN) as browser:
            token = self.sign_in(browser).cookies["pellucid_session"]
            browser.post("/api/v1/sign-out", headers={"origin": ORIGIN})
            stolen = browser.get("/api/v1/me", headers={"cookie": f"pellucid_session={token}"})
            assert stolen.json()["code"] == "session_ended"

    def test_over_https_it_is_bound_to_the_host(self, locked: LockedHouse) -> None:
        with TestClient(locked.app, base_url="https://pellucid.example") as browser:
            cookie = self.sign_in(browser).headers["set-cookie"]
            assert cookie.startswith("__Host-pellucid_session=")
            assert "; Secure" in cookie
            assert browser.get("/api/v1/me").status_code == 200

    def test_wrong_passwords_end_in_429(self, locked: LockedHouse) -> None:
        with TestClient(locked.app, base_url=ORIGIN, client=("9.9.9.9", 1)) as browser:
            answers = [self.sign_in(browser, "wrong") for _ in range(6)]
            assert [answer.status_code for answer in answers] == [401] * 5 + [429]
            assert answers[0].headers["www-authenticate"] == 'Bearer realm="pellucid"'
            assert 1 <= int(answers[-1].headers["retry-after"]) <= 301
            assert self.sign_in(browser).status_code == 429

    def test_a_form_cannot_sign_anybody_in(self, client: TestClient) -> None:
        answer = client.post(
            "/api/v1/sign-in", content=f'{{"email":"{EMAIL}","password":"{PASSWORD}"}}', headers={"content-type": "text/plain"}
        )
        assert answer.status_code == 422
        assert "set-cookie" not in answer.headers

    def test_an_invited_person_joins(self, ask: Ask, locked: LockedHouse) -> None:
        status, invited = ask("user:admin", "POST", "/members", json={"email": "new@example.com", "role": "viewer"})
        assert (status, invited["member"]["invited"], invited["member"]["project_role"]) == (201, True, "viewer")
        with TestClient(locked.app, base_url=ORIGIN) as browser:
            body = {"token": invited["token"], "name": "New", "password": "long enough for this"}
            assert browser.post("/api/v1/invitations/accept", json=body).status_code == 200
            assert browser.get("/api/v1/me").json()["name"] == "New"
            change = {"old_password": body["password"], "new_password": "another that is long"}
            changed = browser.put("/api/v1/me/password", json=change, headers={"origin": ORIGIN})
            assert changed.status_code == 200
            assert browser.get("/api/v1/me").json()["name"] == "New"
            again = browser.post("/api/v1/invitations/accept", json=body, headers={"origin": ORIGIN})
            assert again.json()["code"] == "bad_invitation"

    def test_validation_does_not_repeat_the_password(self, client: TestClient) -> None:
        answer = client.post("/api/v1/sign-in", json={"email": 1, "password": ["hunter2-secret"]})
        assert answer.status_code == 422
        assert "hunter2-secret" not in answer.text


class TestKeys:
    def test_the_secret_comes_once(self, ask: Ask) -> None:
        status, new = ask(
            "user:admin", "POST", "/keys", json={"name": "app", "role": "ingest", "expires_time": "2100-01-01T00:00:00Z"}
        )
        assert status == 201
        assert new["secret_key"].startswith(new["prefix"])
        assert new["expires_time"] == "2100-01-01T00:00:00.000000Z"
        assert TIME.fullmatch(new["created_time"])
        listed = {key["id"]: key for key in ask("user:admin", "GET", "/keys")[1]["data"]}
        assert listed[new["id"]] == {name: value for name, value in new.items() if name != "secret_key"}

    @pytest.mark.parametrize("place", ["bearer", "basic", "x-api-key"])
    def test_a_key_in_every_usual_place(self, ask: Ask, client: TestClient, place: str) -> None:
        new = ask("user:admin", "POST", "/keys", json={"name": "app", "role": "viewer"})[1]
        secret = new["secret_key"]
        places: dict[str, dict[str, Any]] = {
            "bearer": {"headers": {"authorization": f"Bearer {secret}"}},
            "basic": {"auth": (new["public_key"], secret)},
            "x-api-key": {"headers": {"x-api-key": secret}},
        }
        assert client.get("/api/v1/me", **places[place]).json()["actor"] == f"key:{new['id']}"

    def test_rotated_and_revoked(self, ask: Ask, client: TestClient) -> None:
        old = ask("user:admin", "POST", "/keys", json={"name": "app", "role": "viewer"})[1]
        status, new = ask("user:admin", "POST", f"/keys/{old['id']}/rotate", json={"overlap_s": 60})
        assert status == 201
        for secret in (old["secret_key"], new["secret_key"]):
            assert client.get("/api/v1/me", headers={"x-api-key": secret}).status_code == 200
        assert ask("user:admin", "DELETE", f"/keys/{new['id']}")[0] == 204
        assert client.get("/api/v1/me", headers={"x-api-key": new["secret_key"]}).json()["code"] == "unknown_key"

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({}, 422, "invalid_request"),
            ({"name": ""}, 422, "invalid_request"),
            ({"name": "x", "role": "king"}, 422, "invalid_request"),
            ({"name": "x", "expires_time": "tomorrow"}, 422, "invalid_request"),
            ({"name": "x", "expires_time": True}, 422, "invalid_request"),
            ({"name": "x", "expires_time": "1999-01-01"}, 400, "bad_request"),
            ({"name": "x", "role": "owner"}, 400, "bad_role"),
            ({"name": "\ud800"}, 422, "invalid_request"),
        ],
    )
    def test_bad_keys(self, ask: Ask, body: dict[str, Any], status: int, code: str) -> None:
        sent = json.dumps(body)  # with escapes, so that half a surrogate pair gets through
        answered, problem = ask("user:owner", "POST", "/keys", content=sent, headers={"content-type": "application/json"})
        assert (answered, problem["code"], problem["status"]) == (status, code, status)

    def test_an_admin_key_cannot_make_an_owner(self, ask: Ask) -> None:
        body = {"email": "x@example.com", "role": "owner", "whole_organization": True}
        assert ask("key:admin", "POST", "/members", json=body)[1]["code"] == "forbidden"


class TestProjects:
    def test_settings_change_one_by_one(self, ask: Ask) -> None:
        first = ask("user:admin", "PATCH", "/projects/default", json={"retention_days": 30, "redaction": {"enabled": True}})[1]
        second = ask(
            "user:admin", "PATCH", "/projects/default", json={"redact_before_journal": True, "cors_origins": ["https://a.b"]}
        )[1]
        assert (second["retention_days"], second["redaction"], second["redact_before_journal"]) == (30, {"enabled": True}, True)
        third = ask("user:admin", "PATCH", "/projects/default", json={"retention_days": None, "redaction": None})[1]
        assert third == {
            **first,
            "retention_days": None,
            "redaction": {},
            "redact_before_journal": True,
            "cors_origins": ["https://a.b"],
        }

    def test_a_new_one_is_entered_by_its_header(self, ask: Ask) -> None:
        status, made = ask("user:owner", "POST", "/projects", json={"name": "Second Shop"})
        assert (status, made["id"], made["role"]) == (201, "second-shop", "owner")
        entered = ask("user:owner", "GET", "/me", headers={"x-pellucid-project": "second-shop"})[1]
        assert entered["project"] == {"id": "second-shop", "name": "Second Shop"}
        assert ask("user:owner", "GET", "/me?project=second-shop")[1]["project"]["id"] == "second-shop"
        assert ask("user:owner", "GET", "/projects/second-shop")[1]["code"] == "no_such_project"
        assert ask("user:admin", "GET", "/me?project=second-shop")[1]["code"] == "no_such_project"
        assert [project["id"] for project in ask("user:viewer", "GET", "/projects")[1]["data"]] == ["default"]


@pytest.fixture(scope="module")
def things(locked: LockedHouse, client: TestClient) -> dict[str, str]:
    def make(path: str, body: dict[str, Any]) -> str:
        headers = {**locked.headers["user:owner"], "x-pellucid-project": "other"}
        made = client.post(f"/api/v1/{path}", json=body, headers=headers).json()
        return str(made["id"] if "id" in made else made["member"]["id"])

    client.post("/api/v1/projects", json={"name": "Other", "id": "other"}, headers=locked.headers["user:owner"])
    return {
        "keys": make("keys", {"name": "k"}),
        "members": make("members", {"email": "there@example.com"}),
        "prices": make("prices", {"model_pattern": "x", "prices": {"input": 1}}),
        "views": make("views", {"page": "traces", "name": "v", "shared": True}),
        "comments": make("comments", {"trace_id": TRACE, "body": "b"}),
    }


class TestForeignThings:
    """What another project owns is not found, by any verb."""

    @pytest.mark.parametrize(
        ("method", "kind", "tail", "body"),
        [
            ("DELETE", "keys", "", None),
            ("POST", "keys", "/rotate", {}),
            ("PATCH", "members", "", {"role": "viewer"}),
            ("DELETE", "members", "", None),
            ("PUT", "prices", "", {"model_pattern": "y", "prices": {"input": 1}}),
            ("DELETE", "prices", "", None),
            ("GET", "views", "", None),
            ("PUT", "views", "", {"page": "traces", "name": "mine"}),
            ("DELETE", "views", "", None),
            ("PATCH", "comments", "", {"body": "mine"}),
            ("DELETE", "comments", "", None),
        ],
    )
    def test_not_found(self, ask: Ask, things: dict[str, str], method: str, kind: str, tail: str, body: object) -> None:
        status, problem = ask("key:admin", method, f"/{kind}/{things[kind]}{tail}", json=body)
        assert status == 404, problem

    @pytest.mark.parametrize("kind", ["keys", "members", "prices", "views", "comments"])
    def test_not_listed(self, ask: Ask, things: dict[str, str], kind: str) -> None:
        listed = {item["id"] for item in ask("key:admin", "GET", f"/{kind}")[1]["data"]}
        assert things[kind] not in listed
        elsewhere = ask("user:owner", "GET", f"/{kind}", headers={"x-pellucid-project": "other"})[1]["data"]
        assert things[kind] in {item["id"] for item in elsewhere}


class TestPrices:
    def test_round_trip(self, ask: Ask) -> None:
        body = {
            "model_pattern": "acme-.*",
            "provider": "acme",
            "from_time": "2026-01-01T00:00:00Z",
            "prices": {"input": 1.5, "output": 6},
        }
        status, made = ask("user:admin", "POST", "/prices", json=body)
        assert status == 201
        assert {name: made[name] for name in body} == {**body, "from_time": "2026-01-01T00:00:00.000000Z"}
        replaced = ask("user:admin", "PUT", f"/prices/{made['id']}", json={**body, "prices": {"output": 0}})[1]
        assert replaced == {**made, "prices": {"output": 0.0}}
        assert ask("user:viewer", "GET", "/prices")[1]["data"] == [replaced]
        assert ask("user:admin", "DELETE", f"/prices/{made['id']}")[0] == 204
        assert ask("user:viewer", "GET", "/prices")[1] == {"data": [], "next_cursor": None}

    def test_bad_prices_say_what_is_wrong(self, ask: Ask) -> None:
        status, problem = ask("user:admin", "POST", "/prices", json={"model_pattern": "(", "prices": {"input": 1}})
        assert (status, problem["code"]) == (400, "bad_price")
        assert "regular expression" in problem["detail"]


class TestViews:
    def test_personal_views_are_personal(self, ask: Ask) -> None:
        body = {"page": "traces", "name": "Mine", "state": {"filter": "duration>10", "columns": ["name", "cost"]}}
        status, mine = ask("user:member", "POST", "/views", json=body)
        assert (status, mine["mine"], mine["shared"], mine["state"]) == (201, True, False, body["state"])
        assert ask("user:member", "GET", f"/views/{mine['id']}")[1] == mine
        for other in ("user:owner", "key:admin"):
            assert ask(other, "GET", f"/views/{mine['id']}")[1]["code"] == "no_such_view"
            assert ask(other, "DELETE", f"/views/{mine['id']}")[1]["code"] == "no_such_view"
            assert mine["id"] not in {view["id"] for view in ask(other, "GET", "/views")[1]["data"]}

    def test_shared_views_are_their_owners_and_admins(self, ask: Ask) -> None:
        body = {"page": "sessions", "name": "Ours", "shared": True}
        ours = ask("user:member", "POST", "/views", json=body)[1]
        seen = ask("user:viewer", "GET", "/views?page=sessions")[1]["data"]
        assert [(view["id"], view["mine"]) for view in seen] == [(ours["id"], False)]
        assert ask("key:member", "PUT", f"/views/{ours['id']}", json={**body, "name": "Taken"})[1]["code"] == "not_yours"
        assert ask("user:admin", "PUT", f"/views/{ours['id']}", json={**body, "name": "Better"})[1]["owner"] == ours["owner"]
        assert ask("user:member", "DELETE", f"/views/{ours['id']}")[0] == 204

    def test_there_is_a_limit(self, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pellucid_server.dashboards.views.MAX_VIEWS", 0)
        assert ask("user:member", "POST", "/views", json={"page": "t", "name": "x"})[1]["code"] == "too_many_views"

    def test_a_view_is_not_a_file_store(self, ask: Ask) -> None:
        assert (
            ask("user:member", "POST", "/views", json={"page": "t", "name": "x", "state": {"a": "x" * 70_000}})[1]["code"]
            == "bad_view"
        )


class TestComments:
    def test_authors_and_admins(self, ask: Ask) -> None:
        status, made = ask("user:member", "POST", "/comments", json={"trace_id": TRACE, "span_id": "b" * 16, "body": "why?"})
        assert (status, made["author"], made["mine"], made["edited_time"]) == (201, "member", True, None)
        assert ask("user:admin", "PATCH", f"/comments/{made['id']}", json={"body": "put in his mouth"})[1]["code"] == "not_yours"
        assert ask("key:member", "DELETE", f"/comments/{made['id']}")[1]["code"] == "not_yours"
        edited = ask("user:member", "PATCH", f"/comments/{made['id']}", json={"body": "because"})[1]
        assert (edited["body"], bool(TIME.fullmatch(edited["edited_time"]))) == ("because", True)
        assert ask("user:admin", "DELETE", f"/comments/{made['id']}")[0] == 204

    def test_pages(self, ask: Ask) -> None:
        trace = "c" * 32
        for number in range(5):
            ask("key:member", "POST", "/comments", json={"trace_id": trace, "body": str(number)})
        seen: list[str] = []
        cursor = ""
        while True:
            page = ask("key:viewer", "GET", f"/comments?trace_id={trace}&limit=2{cursor}")[1]
            seen += [comment["body"] for comment in page["data"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert seen == ["0", "1", "2", "3", "4"]

    @pytest.mark.parametrize("cursor", ["x", "1", ".a", "-1.a", "9" * 30 + ".a", "²2.a"])
    def test_made_up_cursors(self, ask: Ask, cursor: str) -> None:
        assert ask("key:viewer", "GET", f"/comments?cursor={cursor}")[1]["code"] == "bad_request"

    @pytest.mark.parametrize(
        "body", [{"trace_id": "z" * 32, "body": "x"}, {"trace_id": "0" * 32, "body": "x"}, {"trace_id": TRACE, "body": " "}]
    )
    def test_bad_comments(self, ask: Ask, body: dict[str, str]) -> None:
        assert ask("key:member", "POST", "/comments", json=body)[1]["code"] == "bad_comment"
