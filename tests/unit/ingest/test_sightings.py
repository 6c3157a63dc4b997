"""What the ledger's watcher asks of the store, over spans that came through the pipeline."""

from tests.unit.ingest.conftest import RECEIVED, Line
from tests.unit.ingest.otlp_bodies import span, traces

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
