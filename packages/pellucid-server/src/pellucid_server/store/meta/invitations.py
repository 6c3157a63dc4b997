"""Invitations: a role that waits for somebody who has no account yet."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Table, delete, insert, select

from pellucid_server.core.clock import Micros
from pellucid_server.model.scope import Role
from pellucid_server.store.meta.organizations import organizations, projects
from pellucid_server.store.meta.schema import MicrosColumn, RoleColumn, TextColumn, columns, first, id_column, metadata, record

invitations = Table(
    "invitations",
    metadata,
    id_column(),
    Column("token_hash", TextColumn, nullable=False, unique=True),
    Column("organization_id", ForeignKey(organizations.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), index=True),
    Column("email", TextColumn, nullable=False),
    Column("role", RoleColumn, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("expires_time", MicrosColumn, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An open invitation; the token itself was shown once, to the one who invited."""

    id: str
    token_hash: str
    organization_id: str
    project_id: str | None
    """None: the role will hold in the whole organisation."""
    email: str
    role: Role
    created_by: str
    created_time: Micros
    expires_time: Micros


class Invitations:
    """Reads and writes invitations."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, invitation: Invitation) -> None:
        """Insert."""
        self._connection.execute(insert(invitations).values(columns(invitation)))

    def by_token(self, token_hash: str) -> Invitation | None:
        """By the hash of its token, expired or not."""
        query = select(invitations).where(invitations.c.token_hash == token_hash)
        return first(Invitation, self._connection.execute(query).all())

    def of_organization(self, organization_id: str) -> list[Invitation]:
        """All open ones, the oldest first."""
        query = select(invitations).where(invitations.c.organization_id == organization_id)
        ordered = query.order_by(invitations.c.created_time, invitations.c.id)
        return [record(Invitation, row) for row in self._connection.execute(ordered)]

    def remove(self, invitation_id: str) -> None:
        """Take it back, or mark it as used: it is gone either way."""
        self._connection.execute(delete(invitations).where(invitations.c.id == invitation_id))
