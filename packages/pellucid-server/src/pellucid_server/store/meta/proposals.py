"""Proposals to move a label of a prompt: who wants what and why, what others said, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.prompts import prompts
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

prompt_proposals = Table(
    "prompt_proposals",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("prompt_id", ForeignKey(prompts.c.id, ondelete="CASCADE"), nullable=False),
    Column("label", TextColumn, nullable=False),
    Column("before", JsonColumn, nullable=False),
    Column("after", JsonColumn, nullable=False),
    Column("reason", TextColumn, nullable=False),
    Column("author", TextColumn, nullable=False),
    Column("author_name", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("status", TextColumn, nullable=False),
    Column("remarks", JsonColumn, nullable=False),
    Column("decided_by", TextColumn),
    Column("decided_by_name", TextColumn),
    Column("decided_time", MicrosColumn),
    Index("ix_prompt_proposals_project_id", "project_id", "created_time"),
    Index("ix_prompt_proposals_prompt_id", "prompt_id", "created_time"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A move of a label that somebody else is to look at first."""

    id: str
    project_id: str
    prompt_id: str
    label: str
    before: Sequence[JsonValue]
    """Where its author saw the label point: `[version, probability]` each."""
    after: Sequence[JsonValue]
    reason: str
    author: str
    author_name: str
    created_time: Micros
    status: str = "open"
    """`open`, `deployed`, `rejected` or `withdrawn`."""
    remarks: Sequence[Mapping[str, JsonValue]] = ()
    """`author`, `text` and `time` each, the oldest first."""
    decided_by: str | None = None
    decided_by_name: str | None = None
    decided_time: Micros | None = None


class Proposals:
    """Reads and writes proposals."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, proposal: Proposal) -> None:
        """Insert."""
        self._connection.execute(insert(prompt_proposals).values(columns(proposal)))

    def put(self, proposal: Proposal) -> None:
        """Overwrite the stored proposal with the same id."""
        self._connection.execute(update(prompt_proposals).where(prompt_proposals.c.id == proposal.id).values(columns(proposal)))

    def get(self, project_id: str, proposal_id: str) -> Proposal | None:
        """By id, in its project only; nobody else changes it until the transaction ends."""
        where = (prompt_proposals.c.id == proposal_id) & (prompt_proposals.c.project_id == project_id)
        return first(Proposal, self._connection.execute(select(prompt_proposals).where(where).with_for_update()).all())

    def page(self, project_id: str, *, prompt_id: str | None, status: str | None, limit: int) -> list[Proposal]:
        """Of a project or one prompt, the newest first."""
        query = select(prompt_proposals).where(prompt_proposals.c.project_id == project_id)
        if prompt_id is not None:
            query = query.where(prompt_proposals.c.prompt_id == prompt_id)
        if status is not None:
            query = query.where(prompt_proposals.c.status == status)
        ordered = query.order_by(prompt_proposals.c.created_time.desc(), prompt_proposals.c.id).limit(limit)
        return [record(Proposal, row) for row in self._connection.execute(ordered)]
