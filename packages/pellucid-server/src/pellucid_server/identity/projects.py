"""Projects and their settings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict, Unpack
from urllib.parse import urlsplit

from pellucid_server.core.errors import Conflict, NotFound
from pellucid_server.enrich.redact import policy_from
from pellucid_server.identity.context import Context
from pellucid_server.identity.errors import BadProjectSettings, NoSuchProject
from pellucid_server.identity.places import project_roles
from pellucid_server.identity.resolve import LOCAL_ACTOR
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Role, Scope
from pellucid_server.store.meta.organizations import Organization, Project
from pellucid_server.store.meta.unit import UnitOfWork

MAX_NAME_CHARS = 200
MAX_RETENTION_DAYS = 36_500
MAX_ORIGINS = 100
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


class ProjectChanges(TypedDict, total=False):
    """What may be changed; what is absent stays."""

    name: str
    retention_days: int | None
    redaction: Mapping[str, JsonValue]
    redact_before_journal: bool
    cors_origins: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenProject:
    """A project with the role that the one who asks has in it."""

    project: Project
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """The one who asks, for the corner of every page."""

    scope: Scope
    name: str
    email: str | None
    local: bool
    organization: Organization
    project: Project
    projects: Sequence[SeenProject]


class Projects:
    """The verbs."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def me(self, scope: Scope) -> Me:
        """Who asks, where they are, and where they could go."""
        projects = self.list_projects(scope)
        with self._context.store.reading() as unit:
            organization = unit.organizations.get(scope.organization_id)
            project = unit.projects.get(scope.project_id)
            name, email = _name_and_email(unit, scope)
        if organization is None or project is None:
            raise NoSuchProject
        return Me(
            scope=scope,
            name=name,
            email=email,
            local=scope.actor == LOCAL_ACTOR,
            organization=organization,
            project=project,
            projects=projects,
        )

    def name_of(self, scope: Scope) -> str:
        """The name under which the one who asks signs what they write."""
        with self._context.store.reading() as unit:
            return _name_and_email(unit, scope)[0]

    def list_projects(self, scope: Scope) -> list[SeenProject]:
        """All that the one who asks has a role in, the oldest first."""
        with self._context.store.reading() as unit:
            if scope.actor.startswith("user:"):
                seen = project_roles(unit, scope.actor.removeprefix("user:"))
                return [SeenProject(project=project, role=role) for project, role in seen]
            projects = unit.projects.list_all()
        if scope.actor != LOCAL_ACTOR:
            projects = [project for project in projects if project.id == scope.project_id]
        return [SeenProject(project=project, role=scope.role) for project in projects]

    def get(self, scope: Scope, project_id: str) -> Project:
        """The project of the scope. Others are opened by naming them in the request, not by their id alone."""
        if project_id != scope.project_id:
            raise NoSuchProject
        with self._context.store.reading() as unit:
            project = unit.projects.get(project_id)
        if project is None:
            raise NoSuchProject
        return project

    def create(self, scope: Scope, *, name: str, project_id: str | None = None) -> Project:
        """A new project in the scope's organisation; its id is made of the name unless given."""
        checked = _check_name(name)
        with self._context.store.writing() as unit:
            if project_id is not None and unit.projects.get(project_id) is not None:
                raise Conflict("There is a project with this id already; choose another `id`, or leave it out.")
            taken = {project.id for project in unit.projects.list_all()}
            chosen = project_id or _free(slug(checked), taken)
            project = Project(id=chosen, organization_id=scope.organization_id, name=checked, created_time=self._context.clock())
            unit.projects.add(project)
            self._context.note(unit, scope, "project.create", project.id, name=checked)
        self._context.scopes.clear()
        return project

    def update(self, scope: Scope, project_id: str, **changes: Unpack[ProjectChanges]) -> Project:
        """Change settings of the scope's project; what is not named stays."""
        if project_id != scope.project_id:
            raise NoSuchProject
        _check(changes)
        with self._context.store.writing() as unit:
            project = unit.projects.get(project_id)
            if project is None:
                raise NotFound
            changed = replace(project, **changes)
            unit.projects.put(changed)
            self._context.note(unit, scope, "project.update", project_id, fields=[*sorted(changes)])
        self._context.scopes.clear()
        self._context.project_changed(project_id)
        return changed

    def all_settings(self) -> list[Project]:
        """Every project, for the parts of the server that act on all of them (retention, redaction snapshots)."""
        with self._context.store.reading() as unit:
            return unit.projects.list_all()


def _name_and_email(unit: UnitOfWork, scope: Scope) -> tuple[str, str | None]:
    kind, _, own_id = scope.actor.partition(":")
    person = unit.people.get(own_id) if kind == "user" else None
    if person is not None:
        return person.name, person.email
    key = unit.keys.get(scope.project_id, own_id) if kind == "key" else None
    if key is not None:
        return key.name, None
    return ("Local owner" if scope.actor == LOCAL_ACTOR else scope.actor), None


def slug(name: str) -> str:
    """`name` as an id: lower-case ASCII words joined by dashes."""
    return _NOT_SLUG.sub("-", name.lower()).strip("-") or "project"


def _free(wanted: str, taken: set[str]) -> str:
    if wanted not in taken:
        return wanted
    return next(f"{wanted}-{number}" for number in range(2, len(taken) + 3) if f"{wanted}-{number}" not in taken)


def _check_name(name: str) -> str:
    stripped = name.strip()
    if not 0 < len(stripped) <= MAX_NAME_CHARS:
        raise BadProjectSettings(f"A name has between 1 and {MAX_NAME_CHARS} characters; choose another one.")
    return stripped


def _check(changes: ProjectChanges) -> None:
    if "name" in changes:
        changes["name"] = _check_name(changes["name"])
    days = changes.get("retention_days")
    if days is not None and not 1 <= days <= MAX_RETENTION_DAYS:
        raise BadProjectSettings(f"`retention_days` is between 1 and {MAX_RETENTION_DAYS}, or null to keep everything.")
    if "redaction" in changes:
        policy_from(changes["redaction"])
    if "cors_origins" in changes:
        changes["cors_origins"] = tuple(_check_origin(origin) for origin in changes["cors_origins"])
        if len(changes["cors_origins"]) > MAX_ORIGINS:
            raise BadProjectSettings(f"A project lists at most {MAX_ORIGINS} origins in `cors_origins`.")


def _check_origin(origin: str) -> str:
    parts = urlsplit(origin)
    spelled = f"{parts.scheme}://{parts.netloc}".lower()
    if parts.scheme not in {"http", "https"} or not parts.netloc or origin.lower() != spelled:
        raise BadProjectSettings(f"{origin!r} is not an origin; write scheme, host and port only: `https://app.example.com`.")
    return spelled
