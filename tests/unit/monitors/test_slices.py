"""Slices: which traffic each kind of change is about, after it and before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.filters.printer import show
from pellucid_server.filters.syntax import parse
from pellucid_server.model.change import ChangeEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.monitors.ledger import KINDS
from pellucid_server.monitors.slices import slice_of
from pellucid_server.store.spans.vocabulary import SPAN_VOCABULARY

PRODUCTION = {"environment": "production"}


def change(kind: str, after: JsonValue, **scope: str) -> ChangeEvent:
    return ChangeEvent(id="e", time=1, kind=kind, title="x", scope=scope, after=after)


@pytest.mark.parametrize(
    ("event", "after", "before", "requests"),
    [
        (change("release", "2.8.0", **PRODUCTION), "environment:production release:2.8.0", "environment:production", True),
        (change("deploy", {"release": "2.8.0", "kind": "x"}, **PRODUCTION), "environment:production release:2.8.0",
         "environment:production", True),
        (change("deploy", None, feature="checkout"), "feature:checkout", "feature:checkout", True),
        (change("model", "gpt-4o-2024-11-20", model_requested="gpt-4o"),
         "model_requested:gpt-4o kind:generation model:gpt-4o-2024-11-20", "model_requested:gpt-4o kind:generation", False),
        (change("system_fingerprint", "fp_1"), "kind:generation system_fingerprint:fp_1", "kind:generation", False),
        (change("fingerprint", "ab12"), "kind:generation prompt_fingerprint:ab12", "kind:generation", False),
        (change("index_version", "help@v4"), "kind:retriever retrieval_index:help retrieval_version:v4",
         "kind:retriever retrieval_index:help", False),
        (change("prompt_version", "bot/answer@7"), "prompt_name:bot/answer prompt_version:7", "prompt_name:bot/answer", False),
        (change("tool_schema", "lookup@0a1b"), "kind:generation tool_schemas:lookup@0a1b", "kind:generation", False),
        (change("tool", "lookup"), "kind:tool tool_name:lookup", "kind:tool", False),
        (change("feature_flag", "new-search=on", **PRODUCTION),
         "environment:production metadata.feature_flag.new-search:on", "environment:production", False),
        (change("price", {"model_pattern": r"(?i)^gpt-4\.1$"}), "kind:generation model:gpt-4.1", "kind:generation model:gpt-4.1", False),
        (change("price", {"model_pattern": "gpt-4o"}), "kind:generation model:*gpt-4o*", "kind:generation model:*gpt-4o*", False),
        (change("prompt_label", {"to": "v3", "kind": "move"}, prompt_name="p", prompt_label="production"),
         "prompt_name:p prompt_label:production", "prompt_name:p prompt_label:production", False),
        (change("note", None), "", "", True),
    ],
)  # fmt: skip
def test_each_kind_has_its_slice(event: ChangeEvent, after: str, before: str, *, requests: bool) -> None:
    found = slice_of(event)
    assert found is not None
    assert (show(found.after, SPAN_VOCABULARY), show(found.before, SPAN_VOCABULARY), found.requests) == (after, before, requests)


@pytest.mark.parametrize("event", [change("evaluator", 3), change("price", {"model_pattern": "gpt-(4o|5)"}), change("price", None)])
def test_what_no_filter_can_name_has_none(event: ChangeEvent) -> None:
    assert slice_of(event) is None


def test_a_scope_that_names_no_field_is_left_out() -> None:
    found = slice_of(change("deploy", None, weather="rain", duration="3", environment="production"))
    assert found is not None
    assert show(found.after, SPAN_VOCABULARY) == "environment:production"


@given(st.sampled_from(KINDS), st.text(max_size=40), st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=3))
def test_whatever_is_announced_has_a_filter_that_can_be_read_again(kind: str, value: str, scope: dict[str, str]) -> None:
    for after in (value, {"release": value, "model_pattern": value}):
        found = slice_of(change(kind, after, **scope))
        if found is not None:
            assert parse(show(found.after, SPAN_VOCABULARY), SPAN_VOCABULARY) == found.after
