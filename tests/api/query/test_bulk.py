"""Actions on many traces: what a run is given, and that a batch done twice comes to the same."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from tests.store.spans.tables import PROJECT, trace_id

from pellucid_server.bulk.actions import Action, BadAction, DeleteTraces, QueueTraces, ScoreTraces, TagTraces
from pellucid_server.bulk.handler import KIND, BulkHandler
from pellucid_server.bulk.service import BATCH, BulkRuns
from pellucid_server.core.errors import Forbidden
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Role, Scope
from pellucid_server.query.asking import Ask
from pellucid_server.query.facets import read_filter, read_score_filter
from pellucid_server.query.queries import Queries
from pellucid_server.query.score_drafts import BadScore

SCOPE = Scope(organization_id="o", project_id=PROJECT, role=Role.MEMBER, actor="user:ann")
TRIAGE: dict[str, JsonValue] = {"name": "triage", "string_value": "regression"}


@dataclass(frozen=True, kw_only=True)
class Started:
    """A run as it was asked for; an item's context at the same time."""

    kind: str
    title: str
    items: list[JsonValue]
    settings: JsonValue
    project_id: str = SCOPE.project_id
    run_id: str = "run-1"


class Starter:
    """Keeps what it was given, as the service of runs would."""

    def start(self, scope: Scope, *, kind: str, title: str, items: Sequence[JsonValue], settings: JsonValue = None) -> Started:
        return Started(kind=kind, title=title, items=list(items), settings=settings)


class Doing:
    """What the actions would have done."""

    def tag(self, scope: Scope, trace_ids: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> int:
        return len(trace_ids)

    def fill(self, scope: Scope, queue_id: str, trace_ids: Sequence[str]) -> JsonValue:
        return {"added": len(trace_ids)}

    def erase(self, scope: Scope, trace_ids: Sequence[str]) -> None:
        """Nothing: the ingest tests erase."""


def actions(queries: Queries) -> tuple[Action, ...]:
    doing = Doing()
    return (
        ScoreTraces(scores=queries.scores),
        TagTraces(change_tags=doing.tag),
        QueueTraces(fill=doing.fill),
        DeleteTraces(erase=doing.erase),
    )


@pytest.fixture
def bulk(queries: Queries) -> BulkRuns[Started]:
    return BulkRuns(Starter(), queries.traces, actions(queries))


def test_chosen_traces_become_batches(bulk: BulkRuns[Started]) -> None:
    ids = [f"{number:032x}" for number in range(1, 2 * BATCH + 2)]
    run = bulk.start(SCOPE, "score", TRIAGE, trace_ids=[*ids, ids[0].upper()], ask=None)
    assert run.kind == KIND
    assert run.title == "Score triage on 201 traces"
    assert [len(item) for item in run.items if isinstance(item, list)] == [BATCH, BATCH, 1]


def test_a_filter_chooses_all_that_match(bulk: BulkRuns[Started]) -> None:
    run = bulk.start(SCOPE, "score", TRIAGE, trace_ids=[], ask=Ask(filter=read_filter("user:bob")))
    assert run.items == [[trace_id("delta"), trace_id("beta")]]


@pytest.mark.parametrize(
    ("action", "options", "ids", "text"),
    [
        ("burn", TRIAGE, ["a" * 32], "There is no action 'burn'"),
        ("score", TRIAGE, [], "Name the traces"),
        ("tag", {}, ["a" * 32], "Name 1 to 20 tags"),
        ("tag", {"add": "x"}, ["a" * 32], "Name 1 to 20 tags"),
        ("tag", {"add": [" "]}, ["a" * 32], "A tag is a text"),
        ("tag", {"put": ["x"]}, ["a" * 32], "The options of `tag`"),
        ("queue", {}, ["a" * 32], "name the `queue`"),
        ("score", {"value": 1}, ["a" * 32], "name the `name`"),
        ("score", {"name": "x", "value": [1]}, ["a" * 32], "a number, a truth value or a text"),
        ("score", {"name": "x", "colour": 1}, ["a" * 32], "The options of `score`"),
    ],
)
def test_what_cannot_be_done_is_refused_before_it_begins(
    bulk: BulkRuns[Started], action: str, options: JsonValue, ids: list[str], text: str
) -> None:
    with pytest.raises(BadAction, match=text):
        bulk.start(SCOPE, action, options, trace_ids=ids, ask=None)


def test_a_score_that_does_not_fit_is_refused_before_the_run_begins(bulk: BulkRuns[Started]) -> None:
    with pytest.raises(BadScore):
        bulk.start(SCOPE, "score", {"name": "x"}, trace_ids=["a" * 32], ask=None)


def test_nothing_matches(bulk: BulkRuns[Started]) -> None:
    with pytest.raises(BadAction, match="No trace matches"):
        bulk.start(SCOPE, "score", TRIAGE, trace_ids=[], ask=Ask(filter=read_filter("user:nobody")))


def test_a_batch_that_is_done_again_after_a_restart_leaves_one_score(bulk: BulkRuns[Started], queries: Queries) -> None:
    run = bulk.start(SCOPE, "score", {"name": "again", "value": 0.5}, trace_ids=[trace_id("alpha"), trace_id("gamma")], ask=None)
    handler = BulkHandler((ScoreTraces(scores=queries.scores),))
    for _ in range(2):
        assert asyncio.run(handler.run_item(run, run.items[0])) == {"scored": 2}
    found = queries.scores.list_scores(SCOPE, Ask(filter=read_score_filter("name:again"))).data
    assert {(score.trace_id, score.value, score.source.value) for score in found} == {
        (trace_id("alpha"), 0.5, "human"),
        (trace_id("gamma"), 0.5, "human"),
    }
    assert len(found) == 2


def test_tags_and_deletion_say_what_they_do(bulk: BulkRuns[Started]) -> None:
    one, two = ["a" * 32], ["a" * 32, "b" * 32]
    assert bulk.start(SCOPE, "tag", {"add": ["bad", "sso"], "remove": ["new"]}, trace_ids=two, ask=None).title == (
        "Tag bad, sso; Remove new on 2 traces"
    )
    assert bulk.start(SCOPE, "queue", {"queue": "q1"}, trace_ids=one, ask=None).title == "Queue 1 trace to be judged"
    assert bulk.start(replace(SCOPE, role=Role.ADMIN), "delete", {}, trace_ids=two, ask=None).title == "Delete 2 traces"


def test_only_an_admin_deletes(bulk: BulkRuns[Started]) -> None:
    with pytest.raises(Forbidden, match="allowed to `admin`"):
        bulk.start(SCOPE, "delete", {}, trace_ids=["a" * 32], ask=None)
