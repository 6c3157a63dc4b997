"""Exports: each format holds the same rows, and may be read by other tools."""

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest
from starlette.testclient import TestClient
from tests.api.query.story import TRACES, ids

from pellucid_server.query import exports

URL = "/api/v1/exports/spans"


def test_jsonl(client: TestClient) -> None:
    response = client.get(URL, params={"filter": "name:chat"})
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.headers["content-disposition"] == 'attachment; filename="spans.jsonl"'
    rows = [json.loads(line) for line in response.text.splitlines()]
    assert [row["trace_id"] for row in rows] == ids(*reversed(TRACES))
    assert rows[-1]["start_time"] == "2025-11-20T12:00:01.000000Z"
    assert (rows[-1]["tags"], rows[-1]["metadata"], rows[1]["cost"]) == (["eu"], {}, None)
    assert not {"project_id", "version", "is_deleted", "own_context"} & set(rows[0])


def test_jsonl_with_content(client: TestClient) -> None:
    rows = [
        json.loads(line) for line in client.get(URL, params={"filter": "name:(chat,http)", "content": "true"}).text.splitlines()
    ]
    with_content = [row for row in rows if row["name"] == "chat"]
    assert with_content[0]["content"]["span"]["messages_in"][1]["role"] == "user"
    assert {row["content"] for row in rows if row["name"] == "http"} == {""}


def test_csv(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(URL, params={"filter": "is_root:true", "format": "csv"}).text)))
    assert [row["trace_id"] for row in rows] == ids(*reversed(TRACES))
    assert (rows[-1]["tags"], rows[-1]["metadata"]) == ('["eu"]', '{"plan":"free"}')
    assert rows[-1]["end_time"] == "2025-11-20T12:00:01.000000Z"
    assert rows[0]["end_time"] == ""


def test_a_csv_holds_no_formula() -> None:
    page = pa.table({"name": ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "a=1", "", None, "a\n=1"], "cost": [-1.0] * 10})
    assert exports._neutral(page).to_pydict() == {
        "name": ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "a=1", "", None, "a\n=1"],
        "cost": [-1.0] * 10,
    }


def test_parquet(client: TestClient) -> None:
    table = pa_parquet.read_table(io.BytesIO(client.get(URL, params={"filter": "name:chat", "format": "parquet"}).content))
    assert table.column("trace_id").to_pylist() == ids(*reversed(TRACES))
    assert str(table.schema.field("start_time").type) == "timestamp[us, tz=UTC]"


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
def test_nothing_found_is_an_empty_file(client: TestClient, format_: str) -> None:
    response = client.get(URL, params={"filter": "name:none", "format": format_})
    assert response.status_code == 200
    if format_ == "parquet":
        assert pa_parquet.read_table(io.BytesIO(response.content)).num_rows == 0
    else:
        assert len(response.text.splitlines()) == (0 if format_ == "jsonl" else 1)


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
def test_pages_are_joined_and_the_limit_holds(client: TestClient, format_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_PAGE", 3)
    monkeypatch.setattr(exports, "MAX_ROWS", 17)
    content = client.get(URL, params={"format": format_}).content
    if format_ == "parquet":
        keys = pa_parquet.read_table(io.BytesIO(content)).select(["trace_id", "span_id"]).to_pylist()
    elif format_ == "csv":
        keys = list(csv.DictReader(io.StringIO(content.decode())))
    else:
        keys = [json.loads(line) for line in content.splitlines()]
    assert len({(key["trace_id"], key["span_id"]) for key in keys}) == len(keys) == 17


def test_a_bad_filter_is_a_problem_and_no_file(client: TestClient) -> None:
    response = client.get(URL, params={"filter": "modl:x"})
    assert (response.status_code, response.json()["code"]) == (400, "bad_filter")
