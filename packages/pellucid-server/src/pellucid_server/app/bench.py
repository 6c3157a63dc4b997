"""The playground, wired: its handlers of runs first, then the room itself, which needs the runs that they are handled by."""

from dataclasses import dataclass

from pellucid_server.app.prompt_source import PromptSource
from pellucid_server.jobs.handlers import Handler
from pellucid_server.jobs.runs import Runs
from pellucid_server.llm.models import LanguageModels
from pellucid_server.playground.recordings import Recordings
from pellucid_server.playground.replaying import Replayer
from pellucid_server.playground.service import Playground
from pellucid_server.playground.tabling import Tabler
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.query.queries import Queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What the room is made of."""

    prompts: PromptSource
    recordings: Recordings

    @classmethod
    def open(cls, queries: Queries, prompts: PromptRoom) -> "Bench":
        """Over the registry and what was recorded."""
        return cls(prompts=PromptSource(prompts.serving), recordings=Recordings(queries))

    @property
    def handlers(self) -> tuple[Handler, ...]:
        """The room's kinds of runs."""
        return Replayer(self.recordings, self.prompts), Tabler(self.prompts)

    def playground(self, models: LanguageModels, runs: Runs) -> Playground:
        """The room."""
        return Playground(models, self.prompts, self.recordings, runs)
