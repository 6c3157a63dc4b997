"""The house of the lock tests: the real application over real identity, with a credential for every role, in two organisations.

The parts behind the doors (journal, spans) are left out: a route that is let in may fail for want of them, and that counts as let in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pellucid_server.api.application import create_app
from pellucid_server.api.house import House
from pellucid_server.dashboards.comments import CommentBook
from pellucid_server.dashboards.views import Views
from pellucid_server.identity.credentials import SessionCredential
from pellucid_server.identity.provision import Provision
from pellucid_server.identity.service import Identity
from pellucid_server.model.scope import Role, Scope
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.organizations import Organization, Project

ORIGIN = "http://pellucid.example"
EMAIL, PASSWORD = "owner@example.com", "correct horse battery"
KEYS = (Role.INGEST, Role.VIEWER, Role.MEMBER, Role.ADMIN)
PEOPLE = (Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER)
FOREIGN_PROJECT = "foreign"


@dataclass(frozen=True)
class PartialHouse:
    """What the routes of identity, views and comments need."""

    identity: Identity
    views: Views
    comments: CommentBook


@dataclass(frozen=True)
class LockedHouse:
    """The application, and who may come."""

    app: Any
    house: PartialHouse
    owner: Scope
    headers: Mapping[str, Mapping[str, str]]
    """`key:member`, `user:owner` … → the headers that show it."""


def build_house(store: MetaStore) -> LockedHouse:
    """Two organisations: `default`, where everybody is, and one where nobody of them has any role."""
    identity = Identity.open(store, wanted=Provision(user_email=EMAIL, user_password=PASSWORD))
    with store.writing() as unit:
        unit.organizations.add(Organization(id="elsewhere", name="Elsewhere", created_time=1))
        unit.projects.add(Project(id=FOREIGN_PROJECT, organization_id="elsewhere", name="Foreign", created_time=1))
    owner_token = identity.sign_in.sign_in(EMAIL, PASSWORD, address="").token
    owner = identity.resolver.resolve(SessionCredential(token=owner_token), "default")
    headers: dict[str, dict[str, str]] = {"nobody": {}, "user:owner": _cookie(owner_token)}
    for role in KEYS:
        headers[f"key:{role}"] = {"authorization": f"Bearer {identity.keys.create(owner, name=role, role=role).secret}"}
    for role in PEOPLE[:-1]:
        invited = identity.members.invite(owner, email=f"{role}@example.com", role=role)
        joined = identity.sign_in.accept_invitation(str(invited.token), name=role, password=PASSWORD, address="")
        headers[f"user:{role}"] = _cookie(joined.token)
    house = PartialHouse(identity, Views(store), CommentBook(store))
    return LockedHouse(app=create_app(cast("House", house)), house=house, owner=owner, headers=headers)


def _cookie(token: str) -> dict[str, str]:
    return {"cookie": f"pellucid_session={token}", "origin": ORIGIN}
