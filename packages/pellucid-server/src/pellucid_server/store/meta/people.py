"""People, their browser sessions, and the roles that they have in organisations and projects."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, ForeignKey, Table, delete, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.scope import Role
from pellucid_server.store.meta.organizations import organizations, projects
from pellucid_server.store.meta.schema import MicrosColumn, RoleColumn, TextColumn, columns, first, id_column, metadata, record

people = Table(
    "people",
    metadata,
    id_column(),
    Column("email", TextColumn, nullable=False, unique=True),
    Column("name", TextColumn, nullable=False),
    Column("password_hash", TextColumn),
    Column("created_time", MicrosColumn, nullable=False),
)

organization_members = Table(
    "organization_members",
    metadata,
    Column("organization_id", ForeignKey(organizations.c.id, ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey(people.c.id, ondelete="CASCADE"), primary_key=True, index=True),
    Column("role", RoleColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
)

project_members = Table(
    "project_members",
    metadata,
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey(people.c.id, ondelete="CASCADE"), primary_key=True, index=True),
    Column("role", RoleColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", TextColumn, primary_key=True),
    Column("person_id", ForeignKey(people.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("created_time", MicrosColumn, nullable=False),
    Column("expires_time", MicrosColumn, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can sign in (with a password) or has been invited (without one yet)."""

    id: str
    email: str
    """Lower case, unique."""
    name: str
    password_hash: str | None = None
    """argon2id, with its parameters and salt."""
    created_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """The role of one person in one organisation or one project."""

    place_id: str
    """An organisation's or a project's id, by the repository that was asked."""
    person_id: str
    role: Role
    created_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is signed in; the token itself is only in its cookie."""

    token_hash: str
    person_id: str
    created_time: Micros
    expires_time: Micros


class People:
    """Reads and writes people."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, person: Person) -> None:
        """Insert; a taken e-mail address is a `Conflict`."""
        self._connection.execute(insert(people).values(columns(person)))

    def put(self, person: Person) -> None:
        """Overwrite the stored person with the same id."""
        self._connection.execute(update(people).where(people.c.id == person.id).values(columns(person)))

    def get(self, person_id: str) -> Person | None:
        """By id."""
        return first(Person, self._connection.execute(select(people).where(people.c.id == person_id)).all())

    def list_all(self) -> list[Person]:
        """Everybody, by address."""
        return [record(Person, row) for row in self._connection.execute(select(people).order_by(people.c.email))]

    def by_ids(self, person_ids: Collection[str]) -> list[Person]:
        """Those of the ids that exist."""
        query = select(people).where(people.c.id.in_(person_ids))
        return [record(Person, row) for row in self._connection.execute(query)]

    def by_email(self, email: str) -> Person | None:
        """By lower-case address."""
        return first(Person, self._connection.execute(select(people).where(people.c.email == email)).all())

    def an_owner_can_sign_in(self) -> bool:
        """Whether at least one owner of an organisation has a password."""
        owner = organization_members.c.role == Role.OWNER
        query = select(people.c.id).join(organization_members, organization_members.c.person_id == people.c.id)
        found = self._connection.execute(query.where(owner & people.c.password_hash.is_not(None)).limit(1))
        return found.first() is not None


class Memberships:
    """Reads and writes roles: in organisations or in projects, by the table given."""

    def __init__(self, connection: Connection, table: Table, place: str) -> None:
        self._connection = connection
        self._table = table
        self._place = table.c[place]

    @classmethod
    def of_organizations(cls, connection: Connection) -> "Memberships":
        """Roles that hold in all projects of an organisation."""
        return cls(connection, organization_members, "organization_id")

    @classmethod
    def of_projects(cls, connection: Connection) -> "Memberships":
        """Roles in one project."""
        return cls(connection, project_members, "project_id")

    def put(self, membership: Membership) -> None:
        """Give the role, instead of the one that the person had there."""
        self.remove(membership.place_id, membership.person_id)
        values = {
            self._place.name: membership.place_id,
            "person_id": membership.person_id,
            "role": membership.role,
            "created_time": membership.created_time,
        }
        self._connection.execute(insert(self._table).values(values))

    def remove(self, place_id: str, person_id: str) -> bool:
        """Take the role away; whether there was one."""
        where = (self._place == place_id) & (self._table.c.person_id == person_id)
        return self._connection.execute(delete(self._table).where(where)).rowcount > 0

    def of_person(self, person_id: str) -> list[Membership]:
        """Everywhere that the person has a role."""
        return self._list(self._table.c.person_id == person_id)

    def of_place(self, place_id: str) -> list[Membership]:
        """Everybody who has a role there, the longest-standing first."""
        return self._list(self._place == place_id)

    def _list(self, where: ColumnElement[bool]) -> list[Membership]:
        table = self._table
        query = select(self._place.label("place_id"), table.c.person_id, table.c.role, table.c.created_time)
        ordered = query.where(where).order_by(table.c.created_time, table.c.person_id)
        return [record(Membership, row) for row in self._connection.execute(ordered)]


class Sessions:
    """Reads and writes browser sessions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        """Insert."""
        self._connection.execute(insert(sessions).values(columns(session)))

    def get(self, token_hash: str) -> Session | None:
        """By the hash of its token, expired or not."""
        return first(Session, self._connection.execute(select(sessions).where(sessions.c.token_hash == token_hash)).all())

    def remove(self, token_hash: str) -> None:
        """Sign one browser out."""
        self._connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def remove_of_person(self, person_id: str) -> None:
        """Sign a person out everywhere."""
        self._connection.execute(delete(sessions).where(sessions.c.person_id == person_id))

    def remove_expired(self, now: Micros) -> int:
        """Forget the sessions that ended; how many."""
        return self._connection.execute(delete(sessions).where(sessions.c.expires_time <= now)).rowcount
