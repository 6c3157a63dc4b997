"""Prompts over HTTP: the shapes of the wire reference, the roles, the ledger, and what bad input is told."""

from typing import Any

import pytest
from tests.api.prompts.conftest import Server


def test_a_version_is_answered_as_the_wire_reference_says(server: Server) -> None:
    made = server.put("wire/answer", "Answer {{question}}.", "production", config={"model": "gpt-4o"}, message="why")
    status, got = server.ask("GET", "/prompts/wire/answer?label=production", who="viewer")
    assert status == 200
    assert got == made
    assert {key: got[key] for key in ("name", "version", "type", "prompt", "config", "labels", "rollout", "message", "author")} == {
        "name": "wire/answer", "version": 1, "type": "text", "prompt": "Answer {{question}}.", "config": {"model": "gpt-4o"},
        "labels": ["production"], "rollout": None, "message": "why", "author": "member",
    }  # fmt: skip
    assert len(got["hash"]) == 64
    assert server.ask("GET", "/prompts/wire/answer")[1] == got
    assert server.ask("GET", "/prompts/wire/answer?version=1")[1] == got
    assert server.put("wire/answer", "Answer {{question}}.", config={"model": "gpt-4o"})["version"] == 1


def test_a_rollout_is_answered_as_the_wire_reference_says(server: Server) -> None:
    server.put("wire/split", "one", "production")
    server.put("wire/split", "two")
    split = [{"version": 1, "probability": 0.9}, {"version": 2, "probability": 0.1}]
    status, moved = server.ask("PUT", "/prompt-labels/production/wire/split", {"split": split, "reason": "try"})
    assert (status, moved["arms"]) == (200, split)
    got = server.ask("GET", "/prompts/wire/split?label=production")[1]
    assert (got["version"], got["prompt"], got["labels"]) == (1, "one", ["production"])
    assert got["rollout"]["id"] == moved["rollout_id"]
    assert [(arm["version"], arm["probability"], arm["prompt"], arm["type"]) for arm in got["rollout"]["arms"]] == [
        (1, 0.9, "one", "text"),
        (2, 0.1, "two", "text"),
    ]


def test_moves_are_listed_audited_and_in_the_ledger(server: Server) -> None:
    server.put("history", "one", "production", message="start")
    server.put("history", "two")
    server.ask("PUT", "/prompt-labels/production/history", {"version": 2, "reason": "shorter"})
    status, back = server.ask("POST", "/prompt-rollbacks/history", {"reason": "too short"})
    assert (status, back["arms"]) == (200, [{"version": 1, "probability": 1.0}])
    record = server.ask("GET", "/prompt-versions/history", who="viewer")[1]
    assert [(move["kind"], move["reason"], move["actor"]) for move in record["moves"]] == [
        ("rollback", "too short", "member"), ("move", "shorter", "member"), ("move", "start", "member"),
    ]  # fmt: skip
    assert [(version["version"], version["labels"]) for version in record["versions"]] == [(2, []), (1, ["production"])]
    events = server.house.ledger.list_events(server.house.identity.resolver.resolve(None), kinds=["prompt_label"]).events
    assert [event.title for event in events if event.scope["prompt_name"] == "history"] == [
        "history: production v2 → v1", "history: production v1 → v2", "history: production not set → v1",
    ]  # fmt: skip
    assert server.ask("POST", "/prompt-rollbacks/history", {})[1]["code"] == "nothing_to_roll_back_to"


def test_roles(server: Server) -> None:
    server.put("roles", "one", "production")
    server.put("roles", "two")
    assert server.ask("PUT", "/prompt-labels/production/roles", {"version": 2}, "viewer")[0] == 403
    assert server.ask("POST", "/prompts", {"name": "x", "prompt": "y"}, "viewer")[0] == 403
    assert server.ask("PUT", "/protected-labels/guarded", {}, "member")[0] == 403
    assert server.ask("PUT", "/protected-labels/guarded", {}, "admin")[0] == 200
    status, problem = server.ask("PUT", "/prompt-labels/guarded/roles", {"version": 2}, "member")
    assert (status, problem["code"]) == (403, "label_protected")
    assert server.ask("PUT", "/prompt-labels/guarded/roles", {"version": 2}, "admin")[0] == 200
    assert server.ask("GET", "/protected-labels", who="viewer")[1] == [{"label": "guarded", "four_eyes": False}]
    assert server.ask("DELETE", "/protected-labels/guarded", who="admin")[0] == 204


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"prompt": "{{''.__class__}}"}, 400, "bad_template"),
        ({"prompt": "{{>nowhere}}"}, 400, "bad_reference"),
        ({"prompt": "{{>bad}}"}, 400, "cyclic_reference"),
        ({"prompt": "x" * 1_000_000}, 413, "prompt_too_large"),
        ({"prompt": "{{a}}", "config": {"variables": {"b": {}}}}, 400, "bad_variables"),
        ({"prompt": "other", "based_on": 0}, 409, "changed_meanwhile"),
        ({"prompt": ""}, 400, "bad_prompt"),
        ({"prompt": {"a": 1}}, 400, "bad_prompt"),
        ({"prompt": [], "type": "chat"}, 400, "bad_prompt"),
        ({"prompt": "x", "labels": ["latest"]}, 400, "bad_label"),
        ({"prompt": "x\0"}, 400, "unstorable_text"),
        ({"prompt": "x", "type": "poem"}, 422, "invalid_request"),
        ({}, 422, "invalid_request"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(server: Server, body: dict[str, Any], status: int, code: str) -> None:
    server.put("bad", "good", "production")
    before = server.ask("GET", "/prompt-versions/bad")[1]
    got, problem = server.ask("POST", "/prompts", {"name": "bad", **body})
    assert (got, problem["code"]) == (status, code), problem
    assert len(problem["detail"]) > 20
    assert server.ask("GET", "/prompt-versions/bad")[1] == before


def test_what_is_not_there_is_404(server: Server) -> None:
    server.put("there", "one")
    for path, code in (
        ("/prompts/not-there", "no_such_prompt"),
        ("/prompts/there", "no_such_label"),
        ("/prompts/there?version=7", "no_such_version"),
        ("/prompt-versions/not-there", "no_such_prompt"),
    ):
        status, problem = server.ask("GET", path)
        assert (status, problem["code"]) == (404, code)
    assert server.ask("PUT", "/prompt-labels/production/there", {"version": 7})[1]["code"] == "no_such_version"
    assert server.ask("PUT", "/prompt-labels/production/there", {"version": 1, "split": []})[1]["code"] == "bad_request"
    assert server.ask("DELETE", "/prompt-labels/production/there")[1]["code"] == "no_such_label"


def test_delete_archive_and_list(server: Server) -> None:
    server.put("list/a", "one", "production")
    server.put("list/a", "two")
    assert server.ask("DELETE", "/prompt-versions/2/list/a")[0] == 204
    assert server.ask("DELETE", "/prompt-versions/1/list/a")[1]["code"] == "version_in_use"
    server.put("list/b", "one")
    listed = server.ask("GET", "/prompts?folder=list&limit=1", who="viewer")[1]
    assert [entry["name"] for entry in listed["data"]] == ["list/a"]
    following = server.ask("GET", f"/prompts?folder=list&limit=1&cursor={listed['next_cursor']}")[1]
    assert ([entry["name"] for entry in following["data"]], following["next_cursor"]) == (["list/b"], None)
    assert server.ask("POST", "/prompt-archives/list/b", {})[1]["archived"] is True
    assert [entry["name"] for entry in server.ask("GET", "/prompts?folder=list")[1]["data"]] == ["list/a"]


def test_content_is_tried_before_it_is_saved(server: Server) -> None:
    server.put("try/tone", "Be kind.", "production")
    body = {"prompt": "{{>try/tone}} Answer {{q}}.", "values": {"q": "{{>try/tone}}"}}
    answer = server.ask("POST", "/prompt-previews", body)[1]
    assert answer["prompt"] == "Be kind. Answer {{q}}."
    assert answer["compiled"] == "Be kind. Answer {{>try/tone}}."
    assert [variable["name"] for variable in answer["variables"]] == ["q"]
    for values in ({}, {"q": "x", "z": "y"}):
        assert server.ask("POST", "/prompt-previews", {**body, "values": values})[1]["code"] == "bad_variables"


def test_a_proposal_over_http(server: Server) -> None:
    server.put("reviewed", "one", "production")
    server.put("reviewed", "two")
    status, made = server.ask("POST", "/prompt-proposals/reviewed", {"version": 2, "reason": "kinder"})
    assert (status, made["status"], made["mine"], made["before"]) == (201, "open", True, [{"version": 1, "probability": 1.0}])
    assert server.ask("POST", f"/proposals/{made['id']}/approve")[1]["code"] == "own_proposal"
    assert server.ask("POST", f"/proposals/{made['id']}/remarks", {"text": "Good."}, "admin")[1]["remarks"][0]["author"] == "admin"
    assert server.ask("POST", f"/proposals/{made['id']}/approve", None, "viewer")[0] == 403
    assert server.ask("POST", f"/proposals/{made['id']}/approve", None, "admin")[1]["status"] == "deployed"
    assert server.ask("GET", "/prompts/reviewed")[1]["version"] == 2
    listed = server.ask("GET", "/proposals?prompt=reviewed&status=deployed", who="viewer")[1]["data"]
    assert [(one["prompt"], one["decided_by"]) for one in listed] == [("reviewed", "admin")]
