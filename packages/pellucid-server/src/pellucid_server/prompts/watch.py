"""Watching rollouts: what is known of one now, its guardrails, and the round that ends those which broke one.

Ending a rollout means that its label points at the old version alone again. Nobody is asked: it leads back to what served before.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pellucid_server.core.clock import Micros
from pellucid_server.core.errors import PellucidError
from pellucid_server.model.change import PROMPT_RULE, ChangeEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Role, Scope
from pellucid_server.prompts.context import Context, Editor, pointed_at, prompt_named
from pellucid_server.prompts.effects import MoveEffect, effect_of, sides_of
from pellucid_server.prompts.errors import ChangedMeanwhile, NoSuchLabel, NotSplit, PromptArchived
from pellucid_server.prompts.guardrails import DEFAULTS, Guardrail, Judgement, checked, from_stored, judge, to_stored
from pellucid_server.prompts.labels import MAX_REASON_CHARS, Labels
from pellucid_server.prompts.names import check_label
from pellucid_server.prompts.rollouts import Rollout
from pellucid_server.prompts.rollouts import from_stored as rollout_from
from pellucid_server.prompts.stops import document_of, reason_of
from pellucid_server.query.rollout_traffic import RolloutTraffic
from pellucid_server.stats.sequential import Clusters
from pellucid_server.store.meta.guardrails import StoredGuardrails, StoredStop
from pellucid_server.store.meta.organizations import Project
from pellucid_server.store.meta.prompts import StoredMove, StoredPrompt
from pellucid_server.store.meta.unit import UnitOfWork

ACTOR = "pellucid:guardrails"
ACTOR_NAME = "Guardrails"
MAX_STOPS = 50
"""Shown of one prompt."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailSet:
    """What is watched while a label is split."""

    guardrails: Sequence[Guardrail] = DEFAULTS
    automatic: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutReport:
    """A rollout as it stands."""

    label: str
    rollout: Rollout
    since: Micros
    """When its shares were last set; only calls since then count."""
    watched: GuardrailSet
    evidence: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    prompt: StoredPrompt
    label: str
    rollout: Rollout
    since: Micros
    control: int
    watched: GuardrailSet


class RolloutWatch:
    """The verbs."""

    def __init__(self, context: Context, labels: Labels, traffic: RolloutTraffic) -> None:
        self._context = context
        self._labels = labels
        self._traffic = traffic

    def report(self, scope: Scope, name: str, label: str) -> RolloutReport:
        """What is known of the rollout behind a label now. Raises `NoSuchLabel` and `NotSplit`."""
        with self._context.store.reading() as unit:
            running = _running(unit, prompt_named(unit, scope.project_id, name), label)
        return RolloutReport(
            label=label,
            rollout=running.rollout,
            since=running.since,
            watched=running.watched,
            evidence=document_of(self._judged(scope, running)),
        )

    def stops(self, scope: Scope, name: str) -> list[StoredStop]:
        """Rollouts of a prompt that ended by themselves, the newest first."""
        with self._context.store.reading() as unit:
            return unit.guardrails.stops(prompt_named(unit, scope.project_id, name).id, MAX_STOPS)

    def effects(self, scope: Scope, name: str) -> list[MoveEffect]:
        """What the calls of a prompt's labels were before and after each of the newest moves, the newest first."""
        with self._context.store.reading() as unit:
            moves = unit.prompts.moves(prompt_named(unit, scope.project_id, name).id)
        sides = sides_of(moves, self._context.clock())
        shown = [move for move in moves if move.id in sides]
        sums: dict[str, Mapping[str, Clusters]] = {}
        for label in {move.label for move in shown}:
            wanted = [side for move in shown if move.label == label for side in sides[move.id]]
            sums |= self._traffic.sides(scope, name, label, wanted)
        return [effect_of(move, sides[move.id], sums) for move in sorted(shown, key=lambda move: -move.time)]

    def guardrails(self, scope: Scope, name: str, label: str) -> GuardrailSet:
        """What is watched, or would be, while the label is split."""
        check_label(label)
        with self._context.store.reading() as unit:
            return _watched(unit, prompt_named(unit, scope.project_id, name).id, label)

    def set_guardrails(self, editor: Editor, name: str, label: str, wanted: GuardrailSet) -> GuardrailSet:
        """Say what is watched. Counts for a rollout that runs already, from its next look on."""
        check_label(label)
        guardrails = checked(wanted.guardrails)
        scope = editor.scope
        with self._context.store.writing() as unit:
            prompt = prompt_named(unit, scope.project_id, name, for_change=True)
            if prompt.archived_time is not None:
                raise PromptArchived
            self._labels.check_may_move(unit, scope, label)
            unit.guardrails.put(
                StoredGuardrails(
                    prompt_id=prompt.id,
                    label=label,
                    automatic=wanted.automatic,
                    guardrails=to_stored(guardrails),
                    updated_time=self._context.clock(),
                    updated_by=scope.actor,
                )
            )
            self._context.note(unit, scope, "prompt_guardrails.set", name, label=label, automatic=wanted.automatic)
        title = f"{name}: what is watched on {label} was changed"
        kept: dict[str, JsonValue] = {"action": "guardrails", "label": label, "automatic": wanted.automatic}
        self._context.announce(scope, PROMPT_RULE, title, actor=editor.name, prompt=name, **kept)
        return GuardrailSet(guardrails=guardrails, automatic=wanted.automatic)

    def run(self, projects: Callable[[], Sequence[Project]]) -> None:
        """Look once at every rollout of every project; one that fails does not keep the others from being looked at."""
        for project in projects():
            scope = Scope(organization_id=project.organization_id, project_id=project.id, role=Role.ADMIN, actor=ACTOR)
            for running in self._all_running(project.id):
                try:
                    self._look(scope, running)
                except PellucidError as error:
                    log.warning("the rollout of %s could not be looked at: %s", running.prompt.name, error.message)

    def _look(self, scope: Scope, running: _Running) -> None:
        if not running.watched.automatic or running.prompt.archived_time is not None:
            return
        judgement = self._judged(scope, running)
        if judgement.broken:
            self._stop(Editor(scope=scope, name=ACTOR_NAME), running, judgement)

    def _stop(self, editor: Editor, running: _Running, judgement: Judgement) -> None:
        """Point the label at the old version alone and keep why. Nothing where somebody moved it since it was looked at."""
        reason = reason_of(judgement)[:MAX_REASON_CHARS]
        events: list[ChangeEvent] = []
        with self._context.store.writing() as unit:
            prompt = prompt_named(unit, editor.scope.project_id, running.prompt.name, for_change=True)
            try:
                events = self._labels.stop(unit, editor, prompt, running.label, running.rollout, running.control, reason)
            except ChangedMeanwhile:
                return
            unit.guardrails.add_stop(
                StoredStop(
                    id=self._context.new_id("stop"),
                    prompt_id=prompt.id,
                    label=running.label,
                    rollout_id=running.rollout.id,
                    time=self._context.clock(),
                    reason=reason,
                    evidence=document_of(judgement),
                )
            )
        self._context.changed(editor.scope.project_id, events)
        log.warning("the rollout of %s (%s) was stopped: %s", running.prompt.name, running.label, reason)

    def _judged(self, scope: Scope, running: _Running) -> Judgement:
        shares = {arm.version: arm.probability for arm in running.rollout.arms}
        arms = self._traffic.arms(scope, running.prompt.name, running.label, list(shares.items()), running.since)
        return judge(running.control, arms, shares, running.watched.guardrails)

    def _all_running(self, project_id: str) -> list[_Running]:
        with self._context.store.reading() as unit:
            split = [stored for stored in unit.prompts.labels_of_project(project_id) if len(stored.arms) > 1]
            found = []
            for stored in split:
                prompt = unit.prompts.by_id(stored.prompt_id)
                if prompt is not None:
                    found.append(_running(unit, prompt, stored.label))
            return found


def control_of(rollout: Rollout, moves: Sequence[StoredMove]) -> int:
    """The old version: the one at which the label pointed alone before the rollout began, else the one that most get."""
    versions = {arm.version for arm in rollout.arms}
    for move in reversed(moves):
        before = rollout_from(move.before)
        if before is not None and not before.is_split and before.arms[0].version in versions:
            return before.arms[0].version
    return max(rollout.arms, key=lambda arm: arm.probability).version


def _running(unit: UnitOfWork, prompt: StoredPrompt, label: str) -> _Running:
    rollout = pointed_at(unit, prompt.id, label)
    stored = unit.prompts.label(prompt.id, label)
    if rollout is None or stored is None:
        raise NoSuchLabel
    if not rollout.is_split:
        raise NotSplit
    return _Running(
        prompt=prompt,
        label=label,
        rollout=rollout,
        since=stored.moved_time,
        control=control_of(rollout, unit.prompts.moves(prompt.id, label)),
        watched=_watched(unit, prompt.id, label),
    )


def _watched(unit: UnitOfWork, prompt_id: str, label: str) -> GuardrailSet:
    stored = unit.guardrails.get(prompt_id, label)
    if stored is None:
        return GuardrailSet()
    return GuardrailSet(guardrails=from_stored(stored.guardrails), automatic=stored.automatic)
