"""`/me`, signing in, passwords, invitations."""

from pydantic import BaseModel, Field

from pellucid_server.api.wire.times import WireTime
from pellucid_server.identity.projects import Me
from pellucid_server.model.scope import GRANTS, Permission, Role


class Named(BaseModel):
    """An id with the name that people know it by."""

    id: str
    name: str


class NamedWithRole(Named):
    """A project, with the caller's role in it."""

    role: Role


class MeAnswer(BaseModel):
    """Who asks, and what they may do where."""

    actor: str
    name: str
    email: str | None
    role: Role
    local: bool
    """The owner of a server that only this machine can reach, without sign-in."""
    organization: Named
    project: Named
    projects: list[NamedWithRole]
    permissions: list[Permission]


class SignInBody(BaseModel):
    """E-mail address and password."""

    email: str = Field(max_length=254)
    password: str = Field(max_length=1_024)


class SignedInAnswer(BaseModel):
    """The session itself is in the cookie."""

    name: str
    email: str
    expires_time: WireTime


class PasswordBody(BaseModel):
    """A new password, and the old one to show that it is really you."""

    old_password: str = Field(max_length=1_024)
    new_password: str = Field(max_length=1_024)


class AcceptBody(BaseModel):
    """What an invited person sends."""

    token: str = Field(max_length=200)
    name: str = Field(min_length=1, max_length=200)
    password: str = Field(max_length=1_024)


def to_me(me: Me) -> MeAnswer:
    """`me` for the wire."""
    return MeAnswer(
        actor=me.scope.actor,
        name=me.name,
        email=me.email,
        role=me.scope.role,
        local=me.local,
        organization=Named(id=me.organization.id, name=me.organization.name),
        project=Named(id=me.project.id, name=me.project.name),
        projects=[NamedWithRole(id=seen.project.id, name=seen.project.name, role=seen.role) for seen in me.projects],
        permissions=sorted(GRANTS[me.scope.role]),
    )
