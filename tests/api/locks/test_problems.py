"""Every error is a problem document of one shape."""

import json
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pellucid_server.api.problems import install_problems, problem_of
from pellucid_server.core.errors import BadFilter, Conflict, NotFound, PellucidError, TooMany, Unauthenticated, Unavailable


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    install_problems(app)

    @app.get("/number/{number}")
    def number(number: int) -> int:
        return 1 // number

    @app.get("/busy")
    def busy() -> None:
        raise Unavailable(retry_after_s=7)

    @app.get("/filter")
    def bad_filter() -> None:
        raise BadFilter("There is no field `modle`; did you mean `model`?", position=4, expected=["model"], status="mine")

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_a_member_of_the_family(client: TestClient) -> None:
    answer = client.get("/filter")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == 400
    assert answer.json() == {
        "type": "urn:pellucid:error:bad_filter",
        "title": "Bad filter",
        "status": 400,
        "detail": "There is no field `modle`; did you mean `model`?",
        "code": "bad_filter",
        "position": 4,
        "expected": ["model"],
    }


def test_waiting_is_told(client: TestClient) -> None:
    assert client.get("/busy").headers["retry-after"] == "7"
    assert problem_of(TooMany(retry_after_s=3)).headers == {"retry-after": "3"}
    assert problem_of(Unauthenticated()).headers == {"www-authenticate": 'Bearer realm="pellucid"'}


def test_bad_input_names_the_place(client: TestClient) -> None:
    problem = client.get("/number/x").json()
    assert (problem["status"], problem["code"], problem["errors"][0]["location"]) == (422, "invalid_request", "path.number")


def test_a_crash_keeps_its_reasons(client: TestClient) -> None:
    answer = client.get("/number/0")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "division" not in answer.text


def test_unknown_paths_and_methods(client: TestClient) -> None:
    assert client.get("/nothing").json()["code"] == "not_found"
    answer = client.post("/busy")
    assert (answer.json()["code"], answer.headers["allow"]) == ("method_not_allowed", "GET")


def family(kind: type[PellucidError] = PellucidError) -> Iterator[type[PellucidError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from family(child)


@pytest.mark.parametrize("kind", sorted(family(), key=str), ids=str)
def test_every_member_has_a_message_with_a_next_act(kind: type[PellucidError]) -> None:
    problem = json.loads(problem_of(kind()).body())
    assert set(problem) == {"type", "title", "status", "detail", "code"}
    assert problem["detail"].endswith(".")
    assert "\n" not in problem["detail"]
    assert len(problem["detail"]) > 40


def test_codes_tell_errors_apart() -> None:
    """Each code belongs to one class, or to one class and children that only sharpen its message."""
    assert problem_of(NotFound()).code != problem_of(Conflict()).code
    by_code: dict[str, set[int]] = {}
    for kind in family():
        by_code.setdefault(kind.code, set()).add(kind.status)
    assert {code: statuses for code, statuses in by_code.items() if len(statuses) > 1} == {}
