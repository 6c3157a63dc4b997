"""Organisations and their projects, with the settings that a project's owner can change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Integer, Table, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

organizations = Table(
    "organizations",
    metadata,
    id_column(),
    Column("name", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
)

projects = Table(
    "projects",
    metadata,
    id_column(),
    Column("organization_id", ForeignKey(organizations.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("name", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("retention_days", Integer),
    Column("redaction", JsonColumn, nullable=False),
    Column("redact_before_journal", Boolean, nullable=False),
    Column("cors_origins", JsonColumn, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """Who owns projects and employs people."""

    id: str
    name: str
    created_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A body of spans with its own keys, prompts, settings and members."""

    id: str
    organization_id: str
    name: str
    created_time: Micros
    retention_days: int | None = None
    """Spans older than this are deleted; None keeps them."""
    redaction: Mapping[str, JsonValue] = field(default_factory=dict)
    """The redaction policy, as `enrich` reads it; empty is off."""
    redact_before_journal: bool = False
    """Redact before the bytes come to rest anywhere, at the price of decoding in the door."""
    cors_origins: Sequence[str] = ()
    """Origins of web pages that may send to this project from a browser."""


class Organizations:
    """Reads and writes organisations."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, organization: Organization) -> None:
        """Insert; a taken id is a `Conflict`."""
        self._connection.execute(insert(organizations).values(columns(organization)))

    def get(self, organization_id: str) -> Organization | None:
        """By id."""
        query = select(organizations).where(organizations.c.id == organization_id)
        return first(Organization, self._connection.execute(query).all())

    def list_all(self) -> list[Organization]:
        """All, the oldest first."""
        query = select(organizations).order_by(organizations.c.created_time, organizations.c.id)
        return [record(Organization, row) for row in self._connection.execute(query)]


class Projects:
    """Reads and writes projects."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, project: Project) -> None:
        """Insert; a taken id is a `Conflict`."""
        self._connection.execute(insert(projects).values(columns(project)))

    def put(self, project: Project) -> None:
        """Overwrite the stored project with the same id."""
        self._connection.execute(update(projects).where(projects.c.id == project.id).values(columns(project)))

    def get(self, project_id: str) -> Project | None:
        """By id."""
        return first(Project, self._connection.execute(select(projects).where(projects.c.id == project_id)).all())

    def list_all(self, organization_id: str | None = None) -> list[Project]:
        """All of an organisation, or all; the oldest first."""
        query = select(projects).order_by(projects.c.created_time, projects.c.id)
        if organization_id is not None:
            query = query.where(projects.c.organization_id == organization_id)
        return [record(Project, row) for row in self._connection.execute(query)]
