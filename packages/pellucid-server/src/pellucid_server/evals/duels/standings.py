"""From duels to strengths: Bradley–Terry with intervals, and what both orders say about the judge. Pure: kept outcomes in, a result out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pellucid_server.evals.kept import estimate_from_json, number, whole
from pellucid_server.model.json import JsonValue
from pellucid_server.stats.duels import Duel, bradley_terry
from pellucid_server.stats.intervals import Estimate, mean, share

FIRST, SECOND, TIE = 1.0, 0.0, 0.5
WINNERS: Final = ("first", "second", "tie")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A duel that ended: who met, and what is kept of it."""

    first: str
    second: str
    kept: Mapping[str, JsonValue] = field(default_factory=dict)
    failed: bool = False

    @property
    def won(self) -> float | None:
        """As `Fought.won`."""
        return number(self.kept.get("won"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One contestant."""

    name: str
    strength: Estimate
    """Its chance to win against an average one."""
    won: int
    lost: int
    tied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """What the duels say so far."""

    contestants: Sequence[Standing]
    """The strongest first."""
    decided: int
    """Duels with a verdict; ties among them."""
    missing: int
    """Without one: a missing verdict is no tie."""
    failed: int
    agreement: Estimate | None
    """The share of duels whose two orders say the same."""
    lean: Estimate | None
    """To what the judge reads first: 0 is fair, 1 always the first, −1 always the last."""
    kin: Estimate | None
    """What the judge's own family wins against others, ties as halves."""


def standings(outcomes: Iterable[Outcome]) -> Standings:
    """Of all duels that ended."""
    ended = list(outcomes)
    duels = [
        (outcome, Duel(first=outcome.first, second=outcome.second, won=outcome.won)) for outcome in ended if outcome.won is not None
    ]
    strengths = bradley_terry([duel for _, duel in duels])
    counts = {name: [0, 0, 0] for name in strengths}
    for _, duel in duels:
        counts[duel.first][_place(duel.won)] += 1
        counts[duel.second][_place(1 - duel.won)] += 1
    failed = sum(1 for outcome in ended if outcome.failed)
    agreeing = [said[0] == said[1] for outcome, _ in duels if len(said := _said(outcome)) == 2]
    leans = [lean for outcome, _ in duels if (lean := number(outcome.kept.get("lean"))) is not None]
    kin = [duel.won if side == "first" else 1 - duel.won for outcome, duel in duels if (side := outcome.kept.get("kin"))]
    return Standings(
        contestants=[
            Standing(name=name, strength=strength, won=counts[name][0], lost=counts[name][1], tied=counts[name][2])
            for name, strength in strengths.items()
        ],
        decided=len(duels),
        missing=len(ended) - len(duels) - failed,
        failed=failed,
        agreement=share(sum(agreeing), len(agreeing)),
        lean=mean(leans),
        kin=mean(kin),
    )


def _place(won: float) -> int:
    return {FIRST: 0, SECOND: 1}.get(won, 2)


def _said(outcome: Outcome) -> list[str]:
    orders = outcome.kept.get("orders")
    said = [order.get("winner") for order in orders if isinstance(order, dict)] if isinstance(orders, list) else []
    return [one for one in said if isinstance(one, str) and one in WINNERS]


def standings_from_json(value: JsonValue) -> Standings:
    """What `asdict` made of standings: as they were when the run ended."""
    kept = value if isinstance(value, dict) else {}
    listed = kept.get("contestants")
    contestants = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return Standings(
        contestants=[
            Standing(
                name=str(one.get("name")),
                strength=strength,
                won=whole(one, "won"),
                lost=whole(one, "lost"),
                tied=whole(one, "tied"),
            )
            for one in contestants
            if (strength := estimate_from_json(one.get("strength"))) is not None
        ],
        decided=whole(kept, "decided"),
        missing=whole(kept, "missing"),
        failed=whole(kept, "failed"),
        agreement=estimate_from_json(kept.get("agreement")),
        lean=estimate_from_json(kept.get("lean")),
        kin=estimate_from_json(kept.get("kin")),
    )
