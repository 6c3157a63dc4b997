"""Experiments on the server, wired: the handler of their runs first, then the verbs, which need the runs that it is handled by."""

from dataclasses import dataclass

from pellucid_server.app.configs import Configs
from pellucid_server.app.durable import Durable
from pellucid_server.app.experiment_scorers import EvaluatorScorers
from pellucid_server.app.experimenting import CallPrices, PromptMessages, RecordedLengths
from pellucid_server.app.pricing import call_pricer
from pellucid_server.core.clock import system_clock
from pellucid_server.datasets.answering import ExperimentHandler
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.server_runs import ServerRuns
from pellucid_server.datasets.trials import Trials
from pellucid_server.evals.evaluators import EvaluatorBook
from pellucid_server.evals.spending import Spending
from pellucid_server.prompts.serving import Serving
from pellucid_server.query.queries import Queries
from pellucid_server.store.meta.database import MetaStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentParts:
    """What exists before there are runs."""

    prompts: PromptMessages
    scorers: EvaluatorScorers
    lengths: RecordedLengths
    handler: ExperimentHandler

    @classmethod
    def open(cls, meta: MetaStore, queries: Queries, serving: Serving, book: EvaluatorBook) -> "ExperimentParts":
        """The first step."""
        prompts = PromptMessages(serving)
        spending = Spending(queries.metrics, system_clock)
        scorers = EvaluatorScorers(book, lambda scope, id_: spending.lately(scope, id_).of_verdict(book.ready(scope, id_)[1].calls))
        handler = ExperimentHandler(meta, prompts, scorers, system_clock)
        return cls(prompts=prompts, scorers=scorers, lengths=RecordedLengths(queries), handler=handler)

    def runs(self, cases: Cases, trials: Trials, configs: Configs, durable: Durable) -> ServerRuns:
        """The second one."""
        return ServerRuns(
            cases,
            trials,
            durable.runs,
            prompts=self.prompts,
            evaluators=self.scorers,
            lengths=self.lengths,
            price=CallPrices(durable.model_connections, call_pricer(configs), system_clock),
        )
