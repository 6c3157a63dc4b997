"""The prompt room on a real database, SQLite and PostgreSQL, with a clock that the test moves and a recorder that listens."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from tests.meta_stores import migrated_file as migrated_file
from tests.meta_stores import migrated_url as migrated_url
from tests.meta_stores import postgres as postgres
from tests.meta_stores import postgres_store as postgres_store
from tests.meta_stores import sqlite_store as sqlite_store
from tests.meta_stores import store as store
from tests.unit.prompts.saying import FakeClock

from pellucid_server.model.change import ChangeEvent
from pellucid_server.model.scope import Role, Scope
from pellucid_server.prompts.context import Editor
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.organizations import Organization, Project


@dataclass
class Recorded:
    """A ledger that only listens."""

    events: list[ChangeEvent] = field(default_factory=list)

    def record(self, project_id: str, event: ChangeEvent) -> None:
        assert project_id == "shop"
        self.events.append(event)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def room(store: MetaStore, clock: FakeClock, recorded: Recorded) -> PromptRoom:
    with store.writing() as unit:
        unit.organizations.add(Organization(id="acme", name="Acme", created_time=1))
        for project in ("shop", "other"):
            unit.projects.add(Project(id=project, organization_id="acme", name=project, created_time=1))
    return PromptRoom.open(store, clock=clock, recorder=recorded)


@pytest.fixture
def as_role() -> Callable[..., Editor]:
    def editor(role: Role, name: str = "Ada", project: str = "shop") -> Editor:
        scope = Scope(organization_id="acme", project_id=project, role=role, actor=f"user:{name.lower()}")
        return Editor(scope=scope, name=name)

    return editor


@pytest.fixture
def ada(as_role: Callable[..., Editor]) -> Editor:
    """A member."""
    return as_role(Role.MEMBER)


@pytest.fixture
def boss(as_role: Callable[..., Editor]) -> Editor:
    """An admin."""
    return as_role(Role.ADMIN, "Boss")
