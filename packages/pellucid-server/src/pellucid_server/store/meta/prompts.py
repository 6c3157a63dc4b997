"""Prompts: names, their immutable versions, the labels that point at them, and every move of a label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    delete,
    insert,
    select,
    update,
)

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

prompts = Table(
    "prompts",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("name", TextColumn, nullable=False),
    Column("type", TextColumn, nullable=False),
    Column("last_version", Integer, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("updated_time", MicrosColumn, nullable=False),
    Column("archived_time", MicrosColumn),
    UniqueConstraint("project_id", "name", name="uq_prompts_project_id"),
)

prompt_versions = Table(
    "prompt_versions",
    metadata,
    Column("prompt_id", ForeignKey(prompts.c.id, ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("hash", TextColumn, nullable=False),
    Column("prompt", JsonColumn, nullable=False),
    Column("config", JsonColumn, nullable=False),
    Column("references", JsonColumn, nullable=False),
    Column("message", TextColumn, nullable=False),
    Column("author", TextColumn, nullable=False),
    Column("author_name", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("was_labelled", Boolean, nullable=False),
    UniqueConstraint("prompt_id", "hash", name="uq_prompt_versions_prompt_id"),
)

prompt_labels = Table(
    "prompt_labels",
    metadata,
    Column("prompt_id", ForeignKey(prompts.c.id, ondelete="CASCADE"), primary_key=True),
    Column("label", TextColumn, primary_key=True),
    Column("arms", JsonColumn, nullable=False),
    Column("rollout_id", TextColumn, nullable=False),
    Column("moved_time", MicrosColumn, nullable=False),
    Column("moved_by", TextColumn, nullable=False),
)

prompt_label_moves = Table(
    "prompt_label_moves",
    metadata,
    id_column(),
    Column("prompt_id", ForeignKey(prompts.c.id, ondelete="CASCADE"), nullable=False),
    Column("label", TextColumn, nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", TextColumn, nullable=False),
    Column("before", JsonColumn, nullable=False),
    Column("after", JsonColumn, nullable=False),
    Column("actor", TextColumn, nullable=False),
    Column("actor_name", TextColumn, nullable=False),
    Column("reason", TextColumn, nullable=False),
    Column("time", MicrosColumn, nullable=False),
    # Two moves at once: one of them gets the number, the other one is told.
    UniqueConstraint("prompt_id", "number", name="uq_prompt_label_moves_prompt_id"),
)

protected_labels = Table(
    "protected_labels",
    metadata,
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), primary_key=True),
    Column("label", TextColumn, primary_key=True),
    Column("four_eyes", Boolean, nullable=False),
)

prompt_bindings = Table(
    "prompt_bindings",
    metadata,
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), primary_key=True),
    Column("fingerprint", TextColumn, primary_key=True),
    Column("prompt_id", ForeignKey(prompts.c.id, ondelete="CASCADE"), nullable=False),
    Column("actor_name", TextColumn, nullable=False),
    Column("time", MicrosColumn, nullable=False),
    Index("ix_prompt_bindings_prompt_id", "prompt_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPrompt:
    """A name under which versions are kept."""

    id: str
    project_id: str
    name: str
    """With folders: `support/answer`."""
    type: str
    """`text` or `chat`, for all versions."""
    last_version: int
    """The highest number ever given; numbers of deleted versions are not given again."""
    created_time: Micros
    updated_time: Micros
    archived_time: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """Content that never changes."""

    prompt_id: str
    version: int
    hash: str
    prompt: JsonValue
    """A text, or a list of messages."""
    config: Mapping[str, JsonValue]
    references: Sequence[JsonValue]
    """What it includes: `[name, label or null, version or null]` each."""
    message: str
    author: str
    author_name: str
    """As it was then."""
    created_time: Micros
    was_labelled: bool = False
    """Whether any label ever pointed at it; such a version is kept for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLabel:
    """Where a label points now."""

    prompt_id: str
    label: str
    arms: Sequence[JsonValue]
    """`[version, probability]` each, in the order of assignment."""
    rollout_id: str
    moved_time: Micros
    moved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMove:
    """One move of a label. Never changed, never deleted while its prompt exists."""

    id: str
    prompt_id: str
    label: str
    number: int
    """Counts the moves of the prompt."""
    kind: str
    """`move`, `rollback`, `remove`, or `stop` where a guardrail ended a rollout."""
    before: Sequence[JsonValue]
    """The arms; none where the label was not set."""
    after: Sequence[JsonValue]
    actor: str
    actor_name: str
    reason: str
    time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedLabel:
    """A label that only admins move, in all prompts of the project."""

    project_id: str
    label: str
    four_eyes: bool
    """Whether a move also needs a proposal that somebody else approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A fingerprint of the traffic that belongs to a registered prompt, though its spans do not say so."""

    project_id: str
    fingerprint: str
    prompt_id: str
    actor_name: str
    time: Micros


class Prompts:
    """Reads and writes all of these."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, prompt: StoredPrompt) -> None:
        """Insert."""
        self._connection.execute(insert(prompts).values(columns(prompt)))

    def put(self, prompt: StoredPrompt) -> None:
        """Overwrite the stored prompt with the same id."""
        self._connection.execute(update(prompts).where(prompts.c.id == prompt.id).values(columns(prompt)))

    def by_name(self, project_id: str, name: str, *, for_change: bool = False) -> StoredPrompt | None:
        """In its project only. `for_change`: nobody else changes it until the transaction ends."""
        query = select(prompts).where((prompts.c.project_id == project_id) & (prompts.c.name == name))
        return first(StoredPrompt, self._connection.execute(query.with_for_update() if for_change else query).all())

    def by_id(self, prompt_id: str) -> StoredPrompt | None:
        """By id, for what refers to it."""
        return first(StoredPrompt, self._connection.execute(select(prompts).where(prompts.c.id == prompt_id)).all())

    def of_project(self, project_id: str) -> list[StoredPrompt]:
        """All, by name."""
        query = select(prompts).where(prompts.c.project_id == project_id).order_by(prompts.c.name)
        return [record(StoredPrompt, row) for row in self._connection.execute(query)]

    def add_version(self, version: StoredVersion) -> None:
        """Insert."""
        self._connection.execute(insert(prompt_versions).values(columns(version)))

    def version(self, prompt_id: str, version: int) -> StoredVersion | None:
        """One."""
        query = select(prompt_versions).where((prompt_versions.c.prompt_id == prompt_id) & (prompt_versions.c.version == version))
        return first(StoredVersion, self._connection.execute(query).all())

    def version_by_hash(self, prompt_id: str, content_hash: str) -> StoredVersion | None:
        """The one with this content."""
        query = select(prompt_versions).where((prompt_versions.c.prompt_id == prompt_id) & (prompt_versions.c.hash == content_hash))
        return first(StoredVersion, self._connection.execute(query).all())

    def versions(self, prompt_id: str) -> list[StoredVersion]:
        """All, the newest first."""
        query = select(prompt_versions).where(prompt_versions.c.prompt_id == prompt_id).order_by(prompt_versions.c.version.desc())
        return [record(StoredVersion, row) for row in self._connection.execute(query)]

    def version_numbers(self, prompt_id: str) -> list[int]:
        """All numbers that there are."""
        query = select(prompt_versions.c.version).where(prompt_versions.c.prompt_id == prompt_id)
        return list(self._connection.execute(query).scalars())

    def newest_version(self, prompt_id: str) -> StoredVersion | None:
        """The one with the highest number."""
        query = select(prompt_versions).where(prompt_versions.c.prompt_id == prompt_id).order_by(prompt_versions.c.version.desc())
        return first(StoredVersion, self._connection.execute(query.limit(1)).all())

    def mark_labelled(self, prompt_id: str, numbers: Sequence[int]) -> None:
        """Remember that a label pointed at these versions."""
        where = (prompt_versions.c.prompt_id == prompt_id) & prompt_versions.c.version.in_(numbers)
        self._connection.execute(update(prompt_versions).where(where).values(was_labelled=True))

    def remove_version(self, prompt_id: str, version: int) -> None:
        """Delete."""
        where = (prompt_versions.c.prompt_id == prompt_id) & (prompt_versions.c.version == version)
        self._connection.execute(delete(prompt_versions).where(where))

    def live_references(self, project_id: str) -> list[tuple[str, int, Sequence[JsonValue]]]:
        """Name, version and references of every version that includes others."""
        query = (
            select(prompts.c.name, prompt_versions.c.version, prompt_versions.c.references)
            .join(prompt_versions, prompt_versions.c.prompt_id == prompts.c.id)
            .where(prompts.c.project_id == project_id)
        )
        return [(name, version, references) for name, version, references in self._connection.execute(query) if references]

    def label(self, prompt_id: str, label: str) -> StoredLabel | None:
        """Where one label points."""
        query = select(prompt_labels).where((prompt_labels.c.prompt_id == prompt_id) & (prompt_labels.c.label == label))
        return first(StoredLabel, self._connection.execute(query).all())

    def labels(self, prompt_id: str) -> list[StoredLabel]:
        """Of a prompt, by name."""
        query = select(prompt_labels).where(prompt_labels.c.prompt_id == prompt_id).order_by(prompt_labels.c.label)
        return [record(StoredLabel, row) for row in self._connection.execute(query)]

    def labels_of_project(self, project_id: str) -> list[StoredLabel]:
        """Of all prompts."""
        query = (
            select(prompt_labels)
            .join(prompts, prompts.c.id == prompt_labels.c.prompt_id)
            .where(prompts.c.project_id == project_id)
            .order_by(prompt_labels.c.label)
        )
        return [record(StoredLabel, row) for row in self._connection.execute(query)]

    def put_label(self, label: StoredLabel) -> None:
        """Set."""
        self.remove_label(label.prompt_id, label.label)
        self._connection.execute(insert(prompt_labels).values(columns(label)))

    def remove_label(self, prompt_id: str, label: str) -> bool:
        """Take away; whether it was there."""
        where = (prompt_labels.c.prompt_id == prompt_id) & (prompt_labels.c.label == label)
        return self._connection.execute(delete(prompt_labels).where(where)).rowcount > 0

    def add_move(self, move: StoredMove) -> None:
        """Append to the history."""
        self._connection.execute(insert(prompt_label_moves).values(columns(move)))

    def moves(self, prompt_id: str, label: str | None = None) -> list[StoredMove]:
        """Of a prompt, or of one of its labels, the oldest first."""
        query = select(prompt_label_moves).where(prompt_label_moves.c.prompt_id == prompt_id)
        if label is not None:
            query = query.where(prompt_label_moves.c.label == label)
        return [record(StoredMove, row) for row in self._connection.execute(query.order_by(prompt_label_moves.c.number))]

    def last_move_number(self, prompt_id: str) -> int:
        """How many moves there were."""
        query = select(prompt_label_moves.c.number).where(prompt_label_moves.c.prompt_id == prompt_id)
        return self._connection.execute(query.order_by(prompt_label_moves.c.number.desc()).limit(1)).scalar() or 0

    def protection(self, project_id: str, label: str) -> ProtectedLabel | None:
        """Of one label."""
        where = (protected_labels.c.project_id == project_id) & (protected_labels.c.label == label)
        return first(ProtectedLabel, self._connection.execute(select(protected_labels).where(where)).all())

    def protections(self, project_id: str) -> list[ProtectedLabel]:
        """All protected labels, by name."""
        query = select(protected_labels).where(protected_labels.c.project_id == project_id).order_by(protected_labels.c.label)
        return [record(ProtectedLabel, row) for row in self._connection.execute(query)]

    def put_protection(self, protection: ProtectedLabel) -> None:
        """Protect, or change how."""
        self.remove_protection(protection.project_id, protection.label)
        self._connection.execute(insert(protected_labels).values(columns(protection)))

    def remove_protection(self, project_id: str, label: str) -> bool:
        """Let members move it again; whether it was protected."""
        where = (protected_labels.c.project_id == project_id) & (protected_labels.c.label == label)
        return self._connection.execute(delete(protected_labels).where(where)).rowcount > 0

    def bindings(self, project_id: str) -> list[Binding]:
        """All of a project."""
        query = select(prompt_bindings).where(prompt_bindings.c.project_id == project_id).order_by(prompt_bindings.c.fingerprint)
        return [record(Binding, row) for row in self._connection.execute(query)]

    def put_binding(self, binding: Binding) -> None:
        """Bind, or bind anew."""
        self.remove_binding(binding.project_id, binding.fingerprint)
        self._connection.execute(insert(prompt_bindings).values(columns(binding)))

    def remove_binding(self, project_id: str, fingerprint: str) -> bool:
        """Take it away; whether it was there."""
        where = (prompt_bindings.c.project_id == project_id) & (prompt_bindings.c.fingerprint == fingerprint)
        return self._connection.execute(delete(prompt_bindings).where(where)).rowcount > 0
