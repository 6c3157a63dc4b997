"""Keys, members, projects and prices: who may give what to whom, and what stays inside its project."""

from collections.abc import Callable

import pytest
from tests.unit.identity.fakes import FakeClock

from pellucid_server.core.clock import SECOND
from pellucid_server.core.errors import BadRequest, Conflict, Forbidden, NotFound
from pellucid_server.enrich.redact import BadPolicy
from pellucid_server.identity.credentials import KeyCredential, SessionCredential
from pellucid_server.identity.errors import (
    BadPrice,
    BadProjectSettings,
    BadRole,
    LastOwner,
    NoSuchProject,
    RoleTooHigh,
    TooManyOfThem,
    UnknownKey,
)
from pellucid_server.identity.service import Identity
from pellucid_server.model.scope import Role, Scope
from pellucid_server.store.meta.database import MetaStore

AsRole = Callable[..., Scope]
PASSWORD = "correct horse battery"


def join(identity: Identity, owner: Scope, email: str, role: Role, *, whole_organization: bool = False) -> Scope:
    """Invite, accept, sign in: the new member's scope."""
    invited = identity.members.invite(owner, email=email, role=role, whole_organization=whole_organization)
    name = email.partition("@")[0]
    joined = identity.sign_in.accept_invitation(str(invited.token), name=name, password=PASSWORD, address="")
    return identity.resolver.resolve(SessionCredential(token=joined.token), owner.project_id)


def person_id(scope: Scope) -> str:
    return scope.actor.removeprefix("user:")


class TestKeys:
    def test_the_secret_is_shown_once(self, identity: Identity, owner: Scope, store: MetaStore) -> None:
        new = identity.keys.create(owner, name="app", role=Role.INGEST)
        assert identity.keys.list_keys(owner) == [new.key]
        with store.reading() as unit:
            assert new.secret not in repr(unit.keys.of_project("default"))

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER, Role.ADMIN])
    def test_no_key_above_ones_own_role(self, identity: Identity, as_role: AsRole, role: Role) -> None:
        above = {Role.VIEWER: Role.MEMBER, Role.MEMBER: Role.ADMIN, Role.ADMIN: Role.OWNER}[role]
        with pytest.raises((RoleTooHigh, BadRole)):
            identity.keys.create(as_role(role), name="x", role=above)

    def test_no_key_owns_the_organisation(self, identity: Identity, owner: Scope) -> None:
        with pytest.raises(BadRole):
            identity.keys.create(owner, name="x", role=Role.OWNER)

    def test_rotation_with_overlap_keeps_both_for_a_while(self, identity: Identity, owner: Scope, clock: FakeClock) -> None:
        old = identity.keys.create(owner, name="app", role=Role.MEMBER)
        new = identity.keys.rotate(owner, old.key.id, overlap_s=60)
        assert (new.key.name, new.key.role) == ("app", Role.MEMBER)
        for secret in (old.secret, new.secret):
            assert identity.resolver.resolve(KeyCredential(secret=secret))
        clock.now += 60 * SECOND
        assert identity.resolver.resolve(KeyCredential(secret=new.secret))
        with pytest.raises(UnknownKey):
            identity.resolver.resolve(KeyCredential(secret=old.secret))

    def test_rotation_without_overlap_ends_the_old_one(self, identity: Identity, owner: Scope) -> None:
        old = identity.keys.create(owner, name="app", role=Role.MEMBER)
        identity.resolver.resolve(KeyCredential(secret=old.secret))
        identity.keys.rotate(owner, old.key.id)
        with pytest.raises(UnknownKey):
            identity.resolver.resolve(KeyCredential(secret=old.secret))

    def test_another_projects_key_is_out_of_reach(self, identity: Identity, owner: Scope) -> None:
        new = identity.keys.create(owner, name="app", role=Role.MEMBER)
        other = identity.resolver.resolve(None, identity.projects.create(owner, name="Other").id)
        for verb in (identity.keys.revoke, identity.keys.rotate):
            with pytest.raises(NotFound):
                verb(other, new.key.id)
        assert identity.resolver.resolve(KeyCredential(secret=new.secret))

    def test_a_key_cannot_be_born_expired(self, identity: Identity, owner: Scope, clock: FakeClock) -> None:
        with pytest.raises(BadRequest, match="expires_time"):
            identity.keys.create(owner, name="x", role=Role.MEMBER, expires_time=clock())

    def test_there_is_a_limit(self, identity: Identity, owner: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pellucid_server.identity.keys.MAX_KEYS", 2)
        for _ in range(2):
            identity.keys.create(owner, name="x", role=Role.MEMBER)
        with pytest.raises(TooManyOfThem):
            identity.keys.create(owner, name="x", role=Role.MEMBER)


class TestMembers:
    def test_the_list_shows_members_and_invitations(self, identity: Identity, owner: Scope) -> None:
        join(identity, owner, "bob@example.com", Role.VIEWER)
        join(identity, owner, "ada@example.com", Role.ADMIN, whole_organization=True)
        identity.members.invite(owner, email="carl@example.com", role=Role.MEMBER)
        seen = [(member.email, member.role, member.invited) for member in identity.members.list_members(owner)]
        assert seen == [
            ("ada@example.com", Role.ADMIN, False),
            ("bob@example.com", Role.VIEWER, False),
            ("carl@example.com", Role.MEMBER, True),
        ]

    def test_the_higher_of_both_roles_counts(self, identity: Identity, owner: Scope) -> None:
        join(identity, owner, "ada@example.com", Role.VIEWER, whole_organization=True)
        other = identity.projects.create(owner, name="Other")
        in_other = identity.resolver.resolve(None, other.id)
        invited = identity.members.invite(in_other, email="ada@example.com", role=Role.ADMIN)
        assert invited.token is None  # she has an account
        session = SessionCredential(token=identity.sign_in.sign_in("ada@example.com", PASSWORD, address="").token)
        assert identity.resolver.resolve(session, "default").role is Role.VIEWER
        assert identity.resolver.resolve(session, other.id).role is Role.ADMIN

    def test_a_project_member_does_not_see_other_projects(self, identity: Identity, owner: Scope) -> None:
        scope = join(identity, owner, "bob@example.com", Role.ADMIN)
        other = identity.projects.create(owner, name="Other")
        assert [seen.project.id for seen in identity.projects.list_projects(scope)] == ["default"]
        session = SessionCredential(token=identity.sign_in.sign_in("bob@example.com", PASSWORD, address="").token)
        with pytest.raises(NoSuchProject):
            identity.resolver.resolve(session, other.id)

    @pytest.mark.parametrize("role", [Role.OWNER, Role.INGEST])
    def test_roles_that_a_project_does_not_give(self, identity: Identity, owner: Scope, role: Role) -> None:
        with pytest.raises(BadRole):
            identity.members.invite(owner, email="x@example.com", role=role)

    def test_admins_do_not_reach_beyond_their_project(self, identity: Identity, owner: Scope, as_role: AsRole) -> None:
        admin = as_role(Role.ADMIN)
        boss = join(identity, owner, "boss@example.com", Role.OWNER, whole_organization=True)
        with pytest.raises(Forbidden):
            identity.members.invite(admin, email="x@example.com", role=Role.VIEWER, whole_organization=True)
        with pytest.raises(Forbidden):
            identity.members.change_role(admin, person_id(boss), role=Role.VIEWER, whole_organization=True)
        with pytest.raises(Forbidden):
            identity.members.remove(admin, person_id(boss), whole_organization=True)
        with pytest.raises(RoleTooHigh):
            identity.members.change_role(admin, person_id(boss), role=Role.VIEWER)
        with pytest.raises(RoleTooHigh):
            identity.members.remove(admin, person_id(boss))

    def test_an_organisation_keeps_an_owner(self, identity: Identity, owner: Scope) -> None:
        boss = join(identity, owner, "boss@example.com", Role.OWNER, whole_organization=True)
        with pytest.raises(LastOwner):
            identity.members.remove(boss, person_id(boss), whole_organization=True)
        with pytest.raises(LastOwner):
            identity.members.change_role(boss, person_id(boss), role=Role.ADMIN, whole_organization=True)
        second = join(identity, boss, "second@example.com", Role.OWNER, whole_organization=True)
        identity.members.remove(boss, person_id(boss), whole_organization=True)
        with pytest.raises(LastOwner):
            identity.members.remove(second, person_id(second), whole_organization=True)

    def test_a_change_of_role_counts_at_once(self, identity: Identity, owner: Scope) -> None:
        invited = identity.members.invite(owner, email="bob@example.com", role=Role.ADMIN)
        token = identity.sign_in.accept_invitation(str(invited.token), name="Bob", password=PASSWORD, address="").token
        bob = identity.resolver.resolve(SessionCredential(token=token))
        member = identity.members.change_role(owner, person_id(bob), role=Role.VIEWER)
        assert member.role is Role.VIEWER
        assert identity.resolver.resolve(SessionCredential(token=token)).role is Role.VIEWER

    def test_strangers_are_not_found(self, identity: Identity, owner: Scope) -> None:
        bob = join(identity, owner, "bob@example.com", Role.VIEWER)
        other = identity.resolver.resolve(None, identity.projects.create(owner, name="Other").id)
        invitation = identity.members.invite(owner, email="carl@example.com", role=Role.MEMBER)
        for wrong in (person_id(bob), "user_nobody", invitation.member.id):
            with pytest.raises(NotFound):
                identity.members.change_role(other, wrong, role=Role.ADMIN)
            with pytest.raises(NotFound):
                identity.members.remove(other, wrong)


class TestProjects:
    def test_ids_are_made_of_names(self, identity: Identity, owner: Scope) -> None:
        made = [identity.projects.create(owner, name=name).id for name in ("My Shop", "My shop!", "my-shop", "日本")]
        assert made == ["my-shop", "my-shop-2", "my-shop-3", "project"]
        with pytest.raises(Conflict):
            identity.projects.create(owner, name="x", project_id="my-shop")

    def test_only_what_is_named_changes(self, identity: Identity, owner: Scope, changed: list[str]) -> None:
        identity.projects.update(owner, "default", retention_days=30, redaction={"enabled": True})
        project = identity.projects.update(owner, "default", name="Renamed", cors_origins=["HTTPS://App.Example.com:8443"])
        assert (project.retention_days, project.name, project.redaction) == (30, "Renamed", {"enabled": True})
        assert list(project.cors_origins) == ["https://app.example.com:8443"]
        assert identity.projects.update(owner, "default", retention_days=None).retention_days is None
        assert changed == ["default"] * 3
        assert identity.projects.all_settings()[0].name == "Renamed"

    @pytest.mark.parametrize(
        "change",
        [
            {"name": " "},
            {"name": "x" * 201},
            {"retention_days": 0},
            {"retention_days": 100_000},
            {"cors_origins": ["*"]},
            {"cors_origins": ["https://a.b/path"]},
            {"cors_origins": ["null"]},
            {"cors_origins": [f"https://a{n}.b" for n in range(101)]},
        ],
        ids=str,
    )
    def test_bad_settings(self, identity: Identity, owner: Scope, change: dict[str, object]) -> None:
        with pytest.raises(BadProjectSettings):
            identity.projects.update(owner, "default", **change)  # type: ignore[arg-type]  # wrong on purpose

    def test_a_redaction_policy_that_cannot_work_is_refused(self, identity: Identity, owner: Scope) -> None:
        with pytest.raises(BadPolicy):
            identity.projects.update(owner, "default", redaction={"enabled": "yes"})
        assert identity.projects.get(owner, "default").redaction == {}

    def test_another_project_is_opened_by_naming_it(self, identity: Identity, owner: Scope) -> None:
        other = identity.projects.create(owner, name="Other")
        with pytest.raises(NoSuchProject):
            identity.projects.get(owner, other.id)
        with pytest.raises(NoSuchProject):
            identity.projects.update(owner, other.id, name="Taken")

    def test_me(self, identity: Identity, owner: Scope) -> None:
        me = identity.projects.me(owner)
        assert (me.name, me.email, me.local, me.organization.id, me.project.id) == ("Local owner", None, True, "default", "default")
        key = identity.keys.create(owner, name="My app", role=Role.INGEST)
        assert identity.projects.me(identity.resolver.resolve(KeyCredential(secret=key.secret))).name == "My app"
        bob = join(identity, owner, "bob@example.com", Role.VIEWER)
        seen = identity.projects.me(bob)
        assert (seen.name, seen.email, seen.local) == ("bob", "bob@example.com", False)
        assert [(item.project.id, item.role) for item in seen.projects] == [("default", Role.VIEWER)]


class TestPrices:
    def test_the_newest_comes_first(self, identity: Identity, owner: Scope, changed: list[str]) -> None:
        made = [
            identity.prices.create(owner, model_pattern="gpt-.*", provider=None, from_time=time, prices={"input": 1.0})
            for time in (5, 20, 10)
        ]
        assert [price.from_time for price in identity.prices.list_prices("default")] == [20, 10, 5]
        identity.prices.update(
            owner, made[0].id, model_pattern="x", provider="openai", from_time=0, prices={"output": 2, "fixed": 0.01}
        )
        identity.prices.remove(owner, made[1].id)
        assert [(price.model_pattern, price.prices) for price in identity.prices.list_prices("default")] == [
            ("gpt-.*", {"input": 1.0}),
            ("x", {"output": 2, "fixed": 0.01}),
        ]
        assert changed == ["default"] * 5

    @pytest.mark.parametrize(
        ("pattern", "prices"),
        [
            ("(", {"input": 1.0}),
            ("a(?=b)", {"input": 1.0}),
            ("", {"input": 1.0}),
            ("x" * 501, {"input": 1.0}),
            ("gpt", {}),
            ("gpt", {"inputs": 1.0}),
            ("gpt", {"input": -1.0}),
            ("gpt", {"input": float("nan")}),
            ("gpt", {"input": float("inf")}),
            ("gpt", {"input": 1e9}),
        ],
    )
    def test_bad_prices(self, identity: Identity, owner: Scope, pattern: str, prices: dict[str, float]) -> None:
        with pytest.raises(BadPrice):
            identity.prices.create(owner, model_pattern=pattern, provider=None, from_time=0, prices=prices)

    def test_another_projects_price_is_out_of_reach(self, identity: Identity, owner: Scope) -> None:
        price = identity.prices.create(owner, model_pattern="x", provider=None, from_time=0, prices={"input": 1.0})
        other = identity.resolver.resolve(None, identity.projects.create(owner, name="Other").id)
        with pytest.raises(NotFound):
            identity.prices.remove(other, price.id)
        with pytest.raises(NotFound):
            identity.prices.update(other, price.id, model_pattern="y", provider=None, from_time=0, prices={"input": 1.0})
        assert identity.prices.list_prices("default") == [price]


def test_every_change_is_in_the_audit_log(identity: Identity, owner: Scope, store: MetaStore) -> None:
    key = identity.keys.create(owner, name="app", role=Role.MEMBER)
    identity.keys.revoke(owner, key.key.id)
    bob = join(identity, owner, "bob@example.com", Role.VIEWER)
    identity.members.change_role(owner, person_id(bob), role=Role.MEMBER)
    identity.members.remove(owner, person_id(bob))
    identity.projects.update(owner, "default", retention_days=3)
    identity.prices.create(owner, model_pattern="x", provider=None, from_time=0, prices={"input": 1.0})
    with store.reading() as unit:
        log = unit.audit.newest(organization_id="default")
    assert [entry.action for entry in reversed(log)] == [
        "project.create",
        "key.create",
        "key.revoke",
        "member.invite",
        "invitation.accept",
        "member.change",
        "member.remove",
        "project.update",
        "price.create",
    ]
    assert key.secret not in repr(log)
    assert {entry.actor for entry in log} == {"system", "local", bob.actor}
