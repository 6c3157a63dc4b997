"""The ledger: what is announced, what is seen for the first time, and that nothing is written twice."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from pellucid_server.identity.provision import Provision
from pellucid_server.identity.service import Identity
from pellucid_server.model.scope import Role, Scope
from pellucid_server.monitors.ledger import BadEvent, Ledger, NoSuchEvent, Sighting
from pellucid_server.monitors.watcher import OVERLAP, Watcher
from pellucid_server.store.meta.database import MetaStore

NOW = 1_790_000_000_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetaStore]:
    made = MetaStore.open(f"sqlite:///{tmp_path / 'meta.db'}")
    Identity.open(made, wanted=Provision(), local=True)
    yield made
    made.close()


@pytest.fixture
def scope(store: MetaStore) -> Scope:
    with store.reading() as unit:
        (project,) = unit.projects.list_all()
    return Scope(organization_id=project.organization_id, project_id=project.id, role=Role.MEMBER, actor="user:ann")


@pytest.fixture
def ledger(store: MetaStore) -> Ledger:
    numbers = count(1)
    return Ledger(store, lambda: NOW, lambda prefix: f"{prefix}_{next(numbers)}")


def sighting(kind: str, value: str, time: int = NOW) -> Sighting:
    return Sighting(kind=kind, value=value, time=time, scope={"environment": "production"})


def test_events_are_listed_newest_first_in_pages(ledger: Ledger, scope: Scope) -> None:
    for n in range(5):
        ledger.announce(scope, kind="deploy", title=f"release {n}", time=NOW + n)
    first = ledger.list_events(scope, limit=2)
    assert [event.title for event in first.events] == ["release 4", "release 3"]
    second = ledger.list_events(scope, limit=10, before=first.next_before)
    assert [event.title for event in second.events] == ["release 2", "release 1", "release 0"]
    assert second.next_before is None
    assert [event.title for event in ledger.list_events(scope, start=NOW + 1, end=NOW + 3).events] == ["release 2", "release 1"]


def test_the_same_id_replaces_and_a_deleted_event_is_gone(ledger: Ledger, scope: Scope) -> None:
    ledger.announce(scope, kind="deploy", title="first", event_id="ci-17")
    ledger.announce(scope, kind="deploy", title="again", event_id="ci-17")
    assert [event.title for event in ledger.list_events(scope).events] == ["again"]
    ledger.remove(scope, "ci-17")
    assert ledger.list_events(scope).events == []
    with pytest.raises(NoSuchEvent):
        ledger.remove(scope, "ci-17")


@pytest.mark.parametrize(("kind", "title"), [("wedding", "x"), ("deploy", "  "), ("deploy", "x" * 501)])
def test_an_unusable_event_is_refused(ledger: Ledger, scope: Scope, kind: str, title: str) -> None:
    with pytest.raises(BadEvent):
        ledger.announce(scope, kind=kind, title=title)


def test_other_projects_see_nothing(ledger: Ledger, scope: Scope) -> None:
    ledger.announce(scope, kind="note", title="secret")
    other = Scope(organization_id=scope.organization_id, project_id="other", role=Role.OWNER, actor="user:bob")
    assert ledger.list_events(other).events == []


def test_what_observation_begins_with_is_no_change_and_what_is_new_later_is(ledger: Ledger, scope: Scope) -> None:
    heard: list[str] = []
    ledger.listen(lambda project_id, event: heard.append(event.title))
    assert ledger.observe(scope.project_id, [sighting("model", "gpt-4o-2024-08-06")]) == []
    assert ledger.observe(scope.project_id, [sighting("model", "gpt-4o-2024-08-06")]) == []
    (event,) = ledger.observe(
        scope.project_id, [sighting("model", "gpt-4o-2024-08-06"), sighting("model", "gpt-4o-2024-11-20", NOW + 9)]
    )
    assert (event.kind, event.after, event.time, event.scope) == (
        "model",
        "gpt-4o-2024-11-20",
        NOW + 9,
        {"environment": "production"},
    )
    assert heard == ["Model gpt-4o-2024-11-20 answered for the first time"]
    assert ledger.observe(scope.project_id, [sighting("model", "gpt-4o-2024-11-20")]) == []


def test_a_back_fill_dates_each_change_by_its_first_span(ledger: Ledger, scope: Scope) -> None:
    found = [sighting("release", "1.0", NOW), sighting("release", "1.1", NOW + 100), sighting("release", "1.2", NOW + 200)]
    assert [(event.after, event.time) for event in ledger.observe(scope.project_id, found)] == [
        ("1.1", NOW + 100),
        ("1.2", NOW + 200),
    ]


def test_the_watcher_looks_at_everything_once_and_then_at_what_is_new(ledger: Ledger, scope: Scope) -> None:
    asked: list[int] = []

    def seen_since(project_id: str, after: int) -> list[Sighting]:
        asked.append(after)
        return []

    watcher = Watcher(
        ledger,
        lambda project_id, after: [_Seen(one) for one in seen_since(project_id, after)],
        lambda: [scope.project_id],
        lambda: NOW,
    )
    watcher.run()
    watcher.run()
    assert asked == [0, NOW - OVERLAP]


def test_edits_of_prices_stand_in_the_ledger(tmp_path: Path) -> None:
    store = MetaStore.open(f"sqlite:///{tmp_path / 'priced.db'}")
    ledger = Ledger(store, lambda: NOW, lambda prefix: prefix)
    identity = Identity.open(store, local=True, record_change=ledger.record)
    owner = identity.resolver.resolve(None)
    made = identity.prices.create(owner, model_pattern="^gpt-4o$", provider=None, from_time=0, prices={"input": 2.0})
    identity.prices.update(owner, made.id, model_pattern="^gpt-4o$", provider=None, from_time=0, prices={"input": 3.0})
    identity.prices.remove(owner, made.id)
    removed, changed, created = sorted(ledger.list_events(owner).events, key=lambda event: -event.time)
    assert [event.title for event in (created, changed, removed)] == [
        f"The price of ^gpt-4o$ was {verb}" for verb in ("set", "changed", "removed")
    ]
    assert isinstance(changed.before, dict)
    assert isinstance(changed.after, dict)
    assert (changed.before["prices"], changed.after["prices"], removed.after) == ({"input": 2.0}, {"input": 3.0}, None)
    assert ledger.get(owner, changed.id) == changed
    store.close()


class _Seen:
    """A sighting as the store tells it."""

    def __init__(self, sighting: Sighting) -> None:
        self.kind, self.value, self.time = sighting.kind, sighting.value, sighting.time
        self.environment, self.service, self.model_requested = sighting.scope.get("environment", ""), "", ""
