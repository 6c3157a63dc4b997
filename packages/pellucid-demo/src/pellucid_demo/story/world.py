"""One world: a seed, the chapters with their dates, the people and their visits."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from pellucid_demo.bot.people import Customer
from pellucid_demo.simulator.engine import Settings
from pellucid_demo.simulator.faults import Fault
from pellucid_demo.simulator.mind.judging import JudgeRates
from pellucid_demo.story.chapters import HISTORY_DAYS, Chapters
from pellucid_demo.story.population import population
from pellucid_demo.story.traffic import Visit, plan
from pellucid_demo.story.voices import labelled

# What any provider does to any customer: the same in every week, with and without a story.
_FAULT_RATES = {Fault.RATE_LIMIT: 0.004, Fault.SERVER_ERROR: 0.004, Fault.OVERLOADED: 0.002}
# A judge that people agree with well enough to trust it, and that still has to be corrected.
_JUDGE = JudgeRates(sensitivity=0.95, specificity=0.97)


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that a seed decides. History ends at `end`; live traffic begins at `live`, in a back-fill at once."""

    seed: int
    end: datetime
    live: datetime | None = None
    story: bool = True
    weeks: int = HISTORY_DAYS // 7

    @cached_property
    def chapters(self) -> Chapters:
        return Chapters(end=self.end, live=self.live or self.end, story=self.story)

    @cached_property
    def people(self) -> list[Customer]:
        return population(self.seed)

    @cached_property
    def visits(self) -> list[Visit]:
        """The history, oldest visit first."""
        return plan(self.seed, self.people, self.end, self.weeks)

    @cached_property
    def labelled(self) -> dict[int, int]:
        return labelled(self.visits, self.end, self.seed)

    def provider_settings(self, latency: float) -> Settings:
        return Settings(seed=self.seed, latency=latency, swaps=self.chapters.swaps(), judge=_JUDGE, fault_rates=_FAULT_RATES)
