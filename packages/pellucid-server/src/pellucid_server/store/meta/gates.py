"""Gates in front of labels, what they decided, and who let something through all the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, Float, ForeignKey, Index, Integer, Table, delete, insert, select

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

label_gates = Table(
    "label_gates",
    metadata,
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), primary_key=True),
    Column("label", TextColumn, primary_key=True),
    Column("dataset", TextColumn, nullable=False),
    Column("split", TextColumn, nullable=False),
    Column("margin", Float, nullable=False),
    Column("connection", TextColumn, nullable=False),
    Column("model", TextColumn, nullable=False),
    Column("scorers", JsonColumn, nullable=False),
    Column("max_cost", Float),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("metrics", JsonColumn),
)

gate_decisions = Table(
    "gate_decisions",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("prompt", TextColumn, nullable=False),
    Column("label", TextColumn, nullable=False),
    Column("version", Integer, nullable=False),
    Column("live_version", Integer, nullable=False),
    Column("experiment_id", TextColumn, nullable=False),
    Column("baseline_id", TextColumn, nullable=False),
    Column("verdict", TextColumn, nullable=False),
    Column("metrics", JsonColumn, nullable=False),
    Column("approved_by", TextColumn, nullable=False),
    Column("reason", TextColumn, nullable=False),
    Column("time", MicrosColumn, nullable=False),
    Index("ix_gate_decisions_prompt", "project_id", "prompt", "label", "version", "time"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGate:
    """What a version must pass before a label may point at it, in all prompts of the project."""

    project_id: str
    label: str
    dataset: str
    split: str = ""
    margin: float
    connection: str
    model: str = ""
    scorers: Sequence[str] = ()
    max_cost: float | None = None
    created_by: str
    created_time: Micros
    metrics: Sequence[str] | None = None
    """That must not fall; without any, all scores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDecision:
    """What a gate said of a version against the live one; with `approved_by`, that somebody let it through all the same."""

    id: str
    project_id: str
    prompt: str
    label: str
    version: int
    live_version: int
    experiment_id: str = ""
    baseline_id: str = ""
    """The live version's experiment: with which production is compared after the deployment."""
    verdict: str
    metrics: Sequence[Mapping[str, JsonValue]] = field(default_factory=tuple)
    approved_by: str = ""
    reason: str = ""
    time: Micros


class Gates:
    """Reads and writes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def gate(self, project_id: str, label: str) -> LabelGate | None:
        """Of a label."""
        where = (label_gates.c.project_id == project_id) & (label_gates.c.label == label)
        return first(LabelGate, self._connection.execute(select(label_gates).where(where)).all())

    def gates(self, project_id: str) -> list[LabelGate]:
        """Of a project, by label."""
        query = select(label_gates).where(label_gates.c.project_id == project_id).order_by(label_gates.c.label)
        return [record(LabelGate, row) for row in self._connection.execute(query)]

    def put_gate(self, gate: LabelGate) -> None:
        """Replace."""
        self.remove_gate(gate.project_id, gate.label)
        self._connection.execute(insert(label_gates).values(columns(gate)))

    def remove_gate(self, project_id: str, label: str) -> bool:
        """Take it away; whether there was one."""
        where = (label_gates.c.project_id == project_id) & (label_gates.c.label == label)
        return self._connection.execute(delete(label_gates).where(where)).rowcount > 0

    def add_decision(self, decision: GateDecision) -> None:
        """Insert; decisions stay."""
        self._connection.execute(insert(gate_decisions).values(columns(decision)))

    def decisions(self, project_id: str, prompt: str, *, label: str | None = None, limit: int = 100) -> list[GateDecision]:
        """Of a prompt, the newest first."""
        where = (gate_decisions.c.project_id == project_id) & (gate_decisions.c.prompt == prompt)
        if label is not None:
            where &= gate_decisions.c.label == label
        query = select(gate_decisions).where(where).order_by(gate_decisions.c.time.desc(), gate_decisions.c.id).limit(limit)
        return [record(GateDecision, row) for row in self._connection.execute(query)]
