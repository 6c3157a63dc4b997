"""Guardrails of rollouts: what is watched while a label is split, and the rollouts that were stopped, with the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Index, Table, delete, insert, select

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.prompts import prompts
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

prompt_guardrails = Table(
    "prompt_guardrails",
    metadata,
    Column("prompt_id", ForeignKey(prompts.c.id, ondelete="CASCADE"), primary_key=True),
    Column("label", TextColumn, primary_key=True),
    Column("automatic", Boolean, nullable=False),
    Column("guardrails", JsonColumn, nullable=False),
    Column("updated_time", MicrosColumn, nullable=False),
    Column("updated_by", TextColumn, nullable=False),
)

prompt_stops = Table(
    "prompt_stops",
    metadata,
    id_column(),
    Column("prompt_id", ForeignKey(prompts.c.id, ondelete="CASCADE"), nullable=False),
    Column("label", TextColumn, nullable=False),
    Column("rollout_id", TextColumn, nullable=False),
    Column("time", MicrosColumn, nullable=False),
    Column("reason", TextColumn, nullable=False),
    Column("evidence", JsonColumn, nullable=False),
    Index("ix_prompt_stops_prompt_id", "prompt_id", "time"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGuardrails:
    """What is watched while one label of a prompt is split."""

    prompt_id: str
    label: str
    automatic: bool
    """Whether a broken guardrail ends the rollout."""
    guardrails: Sequence[JsonValue]
    updated_time: Micros
    updated_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStop:
    """A rollout that ended by itself. Never changed."""

    id: str
    prompt_id: str
    label: str
    rollout_id: str
    time: Micros
    reason: str
    evidence: Mapping[str, JsonValue]
    """The report as it was then."""


class Guardrails:
    """Reads and writes both."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, prompt_id: str, label: str) -> StoredGuardrails | None:
        """Of one label; None where nobody set any."""
        where = (prompt_guardrails.c.prompt_id == prompt_id) & (prompt_guardrails.c.label == label)
        return first(StoredGuardrails, self._connection.execute(select(prompt_guardrails).where(where)).all())

    def put(self, guardrails: StoredGuardrails) -> None:
        """Set."""
        where = (prompt_guardrails.c.prompt_id == guardrails.prompt_id) & (prompt_guardrails.c.label == guardrails.label)
        self._connection.execute(delete(prompt_guardrails).where(where))
        self._connection.execute(insert(prompt_guardrails).values(columns(guardrails)))

    def add_stop(self, stop: StoredStop) -> None:
        """Insert."""
        self._connection.execute(insert(prompt_stops).values(columns(stop)))

    def stops(self, prompt_id: str, limit: int) -> list[StoredStop]:
        """Of a prompt, the newest first."""
        query = select(prompt_stops).where(prompt_stops.c.prompt_id == prompt_id)
        ordered = query.order_by(prompt_stops.c.time.desc(), prompt_stops.c.id).limit(limit)
        return [record(StoredStop, row) for row in self._connection.execute(ordered)]
