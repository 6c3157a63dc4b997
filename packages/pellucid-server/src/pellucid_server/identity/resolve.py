"""A credential becomes a `Scope`: from memory if it was seen lately, else from the store."""

from pellucid_server.core.clock import MINUTE, Micros
from pellucid_server.core.errors import Unauthenticated, Unavailable
from pellucid_server.identity.context import Context
from pellucid_server.identity.credentials import Credential, KeyCredential, SessionCredential
from pellucid_server.identity.errors import KeyOfAnotherProject, NoProject, NoSuchProject, SessionEnded, UnknownKey
from pellucid_server.identity.places import project_roles
from pellucid_server.identity.secret_text import digest
from pellucid_server.model.scope import Role, Scope
from pellucid_server.store.meta.keys import ApiKey
from pellucid_server.store.meta.unit import UnitOfWork

LOCAL_ACTOR = "local"
"""The actor of requests without a credential to a server that only this machine can reach."""
TOUCH_AFTER: Micros = MINUTE
"""A key's last use is noted to the minute: a write per request would cost more than the request."""


class Resolver:
    """Turns credentials into scopes. Thread-safe."""

    def __init__(self, context: Context, *, local: bool) -> None:
        self._context = context
        self._local = local
        self._owner_can_sign_in = False
        self.refresh()

    def refresh(self) -> None:
        """Look again whether people can sign in, and forget all cached scopes. Called after every change of keys or people."""
        with self._context.store.reading() as unit:
            self._owner_can_sign_in = unit.people.an_owner_can_sign_in()
        self._context.scopes.clear()

    def local_owner(self) -> bool:
        """Whether a request without a credential is the local owner's: the server listens on loopback only, and no owner has a
        password yet. From then on everybody signs in."""
        return self._local and not self._owner_can_sign_in

    def cached(self, credential: Credential | None, project_id: str | None) -> Scope | None:
        """The scope if memory has it; never waits. None: call `resolve`."""
        scope = self._context.scopes.get(_cache_key(credential, project_id))
        return None if scope is None else _same_project(scope, credential, project_id)

    def resolve(self, credential: Credential | None, project_id: str | None = None) -> Scope:
        """The scope of a credential, in the named project or else in its own (a key's) or first (a person's).

        Raises a member of `Unauthenticated`, `NoSuchProject`, `KeyOfAnotherProject` or `NoProject`. May wait for the database.
        """
        key = _cache_key(credential, project_id)
        scope = self._context.scopes.get(key)
        if scope is None:
            scope = self._look_up_or_stale(credential, project_id, key)
        return _same_project(scope, credential, project_id)

    def _look_up_or_stale(self, credential: Credential | None, project_id: str | None, key: tuple[str, ...]) -> Scope:
        try:
            return self._look_up(credential, project_id, key)
        except Unavailable:
            scope = self._context.scopes.get_stale(key)
            if scope is None:
                raise
            return scope

    def _look_up(self, credential: Credential | None, project_id: str | None, key: tuple[str, ...]) -> Scope:
        match credential:
            case KeyCredential():
                return self._of_key(credential, key)
            case SessionCredential():
                return self._of_session(credential, project_id, key)
            case None:
                return self._of_nobody(project_id, key)

    def _of_key(self, credential: KeyCredential, key: tuple[str, ...]) -> Scope:
        scopes = self._context.scopes
        if scopes.is_refused(key):
            raise UnknownKey
        generation, now = scopes.generation, self._context.clock()
        with self._context.store.reading() as unit:
            stored = unit.keys.by_secret(digest(credential.secret))
            scope = None if stored is None else _scope_of_key(unit, stored, credential, now)
        if scope is None or stored is None:
            scopes.refuse(key, generation=generation)
            raise UnknownKey
        scopes.keep(key, scope, generation=generation, expires=stored.expires_time)
        self._touch(stored, now)
        return scope

    def _touch(self, key: ApiKey, now: Micros) -> None:
        if key.last_used_time is not None and now - key.last_used_time < TOUCH_AFTER:
            return
        try:
            with self._context.store.writing() as unit:
                unit.keys.touch(key.id, now)
        except Unavailable:
            pass  # a busy or read-only database must not turn good keys away

    def _of_session(self, credential: SessionCredential, project_id: str | None, key: tuple[str, ...]) -> Scope:
        scopes = self._context.scopes
        generation, now = scopes.generation, self._context.clock()
        with self._context.store.reading() as unit:
            session = unit.sessions.get(digest(credential.token))
            live = session is not None and now < session.expires_time
            scope = _scope_of_person(unit, session.person_id, project_id) if session is not None and live else None
        if scope is None or session is None:
            if self.local_owner():  # a cookie of an earlier server on this address
                return self._of_nobody(project_id, _cache_key(None, project_id))
            raise SessionEnded
        scopes.keep(key, scope, generation=generation, expires=session.expires_time)
        return scope

    def _of_nobody(self, project_id: str | None, key: tuple[str, ...]) -> Scope:
        if not self.local_owner():
            raise Unauthenticated
        generation = self._context.scopes.generation
        with self._context.store.reading() as unit:
            projects = unit.projects.list_all()
        for project in projects:
            if project_id is None or project.id == project_id:
                break
        else:
            raise NoSuchProject
        scope = Scope(organization_id=project.organization_id, project_id=project.id, role=Role.OWNER, actor=LOCAL_ACTOR)
        self._context.scopes.keep(key, scope, generation=generation)
        return scope


def _cache_key(credential: Credential | None, project_id: str | None) -> tuple[str, ...]:
    """Of a credential, without the secret itself. A key's scope does not depend on the project that the request names."""
    match credential:
        case KeyCredential():
            return ("key", digest(credential.secret), credential.public_key or "")
        case SessionCredential():
            return ("session", digest(credential.token), project_id or "")
        case None:
            return (LOCAL_ACTOR, project_id or "")


def _same_project(scope: Scope, credential: Credential | None, project_id: str | None) -> Scope:
    if isinstance(credential, KeyCredential) and project_id is not None and project_id != scope.project_id:
        raise KeyOfAnotherProject
    return scope


def _scope_of_key(unit: UnitOfWork, key: ApiKey, credential: KeyCredential, now: Micros) -> Scope | None:
    if credential.public_key is not None and credential.public_key != key.public_key:
        return None
    if key.expires_time is not None and key.expires_time <= now:
        return None
    project = unit.projects.get(key.project_id)
    if project is None:
        return None
    return Scope(organization_id=project.organization_id, project_id=project.id, role=key.role, actor=f"key:{key.id}")


def _scope_of_person(unit: UnitOfWork, person_id: str, project_id: str | None) -> Scope:
    places = project_roles(unit, person_id)
    if not places:
        raise NoProject
    for project, role in places:
        if project_id is None or project.id == project_id:
            actor = f"user:{person_id}"
            return Scope(organization_id=project.organization_id, project_id=project.id, role=role, actor=actor)
    raise NoSuchProject
