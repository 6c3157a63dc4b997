"""Pricing anew, wired to the pipeline and the roll-ups: in two steps, because the floor of jobs needs its handlers before runs exist."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from pellucid_server.app.configs import Configs
from pellucid_server.app.rollups import RollUps
from pellucid_server.app.schedule import Job
from pellucid_server.dashboards.repricing import PricesOf, RepricingHandler, Repricings
from pellucid_server.ingest.pipeline import Pipeline
from pellucid_server.ingest.ports import TraceKey
from pellucid_server.jobs.runs import Runs
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.drivers.port import Driver
from pellucid_server.store.spans.repricing import Repricer
from pellucid_server.store.spans.schema import Topology

TIDY_EVERY_S = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reread:
    """The pipeline, as the room of cost knows it."""

    pipeline: Pipeline

    def reread(self, project_id: str, trace_ids: Sequence[str]) -> Future[None]:
        """Forget what was known of stored rows; settle these traces anew."""
        return self.pipeline.reread([TraceKey(project_id, trace_id) for trace_id in trace_ids])


@dataclass(frozen=True, slots=True, kw_only=True)
class RepricingParts:
    """What exists before there are runs."""

    repricer: Repricer
    configs: Configs
    meta: MetaStore
    handler: RepricingHandler

    @classmethod
    def open(
        cls, driver: Driver, topology: Topology, configs: Configs, meta: MetaStore, pipeline: Pipeline, rollups: RollUps
    ) -> "RepricingParts":
        """The first step."""
        repricer = Repricer(driver, topology)
        handler = RepricingHandler(repricer, _prices(configs), meta, _Reread(pipeline=pipeline), rollups)
        return cls(repricer=repricer, configs=configs, meta=meta, handler=handler)

    def room(self, runs: Runs) -> Repricings:
        """The second one."""
        return Repricings(self.repricer, _prices(self.configs), self.meta, runs)

    def job(self) -> Job:
        """What is left of runs that were cancelled goes away."""
        return Job(name="repricing", every_s=TIDY_EVERY_S, first_after_s=90, run=self.handler.tidy)


def _prices(configs: Configs) -> PricesOf:
    return lambda project_id: configs.of(project_id).prices
