"""Scope: who asks, in which project, and what they may do. Every query and every write carries one."""

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """What a route may demand. Each route declares exactly one."""

    INGEST = "ingest"
    """Write spans and logs."""
    SCORE = "score"
    """Write scores and feedback."""
    READ = "read"
    """Read spans, scores, prompts, datasets of the project."""
    WRITE = "write"
    """Change prompts, datasets, views, comments and the like."""
    ADMIN = "admin"
    """Keys, members, prices, retention, dead letters of the project."""
    OWNER = "owner"
    """The organisation itself: its projects and people."""


class Role(StrEnum):
    """What a person or key is in a project, from least to most."""

    INGEST = "ingest"
    """A key that may only send spans, logs and feedback: it may sit in an app."""
    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"


_VIEWER = frozenset({Permission.READ})
_MEMBER = _VIEWER | {Permission.WRITE, Permission.SCORE, Permission.INGEST}
_ADMIN = _MEMBER | {Permission.ADMIN}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.INGEST: frozenset({Permission.INGEST, Permission.SCORE}),
    Role.VIEWER: _VIEWER,
    Role.MEMBER: _MEMBER,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _ADMIN | {Permission.OWNER},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A credential, resolved: the project that it opens and what it may do there."""

    organization_id: str
    project_id: str
    role: Role
    actor: str
    """Who: `user:<id>`, `key:<id>` or `local`."""

    def may(self, permission: Permission) -> bool:
        """Whether the role grants it."""
        return permission in GRANTS[self.role]
