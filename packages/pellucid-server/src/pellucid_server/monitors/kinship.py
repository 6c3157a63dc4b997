"""Kinship: whether two breaches look like the work of one cause. That they come soon after each other is not enough.

Two are kin where they are about the same slice of the traffic (`feature:checkout`), where the same change went before both, or where
their measures go wrong together: what a provider's outage does to errors, durations and traffic is one thing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import HOUR, Micros
from pellucid_server.filters.tree import EVERYTHING, And, Compare, FieldRef, Filter, Operator, Text, walk
from pellucid_server.model.change import ChangeEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.monitors.ledger import KINDS
from pellucid_server.monitors.looking import SEPARATOR, Finding
from pellucid_server.monitors.rules import Rule, RuleKind
from pellucid_server.query.facets import field_of, read_filter

CHANGE_REACH: Final = HOUR
"""A change is thought of as the cause of what breaks so soon after it."""
CAUSES: Final = tuple(kind for kind in KINDS if kind not in ("note", "gate"))
"""Kinds of changes that can break something."""
MOST_CHANGES: Final = 50
_EVERYWHERE: Final = ("kind", "outcome", "environment")
"""Fields whose values most rules name: they make no slice."""
SERVICE: Final = "service"
COST: Final = "cost"
QUALITY: Final = "quality"
REFUSALS: Final = "refusals"
_GROUPS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("spans", "outcome", "error_type", "status_message", "duration", "ttft"), SERVICE),
    **dict.fromkeys(("cost", "reported_cost", "tokens", "input_tokens", "cache_hit"), COST),
    **dict.fromkeys(("usage_input", "usage_cache_read", "usage_cache_write", "usage_cache_write_1h"), COST),
    **dict.fromkeys(("score", "output_tokens", "usage_output"), QUALITY),
    **dict.fromkeys(("guardrail_action", "finish_reason"), REFUSALS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinship:
    """What a breach has to do with."""

    slices: frozenset[str] = frozenset()
    """Such as `feature:checkout`."""
    group: str = ""
    """Measures that go wrong together have one name."""
    changes: frozenset[str] = frozenset()
    """Ids of what was changed shortly before."""

    def joins(self, others: Iterable["Kinship"]) -> bool:
        """Whether it looks like the same cause as one of the others."""
        return any(
            bool(self.slices & other.slices) or bool(self.changes & other.changes) or bool(self.group and self.group == other.group)
            for other in others
        )


def kinship_of(rule: Rule, finding: Finding, changes: Sequence[ChangeEvent]) -> Kinship:
    """Of a breach; `changes` are those shortly before it."""
    slices = dict(_slices(rule, finding))
    return Kinship(
        slices=frozenset(f"{name}:{value}" for name, value in slices.items()),
        group=_group(rule, finding.measure),
        changes=frozenset(change.id for change in changes if _touches(change, slices)),
    )


def write_kinship(kinship: Kinship) -> dict[str, JsonValue]:
    """As JSON, for the member of an incident."""
    return {"slices": [*sorted(kinship.slices)], "group": kinship.group, "changes": [*sorted(kinship.changes)]}


def read_kinship(member: Mapping[str, JsonValue]) -> Kinship:
    """Of a member of an incident; one that was stored without it is kin to nothing."""
    return Kinship(slices=_texts(member.get("slices")), group=str(member.get("group", "")), changes=_texts(member.get("changes")))


def reach(began: Micros) -> tuple[Micros, Micros]:
    """The time in which a change may have caused what began then."""
    return began - CHANGE_REACH, began + 1


def _texts(value: JsonValue) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()


def _slices(rule: Rule, finding: Finding) -> Iterable[tuple[str, str]]:
    """Field and value of what all of the traffic has in common."""
    for node in _needed(read_filter(rule.filter) if rule.filter else EVERYTHING):
        match node:
            case Compare(field=ref, operator=Operator.EQ, value=Text(value)) if ref.name not in _EVERYWHERE:
                yield _name(ref), value
    prompt = finding.segment.rpartition(SEPARATOR)[0]
    if rule.kind is RuleKind.UNEXPECTED and prompt:
        yield "prompt_name", prompt  # versions of different prompts have the same numbers
    elif rule.dimension and finding.value and _name(field_of(rule.dimension)[0]) not in _EVERYWHERE:
        yield _name(field_of(rule.dimension)[0]), finding.value


def _needed(node: Filter) -> Sequence[Filter]:
    return node.items if isinstance(node, And) else (node,)


def _name(ref: FieldRef) -> str:
    return f"{ref.name}.{ref.key}" if ref.key else ref.name


def _group(rule: Rule, measure: str) -> str:
    if rule.kind is RuleKind.UNEXPECTED:
        return rule.dimension
    if rule.kind is RuleKind.DRIFT:
        return RuleKind.DRIFT  # what moved in one comparison is one thing to look at
    if measure != "spans" or not rule.condition or rule.kind is RuleKind.NO_DATA:
        stem = measure.partition(":")[0]
        return _GROUPS.get(stem, stem)
    compared = [node for node in walk(read_filter(rule.condition)) if isinstance(node, Compare)]
    if any(node.field.name == "outcome" and node.value == Text("refused") for node in compared):
        return REFUSALS
    return next((_GROUPS.get(node.field.name, node.field.name) for node in compared), rule.condition)


def _touches(change: ChangeEvent, slices: Mapping[str, str]) -> bool:
    """Not where it is about another slice: a deploy of one feature breaks no other one."""
    return all(slices.get(name, value) == value for name, value in change.scope.items())
