"""Cases come from files, traces and samples, and go out again."""

import io
from typing import Any

import pyarrow.parquet as pa_parquet
import pytest
from tests.api.datasets.conftest import TRACES, Api, talk


def _import(api: Api, content: bytes, query: str, status: int = 201, media: str = "text/csv") -> dict[str, object]:
    answer = api.client.post(f"/api/v1/datasets/s/imports?{query}", content=content, headers={"content-type": media})
    assert answer.status_code == status, answer.text
    body: dict[str, object] = answer.json()
    return body


def test_a_file_is_imported_with_its_columns_named_and_exported_again(api: Api) -> None:
    api.post("/datasets", {"name": "s"})
    done = _import(api, b"frage,antwort\nWie?,So.\nWo?,Da.\n", "format=csv&input=frage&expected=antwort")
    assert (done["version"], done["added"]) == (1, 2)
    jsonl = api.client.get("/api/v1/datasets/s/export?format=jsonl").text.splitlines()
    assert len(jsonl) == 2
    parquet = pa_parquet.read_table(io.BytesIO(api.client.get("/api/v1/datasets/s/export?format=parquet").content))
    assert sorted(parquet.column("input").to_pylist()) == ['"Wie?"', '"Wo?"']
    assert api.client.get("/api/v1/datasets/s/export?format=csv").text.startswith("id,input,expected")
    chats = api.client.get("/api/v1/datasets/s/export?format=chats&system=Sei+nett.").text
    assert '{"role":"system","content":"Sei nett."}' in chats
    api.get("/datasets/s/export?version=9", 404)


def test_a_faulty_file_is_refused_with_its_lines_and_a_strange_type_by_name(api: Api) -> None:
    api.post("/datasets", {"name": "s"})
    problem = _import(api, b"input,expected\na,b\nc\n", "format=csv", 400)
    assert (problem["code"], problem["fault_count"]) == ("bad_file", 1)
    assert problem["faults"] == [{"line": 3, "message": "1 fields where the header has 2; quote fields that contain commas"}]
    _import(api, b"x", "format=csv", 415, "text/plain")
    _import(api, b"x", "format=xml", 422)


def test_traces_become_cases_once_and_what_is_gone_is_named(api: Api) -> None:
    api.post("/datasets", {"name": "s"})
    body = {"trace_ids": [talk(1), talk(2), "f" * 32], "split": "test"}
    done = api.post("/datasets/s/from-traces", body)
    assert (done["version"], done["added"], done["missing"]) == (1, 2, ["f" * 32])
    items = api.get("/datasets/s/items")["data"]
    case = next(item for item in items if item["trace_id"] == talk(1))
    assert (case["input"], case["expected"], case["split"]) == ("Question number 1?", "Answer number 1.", "test")
    assert case["metadata"] == {"feature": "chat", "user_tier": "pro"}
    api.post("/datasets/s/items", {"id": "own", "input": "  question NUMBER 7?"})
    again = api.post("/datasets/s/from-traces", {"trace_ids": [talk(7), talk(8)], "mapping": {"expected": "nothing"}})
    assert (again["added"], again["duplicates"]) == (1, 1)


def test_splits_stay_and_versions_are_laid_side_by_side(api: Api) -> None:
    api.post("/datasets", {"name": "s"})
    api.post("/datasets/s/items", [{"id": f"i{n}", "input": f"q{n}"} for n in range(100)])
    api.put("/datasets/s/splits", {"shares": {"train": 0.8, "test": 0.2}})
    first = {item["id"]: item["split"] for item in api.get("/datasets/s/items?limit=1000")["data"]}
    assert 5 <= sum(split == "test" for split in first.values()) <= 35
    api.post("/datasets/s/items", [{"id": f"j{n}", "input": f"r{n}"} for n in range(50)])
    api.put("/datasets/s/splits", {"shares": {"train": 0.8, "test": 0.2}})
    later = {item["id"]: item["split"] for item in api.get("/datasets/s/items?limit=1000")["data"]}
    assert {id_: later[id_] for id_ in first} == first
    api.put("/datasets/s/splits", {"shares": {"train": 0.8}}, 400)
    api.send("DELETE", "/datasets/s/items/i5")
    diff = api.get("/datasets/s/diff?before=1")
    assert (diff["added"], diff["removed"], diff["changed"]) == (50, 1, 99)
    assert diff["data"][0]["after"]["split"] in ("train", "test")


def test_a_weekly_sample_takes_its_quotas_and_notes_with_which_chance(api: Api) -> None:
    api.post("/datasets", {"name": "s"})
    assert api.get("/datasets/s/sampling") is None
    api.post("/datasets/s/samples", None, 400)
    api.put("/datasets/s/sampling", {"score": "quality", "low_count": 40, "high_count": 100})
    drawn = api.post("/datasets/s/samples")
    assert (drawn["scored"], drawn["version"], drawn["added"], drawn["reason"]) == (TRACES, 1, 140, "")
    assert [(one["name"], one["found"], one["taken"], one["probability"]) for one in drawn["strata"]] == [
        ("low", 100, 40, 0.4),
        ("high", 200, 100, 0.5),
    ]
    items = api.get("/datasets/s/items?limit=1000")["data"]
    assert sum(item["metadata"]["stratum"] == "low" for item in items) == 40
    assert {item["metadata"]["sample_probability"] for item in items} == {0.4, 0.5}
    assert all(item["metadata"]["score"]["value"] == 0.2 for item in items if item["metadata"]["stratum"] == "low")
    report = api.get("/datasets/s/sampling")
    assert report["last_report"]["added"] == 140
    api.put("/datasets/s/sampling", {"score": "quality", "filter": "user_tier:enterprise"})
    assert "only 0 scored traces" in api.post("/datasets/s/samples")["reason"]
    api.put("/datasets/s/sampling", {"score": "quality", "low_below": 0.9, "high_from": 0.5}, 400)
    api.put("/datasets/s/sampling", {"score": "quality", "filter": "nonsense:("}, 400)


def test_what_is_due_is_drawn_by_itself_and_then_not_again(api: Api, house: object) -> None:
    api.post("/datasets", {"name": "s"})
    api.put("/datasets/s/sampling", {"score": "quality", "low_count": 10, "high_count": 10})
    samplings = house.curation.samplings  # type: ignore[attr-defined]  # the house of this folder
    samplings.run_due()
    samplings.run_due()
    assert api.get("/datasets/s")["version"] == 1
    assert len(api.get("/datasets/s/items")["data"]) == 20


def test_a_schema_is_demanded_of_new_cases(api: Api) -> None:
    api.post("/datasets", {"name": "s"})
    api.put("/datasets/s/rules", {"input_schema": {"type": "string", "minLength": 3}})
    assert api.get("/datasets/s/rules") == {"input_schema": {"type": "string", "minLength": 3}, "expected_schema": None}
    problem = api.post("/datasets/s/items", [{"input": "fine"}, {"input": "x"}], 400)
    assert (problem["code"], problem["index"]) == ("bad_item", 1)


def test_a_trace_becomes_a_test_that_fails_on_the_old_behaviour(api: Api) -> None:
    made = api.post("/datasets/regressions/regressions", {"trace_id": talk(4), "expected": "open settings"})
    assert (made["item_id"], made["version"]) == (f"trace-{talk(4)}", 1)
    space: dict[str, Any] = {}
    exec(compile(made["source"], made["filename"], "exec"), space)
    check = space[f"test_trace_{talk(4)[:8]}"]
    with pytest.raises(AssertionError, match="the bad one"):
        check(lambda question: "Answer number  4.")
    with pytest.raises(AssertionError):
        check(lambda question: "Something else.")
    check(lambda question: f"To answer {question!r}: Open Settings.")
    (case,) = api.get("/datasets/regressions/items")["data"]
    assert (case["expected"], case["metadata"]["bad_answer"]) == ("open settings", "Answer number 4.")
    api.post("/datasets/regressions/regressions", {"trace_id": "f" * 32}, 400)
