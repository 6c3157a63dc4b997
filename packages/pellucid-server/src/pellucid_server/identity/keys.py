"""API keys of a project: list, create, revoke, rotate. The secret is returned once, by the verb that made it."""

from dataclasses import dataclass, replace

from pellucid_server.core.clock import SECOND, Micros
from pellucid_server.core.errors import BadRequest, NotFound
from pellucid_server.identity.context import Context
from pellucid_server.identity.errors import TooManyOfThem
from pellucid_server.identity.roles import KEY_ROLES, check_grant
from pellucid_server.identity.secret_text import digest, new_public_key, new_secret_key, visible_prefix
from pellucid_server.model.scope import Role, Scope
from pellucid_server.store.meta.keys import ApiKey
from pellucid_server.store.meta.unit import UnitOfWork

MAX_KEYS = 1_000
"""In one project: far more than deployments, few enough for one list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key with its secret, which is kept nowhere."""

    key: ApiKey
    secret: str


class Keys:
    """The verbs. The caller's role is checked against the role of the key."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list_keys(self, scope: Scope) -> list[ApiKey]:
        """All of the project, the oldest first, without secrets."""
        with self._context.store.reading() as unit:
            return unit.keys.of_project(scope.project_id)

    def create(self, scope: Scope, *, name: str, role: Role, expires_time: Micros | None = None) -> NewKey:
        """A new key. Raises `BadRole`, `RoleTooHigh`, `TooManyOfThem`."""
        check_grant(scope.role, role, KEY_ROLES)
        if expires_time is not None and expires_time <= self._context.clock():
            raise BadRequest("The key would expire in the past; give a later `expires_time`, or none.")
        with self._context.store.writing() as unit:
            new = self._add(unit, scope, name=name, role=role, expires_time=expires_time)
            self._context.note(unit, scope, "key.create", new.key.id, name=name, role=role.value)
        self._context.scopes.clear()
        return new

    def revoke(self, scope: Scope, key_id: str) -> None:
        """Delete a key: from now on it opens nothing."""
        with self._context.store.writing() as unit:
            key = self._own(unit, scope, key_id)
            unit.keys.remove(scope.project_id, key_id)
            self._context.note(unit, scope, "key.revoke", key_id, name=key.name)
        self._context.scopes.clear()

    def rotate(self, scope: Scope, key_id: str, *, overlap_s: int = 0) -> NewKey:
        """A new key with the old one's name, role and expiry; the old one stays good for `overlap_s` seconds, to be replaced in
        peace."""
        now = self._context.clock()
        with self._context.store.writing() as unit:
            old = self._own(unit, scope, key_id)
            new = self._add(unit, scope, name=old.name, role=old.role, expires_time=old.expires_time)
            if overlap_s > 0:
                ends = now + overlap_s * SECOND
                unit.keys.put(replace(old, expires_time=ends if old.expires_time is None else min(ends, old.expires_time)))
            else:
                unit.keys.remove(scope.project_id, key_id)
            self._context.note(unit, scope, "key.rotate", key_id, successor=new.key.id, overlap_s=overlap_s)
        self._context.scopes.clear()
        return new

    def _own(self, unit: UnitOfWork, scope: Scope, key_id: str) -> ApiKey:
        key = unit.keys.get(scope.project_id, key_id)
        if key is None:
            raise NotFound("There is no such key in this project; `GET /api/v1/keys` lists them.")
        check_grant(scope.role, key.role, KEY_ROLES)
        return key

    def _add(self, unit: UnitOfWork, scope: Scope, *, name: str, role: Role, expires_time: Micros | None) -> NewKey:
        if unit.keys.count(scope.project_id) >= MAX_KEYS:
            raise TooManyOfThem
        secret = new_secret_key()
        key = ApiKey(
            id=self._context.new_id("key"),
            project_id=scope.project_id,
            name=name,
            role=role,
            public_key=new_public_key(),
            secret_hash=digest(secret),
            prefix=visible_prefix(secret),
            created_by=scope.actor,
            created_time=self._context.clock(),
            expires_time=expires_time,
        )
        unit.keys.add(key)
        return NewKey(key=key, secret=secret)
