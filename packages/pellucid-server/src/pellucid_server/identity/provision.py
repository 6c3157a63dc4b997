"""The first start: a default organisation and project, or those that the PELLUCID_INIT_ settings name. Safe to run at every start."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pellucid_server.core.errors import Conflict
from pellucid_server.identity.context import Context
from pellucid_server.identity.emails import checked
from pellucid_server.identity.errors import BadProvisioning
from pellucid_server.identity.passwords import Passwords
from pellucid_server.identity.projects import slug
from pellucid_server.identity.secret_text import digest, visible_prefix
from pellucid_server.model.change import AuditEvent
from pellucid_server.model.scope import Role
from pellucid_server.store.meta.keys import ApiKey
from pellucid_server.store.meta.organizations import Organization, Project
from pellucid_server.store.meta.people import Membership, Person
from pellucid_server.store.meta.unit import UnitOfWork

ACTOR = "system"
DEFAULT_NAME = "Default"
PREFIX = "PELLUCID_INIT_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """What shall exist after the start. Ids and keys are taken as given, whatever their spelling."""

    organization_id: str | None = None
    project_id: str | None = None
    project: str | None = None
    """The project's name."""
    public_key: str | None = None
    secret_key: str | None = None
    user_email: str | None = None
    user_password: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Provision":
        """From PELLUCID_INIT_ORGANIZATION_ID, …_PROJECT_ID, …_PROJECT, …_PUBLIC_KEY, …_SECRET_KEY, …_USER_EMAIL and
        …_USER_PASSWORD; an empty one is not set."""
        return cls(**{name: environment.get(PREFIX + name.upper()) or None for name in cls.__dataclass_fields__})

    def is_empty(self) -> bool:
        """Whether nothing was asked for."""
        return self == Provision()

    def check(self) -> None:
        """Raise `BadProvisioning` unless the settings go together."""
        if (self.public_key is None) != (self.secret_key is None):
            raise BadProvisioning(f"Set both {PREFIX}PUBLIC_KEY and {PREFIX}SECRET_KEY, or neither.")
        if (self.user_email is None) != (self.user_password is None):
            raise BadProvisioning(f"Set both {PREFIX}USER_EMAIL and {PREFIX}USER_PASSWORD, or neither.")


def provision(context: Context, passwords: Passwords, wanted: Provision) -> None:
    """Create what is missing; leave what exists, except a key's secret, which follows the setting."""
    wanted.check()
    hashed = _hash_if_new(context, passwords, wanted)
    try:
        _apply(context, wanted, hashed)
    except Conflict:  # another server of the same database was a moment faster
        _apply(context, wanted, hashed)


def _hash_if_new(context: Context, passwords: Passwords, wanted: Provision) -> str | None:
    """The password's hash, made outside of the transaction because it takes long; None if the person exists."""
    if wanted.user_email is None or wanted.user_password is None:
        return None
    with context.store.reading() as unit:
        known = unit.people.by_email(checked(wanted.user_email))
    return None if known is not None and known.password_hash is not None else passwords.hash(wanted.user_password)


def _apply(context: Context, wanted: Provision, hashed: str | None) -> None:
    with context.store.writing() as unit:
        if wanted.is_empty() and unit.projects.list_all():
            return
        project = _ensure_project(context, unit, wanted)
        _ensure_key(context, unit, wanted, project)
        _ensure_owner(context, unit, wanted, project, hashed)


def _ensure_project(context: Context, unit: UnitOfWork, wanted: Provision) -> Project:
    now = context.clock()
    organization_id = wanted.organization_id or slug(DEFAULT_NAME)
    name = wanted.project or wanted.project_id or DEFAULT_NAME
    project_id = wanted.project_id or slug(name)
    if unit.organizations.get(organization_id) is None:
        unit.organizations.add(Organization(id=organization_id, name=wanted.organization_id or DEFAULT_NAME, created_time=now))
    project = unit.projects.get(project_id)
    if project is None:
        project = Project(id=project_id, organization_id=organization_id, name=name, created_time=now)
        unit.projects.add(project)
        _note(context, unit, project, "project.create", project_id)
    if project.organization_id != organization_id:
        raise BadProvisioning(
            f"The project {project_id!r} belongs to the organisation {project.organization_id!r}, not to {organization_id!r};"
            f" set {PREFIX}PROJECT_ID to a new id, or {PREFIX}ORGANIZATION_ID to that organisation."
        )
    return project


def _ensure_key(context: Context, unit: UnitOfWork, wanted: Provision, project: Project) -> None:
    if wanted.public_key is None or wanted.secret_key is None:
        return
    known = unit.keys.by_public_key(wanted.public_key)
    if known is None:
        key = ApiKey(
            id=context.new_id("key"),
            project_id=project.id,
            name="Provisioned",
            role=Role.ADMIN,
            public_key=wanted.public_key,
            secret_hash=digest(wanted.secret_key),
            prefix=visible_prefix(wanted.secret_key),
            created_by=ACTOR,
            created_time=context.clock(),
        )
        unit.keys.add(key)
        _note(context, unit, project, "key.create", key.id)
    elif known.project_id != project.id:
        raise BadProvisioning(f"The key {wanted.public_key!r} belongs to the project {known.project_id!r}, not to {project.id!r}.")
    elif known.secret_hash != digest(wanted.secret_key):
        unit.keys.put(replace(known, secret_hash=digest(wanted.secret_key), prefix=visible_prefix(wanted.secret_key)))
        _note(context, unit, project, "key.rotate", known.id)


def _ensure_owner(context: Context, unit: UnitOfWork, wanted: Provision, project: Project, hashed: str | None) -> None:
    if wanted.user_email is None or hashed is None:
        return
    now, email = context.clock(), checked(wanted.user_email)
    person = unit.people.by_email(email)
    if person is not None and person.password_hash is not None:
        return
    if person is None:
        person = Person(
            id=context.new_id("user"), email=email, name=email.partition("@")[0], password_hash=hashed, created_time=now
        )
        unit.people.add(person)
    else:
        unit.people.put(replace(person, password_hash=hashed))
    unit.organization_members.put(
        Membership(place_id=project.organization_id, person_id=person.id, role=Role.OWNER, created_time=now)
    )
    _note(context, unit, project, "member.provision", person.id)


def _note(context: Context, unit: UnitOfWork, project: Project, action: str, target: str) -> None:
    event = AuditEvent(time=context.clock(), actor=ACTOR, action=action, target=target)
    unit.audit.append(event, organization_id=project.organization_id, project_id=project.id)
