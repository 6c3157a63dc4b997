"""The room's services, wired. Built once by `app`."""

from dataclasses import dataclass

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.curating import Curating
from pellucid_server.datasets.gates import GateKeeper
from pellucid_server.datasets.health import Healths
from pellucid_server.datasets.importing import Importing
from pellucid_server.datasets.panel import Panels
from pellucid_server.datasets.queues import Queues
from pellucid_server.datasets.rating import Judging
from pellucid_server.datasets.readings import Readings
from pellucid_server.datasets.regressions import Regressions
from pellucid_server.datasets.sampling import Samplings
from pellucid_server.datasets.traces import TraceTexts
from pellucid_server.query.queries import Queries
from pellucid_server.store.meta.database import MetaStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotating:
    """What people judge."""

    queues: Queues
    judging: Judging
    panels: Panels
    readings: Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Curation:
    """How cases come into data sets and out of them, and what they keep from being deployed."""

    curating: Curating
    importing: Importing
    samplings: Samplings
    keeper: GateKeeper
    regressions: Regressions
    healths: Healths


def open_annotating(store: MetaStore, queries: Queries, cases: Cases, clock: Clock, new_id: IdSource) -> Annotating:
    """Wire it."""
    queues = Queues(store, TraceTexts(queries), clock, new_id)
    return Annotating(
        queues=queues,
        judging=Judging(store, queries.scores, cases, clock),
        panels=Panels(store),
        readings=Readings(queues, queries, clock),
    )


def open_curation(store: MetaStore, queries: Queries, cases: Cases, clock: Clock, new_id: IdSource) -> Curation:
    """Wire it."""
    curating = Curating(cases, TraceTexts(queries))
    return Curation(
        curating=curating,
        importing=Importing(store, cases, clock),
        samplings=Samplings(store, queries, cases, curating, clock),
        keeper=GateKeeper(store, clock, new_id),
        regressions=Regressions(cases, TraceTexts(queries)),
        healths=Healths(cases, queries, clock),
    )
