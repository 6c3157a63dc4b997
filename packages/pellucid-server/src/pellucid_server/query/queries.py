"""Queries: all read verbs, wired once."""

from dataclasses import dataclass

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.query.conversations import ConversationQueries
from pellucid_server.query.cost_days import CostDayQueries
from pellucid_server.query.exports import Exports
from pellucid_server.query.facets import Facets
from pellucid_server.query.groups import Groups
from pellucid_server.query.metrics import MetricQueries
from pellucid_server.query.prompt_traffic import PromptTraffic
from pellucid_server.query.retrieval import RetrievalContexts
from pellucid_server.query.rollout_traffic import RolloutTraffic
from pellucid_server.query.scores import Scores
from pellucid_server.query.search import Search
from pellucid_server.query.signals import Signals
from pellucid_server.query.spans import Spans
from pellucid_server.query.traces import Traces
from pellucid_server.store.spans.drivers.port import Driver
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.scores import ScoreStore
from pellucid_server.store.spans.sql.groups import SESSIONS, USERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    """The way out. Every verb takes a `Scope` first."""

    clock: Clock
    """For windows that are relative to now."""
    traces: Traces
    spans: Spans
    sessions: Groups
    users: Groups
    conversations: ConversationQueries
    facets: Facets
    metrics: MetricQueries
    search: Search
    exports: Exports
    scores: Scores
    retrieval: RetrievalContexts
    prompt_traffic: PromptTraffic
    rollout_traffic: RolloutTraffic
    signals: Signals
    cost_days: CostDayQueries


def open_queries(driver: Driver, clock: Clock, ids: IdSource) -> Queries:
    """The verbs on an engine whose tables exist."""
    reader = SpanReader(driver)
    return Queries(
        clock=clock,
        traces=Traces(reader, clock),
        spans=Spans(reader, clock),
        sessions=Groups(reader, clock, SESSIONS),
        users=Groups(reader, clock, USERS),
        conversations=ConversationQueries(reader, clock),
        facets=Facets(reader, clock),
        metrics=MetricQueries(reader, clock),
        search=Search(reader, clock),
        exports=Exports(reader, clock),
        scores=Scores(reader, ScoreStore(driver, clock), clock, ids),
        retrieval=RetrievalContexts(reader, clock),
        prompt_traffic=PromptTraffic(reader, clock),
        rollout_traffic=RolloutTraffic(reader, clock),
        signals=Signals(reader, clock),
        cost_days=CostDayQueries(reader, clock),
    )
