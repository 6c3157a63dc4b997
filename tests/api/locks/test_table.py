"""Every route × every role × a foreign project: who is let in, and what the others are told."""

import re
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient
from tests.api.locks.house import FOREIGN_PROJECT, KEYS, PEOPLE, LockedHouse

from pellucid_server.api.application import OPENAPI_PATH, create_api
from pellucid_server.api.security import (
    DeclaredRoute,
    Public,
    Requires,
    UndeclaredRoute,
    check_declarations,
    declared_routes,
    requires,
)
from pellucid_server.api.security import public as declared_public
from pellucid_server.model.scope import Permission

# What each role may do, written down again: a change of the grants must be made twice.
MAY = {
    "ingest": {"ingest", "score"},
    "viewer": {"read"},
    "member": {"read", "write", "score", "ingest"},
    "admin": {"read", "write", "score", "ingest", "admin"},
    "owner": {"read", "write", "score", "ingest", "admin", "owner"},
}

# All that anybody may call without showing who they are. A new line here is a decision.
PUBLIC = {
    ("GET", "/api/v1/health"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/shared-dashboards/{token}"),  # the token is the credential
    ("GET", "/api/v1/shared-dashboards/{token}/widgets/{widget_id}"),
    ("GET", "/api/v1/ready"),
    ("GET", "/metrics"),
    ("POST", "/api/v1/invitations/accept"),
    ("POST", "/api/v1/linked-feedback"),  # the signed link is the credential
    ("POST", "/api/v1/sign-in"),
    ("POST", "/api/v1/sign-out"),
}

# What the routes of identity, prices, views and comments demand, written down again.
DEMANDS = {
    "POST /api/v1/bulk/traces": "write",
    "GET /api/v1/me": None,
    "PUT /api/v1/me/password": None,
    "GET /api/v1/projects": None,
    "POST /api/v1/projects": "owner",
    "GET /api/v1/projects/{project_id}": "read",
    "PATCH /api/v1/projects/{project_id}": "admin",
    "GET /api/v1/keys": "admin",
    "POST /api/v1/keys": "admin",
    "DELETE /api/v1/keys/{key_id}": "admin",
    "POST /api/v1/keys/{key_id}/rotate": "admin",
    "GET /api/v1/members": "admin",
    "POST /api/v1/members": "admin",
    "PATCH /api/v1/members/{member_id}": "admin",
    "DELETE /api/v1/members/{member_id}": "admin",
    "GET /api/v1/prices": "read",
    "POST /api/v1/prices": "admin",
    "PUT /api/v1/prices/{price_id}": "admin",
    "DELETE /api/v1/prices/{price_id}": "admin",
    "GET /api/v1/model-connections": "read",
    "POST /api/v1/model-connections": "admin",
    "PUT /api/v1/model-connections/{connection_id}": "admin",
    "DELETE /api/v1/model-connections/{connection_id}": "admin",
    "POST /api/v1/playground/ask": "write",
    "GET /api/v1/playground/restore/{trace_id}/{span_id}": "read",
    "POST /api/v1/playground/tables": "write",
    "POST /api/v1/replays": "write",
    "GET /api/v1/runs": "read",
    "GET /api/v1/runs/{run_id}": "read",
    "GET /api/v1/runs/{run_id}/items": "read",
    "POST /api/v1/runs/{run_id}/cancel": "write",
    "POST /api/v1/runs/{run_id}/resume": "write",
    "GET /api/v1/evaluator-gallery": "read",
    "GET /api/v1/evaluator-rules": "read",
    "POST /api/v1/evaluator-checks": "read",
    "POST /api/v1/evaluator-previews": "write",
    "POST /api/v1/evaluator-forecasts": "read",
    "GET /api/v1/evaluators": "read",
    "POST /api/v1/evaluators": "write",
    "GET /api/v1/evaluators/{evaluator_id}": "read",
    "PATCH /api/v1/evaluators/{evaluator_id}": "write",
    "DELETE /api/v1/evaluators/{evaluator_id}": "write",
    "GET /api/v1/evaluators/{evaluator_id}/versions": "read",
    "POST /api/v1/evaluators/{evaluator_id}/versions": "write",
    "POST /api/v1/evaluators/{evaluator_id}/backfill": "write",
    "GET /api/v1/evaluators/{evaluator_id}/analysis": "read",
    "POST /api/v1/evaluators/{evaluator_id}/bias-tests": "write",
    "GET /api/v1/evaluators/{evaluator_id}/bias-tests": "read",
    "POST /api/v1/duel-previews": "read",
    "POST /api/v1/duels": "write",
    "GET /api/v1/duels/{run_id}": "read",
    "GET /api/v1/duels/{run_id}/duels": "read",
    "GET /api/v1/duels/{run_id}/duels/{position}": "read",
    "GET /api/v1/score-analyses": "read",
    "GET /api/v1/score-configs": "read",
    "POST /api/v1/score-configs": "write",
    "PUT /api/v1/score-configs/{config_id}": "write",
    "DELETE /api/v1/score-configs/{config_id}": "write",
    "POST /api/v1/feedback-links": "score",
    "GET /api/v1/feedback/stream": "read",
    "GET /api/v1/views": "read",
    "POST /api/v1/views": "write",
    "GET /api/v1/views/{view_id}": "read",
    "PUT /api/v1/views/{view_id}": "write",
    "DELETE /api/v1/views/{view_id}": "write",
    "GET /api/v1/comments": "read",
    "POST /api/v1/comments": "write",
    "PATCH /api/v1/comments/{comment_id}": "write",
    "DELETE /api/v1/comments/{comment_id}": "write",
    "GET /api/v1/dashboards": "read",
    "POST /api/v1/dashboards": "write",
    "GET /api/v1/dashboards/{dashboard_id}": "read",
    "PUT /api/v1/dashboards/{dashboard_id}": "write",
    "DELETE /api/v1/dashboards/{dashboard_id}": "write",
    "GET /api/v1/dashboards/{dashboard_id}/shares": "write",
    "POST /api/v1/dashboards/{dashboard_id}/shares": "write",
    "DELETE /api/v1/dashboards/{dashboard_id}/shares/{share_id}": "write",
    "GET /api/v1/budgets": "read",
    "POST /api/v1/budgets": "write",
    "PUT /api/v1/budgets/{budget_id}": "write",
    "DELETE /api/v1/budgets/{budget_id}": "write",
    "GET /api/v1/cost/what-if": "read",
    "GET /api/v1/cost/retrieval": "read",
    "GET /api/v1/prompts": "read",
    "POST /api/v1/prompts": "write",
    "GET /api/v1/prompts/{name:path}": "read",
    "GET /api/v1/prompt-versions/{name:path}": "read",
    "DELETE /api/v1/prompt-versions/{version}/{name:path}": "write",
    "PUT /api/v1/prompt-labels/{label}/{name:path}": "write",
    "DELETE /api/v1/prompt-labels/{label}/{name:path}": "write",
    "POST /api/v1/prompt-rollbacks/{name:path}": "write",
    "POST /api/v1/prompt-archives/{name:path}": "write",
    "POST /api/v1/prompt-previews": "write",
    "GET /api/v1/protected-labels": "read",
    "PUT /api/v1/protected-labels/{label}": "admin",
    "DELETE /api/v1/protected-labels/{label}": "admin",
    "GET /api/v1/proposals": "read",
    "POST /api/v1/prompt-proposals/{name:path}": "write",
    "POST /api/v1/proposals/{proposal_id}/approve": "write",
    "GET /api/v1/prompt-reports/{name:path}": "read",
    "GET /api/v1/whats-live": "read",
    "GET /api/v1/prompt-variants": "read",
    "PUT /api/v1/prompt-bindings/{fingerprint}": "write",
    "POST /v1/traces": "ingest",
    "POST /v1/logs": "ingest",
    "POST /v1/metrics": "ingest",
    "GET /api/v1/dead-letters": "admin",
    "POST /api/v1/dead-letters/{letter_id}/replay": "admin",
}
STREAMS = ("/live", "/stream")
"""Routes that never end by themselves; that they are locked is tested, that they are open is not."""

WEB = frozenset({OPENAPI_PATH, ""})
ROUTES = [
    (method, route)
    for route in declared_routes(create_api(None), public_paths=WEB)
    if route.path
    for method in sorted(route.methods - {"HEAD"})
]
LOCKED = [(method, route) for method, route in ROUTES if isinstance(route.demand, Requires)]
ACTORS = [f"key:{role}" for role in KEYS] + [f"user:{role}" for role in PEOPLE]


def name(value: Any) -> str:
    return value.path if isinstance(value, DeclaredRoute) else str(value)


def send(client: TestClient, locked: LockedHouse, who: str, method: str, route: DeclaredRoute, **headers: str) -> tuple[int, str]:
    """The status and the code of a request that cannot succeed for want of a sensible body or id, if it is let in at all."""
    path = re.sub(r"\{[^}]*\}", "1", route.path)
    sent = {"content-type": "application/json", **locked.headers[who], **headers}
    response = client.request(method, path, headers=sent, content=None if method in {"GET", "DELETE"} else b"{}")
    problem = response.json() if "problem+json" in response.headers.get("content-type", "") else {}
    return response.status_code, problem.get("code", "")


def test_the_demands_are_those_that_were_decided() -> None:
    declared = {f"{method} {route.path}": route.demand.permission for method, route in LOCKED if isinstance(route.demand, Requires)}
    assert {path: declared.get(path, "missing") for path in DEMANDS} == DEMANDS


def test_nothing_else_is_public() -> None:
    assert {(method, route.path) for method, route in ROUTES if isinstance(route.demand, Public)} <= PUBLIC


def test_changes_demand_more_than_reading() -> None:
    """A POST that only asks (a query whose text is long) is named here; all others may not be done by who may only look."""
    asking = {
        "/api/v1/metrics/query",
        "/api/v1/sql",
        "/api/v1/explain",
        "/api/v1/evaluator-forecasts",
        "/api/v1/evaluator-checks",
        "/api/v1/duel-previews",
        "/api/v1/monitor-previews",
        "/api/v1/monitors/{monitor_id}/preview",
    }
    weak = {
        f"{method} {route.path}"
        for method, route in LOCKED
        if method != "GET" and isinstance(route.demand, Requires) and route.demand.permission in {None, Permission.READ}
    }
    assert weak - {f"POST {path}" for path in asking} == {"PUT /api/v1/me/password"}


@pytest.mark.parametrize(("method", "route"), LOCKED, ids=name)
def test_nobody_is_let_in_without_a_credential(client: TestClient, locked: LockedHouse, method: str, route: DeclaredRoute) -> None:
    assert send(client, locked, "nobody", method, route) == (401, "unauthenticated")
    assert send(client, locked, "nobody", method, route, authorization="Bearer sk-made-up") == (401, "unknown_key")


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize(("method", "route"), LOCKED, ids=name)
def test_roles(client: TestClient, locked: LockedHouse, method: str, route: DeclaredRoute, who: str) -> None:
    assert isinstance(route.demand, Requires)
    demanded = route.demand.permission
    allowed = demanded is None or demanded.value in MAY[who.partition(":")[2]]
    if allowed and route.path.endswith(STREAMS):
        return
    status, code = send(client, locked, who, method, route)
    if allowed:
        assert (status, code) != (403, "forbidden")
        assert status != 401
    else:
        assert (status, code) == (403, "forbidden")


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize(("method", "route"), LOCKED, ids=name)
def test_a_foreign_project_stays_closed(
    client: TestClient, locked: LockedHouse, method: str, route: DeclaredRoute, who: str
) -> None:
    expected = (403, "key_of_another_project") if who.startswith("key:") else (404, "no_such_project")
    assert send(client, locked, who, method, route, **{"x-pellucid-project": FOREIGN_PROJECT}) == expected


@pytest.mark.parametrize(("method", "route"), [pair for pair in ROUTES if isinstance(pair[1].demand, Public)], ids=name)
def test_public_routes_ask_nobody(client: TestClient, locked: LockedHouse, method: str, route: DeclaredRoute) -> None:
    assert send(client, locked, "nobody", method, route)[0] not in {401, 403}


class TestDeclarations:
    """An application with a route that does not say what it demands does not start."""

    def router(self, *dependencies: Any) -> APIRouter:
        router = APIRouter()

        @router.get("/new", dependencies=list(dependencies))
        def new() -> str:
            return "open to all"

        return router

    def test_a_route_without_a_demand_is_refused(self) -> None:
        app = FastAPI(openapi_url=None)
        app.include_router(self.router(), prefix="/deep")
        with pytest.raises(UndeclaredRoute, match="/deep/new"):
            check_declarations(app)

    def test_a_route_with_two_demands_is_refused(self) -> None:
        app = FastAPI(openapi_url=None)
        app.include_router(self.router(requires(Permission.READ), declared_public()))
        with pytest.raises(UndeclaredRoute, match="2 demands"):
            check_declarations(app)

    def test_plain_routes_and_mounts_must_be_named(self) -> None:
        app = FastAPI()
        with pytest.raises(UndeclaredRoute, match=r"openapi\.json"):
            check_declarations(app)
        mounted = FastAPI(openapi_url=None)
        mounted.mount("/files", FastAPI(openapi_url=None))
        with pytest.raises(UndeclaredRoute, match="/files"):
            check_declarations(mounted)
        check_declarations(mounted, public_paths=frozenset({"/files"}))

    def test_a_demand_on_the_router_counts(self) -> None:
        app = FastAPI(openapi_url=None)
        outer = APIRouter(dependencies=[requires(Permission.ADMIN)])
        outer.include_router(self.router())
        app.include_router(outer)
        assert [route.demand for route in declared_routes(app)] == [Requires(Permission.ADMIN)]

    def test_a_websocket_must_declare_too(self) -> None:
        app = FastAPI(openapi_url=None)

        @app.websocket("/socket")
        async def socket() -> None: ...

        with pytest.raises(UndeclaredRoute, match="/socket"):
            check_declarations(app)
