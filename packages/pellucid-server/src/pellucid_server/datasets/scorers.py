"""How an answer is scored against the expected one without asking anybody: exact, contains, overlap. Each gives 0 to 1."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pellucid_server.datasets.errors import BadExperiment
from pellucid_server.model.json import JsonValue, canonical

Scorer = Callable[[str, str], float]
_WORDS: Final = re.compile(r"\w+")


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


def checked(names: Sequence[str]) -> tuple[str, ...]:
    """The names, where they are known; without any, the default ones. Raises `BadExperiment`."""
    unknown = [name for name in names if name not in SCORERS]
    if unknown:
        raise BadExperiment(f"There is no scorer `{unknown[0]}`; there are {', '.join(SCORERS)}.")
    return tuple(names) or DEFAULT


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
