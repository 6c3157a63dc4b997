"""How an answer is scored: against the expected one without asking anybody (exact, contains, overlap; each gives 0 to 1), or by an
evaluator of the project, which this room knows by its port only.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from pellucid_server.datasets.errors import BadExperiment
from pellucid_server.llm.durable import ItemContext
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.scope import Scope

Scorer = Callable[[str, str], float]
EVALUATOR: Final = "evaluator:"
"""A scorer's name that begins so is an evaluator of the project, by id or name."""
_WORDS: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A case with its answer, as an evaluator is shown it."""

    question: JsonValue
    text: str
    expected: JsonValue = None
    context: str = ""
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    trace_id: str = ""
    model: str = ""


class EvaluatorSource(Protocol):
    """The evaluators of a project."""

    def pinned(self, scope: Scope, name: str) -> JsonValue:
        """An evaluator in its newest version, as a run keeps it. Raises `BadExperiment`."""

    def cost_each(self, scope: Scope, pinned: JsonValue) -> float | None:
        """What one verdict costs, US dollars; None where nobody knows yet."""

    async def score(self, context: ItemContext, pinned: JsonValue, answered: Answered) -> Sequence[Mapping[str, JsonValue]]:
        """Scores as a result keeps them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The scorers of a run."""

    plain: tuple[str, ...]
    evaluators: tuple[JsonValue, ...] = ()


def exact(answer: str, expected: str) -> float:
    """1 where nothing differs but white space at the ends."""
    return float(answer.strip() == expected.strip())


def contains(answer: str, expected: str) -> float:
    """1 where the answer holds the expected text, case aside."""
    return float(expected.strip().casefold() in answer.casefold())


def overlap(answer: str, expected: str) -> float:
    """The harmonic mean of how much of the expected words is said, and how much of what is said was expected (F1 of words)."""
    said, wanted = Counter(_WORDS.findall(answer.casefold())), Counter(_WORDS.findall(expected.casefold()))
    shared = (said & wanted).total()
    return 2 * shared / (said.total() + wanted.total()) if shared else float(not said and not wanted)


SCORERS: Final[Mapping[str, Scorer]] = {"exact": exact, "contains": contains, "overlap": overlap}
DEFAULT: Final = ("contains", "overlap")


def checked(names: Sequence[str], scope: Scope, source: EvaluatorSource) -> Wanted:
    """The scorers, where they are known; without any, the default ones. Raises `BadExperiment`."""
    plain = [name for name in names if not name.startswith(EVALUATOR)]
    unknown = [name for name in plain if name not in SCORERS]
    if unknown:
        raise BadExperiment(
            f"There is no scorer `{unknown[0]}`; there are {', '.join(SCORERS)}, and {EVALUATOR}<name> for the project's evaluators."
        )
    evaluators = [source.pinned(scope, name.removeprefix(EVALUATOR)) for name in names if name.startswith(EVALUATOR)]
    return Wanted(plain=tuple(plain) if names else DEFAULT, evaluators=tuple(evaluators))


def scored(names: Sequence[str], answer: str, expected: JsonValue) -> list[Mapping[str, JsonValue]]:
    """Scores as a result keeps them; none where nothing was expected."""
    if expected is None:
        return []
    wanted = expected if isinstance(expected, str) else canonical(expected)
    return [
        {"name": name, "type": "numeric", "value": SCORERS[name](answer, wanted), "status": "valid"}
        for name in names
        if name in SCORERS
    ]
