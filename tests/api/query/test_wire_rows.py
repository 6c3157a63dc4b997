"""Rows on the wire name what the records of the query layer name, in the same order: nothing is added to one side alone."""

import dataclasses

import pytest
from pydantic import BaseModel

from pellucid_server.api.wire import rows
from pellucid_server.query import records


@pytest.mark.parametrize(
    ("record", "wire", "inside_only"),
    [(records.TraceRow, rows.TraceRow, {"metadata", "version"}), (records.SpanRow, rows.SpanSummary, set())],
)
def test_the_wire_names_what_the_record_names(record: type, wire: type[BaseModel], inside_only: set[str]) -> None:
    assert list(wire.model_fields) == [field.name for field in dataclasses.fields(record) if field.name not in inside_only]
