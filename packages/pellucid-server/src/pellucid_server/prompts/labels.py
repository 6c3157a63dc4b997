"""Labels: moved to a version or split over several, rolled back, taken away, protected. Every move is kept, audited and announced."""

from collections.abc import Sequence
from dataclasses import dataclass

from pellucid_server.model.change import PROMPT_RULE, ChangeEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.prompts.context import Context, Editor, composed, content_of, pointed_at, prompt_named
from pellucid_server.prompts.errors import (
    BadPrompt,
    ChangedMeanwhile,
    LabelInUse,
    LabelProtected,
    NoSuchLabel,
    NoSuchVersion,
    NothingToRollBackTo,
    PromptArchived,
    ReviewNeeded,
)
from pellucid_server.prompts.names import check_label
from pellucid_server.prompts.rollouts import Arm, Arms, Rollout, checked, from_stored, next_rollout, said, to_stored
from pellucid_server.prompts.template import Reference
from pellucid_server.store.meta.prompts import ProtectedLabel, StoredLabel, StoredMove, StoredPrompt
from pellucid_server.store.meta.unit import UnitOfWork

MAX_REASON_CHARS = 2_000
MAX_LABELS = 100
"""Of one prompt."""
CHANGE_KIND = "prompt_label"
STOP = "stop"
"""The kind of a move by which a rollout ended by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelMove:
    """Where a label shall point."""

    label: str
    arms: Arms
    """One version, or several with shares."""
    reason: str = ""
    expected: Arms | None = None
    """Where its author saw it point; empty for nowhere. Where it points elsewhere by now, the move is refused."""
    shuffle: bool = False
    """Draw anew who gets which version."""


class Labels:
    """The verbs."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def move(self, editor: Editor, name: str, move: LabelMove) -> Rollout:
        """Point a label at a version, or split it. Seen by whoever asks next."""
        project_id = editor.scope.project_id
        with self._context.store.writing() as unit:
            prompt = prompt_named(unit, project_id, name, for_change=True)
            events = self.apply(unit, editor, prompt, move)
            rollout = pointed_at(unit, prompt.id, move.label)
        self._context.changed(project_id, events)
        if rollout is None:
            raise NoSuchLabel
        return rollout

    def roll_back(self, editor: Editor, name: str, label: str, *, reason: str = "") -> Rollout:
        """Point a label where it pointed before. Once more goes one further back. Raises `NothingToRollBackTo`."""
        project_id = editor.scope.project_id
        with self._context.store.writing() as unit:
            prompt = prompt_named(unit, project_id, name, for_change=True)
            # Back to what was reviewed before needs no second pair of eyes: in an incident there may be one pair.
            self._check_allowed(unit, editor.scope, prompt, label, reason, reviewed=True)
            target = earlier(unit.prompts.moves(prompt.id, label))
            if target is None:
                raise NothingToRollBackTo
            move = LabelMove(label=label, arms=target.arms, reason=reason)
            events = self.apply(unit, editor, prompt, move, kind="rollback", reviewed=True)
            rollout = pointed_at(unit, prompt.id, label) or target
        self._context.changed(project_id, events)
        return rollout

    def remove(self, editor: Editor, name: str, label: str, *, reason: str = "") -> None:
        """Take a label away: whoever asks for it is told that there is none."""
        project_id = editor.scope.project_id
        with self._context.store.writing() as unit:
            prompt = prompt_named(unit, project_id, name, for_change=True)
            self._check_allowed(unit, editor.scope, prompt, label, reason)
            old = pointed_at(unit, prompt.id, label)
            if old is None:
                raise NoSuchLabel
            if _is_included(unit, project_id, name, label):
                raise LabelInUse
            unit.prompts.remove_label(prompt.id, label)
            event = self._noted(unit, editor, prompt, _Step(label=label, kind="remove", before=old, after=None, reason=reason))
        self._context.changed(project_id, [event])

    def protections(self, scope: Scope) -> list[ProtectedLabel]:
        """Labels that only admins move."""
        with self._context.store.reading() as unit:
            return unit.prompts.protections(scope.project_id)

    def protect(self, scope: Scope, label: str, *, four_eyes: bool = False) -> ProtectedLabel:
        """Let only admins move a label, in all prompts of the project."""
        check_label(label)
        protection = ProtectedLabel(project_id=scope.project_id, label=label, four_eyes=four_eyes)
        with self._context.store.writing() as unit:
            unit.prompts.put_protection(protection)
            self._context.note(unit, scope, "prompt_label.protect", label, four_eyes=four_eyes)
        title = f"The label {label} is protected{', and needs a review' if four_eyes else ''}"
        self._context.announce(scope, PROMPT_RULE, title, action="protected", label=label, four_eyes=four_eyes)
        return protection

    def unprotect(self, scope: Scope, label: str) -> None:
        """Let members move it again."""
        with self._context.store.writing() as unit:
            if not unit.prompts.remove_protection(scope.project_id, label):
                raise NoSuchLabel("This label is not protected; `GET /api/v1/protected-labels` lists those that are.")
            self._context.note(unit, scope, "prompt_label.unprotect", label)
        self._context.announce(
            scope, PROMPT_RULE, f"The label {label} is not protected any more", action="unprotected", label=label
        )

    def stop(
        self, unit: UnitOfWork, editor: Editor, prompt: StoredPrompt, label: str, expected: Rollout, control: int, reason: str
    ) -> list[ChangeEvent]:
        """End a rollout within a transaction: the label points at the old version alone. Raises `ChangedMeanwhile`."""
        move = LabelMove(label=label, arms=(Arm(version=control),), reason=reason, expected=expected.arms)
        # Back to what served before the rollout needs no second pair of eyes, like any way back.
        return self.apply(unit, editor, prompt, move, kind=STOP, reviewed=True)

    def check_may_move(self, unit: UnitOfWork, scope: Scope, label: str) -> None:
        """Raises `LabelProtected` where only admins move the label."""
        protection = unit.prompts.protection(scope.project_id, label)
        if protection is not None and not scope.may(Permission.ADMIN):
            raise LabelProtected(f"The label `{label}` is protected: only admins of the project move it. Ask one of them.")

    def apply(
        self,
        unit: UnitOfWork,
        editor: Editor,
        prompt: StoredPrompt,
        move: LabelMove,
        *,
        kind: str = "move",
        reviewed: bool = False,
    ) -> list[ChangeEvent]:
        """Move a label within a transaction; what to announce after its commit, nothing where it points there already.

        `reviewed`: somebody else proposed it, or it leads back to where it was.
        """
        self._check_allowed(unit, editor.scope, prompt, move.label, move.reason, reviewed=reviewed)
        arms = checked(move.arms)
        old = pointed_at(unit, prompt.id, move.label)
        if move.expected is not None and move.expected != (() if old is None else old.arms):
            raise ChangedMeanwhile(
                f"`{move.label}` of `{prompt.name}` was moved meanwhile: it is {said(old)} now. Look at it, then move it again."
            )
        new = next_rollout(old, arms, self._context.new_id, shuffle=move.shuffle)
        if new == old:
            return []
        if old is None and len(unit.prompts.labels(prompt.id)) >= MAX_LABELS:
            raise BadPrompt(f"`{prompt.name}` has {MAX_LABELS} labels; take some away.")
        if kind != "rollback":
            self._pass_gate(unit, editor.scope, prompt, move.label, old, new)
        self._point(unit, editor, prompt, move.label, new)
        return [self._noted(unit, editor, prompt, _Step(label=move.label, kind=kind, before=old, after=new, reason=move.reason))]

    def _pass_gate(
        self, unit: UnitOfWork, scope: Scope, prompt: StoredPrompt, label: str, old: Rollout | None, new: Rollout
    ) -> None:
        """Each version that is not live yet. Compared with the one that most get; a rollback needs none: in an incident nobody waits."""
        live = () if old is None else old.arms
        versions = {arm.version for arm in live}
        main = max(live, key=lambda arm: arm.probability).version if live else None
        for arm in new.arms:
            if self._context.gate is not None and arm.version not in versions:
                self._context.gate.check_move(unit, scope, prompt=prompt.name, label=label, version=arm.version, live_version=main)

    def _point(self, unit: UnitOfWork, editor: Editor, prompt: StoredPrompt, label: str, rollout: Rollout) -> None:
        versions = {arm.version: unit.prompts.version(prompt.id, arm.version) for arm in rollout.arms}
        missing = [number for number, version in versions.items() if version is None]
        if missing:
            raise NoSuchVersion(
                f"`{prompt.name}` has no version {missing[0]}, or it was deleted; `{label}` stays where it is. Choose one that there is."
            )
        unit.prompts.put_label(
            StoredLabel(
                prompt_id=prompt.id,
                label=label,
                arms=to_stored(rollout),
                rollout_id=rollout.id,
                moved_time=self._context.clock(),
                moved_by=editor.scope.actor,
            )
        )
        unit.prompts.mark_labelled(prompt.id, list(versions))
        # With the label at its new place: a circle that this move would close shows here, and undoes it.
        for version in versions.values():
            if version is not None:
                composed(unit, prompt.project_id, prompt.name, content_of(prompt, version))

    def _check_allowed(
        self, unit: UnitOfWork, scope: Scope, prompt: StoredPrompt, label: str, reason: str, *, reviewed: bool = False
    ) -> None:
        check_label(label)
        if len(reason) > MAX_REASON_CHARS:
            raise BadPrompt(f"A reason has at most {MAX_REASON_CHARS:,} characters; shorten it.")
        if prompt.archived_time is not None:
            raise PromptArchived
        self.check_may_move(unit, scope, label)
        protection = unit.prompts.protection(scope.project_id, label)
        if protection is not None and protection.four_eyes and not reviewed:
            raise ReviewNeeded

    def _noted(self, unit: UnitOfWork, editor: Editor, prompt: StoredPrompt, step: "_Step") -> ChangeEvent:
        now = self._context.clock()
        move = StoredMove(
            id=self._context.new_id("move"),
            prompt_id=prompt.id,
            label=step.label,
            number=unit.prompts.last_move_number(prompt.id) + 1,
            kind=step.kind,
            before=to_stored(step.before),
            after=to_stored(step.after),
            actor=editor.scope.actor,
            actor_name=editor.name,
            reason=step.reason,
            time=now,
        )
        unit.prompts.add_move(move)
        details: dict[str, JsonValue] = {
            "label": step.label,
            "from": said(step.before),
            "to": said(step.after),
            "reason": step.reason,
        }
        self._context.note(unit, editor.scope, f"prompt_label.{step.kind}", prompt.name, **details)
        return ChangeEvent(
            id=move.id,
            time=now,
            kind=CHANGE_KIND,
            title=f"{prompt.name}: {step.label} {said(step.before)} → {said(step.after)}",
            actor=editor.name,
            scope={"prompt_name": prompt.name, "prompt_label": step.label},
            before=said(step.before),
            after={"to": said(step.after), "kind": step.kind, "reason": step.reason},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    label: str
    kind: str
    before: Rollout | None
    after: Rollout | None
    reason: str


def earlier(moves: Sequence[StoredMove]) -> Rollout | None:
    """Where a label pointed before: moves put a place on a pile, a rollback takes one off. A label that was removed lay nowhere.

    A rollout that was stopped is taken off whole: nobody is led back into it.
    """
    pile: list[Rollout | None] = []
    for move in moves:
        if move.kind == "rollback":
            pile = _below(pile)
        elif move.kind == STOP:
            pile = _stopped(pile, from_stored(move.after))
        else:
            pile.append(from_stored(move.after))
    below = _below(pile)
    return below[-1] if below else None


def _stopped(pile: list[Rollout | None], after: Rollout | None) -> list[Rollout | None]:
    """The pile down to where the rollout began, with the place to which the stop led on top."""
    lower = list(pile)
    while lower and (lower[-1] is None or lower[-1].is_split):
        lower.pop()
    return lower if lower and lower[-1] == after else [*lower, after]


def _below(pile: list[Rollout | None]) -> list[Rollout | None]:
    """The pile without its top, and without the times when the label was not set."""
    lower = pile[:-1]
    while lower and lower[-1] is None:
        lower = lower[:-1]
    return lower


def _is_included(unit: UnitOfWork, project_id: str, name: str, label: str) -> bool:
    wanted = Reference(name=name, label=label)
    labels = (label, None) if label == "production" else (label,)
    for _, _, items in unit.prompts.live_references(project_id):
        for item in items:
            if isinstance(item, list) and len(item) == 3 and item[0] == wanted.name and item[1] in labels and item[2] is None:
                return True
    return False
