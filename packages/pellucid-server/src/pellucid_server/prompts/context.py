"""What every verb of the room needs: the store, the clock, ids, and who must hear of a change. And the steps that verbs share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.model.change import AuditEvent, ChangeEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.prompts.composing import DEFAULT_LABEL, Composed, Composer, Found
from pellucid_server.prompts.content import Content, PromptType
from pellucid_server.prompts.errors import BadReference, NoSuchPrompt
from pellucid_server.prompts.rollouts import Rollout, from_stored
from pellucid_server.prompts.template import Reference
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.prompts import StoredPrompt, StoredVersion
from pellucid_server.store.meta.unit import UnitOfWork


class ChangeRecorder(Protocol):
    """Keeps the ledger of changes."""

    def record(self, project_id: str, event: ChangeEvent) -> None:
        """Note what happened."""


class Announcer(Protocol):
    """Tells whoever asked to hear of changes."""

    def tell(self, project_id: str, event: ChangeEvent) -> None:
        """Of one that is kept in no ledger."""


class GateCheck(Protocol):
    """Stands before labels."""

    def check_move(
        self, unit: UnitOfWork, scope: Scope, *, prompt: str, label: str, version: int, live_version: int | None
    ) -> None:
        """Within the transaction of a move: raises a member of the error family where the version may not be deployed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """Who changes something: their scope, and the name that the history shows."""

    scope: Scope
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Passed to each service of the room."""

    store: MetaStore
    clock: Clock
    new_id: IdSource
    recorder: ChangeRecorder | None = None
    gate: GateCheck | None = None
    announcer: Announcer | None = None
    forgetters: list[Callable[[str], None]] = field(default_factory=list)
    """Called with a project's id after anything about its prompts was committed."""

    def note(self, unit: UnitOfWork, scope: Scope, action: str, target: str, **details: JsonValue) -> None:
        """Write to the audit log, in the transaction of the change."""
        event = AuditEvent(time=self.clock(), actor=scope.actor, action=action, target=target, details=details)
        unit.audit.append(event, organization_id=scope.organization_id, project_id=scope.project_id)

    def changed(self, project_id: str, events: Sequence[ChangeEvent] = ()) -> None:
        """Tell everybody, after the commit."""
        for forget in self.forgetters:
            forget(project_id)
        if self.recorder is not None:
            for event in events:
                self.recorder.record(project_id, event)

    def announce(self, scope: Scope, kind: str, title: str, *, actor: str = "", prompt: str = "", **after: JsonValue) -> None:
        """Tell of a change that moves nothing by itself, after its commit; kinds are those of `model.change.ANNOUNCED`."""
        if self.announcer is None:
            return
        event = ChangeEvent(
            id=self.new_id("event"),
            time=self.clock(),
            kind=kind,
            title=title,
            actor=actor or scope.actor,
            scope={"prompt_name": prompt} if prompt else {},
            after=after,
        )
        self.announcer.tell(scope.project_id, event)


def prompt_named(unit: UnitOfWork, project_id: str, name: str, *, for_change: bool = False) -> StoredPrompt:
    """The prompt, or raise `NoSuchPrompt`."""
    prompt = unit.prompts.by_name(project_id, name, for_change=for_change)
    if prompt is None:
        raise NoSuchPrompt(f"There is no prompt `{name}` in this project; `GET /api/v1/prompts` lists them.")
    return prompt


def content_of(prompt: StoredPrompt, version: StoredVersion) -> Content:
    """What a stored version consists of."""
    return Content(type=PromptType(prompt.type), prompt=version.prompt, config=version.config)


def pointed_at(unit: UnitOfWork, prompt_id: str, label: str) -> Rollout | None:
    """Where a label points now."""
    stored = unit.prompts.label(prompt_id, label)
    return None if stored is None else from_stored(stored.arms, stored.rollout_id)


def composed(unit: UnitOfWork, project_id: str, name: str, content: Content) -> Composed:
    """`content` with everything that it includes, as labels stand in this transaction."""

    def look_up(reference: Reference) -> Found:
        prompt = unit.prompts.by_name(project_id, reference.name)
        if prompt is None:
            raise _broken(name, reference, "there is no such prompt")
        number = reference.version
        if number is None:
            label = reference.label or DEFAULT_LABEL
            rollout = pointed_at(unit, prompt.id, label)
            if rollout is None:
                raise _broken(name, reference, f"its label `{label}` is not set")
            # Of a split label the first arm: who asks for the including prompt is not drawn a second time.
            number = rollout.arms[0].version
        version = unit.prompts.version(prompt.id, number)
        if version is None:
            raise _broken(name, reference, f"it has no version {number}")
        return Found(name=prompt.name, version=number, content=content_of(prompt, version))

    return Composer(look_up).compose(name, content)


def _broken(name: str, reference: Reference, why: str) -> BadReference:
    return BadReference(
        f"`{name}` includes `{reference.text}`, but {why}; correct the reference, or make what it names.", reference=reference.text
    )
