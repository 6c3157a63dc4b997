"""The weekly reading: twenty random conversations of this week and twenty of eight weeks ago, mixed, read blind, and labelled.

A reading is an annotation queue whose items know their era; who reads does not, until they have judged.
"""

from datetime import UTC, datetime
from random import Random
from typing import Final

from pellucid_server.core.clock import DAY, Clock
from pellucid_server.datasets.dimensions import Dimension
from pellucid_server.datasets.drawing import draw
from pellucid_server.datasets.errors import NothingToRead
from pellucid_server.datasets.panel import BEFORE, NOW
from pellucid_server.datasets.queues import QueueDraft, Queues, ToJudge
from pellucid_server.filters.tree import EVERYTHING, Filter
from pellucid_server.model.scope import Scope
from pellucid_server.query.queries import Queries
from pellucid_server.query.windows import Window
from pellucid_server.store.meta.annotations import AnnotationQueue

WEEK: Final = 7 * DAY
CONVERSATIONS: Final = 20
WEEKS_AGO: Final = 8
DATASET: Final = "weekly reading"
DIMENSIONS: Final = (
    Dimension(name="helpful", type="boolean", description="Would the person who asked be content with this answer?"),
    Dimension(name="correct", type="boolean", required=False, description="As far as you can tell."),
    Dimension(
        name="theme",
        type="categorical",
        categories=("nothing new", "new kind of question", "wrong facts", "refused", "tone", "too long", "other"),
        required=False,
    ),
)
GUIDELINES: Final = (
    "Read each conversation as the person who asked it. Neither its scores nor its week are shown until you have judged it."
)


class Readings:
    """The verbs."""

    def __init__(self, queues: Queues, queries: Queries, clock: Clock) -> None:
        self._queues = queues
        self._queries = queries
        self._clock = clock

    def of_this_week(self, scope: Scope, node: Filter = EVERYTHING) -> AnnotationQueue:
        """This week's, drawn now unless it was before. Raises `NothingToRead` where there is no trace in the last seven days."""
        name = f"Reading {week_of(self._clock())}"
        known = next((queue for queue, _ in self._queues.list_queues(scope, "reading") if queue.name == name), None)
        if known is not None:
            return known
        drawn = self._drawn(scope, node, Random(f"{scope.project_id} {name}"))  # which traces, not a secret
        draft = QueueDraft(
            name=name, kind="reading", guidelines=GUIDELINES, dimensions=DIMENSIONS, raters=1, blind=True, dataset=DATASET
        )
        queue = self._queues.create(scope, draft)
        self._queues.fill(scope, queue.id, drawn)
        return queue

    def _drawn(self, scope: Scope, node: Filter, random: Random) -> list[ToJudge]:
        now = self._clock()
        windows = {NOW: now, BEFORE: now - WEEKS_AGO * WEEK}
        drawn = [
            ToJudge(trace_id=trace_id, era=era)
            for era, end in windows.items()
            for trace_id in draw(self._queries, scope, Window(start=end - WEEK, end=end), node, CONVERSATIONS, random)
        ]
        if not any(one.era == NOW for one in drawn):
            raise NothingToRead
        random.shuffle(drawn)
        return drawn


def week_of(time: int) -> str:
    """The week as ISO 8601 names it: `2026-W48`."""
    year, week, _ = datetime.fromtimestamp(time / 1_000_000, UTC).isocalendar()
    return f"{year}-W{week:02}"
