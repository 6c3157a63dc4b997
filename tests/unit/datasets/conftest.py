"""A project with data sets, on SQLite and on PostgreSQL."""

from itertools import count

import pytest
from tests.meta_stores import migrated_file, migrated_url, postgres, postgres_store, sqlite_store  # noqa: F401

from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.trials import Trials
from pellucid_server.identity.provision import Provision
from pellucid_server.identity.service import Identity
from pellucid_server.model.scope import Role, Scope
from pellucid_server.store.meta.database import MetaStore


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> MetaStore:
    made: MetaStore = request.getfixturevalue("sqlite_store" if request.param == "sqlite" else "postgres_store")
    Identity.open(made, wanted=Provision(), local=True)
    return made


@pytest.fixture
def scope(store: MetaStore) -> Scope:
    with store.reading() as unit:
        (project,) = unit.projects.list_all()
    return Scope(organization_id=project.organization_id, project_id=project.id, role=Role.MEMBER, actor="user:ann")


@pytest.fixture
def cases(store: MetaStore) -> Cases:
    numbers = count(1)
    return Cases(store, lambda: next(numbers), lambda prefix: f"{prefix}_{next(numbers)}")


@pytest.fixture
def trials(store: MetaStore) -> Trials:
    numbers = count(1_000)
    return Trials(store, lambda: next(numbers), lambda prefix: f"{prefix}_{next(numbers)}")
