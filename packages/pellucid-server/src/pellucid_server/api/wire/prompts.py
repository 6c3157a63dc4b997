"""Prompts on the wire. What applications get (`PromptAnswer`) is the client's contract: `docs/reference/client/wire.md`."""

from typing import Any

from pydantic import BaseModel, Field, JsonValue

from pellucid_server.api.wire.times import WireTime, to_wire_time
from pellucid_server.prompts.content import Content, PromptType, Variable, VariableType
from pellucid_server.prompts.labels import LabelMove
from pellucid_server.prompts.registry import NewVersion, PromptEntry, PromptRecord, Version
from pellucid_server.prompts.rollouts import Arm, Rollout, from_stored
from pellucid_server.prompts.serving import Served, ServedArm
from pellucid_server.store.meta.prompts import StoredMove


class PromptBody(BaseModel):
    """A new version."""

    name: str = Field(min_length=1, max_length=200)
    type: PromptType = PromptType.TEXT
    prompt: JsonValue
    config: dict[str, JsonValue] = Field(default_factory=dict)
    labels: list[str] = Field(default_factory=list, max_length=20)
    message: str | None = Field(default=None, max_length=2_000)
    based_on: int | None = Field(default=None, ge=0)
    """The newest version that its author saw, 0 for a new prompt: refused with 409 where somebody saved another one since."""

    def new_version(self) -> NewVersion:
        """For the registry."""
        return NewVersion(
            name=self.name,
            content=Content(type=self.type, prompt=self.prompt, config=self.config),
            labels=self.labels,
            message=self.message or "",
            based_on=self.based_on,
        )


class ArmBody(BaseModel):
    """A version and its share."""

    version: int = Field(ge=1)
    probability: float = Field(ge=0, le=1)


class LabelBody(BaseModel):
    """Where a label shall point: give `version` or `split`."""

    version: int | None = Field(default=None, ge=1)
    split: list[ArmBody] | None = Field(default=None, max_length=10)
    reason: str | None = Field(default=None, max_length=2_000)
    expected: list[ArmBody] | None = Field(default=None, max_length=10)
    """Where you saw it point; empty for nowhere. Refused with 409 where it points elsewhere by now."""
    shuffle: bool = False
    """Draw anew who gets which version of a split."""

    def move(self, label: str) -> LabelMove:
        """For the label service; exactly one of the two ways is checked by the route."""
        arms = [ArmBody(version=self.version, probability=1.0)] if self.version is not None else self.split or []
        return LabelMove(
            label=label,
            arms=_arms(arms),
            reason=self.reason or "",
            expected=None if self.expected is None else _arms(self.expected),
            shuffle=self.shuffle,
        )


class RollbackBody(BaseModel):
    """Which label shall point where it pointed before."""

    label: str = "production"
    reason: str | None = Field(default=None, max_length=2_000)


class ArchiveBody(BaseModel):
    """Into the archive, or out of it."""

    archived: bool = True


class ProtectionBody(BaseModel):
    """How a label is protected."""

    four_eyes: bool = False


class ProtectionAnswer(BaseModel):
    """A label that only admins move."""

    label: str
    four_eyes: bool


class PreviewBody(BaseModel):
    """Content that is not saved yet, and values to try."""

    name: str = Field(default="preview", min_length=1, max_length=200)
    type: PromptType = PromptType.TEXT
    prompt: JsonValue
    config: dict[str, JsonValue] = Field(default_factory=dict)
    values: dict[str, JsonValue] | None = None


class VariableAnswer(BaseModel):
    """What a caller fills in."""

    name: str
    type: VariableType
    description: str
    example: JsonValue


class PreviewAnswer(BaseModel):
    """The prompt with what it includes, what must be filled in, and with values what would be sent."""

    prompt: JsonValue
    variables: list[VariableAnswer]
    compiled: JsonValue


class RolloutAnswer(BaseModel):
    """Where a label points."""

    label: str
    rollout_id: str | None
    arms: list[ArmBody]


class PromptEntryAnswer(BaseModel):
    """A line of the list."""

    name: str
    type: str
    newest_version: int | None
    newest_author: str | None
    newest_message: str | None
    newest_time: WireTime | None
    labels: list[RolloutAnswer]
    updated_time: WireTime
    archived: bool


class VersionAnswer(BaseModel):
    """A version with everything that it consists of."""

    version: int
    hash: str
    prompt: JsonValue
    config: dict[str, JsonValue]
    variables: list[VariableAnswer]
    references: list[str]
    labels: list[str]
    message: str
    author: str
    author_id: str
    created_time: WireTime
    was_labelled: bool


class MoveAnswer(BaseModel):
    """One move of a label."""

    id: str
    label: str
    kind: str
    before: list[ArmBody]
    after: list[ArmBody]
    actor: str
    actor_id: str
    reason: str
    time: WireTime


class PromptRecordAnswer(BaseModel):
    """All that is kept of a prompt."""

    name: str
    type: str
    archived: bool
    created_time: WireTime
    updated_time: WireTime
    versions: list[VersionAnswer]
    """The newest first."""
    labels: list[RolloutAnswer]
    moves: list[MoveAnswer]
    """The newest first."""
    protected_labels: list[str]


def to_served(served: Served, key: str = "") -> dict[str, Any]:
    """What an application gets: the outer fields are those of the first arm, or with a key of the arm that it is drawn to."""
    arm = served.assigned(key) if key else served.arms[0]
    document = _document(served, arm)
    if len(served.arms) > 1 and not key:
        arms = [{**_served_arm(one), "probability": one.probability} for one in served.arms]
        document["rollout"] = {"id": served.rollout_id, "arms": arms}
    if len(served.arms) > 1 and key:
        document["assignment"] = {"rollout_id": served.rollout_id, "arm": f"v{arm.version}", "probability": arm.probability}
    return document


def _document(served: Served, first: ServedArm) -> dict[str, Any]:
    document = {"name": served.name, **_served_arm(first), "labels": list(served.labels), "rollout": None}
    document |= {
        "message": first.message,
        "author": first.author_name,
        "created_time": to_wire_time(first.created_time),
        "references": [{"name": found.name, "version": found.version} for found in first.included],
    }
    return document


def to_entry(entry: PromptEntry) -> PromptEntryAnswer:
    """A line for the wire."""
    newest = entry.newest
    return PromptEntryAnswer(
        name=entry.prompt.name,
        type=entry.prompt.type,
        newest_version=None if newest is None else newest.version,
        newest_author=None if newest is None else newest.author_name,
        newest_message=None if newest is None else newest.message,
        newest_time=None if newest is None else newest.created_time,
        labels=[to_rollout(label, rollout) for label, rollout in entry.labels.items()],
        updated_time=entry.prompt.updated_time,
        archived=entry.prompt.archived_time is not None,
    )


def to_record(record: PromptRecord) -> PromptRecordAnswer:
    """A whole prompt for the wire."""
    return PromptRecordAnswer(
        name=record.prompt.name,
        type=record.prompt.type,
        archived=record.prompt.archived_time is not None,
        created_time=record.prompt.created_time,
        updated_time=record.prompt.updated_time,
        versions=[_version(version) for version in record.versions],
        labels=[to_rollout(label, rollout) for label, rollout in record.labels.items()],
        moves=[to_move(move) for move in reversed(record.moves)],
        protected_labels=list(record.protected),
    )


def to_rollout(label: str, rollout: Rollout) -> RolloutAnswer:
    """A label for the wire."""
    return RolloutAnswer(label=label, rollout_id=rollout.id or None, arms=to_arms(rollout))


def to_variable(variable: Variable) -> VariableAnswer:
    """A variable for the wire."""
    return VariableAnswer(name=variable.name, type=variable.type, description=variable.description, example=variable.example)


def _served_arm(arm: ServedArm) -> dict[str, Any]:
    content = arm.content
    return {
        "version": arm.version,
        "type": content.type.value,
        "prompt": content.prompt,
        "config": content.config,
        "hash": arm.hash,
    }


def _version(version: Version) -> VersionAnswer:
    stored = version.stored
    return VersionAnswer(
        version=stored.version,
        hash=stored.hash,
        prompt=stored.prompt,
        config=dict(stored.config),
        variables=[to_variable(variable) for variable in version.variables],
        references=[reference.text for reference in version.content.references],
        labels=list(version.labels),
        message=stored.message,
        author=stored.author_name,
        author_id=stored.author,
        created_time=stored.created_time,
        was_labelled=stored.was_labelled,
    )


def to_move(move: StoredMove) -> MoveAnswer:
    """A move for the wire."""
    return MoveAnswer(
        id=move.id,
        label=move.label,
        kind=move.kind,
        before=to_arms(from_stored(move.before)),
        after=to_arms(from_stored(move.after)),
        actor=move.actor_name,
        actor_id=move.actor,
        reason=move.reason,
        time=move.time,
    )


def to_arms(rollout: Rollout | None) -> list[ArmBody]:
    """Arms for the wire; none where a label is not set."""
    return [] if rollout is None else [ArmBody(version=arm.version, probability=arm.probability) for arm in rollout.arms]


def _arms(arms: list[ArmBody]) -> tuple[Arm, ...]:
    return tuple(Arm(version=arm.version, probability=arm.probability) for arm in arms)
