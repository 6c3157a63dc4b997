"""What the ledger's watcher asks of the store, over spans that came through the pipeline."""

import json

from tests.unit.ingest.conftest import RECEIVED, Line
from tests.unit.ingest.otlp_bodies import logs, span, traces

from pellucid_server.store.spans.sightings import SightingReader


def test_new_values_of_the_traffic_are_told_with_their_first_time(line: Line) -> None:
    call = {"gen_ai__operation__name": "chat", "gen_ai__usage__input_tokens": 5}
    line.send(traces(span("chat", span_id="1" * 16, start=20, end=30, gen_ai__response__model="gpt-4o-2024-11-20", **call)))
    line.send(
        traces(
            span("chat", trace="2" * 32, span_id="2" * 16, start=10, end=30, gen_ai__response__model="gpt-4o-2024-11-20", **call)
        )
    )
    line.send(
        traces(
            span("look up", trace="3" * 32, span_id="3" * 16, gen_ai__tool__name="lookup", gen_ai__operation__name="execute_tool")
        )
    )
    line.send(traces(span("chat", span_id="4" * 16, gen_ai__response__model="other", **call)), project="other")
    line.flush()
    found = {(one.kind, one.value): one.time for one in SightingReader(line.driver).since("p", 0)}
    assert found["model", "gpt-4o-2024-11-20"] == 1_780_000_000_010_000
    assert ("tool", "lookup") in found
    assert ("model", "other") not in found
    assert SightingReader(line.driver).since("p", RECEIVED + 1_000) == []


def test_marks_of_the_provider_schemas_of_tools_and_feature_flags_are_seen(line: Line) -> None:
    def tool(description: str) -> str:
        return json.dumps([{"type": "function", "function": {"name": "lookup", "description": description, "parameters": {}}}])

    call = {"gen_ai__operation__name": "chat", "gen_ai__usage__input_tokens": 5, "gen_ai__request__model": "gpt-4o"}
    line.send(
        traces(
            span("chat", span_id="1" * 16, gen_ai__response__model="gpt-4o-2024-11-20", gen_ai__tool__definitions=tool("Looks up"),
                 gen_ai__openai__response__system_fingerprint="fp_1", **call),
            span("turn", trace="2" * 32, span_id="2" * 16, feature_flag__key="new-search", feature_flag__result__variant="on"),
            span("turn", trace="3" * 32, span_id="3" * 16, feature_flag__dark_mode=True, feature_flag__provider__name="flagd"),
            span("turn", trace="4" * 32, span_id="4" * 16),
            span("judge", trace="5" * 32, span_id="5" * 16, deployment__environment__name="pellucid-evaluators",
                 gen_ai__response__model="judge-model", **call),
        )
    )  # fmt: skip
    line.send(logs({"name": "feature_flag.evaluation", "body": {}}, trace="4" * 32, span_id="4" * 16), signal="logs")
    line.send(traces(span("chat", trace="6" * 32, span_id="6" * 16, gen_ai__tool__definitions=tool("Finds"), **call)))
    line.flush()
    found = {(one.kind, one.value): one for one in SightingReader(line.driver).since("p", 0)}
    assert found["system_fingerprint", "fp_1"].model_requested == "gpt-4o"
    assert found["model", "gpt-4o-2024-11-20"].model_requested == "gpt-4o"
    assert {value.split("@")[0] for kind, value in found if kind == "tool_schema"} == {"lookup"}
    assert len([value for kind, value in found if kind == "tool_schema"]) == 2  # another description is another schema
    assert {value for kind, value in found if kind == "feature_flag"} == {"new-search=on", "dark_mode=true"}
    assert ("model", "judge-model") not in found  # Pellucid's own calls change nothing in the app
