"""Rollouts: one label, several versions, a share for each. Pure. Assignment is the client's too: the wire reference gives the rule."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from pellucid_server.core.ids import IdSource
from pellucid_server.model.json import JsonValue
from pellucid_server.prompts.errors import BadRollout

MAX_ARMS = 10
TOLERANCE = 1e-6
"""How far the sum may be from 1: thirds are written with a few digits."""
HASH_BITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A version and its share of those who ask."""

    version: int
    probability: float = 1.0


Arms = tuple[Arm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """Where a label points: to one version, or to several."""

    arms: Arms
    id: str = ""
    """Empty for one version. Who asks is assigned by it, so a new id draws anew."""

    @property
    def is_split(self) -> bool:
        """Whether there is anything to draw."""
        return len(self.arms) > 1

    def assigned(self, key: str) -> Arm:
        """The arm of a user or session: the first whose cumulated probability exceeds the key's share."""
        point = share_of(f"{self.id}:{key}")
        passed = 0.0
        for arm in self.arms:
            passed += arm.probability
            if point < passed:
                return arm
        return self.arms[-1]


def share_of(text: str) -> float:
    """A number in [0, 1) that depends on the text alone: SHA-256, first 64 bits, big-endian."""
    return float(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**HASH_BITS)


def next_rollout(old: Rollout | None, wanted: Sequence[Arm], new_id: IdSource, *, shuffle: bool = False) -> Rollout:
    """What a label becomes. Raises `BadRollout`.

    Where only shares change, the id and the order of the arms stay: users stay where they are as far as the shares allow it.
    """
    arms = checked(wanted)
    if len(arms) == 1:
        return Rollout(arms=arms)
    shares = {arm.version: arm for arm in arms}
    if old is not None and old.is_split and not shuffle and {arm.version for arm in old.arms} == shares.keys():
        return Rollout(arms=tuple(shares[arm.version] for arm in old.arms), id=old.id)
    return Rollout(arms=arms, id=new_id("rollout"))


def checked(arms: Sequence[Arm]) -> Arms:
    """Arms that fit together."""
    if not 1 <= len(arms) <= MAX_ARMS:
        raise BadRollout
    if len({arm.version for arm in arms}) != len(arms):
        raise BadRollout("A rollout names each version once; add up the shares of those that are named twice.")
    if any(not math.isfinite(arm.probability) or not 0 <= arm.probability <= 1 for arm in arms):
        raise BadRollout("A probability is between 0 and 1; 0.1 is ten percent.")
    total = math.fsum(arm.probability for arm in arms)
    if abs(total - 1) > TOLERANCE:
        raise BadRollout(f"The probabilities of a rollout sum to 1; these sum to {total:g}.")
    return tuple(arms)


def from_stored(arms: Sequence[JsonValue], rollout_id: str = "") -> Rollout | None:
    """What the database keeps; None where the label was not set."""
    read = tuple(_arm(item) for item in arms)
    return Rollout(arms=read, id=rollout_id) if read else None


def to_stored(rollout: Rollout | None) -> list[JsonValue]:
    """For the database."""
    return [] if rollout is None else [[arm.version, arm.probability] for arm in rollout.arms]


def said(rollout: Rollout | None) -> str:
    """For people: `v7`, or `v7 90 %, v8 10 %`."""
    if rollout is None:
        return "not set"
    if not rollout.is_split:
        return f"v{rollout.arms[0].version}"
    return ", ".join(f"v{arm.version} {arm.probability:.4g}" for arm in rollout.arms)


def _arm(item: JsonValue) -> Arm:
    match item:
        case [int() as version, int() | float() as probability]:
            return Arm(version=version, probability=float(probability))
    raise BadRollout(f"The database holds {item!r} where an arm should be; restore the label's last state from a backup.")
