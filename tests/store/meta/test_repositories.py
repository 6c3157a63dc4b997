"""The repositories: what is written is read back as it was, on both databases, and stays inside its project."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from pellucid_server.core.errors import Conflict
from pellucid_server.model.change import AuditEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Role
from pellucid_server.store.meta.comments import Comment
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.errors import DatabaseUnavailable, UnstorableText
from pellucid_server.store.meta.invitations import Invitation
from pellucid_server.store.meta.keys import ApiKey
from pellucid_server.store.meta.organizations import Organization, Project
from pellucid_server.store.meta.people import Membership, Person, Session
from pellucid_server.store.meta.prices import StoredPrice
from pellucid_server.store.meta.views import SavedView

ACME = Organization(id="acme", name="Acme", created_time=1)
SHOP = Project(
    id="shop",
    organization_id="acme",
    name="Shop — ü 🛒",
    created_time=2,
    retention_days=30,
    redaction={"enabled": True, "patterns": ["email"]},
    redact_before_journal=True,
    cors_origins=["https://shop.example"],
)
LAB = Project(id="lab", organization_id="acme", name="Lab", created_time=3, cors_origins=[])
ADA = Person(id="user_1", email="ada@example.com", name="Ada", password_hash="h", created_time=4)
KEY = ApiKey(
    id="key_1",
    project_id="shop",
    name="app",
    role=Role.INGEST,
    public_key="pk-1",
    secret_hash="hash-1",
    prefix="sk-1234",
    created_by="local",
    created_time=5,
)
PRICE = StoredPrice(
    id="price_1",
    project_id="shop",
    model_pattern="gpt-.*",
    provider=None,
    from_time=0,
    prices={"input": 1.25, "output": 1e-9},
    created_by="local",
    created_time=6,
)
VIEW = SavedView(
    id="view_1",
    project_id="shop",
    page="traces",
    name="Slow",
    shared=False,
    state={"filter": "duration>10", "columns": ["name", None, 1.5]},
    owner="user:user_1",
    created_time=7,
    updated_time=8,
)
COMMENT = Comment(
    id="comment_1",
    project_id="shop",
    trace_id="a" * 32,
    span_id=None,
    author="local",
    author_name="Local owner",
    body="why?\nשלום",
    time=9,
)


@pytest.fixture
def filled(store: MetaStore) -> MetaStore:
    with store.writing() as unit:
        unit.organizations.add(ACME)
        unit.projects.add(SHOP)
        unit.projects.add(LAB)
        unit.people.add(ADA)
        unit.keys.add(KEY)
        unit.prices.add(PRICE)
        unit.views.add(VIEW)
        unit.comments.add(COMMENT)
    return store


def test_everything_is_read_back_as_it_was_written(filled: MetaStore) -> None:
    with filled.reading() as unit:
        assert unit.organizations.list_all() == [ACME]
        assert unit.projects.list_all("acme") == [SHOP, LAB]
        assert unit.projects.list_all("nobody") == []
        assert unit.people.get("user_1") == unit.people.by_email("ada@example.com") == ADA
        assert unit.keys.by_secret("hash-1") == unit.keys.by_public_key("pk-1") == unit.keys.get("shop", "key_1") == KEY
        assert unit.prices.of_project("shop") == [PRICE]
        assert unit.views.get("shop", "view_1") == VIEW
        assert unit.comments.get("shop", "comment_1") == COMMENT


def test_nothing_is_seen_from_another_project(filled: MetaStore) -> None:
    with filled.writing() as unit:
        assert unit.keys.get("lab", "key_1") is None
        assert unit.keys.of_project("lab") == []
        assert unit.prices.get("lab", "price_1") is None
        assert unit.views.get("lab", "view_1") is None
        assert unit.views.seen_by("lab", VIEW.owner) == []
        assert unit.comments.get("lab", "comment_1") is None
        assert unit.comments.page("lab", trace_id=COMMENT.trace_id, after=None, limit=10) == []
        removed = [
            room.remove("lab", thing) for room, thing in ((unit.keys, "key_1"), (unit.prices, "price_1"), (unit.views, "view_1"))
        ]
        assert removed == [False, False, False]
        assert not unit.comments.remove("lab", "comment_1")
        assert unit.keys.count("lab") == 0
        assert unit.keys.count() == 1


def test_put_replaces(filled: MetaStore) -> None:
    with filled.writing() as unit:
        unit.projects.put(replace(SHOP, retention_days=None, redaction={}, cors_origins=[]))
        unit.keys.put(replace(KEY, expires_time=99))
        unit.keys.touch("key_1", 77)
        unit.views.put(replace(VIEW, shared=True))
        unit.comments.put(replace(COMMENT, body="because", edited_time=10))
        unit.prices.put(replace(PRICE, provider="openai"))
    with filled.reading() as unit:
        assert unit.projects.get("shop") == replace(SHOP, retention_days=None, redaction={}, cors_origins=[])
        assert unit.keys.get("shop", "key_1") == replace(KEY, expires_time=99, last_used_time=77)
        assert unit.views.seen_by("shop", "somebody else") == [replace(VIEW, shared=True)]
        assert unit.comments.get("shop", "comment_1") == replace(COMMENT, body="because", edited_time=10)
        assert unit.prices.get("shop", "price_1") == replace(PRICE, provider="openai")


def remove_and_fail(store: MetaStore) -> None:
    with store.writing() as unit:
        assert unit.keys.remove("shop", "key_1")
        raise ZeroDivisionError


def test_a_block_that_raises_leaves_nothing(filled: MetaStore) -> None:
    with pytest.raises(ZeroDivisionError):
        remove_and_fail(filled)
    with filled.reading() as unit:
        assert unit.keys.get("shop", "key_1") == KEY


def test_reading_cannot_write(filled: MetaStore) -> None:
    with pytest.raises((DatabaseUnavailable, DBAPIError)), filled.reading() as unit:
        unit.keys.remove("shop", "key_1")
    with filled.writing() as unit:  # and the connection is not spoilt
        assert unit.keys.remove("shop", "key_1")


@pytest.mark.parametrize(
    "twin",
    [
        replace(KEY, id="key_2", public_key="pk-2"),
        replace(KEY, id="key_2", secret_hash="hash-2"),
        replace(KEY, public_key="pk-2", secret_hash="hash-2"),
    ],
    ids=["secret", "public key", "id"],
)
def test_taken_keys_are_a_conflict(filled: MetaStore, twin: ApiKey) -> None:
    with pytest.raises(Conflict), filled.writing() as unit:
        unit.keys.add(twin)


def test_a_thing_of_no_project_is_refused(filled: MetaStore) -> None:
    with pytest.raises(Conflict), filled.writing() as unit:
        unit.views.add(replace(VIEW, id="view_2", project_id="nowhere"))


@pytest.mark.parametrize("bad", ["half a pair: \ud800", "nul: \0"])
def test_text_that_no_database_stores_is_a_bad_request(filled: MetaStore, bad: str) -> None:
    with pytest.raises(UnstorableText), filled.writing() as unit:
        unit.comments.add(replace(COMMENT, id="comment_2", body=bad))
    with pytest.raises(UnstorableText), filled.reading() as unit:
        unit.comments.get("shop", bad)


@pytest.mark.parametrize(
    "bad", [{"a": "\ud800"}, {"\0": 1}, {"a": [1, {"b": float("nan")}]}, {"a": float("inf")}, {"a": ["x", "\udfff"]}], ids=repr
)
def test_json_that_no_database_stores_is_a_bad_request(filled: MetaStore, bad: dict[str, JsonValue]) -> None:
    with pytest.raises(UnstorableText), filled.writing() as unit:
        unit.views.put(replace(VIEW, state=bad))


def test_json_may_be_as_deep_as_python_writes_it(filled: MetaStore) -> None:
    deep: JsonValue = "end"
    for _ in range(500):
        deep = [deep]
    with filled.writing() as unit:
        unit.views.put(replace(VIEW, state={"deep": deep, "big": 10**40, "text": "\U0001f6d2"}))
    with filled.reading() as unit:
        kept = unit.views.get("shop", "view_1")
    assert kept is not None
    assert kept.state == {"deep": deep, "big": 10**40, "text": "\U0001f6d2"}


def test_roles_in_places(filled: MetaStore) -> None:
    with filled.writing() as unit:
        unit.organization_members.put(Membership(place_id="acme", person_id="user_1", role=Role.VIEWER, created_time=1))
        unit.project_members.put(Membership(place_id="shop", person_id="user_1", role=Role.VIEWER, created_time=1))
        unit.project_members.put(Membership(place_id="shop", person_id="user_1", role=Role.ADMIN, created_time=2))
    with filled.writing() as unit:
        admin = Membership(place_id="shop", person_id="user_1", role=Role.ADMIN, created_time=2)
        assert unit.project_members.of_person("user_1") == unit.project_members.of_place("shop") == [admin]
        assert unit.organization_members.of_place("acme")[0].role is Role.VIEWER
        assert unit.project_members.remove("shop", "user_1")
        assert not unit.project_members.remove("shop", "user_1")


def test_who_can_sign_in_as_an_owner(filled: MetaStore) -> None:
    with filled.writing() as unit:
        assert not unit.people.an_owner_can_sign_in()
        unit.organization_members.put(Membership(place_id="acme", person_id="user_1", role=Role.ADMIN, created_time=1))
        assert not unit.people.an_owner_can_sign_in()
        unit.organization_members.put(Membership(place_id="acme", person_id="user_1", role=Role.OWNER, created_time=1))
        assert unit.people.an_owner_can_sign_in()
        unit.people.put(replace(ADA, password_hash=None))
        assert not unit.people.an_owner_can_sign_in()


def test_sessions_end(filled: MetaStore) -> None:
    with filled.writing() as unit:
        for name, ends in (("one", 10), ("two", 20), ("three", 30)):
            unit.sessions.add(Session(token_hash=name, person_id="user_1", created_time=1, expires_time=ends))
        assert unit.sessions.remove_expired(20) == 2
        assert unit.sessions.get("two") is None
        assert unit.sessions.get("three") is not None
        unit.sessions.remove_of_person("user_1")
        assert unit.sessions.get("three") is None


def test_invitations(filled: MetaStore) -> None:
    invitation = Invitation(
        id="invitation_1",
        token_hash="t",
        organization_id="acme",
        project_id=None,
        email="bob@example.com",
        role=Role.OWNER,
        created_by="local",
        created_time=1,
        expires_time=2,
    )
    with filled.writing() as unit:
        unit.invitations.add(invitation)
        assert unit.invitations.by_token("t") == invitation
        assert unit.invitations.of_organization("acme") == [invitation]
        unit.invitations.remove("invitation_1")
        assert unit.invitations.by_token("t") is None


def test_comments_come_in_pages_without_gaps(filled: MetaStore) -> None:
    with filled.writing() as unit:
        for number in range(25):  # several at one instant: the id decides
            unit.comments.add(replace(COMMENT, id=f"c{number:02}", time=100 + number // 10))
    seen: list[str] = []
    after = None
    with filled.reading() as unit:
        while page := unit.comments.page("shop", trace_id=COMMENT.trace_id, after=after, limit=7):
            seen += [comment.id for comment in page]
            after = (page[-1].time, page[-1].id)
        assert seen == ["comment_1", *(f"c{number:02}" for number in range(25))]
        assert unit.comments.count("shop", COMMENT.trace_id) == 26
        assert unit.comments.page("shop", trace_id="b" * 32, after=None, limit=7) == []


def test_settings(store: MetaStore) -> None:
    with store.writing() as unit:
        assert unit.settings.get("x") is None
        unit.settings.put("x", {"a": [1, None, "é"]})
        unit.settings.put("x", [1, 2])
        assert unit.settings.get("x") == [1, 2]
        unit.settings.remove("x")
        assert unit.settings.get("x") is None


def test_the_audit_log_only_grows(store: MetaStore) -> None:
    with store.writing() as unit:
        for number in range(5):
            event = AuditEvent(time=number, actor="local", action="key.create", target=f"key_{number}", details={"n": number})
            unit.audit.append(event, organization_id="acme", project_id="shop")
        newest = unit.audit.newest(organization_id="acme", limit=2)
        assert [entry.target for entry in newest] == ["key_4", "key_3"]
        assert [entry.details for entry in unit.audit.newest(organization_id="acme", before_id=newest[-1].id)] == [
            {"n": n} for n in (2, 1, 0)
        ]
        assert unit.audit.newest(organization_id="other") == []
        assert not [verb for verb in dir(unit.audit) if verb in {"remove", "put", "delete", "update"}]


def test_many_threads_write_at_once(filled: MetaStore) -> None:
    def count_up(number: int) -> None:
        with filled.writing() as unit:
            unit.keys.add(replace(KEY, id=f"k{number}", public_key=f"p{number}", secret_hash=f"s{number}"))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(count_up, range(64)))
    with filled.reading() as unit:
        assert unit.keys.count("shop") == 65
