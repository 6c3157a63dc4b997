"""The order of roles. What a role may do is `model.scope.GRANTS`; which one somebody has is the store's."""

from collections.abc import Iterable

from pellucid_server.identity.errors import BadRole, RoleTooHigh
from pellucid_server.model.scope import Role

_ORDER = tuple(Role)

KEY_ROLES = frozenset({Role.INGEST, Role.VIEWER, Role.MEMBER, Role.ADMIN})
"""A key belongs to one project: it never owns the organisation."""
PROJECT_ROLES = frozenset({Role.VIEWER, Role.MEMBER, Role.ADMIN})
"""People in one project. `ingest` is for keys that sit in apps."""
ORGANIZATION_ROLES = PROJECT_ROLES | {Role.OWNER}


def rank(role: Role) -> int:
    """The higher, the more it may."""
    return _ORDER.index(role)


def highest(roles: Iterable[Role]) -> Role | None:
    """A person's role in a project is the higher of the one there and the one in the organisation."""
    return max(roles, key=rank, default=None)


def check_grant(giver: Role, role: Role, allowed: frozenset[Role]) -> None:
    """Raise unless `giver` may give or take `role`, and it is one of the `allowed`."""
    if role not in allowed:
        raise BadRole
    if rank(role) > rank(giver):
        raise RoleTooHigh
