"""Dashboards over HTTP: made, changed by two people at once, exported and imported, and shared by a link that opens nothing else."""

from typing import Any

import pytest
from tests.api.dashboards.conftest import Api, HandClock

from pellucid_server.core.clock import DAY

WIDGET = {
    "id": "spend",
    "title": "Spend",
    "chart": "line",
    "measures": [{"measure": "cost", "aggregation": "sum"}],
    "dimensions": ["model"],
    "interval": "hour",
}
BODY = {"name": "Mine", "description": "", "document": {"widgets": [WIDGET], "filter": "", "range": "-7d"}}
RANGE: dict[str, Any] = {"from_": "2025-11-20T00:00:00Z", "to": "2025-11-21T00:00:00Z"}


def with_widget(**change: object) -> dict[str, Any]:
    return {**BODY, "document": {"widgets": [{**WIDGET, **change}]}}


def test_presets_are_listed_shown_and_stay(api: Api) -> None:
    rows = api.get("/dashboards")["data"]
    assert [row["id"] for row in rows if row["preset"]] == ["overview", "quality", "cost", "latency", "usage", "rag", "agents"]
    shown = api.get("/dashboards/overview")
    assert shown["preset"]
    assert len(shown["document"]["widgets"]) >= 8
    assert api.send("PUT", "/dashboards/overview", {**BODY, "version": 1}, 409)["code"] == "preset_stays"
    assert api.send("DELETE", "/dashboards/overview", status=409)["code"] == "preset_stays"


@pytest.mark.parametrize("preset", ["overview", "quality", "cost", "latency", "usage", "rag", "agents"])
def test_a_clone_of_a_preset_answers_all_its_questions(api: Api, preset: str) -> None:
    shown = api.get(f"/dashboards/{preset}")
    clone = api.post("/dashboards", {"name": "Copy", "document": shown["document"]})
    assert clone["document"] == shown["document"]
    assert not clone["preset"]
    token = api.post(f"/dashboards/{clone['id']}/shares", {})["token"]
    for widget in clone["document"]["widgets"]:
        answer = api.get(f"/shared-dashboards/{token}/widgets/{widget['id']}", **RANGE)
        keys = [f"{one['measure']}_{one['aggregation']}" for one in widget["measures"]]
        assert all(key in row for row in answer["data"] for key in keys)


def test_what_is_saved_is_read_and_listed(api: Api) -> None:
    made = api.post("/dashboards", BODY)
    assert made["version"] == 1
    assert made["mine"]
    assert api.get(f"/dashboards/{made['id']}") == made
    (row,) = [row for row in api.get("/dashboards")["data"] if not row["preset"]]
    assert (row["name"], row["widgets"]) == ("Mine", 1)
    api.send("DELETE", f"/dashboards/{made['id']}", status=204)
    assert api.get(f"/dashboards/{made['id']}", 404)["code"] == "no_such_dashboard"


def test_of_two_who_change_the_same_version_the_second_is_told(api: Api) -> None:
    made = api.post("/dashboards", BODY)
    path = f"/dashboards/{made['id']}"
    changed = api.send("PUT", path, {**BODY, "name": "First", "version": 1})
    assert (changed["name"], changed["version"]) == ("First", 2)
    refused = api.send("PUT", path, {**BODY, "name": "Second", "version": 1}, 409)
    assert refused["code"] == "dashboard_changed"
    assert api.get(path)["name"] == "First"
    assert api.send("PUT", path, {**BODY, "name": "Third", "version": 2})["version"] == 3


def test_an_exported_file_is_imported(api: Api) -> None:
    made = api.post("/dashboards", BODY)
    exported = {key: made[key] for key in ("format", "name", "description", "document")}
    imported = api.post("/dashboards", exported)
    assert imported["document"] == made["document"]
    assert imported["id"] != made["id"]
    assert api.post("/dashboards", {**exported, "format": "grafana"}, 422)


@pytest.mark.parametrize(
    "change",
    [{"measures": [{"measure": "coins"}]}, {"filter": "cost>>"}, {"dimensions": ["nothing"]}, {"w": 13}, {"chart": "pie"}],
)
def test_what_cannot_be_shown_is_not_kept(api: Api, change: dict[str, object]) -> None:
    api.post("/dashboards", with_widget(**change), 400)
    assert all(row["preset"] for row in api.get("/dashboards")["data"])


def test_a_link_shows_the_dashboard_and_its_answers_only(api: Api) -> None:
    other = api.post("/dashboards", with_widget(id="other"))
    made = api.post("/dashboards", {**BODY, "document": {"widgets": [WIDGET], "filter": "model:gpt-4o"}})
    shared = api.post(f"/dashboards/{made['id']}/shares", {})
    token = shared["token"]
    assert shared["path"] == f"/shared/{token}"
    opened = api.get(f"/shared-dashboards/{token}")
    assert set(opened) == {"name", "description", "document"}
    answer = api.get(f"/shared-dashboards/{token}/widgets/spend", **RANGE)
    assert {row["model"] for row in answer["data"]} == {"gpt-4o"}
    assert sum(row["cost_sum"] for row in answer["data"]) == pytest.approx(0.06)
    assert api.get(f"/shared-dashboards/{token}/widgets/other", 404, **RANGE)["code"] == "no_such_share"
    assert api.get(f"/shared-dashboards/{token}x", 404)["code"] == "no_such_share"
    assert other["id"] != made["id"]


def test_the_token_is_not_kept_and_the_link_is_revoked(api: Api) -> None:
    path = f"/dashboards/{api.post('/dashboards', BODY)['id']}"
    shared = api.post(f"{path}/shares", {})
    (listed,) = api.get(f"{path}/shares")["data"]
    assert "token" not in listed
    api.send("DELETE", f"{path}/shares/{listed['id']}", status=204)
    for address in ("", "/widgets/spend"):
        assert api.get(f"/shared-dashboards/{shared['token']}{address}", 404)["code"] == "no_such_share"
    api.send("DELETE", f"{path}/shares/{listed['id']}", status=404)


def test_a_link_ends_by_itself_and_with_its_dashboard(api: Api, clock: HandClock) -> None:
    path = f"/dashboards/{api.post('/dashboards', BODY)['id']}"
    short, long = (api.post(f"{path}/shares", body)["token"] for body in ({"days": 2}, {}))
    clock.now += 2 * DAY - 1
    api.get(f"/shared-dashboards/{short}")
    clock.now += 1
    api.get(f"/shared-dashboards/{short}", 404)
    api.get(f"/shared-dashboards/{long}")
    api.send("DELETE", path, status=204)
    api.get(f"/shared-dashboards/{long}", 404)


def test_presets_are_cloned_before_they_are_shared(api: Api) -> None:
    assert api.post("/dashboards/cost/shares", {}, 409)["code"] == "preset_stays"
