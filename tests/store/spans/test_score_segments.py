"""The segment of a score: of the span that it is on, else of its trace, in the real engine."""

from collections.abc import Iterator

import pytest
from tests.store.spans.tables import PROJECT, SECOND, T0, engine, insert, score, span, span_id, trace_id

from pellucid_server.core.ids import random_id
from pellucid_server.model.scope import Role, Scope
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.columns import SCORES, SPANS

SCOPE = Scope(organization_id="o", project_id=PROJECT, role=Role.OWNER, actor="test")


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queries]:
    """An agent without a model over two calls that have one; scores on the agent, on a call, and on the trace."""
    with engine(tmp_path_factory.mktemp("spans")) as opened:
        insert(
            opened,
            SPANS,
            [
                span("chat", 0, kind="agent", model="", feature="help", metadata={"auth": "sso"}),
                span("chat", 1, kind="generation", model="gpt-4o-mini", is_root=0),
                span("chat", 2, kind="generation", model="gpt-4o", is_root=0),
                span("bare", 0, kind="agent", model=""),
            ],
        )
        on = {"target": "span", "span_id": span_id(0)}
        insert(
            opened,
            SCORES,
            [
                score("chat", "helpful", 1.0, id="agent", **on),
                score("chat", "helpful", 1.0, id="call", target="span", span_id=span_id(2)),
                score("chat", "helpful", 0.0, id="whole", target="trace", span_id=""),
                score("bare", "helpful", 0.5, id="bare", **on),
            ],
        )
        yield open_queries(opened, lambda: T0 + 1_000 * SECOND, random_id)


def segments(queries: Queries, field: str) -> dict[tuple[str, str, str], str]:
    found, complete = queries.scores.values(SCOPE, "helpful", Window(), field)
    assert complete
    assert len(found) == 4
    return {(one.target, one.trace_id, one.span_id): one.segment for one in found}


def test_a_span_without_a_model_takes_that_of_its_trace(queries: Queries) -> None:
    found = segments(queries, "model")
    chat, bare = trace_id("chat"), trace_id("bare")
    assert found == {
        ("span", chat, span_id(0)): "gpt-4o-mini",  # the greatest of two, the same every time
        ("span", chat, span_id(2)): "gpt-4o",
        ("trace", chat, ""): "gpt-4o-mini",
        ("span", bare, span_id(0)): "",
    }


def test_what_the_span_has_itself_counts_first(queries: Queries) -> None:
    assert set(segments(queries, "metadata.auth").values()) == {"sso", ""}
    assert segments(queries, "feature")["span", trace_id("chat"), span_id(0)] == "help"
