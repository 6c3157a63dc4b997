"""Prompts as the traffic shows them: what each version did, what is live, and how rendered prompts drift from one another.

Joins what `query.prompt_traffic` tells with what is registered. Calls of models and changes of labels do not live here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pellucid_server.core.clock import DAY, Clock, Micros
from pellucid_server.enrich.fingerprint import skeleton
from pellucid_server.filters.tree import EVERYTHING, Filter
from pellucid_server.model.scope import Scope
from pellucid_server.prompts.context import prompt_named
from pellucid_server.prompts.errors import NoSuchBinding
from pellucid_server.prompts.fragments import Difference, Spread, clusters, difference, spreads
from pellucid_server.prompts.rollouts import Rollout, from_stored
from pellucid_server.query.prompt_traffic import (
    MAX_VALUES,
    PromptTraffic,
    Received,
    SeenVariant,
    ServedValue,
    VersionScore,
    VersionTraffic,
)
from pellucid_server.query.windows import Window
from pellucid_server.stats.intervals import Estimate, mean_of, share
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.prompts import Binding

FEEDBACK = "feedback"
MIN_FEEDBACK = 10
"""The share of positive feedback is shown from more than this."""
NEW_FOR: Micros = DAY
"""How long something that had not served before is new."""
MAX_RELATED = 12
"""Attributes shown for one fragment."""
MAX_FRAGMENTS = 6
"""Of one group, the most frequent first; each is one more statement."""
WITH, WITHOUT = "with", "without"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionReport:
    """What a version did, with intervals."""

    traffic: VersionTraffic
    error_rate: Estimate | None
    refusal_rate: Estimate | None
    positive_rate: Estimate | None
    """Of feedback; None where there is too little."""
    feedback: int
    scores: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEntry:
    """Something that serves, how much of the traffic, and what is odd about it."""

    served: ServedValue
    share: float
    """Of the calls that have a value of this kind."""
    status: str
    """`current`, `new`, `stale` or `unexpected`."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One rendering among its relatives."""

    seen: SeenVariant
    share: float
    bound_to: str | None
    """The registered prompt that it was bound to by hand."""
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A piece of text that some variants of a group have and others do not."""

    text: str
    fingerprints: Sequence[str]
    """Those that have it."""
    since: Micros
    """When it was first sent in the window."""
    calls: int
    calls_without: int
    """Of the group's other variants, from then on."""
    receivers: Sequence[Spread]
    """Who receives it and who does not, from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantGroup:
    """Renderings that are variants of one prompt, the one that most receive first."""

    prompts: Sequence[str]
    calls: int
    variants: Sequence[Variant]
    fragments: Sequence[Fragment] = ()


class PromptInsights:
    """The verbs."""

    def __init__(self, store: MetaStore, traffic: PromptTraffic, clock: Clock) -> None:
        self._store = store
        self._traffic = traffic
        self._clock = clock

    def versions(self, scope: Scope, name: str, window: Window) -> list[VersionReport]:
        """What each version of a prompt did, the newest first."""
        with self._store.reading() as unit:
            prompt = prompt_named(unit, scope.project_id, name)
            bound = [binding.fingerprint for binding in unit.prompts.bindings(scope.project_id) if binding.prompt_id == prompt.id]
        scores: dict[str, list[VersionScore]] = {}
        for score in self._traffic.scores(scope, name, window):
            scores.setdefault(score.version, []).append(score)
        found = self._traffic.versions(scope, name, window, bound)
        reports = [_report(traffic, scores.get(traffic.version, [])) for traffic in found]
        return sorted(reports, key=lambda report: _number(report.traffic.version), reverse=True)

    def live(self, scope: Scope, minutes: int) -> list[LiveEntry]:
        """What served in the last minutes, what stands out first within its kind."""
        served = self._traffic.served(scope, minutes)
        labels, versions, bound = self._registered(scope)
        totals: dict[str, int] = {}
        newest: dict[str, Micros] = {}
        for value in served:
            totals[value.kind] = totals.get(value.kind, 0) + value.calls
            newest[value.kind] = max(newest.get(value.kind, 0), value.first_time)
        now = self._clock()
        began = self._traffic.began(scope)
        entries = []
        for value in served:
            # Where observation began less than a day ago everything would be new.
            is_new = now - value.first_time < NEW_FOR <= now - began
            status, why = _status(value, is_new, newest[value.kind], labels, versions, bound)
            entries.append(LiveEntry(served=value, share=value.calls / totals[value.kind], status=status, why=why))
        order = {"unexpected": 0, "stale": 1, "new": 2, "current": 3}
        return sorted(entries, key=lambda entry: (entry.served.kind, order[entry.status], -entry.served.calls))

    def drift(self, scope: Scope, window: Window, node: Filter = EVERYTHING) -> list[VariantGroup]:
        """Groups of renderings that are variants of one another; those with more than one variant first, then by calls."""
        seen = self._traffic.variants(scope, window, node)
        with self._store.reading() as unit:
            names = {prompt.id: prompt.name for prompt in unit.prompts.of_project(scope.project_id)}
            bound = {item.fingerprint: names[item.prompt_id] for item in unit.prompts.bindings(scope.project_id)}
        groups = [_group([seen[place] for place in places], bound) for places in clusters([one.text for one in seen], skeleton)]
        made = [replace(group, fragments=self._fragments(scope, window, node, group)) for group in groups]
        return sorted(made, key=lambda group: (len(group.variants) < 2, -group.calls))

    def _fragments(self, scope: Scope, window: Window, node: Filter, group: VariantGroup) -> list[Fragment]:
        """What divides a group, with its receivers. Only calls since its first appearance are compared: before, nobody had it."""
        having = _having(group)
        everybody = [variant.seen.fingerprint for variant in group.variants]
        found = []
        for text, variants in having[:MAX_FRAGMENTS]:
            since = min(variant.seen.first_time for variant in variants)
            names = [variant.seen.fingerprint for variant in variants]
            received = self._traffic.receivers(scope, Window(start=since, end=window.end), node, everybody)
            totals, spread = _divided(received, names)
            found.append(
                Fragment(
                    text=text,
                    fingerprints=names,
                    since=since,
                    calls=totals.get(WITH, 0),
                    calls_without=totals.get(WITHOUT, 0),
                    receivers=spread,
                )
            )
        return found

    def bind(self, scope: Scope, fingerprint: str, name: str, actor_name: str) -> Binding:
        """Say that calls with a fingerprint belong to a registered prompt."""
        with self._store.writing() as unit:
            prompt = prompt_named(unit, scope.project_id, name)
            binding = Binding(
                project_id=scope.project_id,
                fingerprint=fingerprint,
                prompt_id=prompt.id,
                actor_name=actor_name,
                time=self._clock(),
            )
            unit.prompts.put_binding(binding)
        return binding

    def unbind(self, scope: Scope, fingerprint: str) -> None:
        """Take that back."""
        with self._store.writing() as unit:
            if not unit.prompts.remove_binding(scope.project_id, fingerprint):
                raise NoSuchBinding

    def _registered(self, scope: Scope) -> tuple[Mapping[tuple[str, str], Rollout], set[tuple[str, str]], set[str]]:
        """Where labels of prompts point, the versions that there are, and bound fingerprints."""
        with self._store.reading() as unit:
            names = {prompt.id: prompt.name for prompt in unit.prompts.of_project(scope.project_id)}
            labels = {
                (names[stored.prompt_id], stored.label): rollout
                for stored in unit.prompts.labels_of_project(scope.project_id)
                if (rollout := from_stored(stored.arms, stored.rollout_id)) is not None
            }
            versions = {
                (name, str(version)) for prompt_id, name in names.items() for version in unit.prompts.version_numbers(prompt_id)
            }
            bound = {binding.fingerprint for binding in unit.prompts.bindings(scope.project_id)}
        return labels, versions, bound


def _report(traffic: VersionTraffic, scores: Sequence[VersionScore]) -> VersionReport:
    feedback = [score for score in scores if score.source == FEEDBACK]
    count, positive = sum(score.count for score in feedback), sum(score.positive for score in feedback)
    return VersionReport(
        traffic=traffic,
        error_rate=share(traffic.errors, traffic.calls),
        refusal_rate=share(traffic.refusals, traffic.calls),
        positive_rate=share(positive, count) if count > MIN_FEEDBACK else None,
        feedback=count,
        scores={score.name: mean_of(score.mean, score.deviation, score.count) for score in scores if score.source != FEEDBACK},
    )


def _status(
    value: ServedValue,
    is_new: bool,
    newest: Micros,
    labels: Mapping[tuple[str, str], Rollout],
    versions: set[tuple[str, str]],
    bound: set[str],
) -> tuple[str, str]:
    if value.kind == "prompt":
        return _prompt_status(value, labels, versions)
    if value.kind == "release" and value.first_time < newest:
        return "stale", "a later release serves too"
    if is_new:
        return "new", "had not served before today"
    if value.kind == "fingerprint" and value.value[0] in bound:
        return "current", "bound to a registered prompt"
    return "current", ""


def _prompt_status(
    value: ServedValue, labels: Mapping[tuple[str, str], Rollout], versions: set[tuple[str, str]]
) -> tuple[str, str]:
    name, version, label = (*value.value, "", "")[:3]
    if (name, version) not in versions:
        return "unexpected", "this version is not in the registry" if version else "sent without a version: a fallback or a copy"
    pointing = [
        key[1] for key, rollout in labels.items() if key[0] == name and version in {str(arm.version) for arm in rollout.arms}
    ]
    if not pointing:
        return "stale", "no label points at this version any more"
    if label and label not in pointing:
        return "stale", f"fetched by {label}, which points elsewhere by now"
    return "current", f"{', '.join(pointing)} {'points' if len(pointing) == 1 else 'point'} at it"


def _group(group: Sequence[SeenVariant], bound: Mapping[str, str]) -> VariantGroup:
    calls = sum(one.calls for one in group)
    variants = [
        Variant(
            seen=one,
            share=one.calls / calls,
            bound_to=bound.get(one.fingerprint),
            difference=difference(group[0].text, one.text, skeleton),
        )
        for one in group
    ]
    names = {name for one in group for name in one.prompts} | {one.bound_to for one in variants if one.bound_to}
    return VariantGroup(prompts=sorted(names), calls=calls, variants=variants)


def _having(group: VariantGroup) -> list[tuple[str, list[Variant]]]:
    """Fragments that not all variants have, each with those that have it; those that most calls carry first."""
    texts: dict[str, str] = {}
    found: dict[str, list[Variant]] = {}
    for variant in group.variants:
        for text in variant.difference.added:
            key = skeleton(text)
            texts.setdefault(key, text)
            found.setdefault(key, []).append(variant)
    ordered = sorted(found, key=lambda key: -sum(variant.seen.calls for variant in found[key]))
    return [(texts[key], found[key]) for key in ordered]


def _divided(received: Sequence[Received], names: Sequence[str]) -> tuple[dict[str, int], list[Spread]]:
    """Calls with and without, and the attributes that tell the two apart."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for one in received:
        side = WITH if one.fingerprint in names else WITHOUT
        by_side = counts.setdefault(one.attribute, {}).setdefault(one.value, {})
        by_side[side] = by_side.get(side, 0) + one.calls
    # Every call has an `environment`, if only an empty one: its counts are those of all calls.
    totals: dict[str, int] = {}
    for by_side in counts.get("environment", {}).values():
        for side, calls in by_side.items():
            totals[side] = totals.get(side, 0) + calls
    low = {attribute: values for attribute, values in counts.items() if len(values) <= MAX_VALUES}
    return totals, spreads(low, totals)[:MAX_RELATED]


def _number(version: str) -> int:
    return int(version) if version.isascii() and version.isdigit() else -1
