"""The state of a data set: which of production's topics its cases speak of, how old they are, and what leaks between its splits."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from pellucid_server.core.clock import DAY, Clock, Micros
from pellucid_server.datasets.answering import QUESTION
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.conversations import plain, question_of
from pellucid_server.model.scope import Scope
from pellucid_server.query.facets import read_filter
from pellucid_server.query.queries import Queries
from pellucid_server.query.windows import Window
from pellucid_server.stats.coverage import Coverage, coverage, near_doubles
from pellucid_server.stats.intervals import Estimate, share
from pellucid_server.store.meta.datasets import Item

LOOKED_BACK: Final = 28 * DAY
"""Of production."""
TEXTS: Final = 600
"""Questions of production, drawn evenly, and cases that topics are sought in."""
CASES: Final = 5_000
"""That are looked at, the first by id."""
OLD: Final = 90 * DAY
LEAKS: Final = 50
"""That are shown."""
LEAST_ANSWER: Final = 24
"""Characters of an expected answer below which finding it in the question is chance."""
_ASKED: Final = "is_root:true -environment:pellucid-*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How old the cases are."""

    newest: Micros
    median_days: float
    old: Estimate
    """Share of cases that nobody has touched for 90 days."""
    new_topics: int
    """Topics of production without a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A case that gives another one away, or itself."""

    kind: str
    """`splits`: two cases of different splits say the same. `answer`: the question holds the expected answer."""
    item_id: str
    split: str
    other_id: str = ""
    other_split: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """All of it."""

    version: int
    cases: int
    """That were looked at."""
    asked: int
    """Questions of production that were looked at."""
    coverage: Coverage | None
    """None where too little was asked in production."""
    freshness: Freshness | None
    """None without cases."""
    leaks: Sequence[Leak]
    leak_count: int


class Healths:
    """The verb."""

    def __init__(self, cases: Cases, queries: Queries, clock: Clock) -> None:
        self._cases = cases
        self._queries = queries
        self._clock = clock

    def of(self, scope: Scope, name: str, version: int | None = None) -> Health:
        """Of a version, else the newest."""
        page = self._cases.items(scope, name, version=version, limit=1)
        items = self._items(scope, name, page.version)
        questions = [question(item) for item in items]
        now = self._clock()
        asked = self._queries.signals.texts(
            scope, read_filter(_ASKED), Window(start=now - LOOKED_BACK, end=now), "input", limit=TEXTS
        )
        step = max(1, len(questions) // TEXTS)
        found = coverage(asked, questions[::step][:TEXTS])
        leaks = leaked(items, questions)
        return Health(
            version=page.version,
            cases=len(items),
            asked=len(asked),
            coverage=found,
            freshness=_freshness(items, found, now),
            leaks=leaks[:LEAKS],
            leak_count=len(leaks),
        )

    def _items(self, scope: Scope, name: str, version: int) -> list[Item]:
        items: list[Item] = []
        for page in self._cases.pages(scope, name, version=version):
            items += page
            if len(items) >= CASES:
                break
        return items[:CASES]


def question(item: Item) -> str:
    """What a case asks, as one text."""
    return plain(item.metadata.get(QUESTION) or question_of(item.input))


def leaked(items: Sequence[Item], questions: Sequence[str]) -> list[Leak]:
    """Cases of one split that say what one of another says, and questions that hold their own answer."""
    found = [
        Leak(kind="splits", item_id=a.id, split=a.split, other_id=b.id, other_split=b.split)
        for a, b in ((items[one], items[other]) for one, other in near_doubles(questions))
        if a.split != b.split
    ]
    for item, asked in zip(items, questions, strict=True):
        answer = " ".join(plain(item.expected).casefold().split())
        if len(answer) >= LEAST_ANSWER and answer in " ".join(asked.casefold().split()):
            found.append(Leak(kind="answer", item_id=item.id, split=item.split))
    return found


def _freshness(items: Sequence[Item], found: Coverage | None, now: Micros) -> Freshness | None:
    if not items:
        return None
    old = share(sum(now - item.time > OLD for item in items), len(items))
    assert old is not None  # there are items
    return Freshness(
        newest=max(item.time for item in items),
        median_days=median((now - item.time) / DAY for item in items),
        old=old,
        new_topics=0 if found is None else sum(not topic.cases for topic in found.topics),
    )
