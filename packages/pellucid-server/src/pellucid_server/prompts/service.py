"""`PromptRoom`: the room's services, wired. Built once by `app`."""

from dataclasses import dataclass

from pellucid_server.core.clock import Clock, system_clock
from pellucid_server.core.ids import IdSource, random_id
from pellucid_server.prompts.context import Announcer, ChangeRecorder, Context, GateCheck
from pellucid_server.prompts.labels import Labels
from pellucid_server.prompts.proposals import Review
from pellucid_server.prompts.registry import Registry
from pellucid_server.prompts.serving import Serving
from pellucid_server.store.meta.database import MetaStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRoom:
    """All verbs of the room that need no analytics."""

    context: Context
    """For the verbs that do."""
    registry: Registry
    labels: Labels
    serving: Serving
    review: Review

    @classmethod
    def open(
        cls,
        store: MetaStore,
        *,
        clock: Clock = system_clock,
        new_id: IdSource = random_id,
        recorder: ChangeRecorder | None = None,
        gate: GateCheck | None = None,
        announcer: Announcer | None = None,
    ) -> "PromptRoom":
        """Wire the services. `recorder` hears of label moves after their commit, `announcer` of all else; `gate` may refuse a move."""
        context = Context(store=store, clock=clock, new_id=new_id, recorder=recorder, gate=gate, announcer=announcer)
        labels = Labels(context)
        return cls(
            context=context,
            registry=Registry(context, labels),
            labels=labels,
            serving=Serving(context, clock),
            review=Review(context, labels),
        )
