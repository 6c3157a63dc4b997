"""Which part of the traffic is evaluated, and with what probability: strata that are told by filters, drawn by a hash. Pure.

A place is drawn or not by its id alone, so a repeated look draws the same ones. The probability is recorded with the score, and every
estimate weighs by it; a stratum that is preferred makes no estimate crooked.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pellucid_server.core.clock import Micros
from pellucid_server.evals.errors import BadSampling
from pellucid_server.model.json import JsonValue

DEFAULT_PROBABILITY: Final = 0.1
MAX_STRATA: Final = 10
DEFAULT_SAMPLING: Final[Mapping[str, JsonValue]] = {
    "default": DEFAULT_PROBABILITY,
    "strata": [
        {"name": "errors", "filter": "outcome:error", "probability": 1.0},
        {"name": "guardrails", "filter": "has:guardrail_action -guardrail_action:allow", "probability": 1.0},
        {"name": "low_rated", "filter": "score.user-feedback<0.5", "probability": 1.0},
    ],
}
"""A tenth of everything; all errors, all guardrail hits, and all that people rated low (these also when the rating comes late)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A part of the traffic with a probability of its own."""

    name: str
    filter: str
    probability: float


class Boost(Protocol):
    """A slice of which more than usual is drawn for a while, such as the traffic after a change. Another room's, wired by `app`.

    It only raises: what a stratum draws more often stays so.
    """

    @property
    def name(self) -> str:
        """Recorded as the stratum of what was drawn because of it."""

    @property
    def filter(self) -> str:
        """Of spans."""

    def probability_at(self, time: Micros) -> float:
        """For traffic of a moment; it must be the same whenever that traffic is looked at."""


Boosts = Callable[[str, str], Sequence[Boost]]
"""For (project, evaluator): what is drawn more of now."""


def no_boosts(_project_id: str, _evaluator_id: str) -> Sequence[Boost]:
    """Of a server without a ledger of changes."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How traffic is drawn; the first stratum that fits counts."""

    default: float
    strata: tuple[Stratum, ...]

    def expected(self, counts: Mapping[str, int]) -> float:
        """How many places are drawn of these, by the name of their stratum; what is in none is under the empty name."""
        shares = {stratum.name: stratum.probability for stratum in self.strata}
        return sum(count * shares.get(name, self.default) for name, count in counts.items())

    def as_json(self) -> dict[str, JsonValue]:
        """As it is kept."""
        strata: list[JsonValue] = [
            {"name": stratum.name, "filter": stratum.filter, "probability": stratum.probability} for stratum in self.strata
        ]
        return {"default": self.default, "strata": strata}


def read_sampling(value: JsonValue) -> Sampling:
    """From JSON; what is left out is the default. Raises `BadSampling`."""
    if not isinstance(value, dict):
        raise BadSampling("`sampling` is a JSON object with `default` and `strata`.")
    strata = value.get("strata", [])
    if not isinstance(strata, list) or len(strata) > MAX_STRATA:
        raise BadSampling(f"`strata` is a list of at most {MAX_STRATA} objects with `name`, `filter` and `probability`.")
    return Sampling(
        default=_probability(value.get("default", DEFAULT_PROBABILITY), "default"), strata=tuple(_stratum(one) for one in strata)
    )


def draw(seed: str, key: str) -> float:
    """A number from 0 to 1 that looks random and follows from both: the same for the same."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{key}".encode()).digest()[:7]) / 2**56


def _stratum(value: JsonValue) -> Stratum:
    name, text = (value.get("name"), value.get("filter")) if isinstance(value, dict) else (None, None)
    if not isinstance(value, dict) or not isinstance(name, str) or not name or not isinstance(text, str) or not text:
        raise BadSampling("Each stratum has a `name`, a `filter` that is not empty, and a `probability`.")
    return Stratum(name=name, filter=text, probability=_probability(value.get("probability", 1.0), name))


def _probability(value: JsonValue, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise BadSampling(f"The probability of `{name}` is {value!r}; it lies above 0 and up to 1.")
    return float(value)
