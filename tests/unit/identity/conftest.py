"""Fixtures of identity: the real services on a real database, SQLite and PostgreSQL, with a clock that the test moves."""

from collections.abc import Callable

import pytest
from tests.meta_stores import migrated_file as migrated_file
from tests.meta_stores import migrated_url as migrated_url
from tests.meta_stores import postgres as postgres
from tests.meta_stores import postgres_store as postgres_store
from tests.meta_stores import sqlite_store as sqlite_store
from tests.meta_stores import store as store
from tests.unit.identity.fakes import FakeClock

from pellucid_server.identity.service import Identity
from pellucid_server.model.scope import Role, Scope
from pellucid_server.store.meta.database import MetaStore


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def changed() -> list[str]:
    """Projects of which the services said that they changed."""
    return []


@pytest.fixture
def open_identity(store: MetaStore, clock: FakeClock, changed: list[str]) -> Callable[..., Identity]:
    def opened(**settings: object) -> Identity:
        return Identity.open(store, clock=clock, project_changed=changed.append, **settings)  # type: ignore[arg-type]

    return opened


@pytest.fixture
def identity(open_identity: Callable[..., Identity]) -> Identity:
    """A server on loopback after its first start."""
    return open_identity(local=True)


@pytest.fixture
def owner(identity: Identity) -> Scope:
    return identity.resolver.resolve(None)


@pytest.fixture
def as_role(owner: Scope) -> Callable[..., Scope]:
    def scope(role: Role, actor: str = "user:somebody") -> Scope:
        return Scope(organization_id=owner.organization_id, project_id=owner.project_id, role=role, actor=actor)

    return scope
