"""The house, wired: every service built once from the settings and handed to whoever needs it. Starting and stopping live here too."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pellucid_server.api.bind import check_bind, is_loopback
from pellucid_server.api.rates import Rates
from pellucid_server.app.backup import Backups
from pellucid_server.app.bench import Bench
from pellucid_server.app.bulk_wiring import bulk_actions
from pellucid_server.app.configs import Configs
from pellucid_server.app.durable import open_durable
from pellucid_server.app.evals_wiring import EvaluatorParts, look_schedule
from pellucid_server.app.experiment_wiring import ExperimentParts
from pellucid_server.app.live import Live
from pellucid_server.app.lock import DirectoryLock
from pellucid_server.app.monitoring import Monitoring, open_monitoring
from pellucid_server.app.opening import database_url, open_driver
from pellucid_server.app.repricing_wiring import RepricingParts
from pellucid_server.app.retention import Retention
from pellucid_server.app.rollups import EVERY_S as ROLLED_UP_EVERY_S
from pellucid_server.app.rollups import RollUps
from pellucid_server.app.schedule import Job, Schedule
from pellucid_server.app.settings import Settings
from pellucid_server.app.watch_wiring import gate_watch
from pellucid_server.app.workers import WorkerPool
from pellucid_server.bulk.handler import BulkHandler
from pellucid_server.bulk.service import BulkRuns
from pellucid_server.core.clock import system_clock
from pellucid_server.core.errors import PellucidError
from pellucid_server.core.ids import random_id
from pellucid_server.dashboards.boards import Boards
from pellucid_server.dashboards.budgets import BudgetBook
from pellucid_server.dashboards.comments import CommentBook
from pellucid_server.dashboards.progress import ProgressBoard
from pellucid_server.dashboards.repricing import Repricings
from pellucid_server.dashboards.sharing import Sharing
from pellucid_server.dashboards.views import Views
from pellucid_server.dashboards.what_if import WhatIfs
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.server_runs import ServerRuns
from pellucid_server.datasets.service import Annotating, Curation, open_annotating, open_curation
from pellucid_server.datasets.trials import Trials
from pellucid_server.datasets.watching import GateWatch
from pellucid_server.enrich.price import PriceBook
from pellucid_server.evals.room import EvaluationRoom
from pellucid_server.identity.model_connections import ModelConnectionBook
from pellucid_server.identity.provision import Provision
from pellucid_server.identity.service import Identity
from pellucid_server.ingest.door import Door, RedactBefore
from pellucid_server.ingest.enriching import Enricher
from pellucid_server.ingest.local import enricher_of
from pellucid_server.ingest.losses import LossBoard
from pellucid_server.ingest.pipeline import Pipeline
from pellucid_server.ingest.ports import TraceKey
from pellucid_server.ingest.settling import Settler
from pellucid_server.jobs.engine import Engine
from pellucid_server.jobs.runs import Run, RunRetention, Runs
from pellucid_server.journal.sqlite import SqliteJournal
from pellucid_server.llm.models import LanguageModels
from pellucid_server.monitors.announcing import ChangeHooks
from pellucid_server.monitors.ledger import Ledger
from pellucid_server.monitors.probing import ProbeHandler
from pellucid_server.monitors.watcher import Watcher
from pellucid_server.outbound.guard import Guard
from pellucid_server.playground.service import Playground
from pellucid_server.prompts.insights import PromptInsights
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.prompts.watch import RolloutWatch
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.store.blobs.store import BlobStore
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.organizations import Project
from pellucid_server.store.spans.cost_days import CostDays
from pellucid_server.store.spans.drivers.port import Driver
from pellucid_server.store.spans.encode import encode
from pellucid_server.store.spans.schema import Topology
from pellucid_server.store.spans.sightings import SightingReader
from pellucid_server.store.spans.writer import SpanStore

RETRY_S = 2.0
REACTIONS_A_SECOND = 5
"""By one feedback link: a person clicks, a script floods."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class House:
    """Everything that a running server consists of."""

    settings: Settings
    lock: DirectoryLock
    journal: SqliteJournal
    meta: MetaStore
    identity: Identity
    views: Views
    comments: CommentBook
    boards: Boards
    sharing: Sharing
    budgets: BudgetBook
    what_ifs: WhatIfs
    repricings: Repricings
    cases: Cases
    trials: Trials
    server_runs: ServerRuns
    curation: Curation
    gate_watch: GateWatch
    annotating: Annotating
    ledger: Ledger
    change_hooks: ChangeHooks
    progress: ProgressBoard
    prompts: PromptRoom
    prompt_insights: PromptInsights
    rollouts: RolloutWatch
    configs: Configs
    driver: Driver
    spans: SpanStore
    queries: Queries
    blobs: BlobStore
    workers: WorkerPool
    door: Door
    losses: LossBoard
    pipeline: Pipeline
    live: Live
    live_scores: Live
    feedback_rates: Rates
    schedule: Schedule
    evals: EvaluationRoom
    evaluator_parts: EvaluatorParts
    looking: Schedule
    rates: Rates
    backups: Backups
    guard: Guard
    model_connections: ModelConnectionBook
    models: LanguageModels
    runs: Runs
    bulk: BulkRuns[Run]
    engine: Engine
    monitoring: Monitoring
    playground: Playground
    ready: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to move what the journal holds, in the background: the doors are open before this is done."""
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()

    def stop(self) -> None:
        """End in the order in which nothing is lost: no more writes, then the stores, then the lock."""
        self.stopping.set()
        self.schedule.stop()
        self.monitoring.stop()
        self.looking.stop()
        self.evaluator_parts.sandbox.close()
        self.engine.stop()
        self.pipeline.stop()
        self.workers.close()
        self.live.close()
        self.live_scores.close()
        self.journal.close()
        self.driver.close()
        self.meta.close()
        self.lock.release()

    def _warm_up(self) -> None:
        """Open the store, waiting for it as long as it takes: the journal keeps what comes in meanwhile."""
        while not self.stopping.is_set():
            try:
                self._open_store()
            except PellucidError as error:
                log.warning("the store cannot be opened yet and is tried again in %.0f s: %s", RETRY_S, error.message)
                self.stopping.wait(RETRY_S)
            else:
                log.info("ready: %s", self.settings.data)
                return

    def _open_store(self) -> None:
        self.spans.migrate()
        self.pipeline.settler.recall_from(self.spans.recent_traces(), self.spans.recent_calls())
        self.pipeline.settler.start_above(self.spans.newest_version())
        self.pipeline.start()
        self.schedule.start()
        self.monitoring.start()
        self.engine.start()
        self.looking.start()
        self.ready.set()


def build(settings: Settings, environment: Mapping[str, str]) -> House:
    """Open every part. Raises a member of the error family that says what is wrong and what to do."""
    data: Path = settings.data
    lock = DirectoryLock(data, f"http://{settings.host}:{settings.port}")
    meta = MetaStore.open(database_url(settings))
    configs = Configs(meta)
    ledger = Ledger(meta, system_clock, random_id)
    identity = Identity.open(
        meta,
        wanted=Provision.from_environment(environment),
        local=is_loopback(settings.host),
        project_changed=configs.forget,
        record_change=ledger.record,
    )
    check_bind(settings.host, has_credentials=identity.has_credentials())
    losses = LossBoard(system_clock)
    change_hooks = ChangeHooks(meta, system_clock, random_id)
    ledger.listen(change_hooks.tell)
    journal = SqliteJournal(data / "journal.db", limit_bytes=settings.journal_bytes)
    driver = open_driver(settings)
    topology = Topology(cluster=settings.clickhouse_cluster)
    spans = SpanStore(driver, topology)
    sightings = SightingReader(driver)
    rollups = RollUps(meta, CostDays(driver), system_clock)
    blobs = BlobStore.open(settings.blobs_url, data / "blobs")
    queries = open_queries(driver, system_clock, random_id)
    workers = WorkerPool(settings.decode_workers, data / "spool")
    live, live_scores = Live(), Live()
    queries.scores.listen(lambda project_id, ids: live_scores.wrote({TraceKey(project_id, id_) for id_ in ids}))
    pipeline = Pipeline(
        journal=journal,
        decoder=workers,
        settler=Settler(spans, encode, system_clock),
        store=spans,
        config_of=configs.of,
        put_blob=blobs.put,
        on_written=[live.wrote],
    )
    door = Door(journal, system_clock, redact_before=_redact_before(configs), losses=losses)
    cases = Cases(meta, system_clock, random_id)
    curation = open_curation(meta, queries, cases, system_clock, random_id)
    prompts = PromptRoom.open(meta, recorder=ledger, gate=curation.keeper, announcer=change_hooks)
    evaluator_parts = EvaluatorParts.open(meta, queries, ledger)
    bench = Bench.open(meta, queries, prompts, evaluator_parts.book)
    repricing = RepricingParts.open(driver, topology, configs, meta, pipeline, rollups)
    annotating = open_annotating(meta, queries, cases, system_clock, random_id)
    actions = bulk_actions(queries, cases, curation.curating, annotating.queues, door=door, pipeline=pipeline)
    experiments = ExperimentParts.open(meta, queries, prompts.serving, evaluator_parts.book)
    handlers = (
        *bench.handlers,
        *evaluator_parts.handlers,
        ProbeHandler(meta, ledger, system_clock, random_id),
        BulkHandler(actions),
        experiments.handler,
        repricing.handler,
    )
    durable = open_durable(settings, meta, configs, door, handlers=handlers)
    monitoring = open_monitoring(settings, meta, queries, durable.guard, durable.runs)
    evals = evaluator_parts.room(settings, meta, durable, monitoring.bursts.boosts)
    trials = Trials(meta, system_clock, random_id)
    watch = gate_watch(meta, queries, evals.book, evals.trials, ledger)
    rollouts = RolloutWatch(prompts.context, prompts.labels, queries.rollout_traffic)
    return House(
        settings=settings,
        lock=lock,
        journal=journal,
        meta=meta,
        identity=identity,
        views=Views(meta, system_clock, random_id),
        comments=CommentBook(meta, system_clock, random_id),
        boards=Boards(meta, lambda scope: queries.facets.complete(scope, "score", "", limit=200), system_clock, random_id),
        sharing=Sharing(meta, system_clock, random_id),
        budgets=BudgetBook(meta, queries.metrics, system_clock, random_id),
        what_ifs=WhatIfs(queries.metrics, lambda project_id: PriceBook(configs.of(project_id).prices), system_clock),
        repricings=repricing.room(durable.runs),
        cases=cases,
        trials=trials,
        server_runs=experiments.runs(cases, trials, configs, durable),
        curation=curation,
        gate_watch=watch,
        annotating=annotating,
        ledger=ledger,
        evals=evals,
        evaluator_parts=evaluator_parts,
        looking=look_schedule(evals),
        change_hooks=change_hooks,
        progress=ProgressBoard(system_clock),
        prompts=prompts,
        prompt_insights=PromptInsights(meta, queries.prompt_traffic, system_clock),
        rollouts=rollouts,
        configs=configs,
        driver=driver,
        spans=spans,
        queries=queries,
        blobs=blobs,
        workers=workers,
        door=door,
        losses=losses,
        pipeline=pipeline,
        live=live,
        live_scores=live_scores,
        feedback_rates=Rates(REACTIONS_A_SECOND),
        schedule=Schedule(
            [
                Job(name="retention", every_s=3_600, first_after_s=60, run=Retention(meta, spans, rollups).run),
                Job(name="runs", every_s=3_600, first_after_s=90, run=RunRetention(meta, settings.run_days).run),
                Job(name="roll-ups", every_s=ROLLED_UP_EVERY_S, first_after_s=30, run=rollups.run),
                Job(name="rollouts", every_s=10, run=lambda: rollouts.run(lambda: all_projects(meta))),
                repricing.job(),
                Job(name="samples", every_s=3_600, first_after_s=120, run=curation.samplings.run_due),
                Job(name="deployments", every_s=3_600, first_after_s=180, run=watch.run_due),
                Job(name="changes", every_s=30, run=Watcher(ledger, sightings.since, lambda: project_ids(meta), system_clock).run),
            ]
        ),
        rates=Rates(settings.requests_per_second),
        backups=Backups(settings, driver),
        guard=durable.guard,
        model_connections=durable.model_connections,
        models=durable.models,
        runs=durable.runs,
        bulk=BulkRuns(durable.runs, queries.traces, actions),
        engine=durable.engine,
        monitoring=monitoring,
        playground=bench.playground(durable.models, durable.runs),
    )


def all_projects(meta: MetaStore) -> list[Project]:
    """Of all organisations."""
    with meta.reading() as unit:
        return unit.projects.list_all()


def project_ids(meta: MetaStore) -> list[str]:
    """Their ids."""
    return [project.id for project in all_projects(meta)]


def _redact_before(configs: Configs) -> RedactBefore:
    """The enrichers of the door: compiling a project's patterns costs more than a request, so they are kept until it changes."""
    kept: dict[str, Enricher] = {}

    def before(project_id: str) -> Enricher | None:
        config = configs.of(project_id)
        return enricher_of(project_id, config, kept) if config.redact_before_journal else None

    return before
