"""Renderings of system prompts compared: which are variants of one another, in which fragments they differ, who gets which. Pure."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

RELATED = 0.6
"""Two texts are variants if this share of the shorter one's characters stands in fragments that both have: an appended fragment, however
long, leaves the rest shared."""
MAX_FRAGMENTS = 2_000
"""Of one text; what follows is one more fragment."""
MIN_CALLS_A_VALUE = 5
_BREAK = re.compile(r"(?<=[.!?:])\s+|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a variant differs from the one that most receive."""

    added: Sequence[str]
    removed: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How the values of one attribute divide the receivers of variants."""

    attribute: str
    strength: float
    """0: the attribute says nothing about which variant somebody gets; 1: it says everything."""
    values: Mapping[str, Mapping[str, int]]
    """Value → variant → calls."""


def fragments(text: str) -> list[str]:
    """Sentences and lines, in order, without the space around them."""
    parts = _BREAK.split(text, maxsplit=MAX_FRAGMENTS)
    return [stripped for part in parts if (stripped := part.strip())]


def clusters(texts: Sequence[str], same: Callable[[str], str]) -> list[list[int]]:
    """Places of texts that are variants of one another, in the given order: each joins the first group to whose first text it is related.

    `same` maps a fragment to what two renderings of it have in common.
    """
    groups: list[list[int]] = []
    keys = [Counter(same(fragment) for fragment in fragments(text)) for text in texts]
    for place, mine in enumerate(keys):
        group = next((group for group in groups if _overlap(keys[group[0]], mine) >= RELATED), None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups


def difference(base: str, variant: str, same: Callable[[str], str]) -> Difference:
    """Fragments that only one of the two has, as they were rendered; neighbours are joined."""
    ours, theirs = fragments(base), fragments(variant)
    matcher = SequenceMatcher(None, [same(part) for part in ours], [same(part) for part in theirs], autojunk=False)
    added: list[str] = []
    removed: list[str] = []
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        if kind != "equal":
            removed += [" ".join(ours[a0:a1])] if a1 > a0 else []
            added += [" ".join(theirs[b0:b1])] if b1 > b0 else []
    return Difference(added=added, removed=removed)


def spreads(counts: Mapping[str, Mapping[str, Mapping[str, int]]], totals: Mapping[str, int]) -> list[Spread]:
    """Attributes (→ value → variant → calls), those that best tell who gets which variant first.

    The strength is the mutual information of attribute and variant as a share of the variant's entropy, less what chance alone would
    show with so many values (Miller and Madow's correction). Attributes that say next to nothing are left out, and so are those with
    fewer than `MIN_CALLS_A_VALUE` calls for each value: an id of the request "explains" everything.
    """
    entropy, calls = _entropy(list(totals.values())), sum(totals.values())
    found: list[Spread] = []
    for attribute, values in counts.items():
        filled = _with_missing(values, totals)
        if entropy == 0 or calls < MIN_CALLS_A_VALUE * len(filled):
            continue
        chance = (len(filled) - 1) * (len(totals) - 1) / (2 * calls * math.log(2))
        strength = max(0.0, 1 - (_conditional(filled) + chance) / entropy)
        found.append(Spread(attribute=attribute, strength=strength, values=filled))
    return sorted((spread for spread in found if spread.strength >= 0.01), key=lambda spread: (-spread.strength, spread.attribute))


def _with_missing(values: Mapping[str, Mapping[str, int]], totals: Mapping[str, int]) -> dict[str, dict[str, int]]:
    filled: dict[str, dict[str, int]] = defaultdict(dict)
    for value, by_fingerprint in values.items():
        filled[value] |= by_fingerprint
    for fingerprint, total in totals.items():
        missing = total - sum(by.get(fingerprint, 0) for by in values.values())
        if missing > 0:
            filled[""][fingerprint] = filled[""].get(fingerprint, 0) + missing
    return dict(filled)


def _conditional(values: Mapping[str, Mapping[str, int]]) -> float:
    """Entropy of the variant once the value is known."""
    everything = sum(sum(by.values()) for by in values.values())
    return sum(sum(by.values()) / everything * _entropy(list(by.values())) for by in values.values()) if everything else 0.0


def _entropy(counts: Sequence[int]) -> float:
    total = sum(counts)
    return -sum(count / total * math.log2(count / total) for count in counts if count)


def _overlap(ours: Counter[str], theirs: Counter[str]) -> float:
    shared = _length(ours & theirs)
    shorter = min(_length(ours), _length(theirs))
    return shared / shorter if shorter else 0.0


def _length(parts: Counter[str]) -> int:
    return sum(len(part) * count for part, count in parts.items())
