"""The first start and every later one: what is asked for exists, once, and what people changed since stays."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from pellucid_server.identity.credentials import KeyCredential
from pellucid_server.identity.errors import BadProvisioning, UnknownKey
from pellucid_server.identity.provision import Provision
from pellucid_server.identity.service import Identity
from pellucid_server.model.scope import Role
from pellucid_server.store.meta.database import MetaStore

Open = Callable[..., Identity]
FULL = Provision(
    organization_id="Ünïque Org!",
    project_id="p/1 ✓",
    project="The shop",
    public_key="lf_pk_1234567890",
    secret_key="anything at all",
    user_email="Own@Example.com",
    user_password="short",
)


def state(store: MetaStore) -> object:
    with store.reading() as unit:
        organizations, projects = unit.organizations.list_all(), unit.projects.list_all()
        people = [unit.organization_members.of_place(organization.id) for organization in organizations]
        return organizations, projects, people, [unit.keys.of_project(project.id) for project in projects]


def test_the_first_start_makes_a_default(store: MetaStore, open_identity: Open) -> None:
    identity = open_identity(local=True)
    with store.reading() as unit:
        assert [(item.id, item.name) for item in unit.organizations.list_all()] == [("default", "Default")]
        assert [(item.id, item.name) for item in unit.projects.list_all()] == [("default", "Default")]
    assert not identity.has_credentials()
    before = state(store)
    open_identity(local=True)
    assert state(store) == before


def test_ids_and_keys_are_taken_as_given(store: MetaStore, open_identity: Open) -> None:
    identity = open_identity(wanted=FULL)
    scope = identity.resolver.resolve(KeyCredential(secret="anything at all", public_key="lf_pk_1234567890"))
    assert (scope.organization_id, scope.project_id, scope.role) == ("Ünïque Org!", "p/1 ✓", Role.ADMIN)
    assert identity.projects.get(scope, "p/1 ✓").name == "The shop"
    signed = identity.sign_in.sign_in("own@example.com", "short", address="")
    assert signed.person.email == "own@example.com"
    assert identity.has_credentials()
    before = state(store)
    open_identity(wanted=FULL)
    assert state(store) == before


def test_ids_default_to_slugs(store: MetaStore, open_identity: Open) -> None:
    open_identity(wanted=Provision(project="My Shop, Ltd."))
    with store.reading() as unit:
        assert [(item.id, item.organization_id, item.name) for item in unit.projects.list_all()] == [
            ("my-shop-ltd", "default", "My Shop, Ltd.")
        ]


def test_a_changed_secret_replaces_the_old_one(open_identity: Open) -> None:
    open_identity(wanted=Provision(public_key="pk", secret_key="old"))
    identity = open_identity(wanted=Provision(public_key="pk", secret_key="new"))
    assert identity.resolver.resolve(KeyCredential(secret="new"))
    with pytest.raises(UnknownKey):
        identity.resolver.resolve(KeyCredential(secret="old"))


def test_a_password_that_the_person_changed_stays(open_identity: Open) -> None:
    wanted = Provision(user_email="a@b.c", user_password="first password")
    open_identity(wanted=wanted).sign_in.reset_password("a@b.c", "second password", actor="system")
    identity = open_identity(wanted=wanted)
    assert identity.sign_in.sign_in("a@b.c", "second password", address="")


def test_what_belongs_elsewhere_is_refused(open_identity: Open) -> None:
    open_identity(wanted=Provision(public_key="pk", secret_key="sk"))
    with pytest.raises(BadProvisioning, match="organisation"):
        open_identity(wanted=Provision(organization_id="acme"))
    with pytest.raises(BadProvisioning, match="belongs to the project"):
        open_identity(wanted=Provision(project_id="second", public_key="pk", secret_key="sk"))


def test_servers_that_start_at_once_agree(store: MetaStore, open_identity: Open) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: open_identity(wanted=FULL), range(6)))
    with store.reading() as unit:
        assert len(unit.projects.list_all()) == len(unit.organizations.list_all()) == unit.keys.count() == 1
