"""Dashboards, links and budgets on both databases: read back as written, inside their project, and gone together."""

from dataclasses import replace

import pytest

from pellucid_server.store.meta.dashboards import Budget, DashboardShare, StoredDashboard
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.organizations import Organization, Project

BOARD = StoredDashboard(
    id="d1",
    project_id="shop",
    name="Spend — ü",
    description="",
    document={"widgets": [{"id": "w", "measures": [{"name": "cost", "aggregation": "sum"}]}]},
    version=1,
    owner="user:ada",
    created_time=5,
    updated_time=5,
    updated_by="user:ada",
)
SHARE = DashboardShare(id="s1", dashboard_id="d1", token_hash="h1", created_by="user:ada", created_time=6, expires_time=100)
BUDGET = Budget(
    id="b1", project_id="shop", name="Chat", filter="feature:chat", period="month", amount=12.34,
    created_by="user:ada", created_time=7, updated_time=7,
)  # fmt: skip


@pytest.fixture(autouse=True)
def filled(store: MetaStore) -> None:
    with store.writing() as unit:
        unit.organizations.add(Organization(id="acme", name="Acme", created_time=1))
        for project in ("shop", "lab"):
            unit.projects.add(Project(id=project, organization_id="acme", name=project, created_time=2))
        unit.dashboards.add(BOARD)
        unit.dashboards.add_share(SHARE)
        unit.budgets.add(BUDGET)


def test_all_is_read_back_inside_its_project(store: MetaStore) -> None:
    with store.reading() as unit:
        assert unit.dashboards.get("shop", "d1") == BOARD
        assert unit.dashboards.of_project("shop") == [BOARD]
        assert unit.dashboards.count("shop") == 1
        assert unit.budgets.get("shop", "b1") == BUDGET
        assert unit.budgets.of_project("shop") == [BUDGET]
        assert unit.dashboards.get("lab", "d1") is None
        assert unit.dashboards.of_project("lab") == []
        assert unit.budgets.get("lab", "b1") is None
        assert unit.budgets.of_project("lab") == []
    with store.writing() as unit:
        assert not unit.dashboards.remove("lab", "d1")
        assert not unit.budgets.remove("lab", "b1")


def test_only_the_version_that_was_read_is_overwritten(store: MetaStore) -> None:
    changed = replace(BOARD, name="Other", version=2)
    with store.writing() as unit:
        assert not unit.dashboards.put(changed, over_version=2)
        assert unit.dashboards.get("shop", "d1") == BOARD
        assert unit.dashboards.put(changed, over_version=1)
        assert unit.dashboards.get("shop", "d1") == changed


def test_a_link_opens_until_it_ends(store: MetaStore) -> None:
    with store.reading() as unit:
        assert unit.dashboards.shared("h1", 99) == (SHARE, BOARD)
        assert unit.dashboards.shared("h1", 100) is None
        assert unit.dashboards.shared("h2", 1) is None
    with store.writing() as unit:
        unit.dashboards.add_share(replace(SHARE, id="s2", token_hash="h2", created_time=7, expires_time=None))
        assert [share.id for share in unit.dashboards.shares("d1")] == ["s1", "s2"]
        assert unit.dashboards.shared("h2", 10**15) is not None
        assert unit.dashboards.remove_share("d1", "s1")
        assert not unit.dashboards.remove_share("d2", "s2")


def test_links_go_with_their_dashboard(store: MetaStore) -> None:
    with store.writing() as unit:
        assert unit.dashboards.remove("shop", "d1")
        assert unit.dashboards.shared("h1", 1) is None


def test_budgets_change(store: MetaStore) -> None:
    changed = replace(BUDGET, amount=0.5, period="day", updated_time=9)
    with store.writing() as unit:
        unit.budgets.put(changed)
        assert unit.budgets.get("shop", "b1") == changed
        assert unit.budgets.remove("shop", "b1")
        assert unit.budgets.get("shop", "b1") is None
