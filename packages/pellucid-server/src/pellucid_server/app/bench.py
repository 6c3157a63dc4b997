"""The playground, wired: its handlers of runs first, then the room itself, which needs the runs that they are handled by."""

from dataclasses import dataclass

from pellucid_server.app.bench_evaluators import BenchEvaluators
from pellucid_server.app.prompt_source import PromptSource
from pellucid_server.core.clock import system_clock
from pellucid_server.evals.evaluators import EvaluatorBook
from pellucid_server.jobs.handlers import Handler
from pellucid_server.jobs.runs import Runs
from pellucid_server.llm.models import LanguageModels
from pellucid_server.playground.drafts import Drafts
from pellucid_server.playground.recordings import Recordings
from pellucid_server.playground.replaying import Replayer
from pellucid_server.playground.service import Playground
from pellucid_server.playground.tabling import Tabler
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.query.queries import Queries
from pellucid_server.store.meta.database import MetaStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What the room is made of."""

    prompts: PromptSource
    recordings: Recordings
    evaluators: BenchEvaluators
    drafts: Drafts

    @classmethod
    def open(cls, meta: MetaStore, queries: Queries, prompts: PromptRoom, book: EvaluatorBook) -> "Bench":
        """Over the registry, what was recorded, and the room of evaluators."""
        return cls(
            prompts=PromptSource(prompts.serving),
            recordings=Recordings(queries),
            evaluators=BenchEvaluators(book),
            drafts=Drafts(meta, system_clock),
        )

    @property
    def handlers(self) -> tuple[Handler, ...]:
        """The room's kinds of runs."""
        return Replayer(self.recordings, self.prompts), Tabler(self.prompts, self.recordings, self.evaluators)

    def playground(self, models: LanguageModels, runs: Runs) -> Playground:
        """The room."""
        return Playground(models, self.prompts, self.recordings, runs, self.evaluators, self.drafts)
