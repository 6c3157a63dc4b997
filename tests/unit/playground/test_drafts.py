"""Drafts on both databases: equal panes are one, each project has its own, and the newest are kept."""

import pytest

from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Role, Scope
from pellucid_server.playground import drafts
from pellucid_server.playground.drafts import Drafts, NoSuchDraft
from pellucid_server.playground.errors import BadPane
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.organizations import Organization, Project

ADA = Scope(organization_id="acme", project_id="shop", role=Role.MEMBER, actor="user:ada")
BOB = Scope(organization_id="acme", project_id="lab", role=Role.MEMBER, actor="user:bob")


class Clock:
    """A microsecond passes between two looks."""

    now = 0

    def __call__(self) -> int:
        self.now += 1
        return self.now


@pytest.fixture
def room(store: MetaStore) -> Drafts:
    with store.writing() as unit:
        unit.organizations.add(Organization(id="acme", name="Acme", created_time=1))
        for project in ("shop", "lab"):
            unit.projects.add(Project(id=project, organization_id="acme", name=project, created_time=1))
    return Drafts(store, Clock())


def pane(text: str) -> JsonValue:
    return {"messages": [{"role": "user", "parts": [{"type": "text", "text": text}]}]}


def test_equal_panes_are_one_draft_that_only_its_project_sees(room: Drafts) -> None:
    first, again, other = (room.keep(ADA, [pane(text)]) for text in ("a", "a", "b"))
    assert first.id == again.id != other.id
    assert room.get(ADA, first.id).panes == [pane("a")]
    assert room.get(ADA, first.id).time == again.time
    with pytest.raises(NoSuchDraft):
        room.get(BOB, first.id)
    assert room.keep(BOB, [pane("a")]).id == first.id


def test_those_that_nobody_kept_again_for_longest_go_first(room: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 3)
    kept = [room.keep(ADA, [pane(str(n))]).id for n in range(3)]
    room.keep(ADA, [pane("0")])
    room.keep(BOB, [pane("0")])
    room.keep(ADA, [pane("3")])
    with pytest.raises(NoSuchDraft):
        room.get(ADA, kept[1])
    assert [room.get(ADA, id_).id for id_ in (kept[0], kept[2])] == [kept[0], kept[2]]


def test_a_draft_has_a_most(room: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MAX_DRAFT_CHARS", 100)
    with pytest.raises(BadPane, match="at most 100 characters"):
        room.keep(ADA, [pane("x" * 200)])
