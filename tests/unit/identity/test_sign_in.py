"""Signing in, passwords and invitations; and what an attacker meets."""

import time
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from limits import RateLimitItemPerHour, RateLimitItemPerSecond
from tests.unit.identity.fakes import FakeClock

from pellucid_server.identity.attempts import AttemptLimits, Attempts
from pellucid_server.identity.credentials import SessionCredential
from pellucid_server.identity.errors import (
    BadInvitation,
    NoSuchPerson,
    NotAPerson,
    SessionEnded,
    TooManyAttempts,
    WeakPassword,
    WrongPassword,
)
from pellucid_server.identity.members import INVITATION_LIFE
from pellucid_server.identity.passwords import MAX_CHARS, NOBODYS_HASH, Passwords
from pellucid_server.identity.provision import Provision
from pellucid_server.identity.service import Identity
from pellucid_server.model.scope import Role, Scope
from pellucid_server.store.meta.database import MetaStore

EMAIL, PASSWORD = "ada@example.com", "correct horse battery"


@pytest.fixture
def house(open_identity: Callable[..., Identity]) -> Identity:
    return open_identity(wanted=Provision(user_email=EMAIL, user_password=PASSWORD))


def test_the_database_holds_neither_password_nor_token(house: Identity, store: MetaStore) -> None:
    signed = house.sign_in.sign_in(EMAIL, PASSWORD, address="1")
    assert signed.person.password_hash is not None
    assert signed.person.password_hash.startswith("$argon2id$")
    with store.reading() as unit:
        assert unit.sessions.get(signed.token) is None


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "wrong"), (EMAIL, ""), ("nobody@example.com", PASSWORD), ("", ""), (EMAIL, PASSWORD + " ")]
)
def test_wrong_is_wrong_and_does_not_say_which(house: Identity, email: str, password: str) -> None:
    with pytest.raises(WrongPassword) as error:
        house.sign_in.sign_in(email, password, address="1")
    assert error.value.message == WrongPassword().message


def test_an_unknown_account_takes_as_long_as_a_wrong_password() -> None:
    passwords = Passwords()
    stored = passwords.hash(PASSWORD)

    def seconds(known: str | None) -> float:
        started = time.thread_time()
        assert not passwords.matches(known, "wrong")
        return time.thread_time() - started

    with_account = min(seconds(stored) for _ in range(5))
    without = min(seconds(None) for _ in range(5))
    assert 0.5 < without / with_account < 2


def test_nobodys_hash_has_todays_parameters() -> None:
    assert not Passwords().is_outdated(NOBODYS_HASH)


def test_a_giant_password_costs_nothing() -> None:
    passwords = Passwords()
    started = time.thread_time()
    assert not passwords.matches(None, "x" * 10_000_000)
    assert time.thread_time() - started < 0.005


def test_five_failures_close_the_account_to_the_address(house: Identity) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassword):
            house.sign_in.sign_in(EMAIL, "wrong", address="6.6.6.6")
    with pytest.raises(TooManyAttempts) as error:
        house.sign_in.sign_in(EMAIL, PASSWORD, address="6.6.6.6")
    assert 1 <= error.value.retry_after_s <= 301
    assert house.sign_in.sign_in(EMAIL, PASSWORD, address="7.7.7.7")  # its owner is not locked out


def test_one_address_cannot_try_all_accounts() -> None:
    attempts = Attempts(AttemptLimits(address=RateLimitItemPerHour(3)))
    for number in range(3):
        attempts.check(f"{number}@x", "6.6.6.6")
        attempts.failed(f"{number}@x", "6.6.6.6")
    with pytest.raises(TooManyAttempts):
        attempts.check("another@x", "6.6.6.6")


def test_many_addresses_cannot_try_one_account() -> None:
    attempts = Attempts(AttemptLimits(account=RateLimitItemPerHour(3)))
    for number in range(3):
        attempts.failed("a@x", str(number))
    with pytest.raises(TooManyAttempts):
        attempts.check("a@x", "another")


def test_the_window_passes() -> None:
    attempts = Attempts(AttemptLimits(account_from_address=RateLimitItemPerSecond(1, 1)))
    attempts.failed("a@x", "1")
    with pytest.raises(TooManyAttempts):
        attempts.check("a@x", "1")
    time.sleep(1.1)
    attempts.check("a@x", "1")


def test_an_outdated_hash_is_renewed(house: Identity, store: MetaStore) -> None:
    with store.writing() as unit:
        person = unit.people.by_email(EMAIL)
        assert person is not None
        old = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
        unit.people.put(type(person)(id=person.id, email=EMAIL, name="Ada", password_hash=old, created_time=1))
    house.sign_in.sign_in(EMAIL, PASSWORD, address="1")
    with store.reading() as unit:
        renewed = unit.people.by_email(EMAIL)
    assert renewed is not None
    assert renewed.password_hash != old
    assert house.sign_in.sign_in(EMAIL, PASSWORD, address="1")


def scope_of(house: Identity, token: str) -> Scope:
    return house.resolver.resolve(SessionCredential(token=token))


def test_a_new_password_ends_every_session(house: Identity) -> None:
    one = house.sign_in.sign_in(EMAIL, PASSWORD, address="1")
    two = house.sign_in.sign_in(EMAIL, PASSWORD, address="1")
    scope = scope_of(house, one.token)
    with pytest.raises(WrongPassword):
        house.sign_in.change_password(scope, old="wrong", new="another horse battery", address="1")
    with pytest.raises(WeakPassword):
        house.sign_in.change_password(scope, old=PASSWORD, new="short", address="1")
    three = house.sign_in.change_password(scope, old=PASSWORD, new="another horse battery", address="1")
    for ended in (one, two):
        with pytest.raises(SessionEnded):
            scope_of(house, ended.token)
    assert scope_of(house, three.token) == scope
    with pytest.raises(WrongPassword):
        house.sign_in.sign_in(EMAIL, PASSWORD, address="1")
    assert house.sign_in.sign_in(EMAIL, "another horse battery", address="1")


def test_a_key_has_no_password(identity: Identity, owner: Scope) -> None:
    with pytest.raises(NotAPerson):
        identity.sign_in.change_password(owner, old="", new="another horse battery", address="1")


def test_who_runs_the_server_can_reset_a_password(house: Identity) -> None:
    before = house.sign_in.sign_in(EMAIL, PASSWORD, address="1")
    house.sign_in.reset_password(EMAIL.upper(), "another horse battery", actor="system")
    with pytest.raises(SessionEnded):
        scope_of(house, before.token)
    assert house.sign_in.sign_in(EMAIL, "another horse battery", address="1")
    with pytest.raises(NoSuchPerson, match="invited"):
        house.sign_in.reset_password("nobody@example.com", "another horse battery", actor="system")


def test_an_invitation_works_once(identity: Identity, owner: Scope) -> None:
    invited = identity.members.invite(owner, email="Bob@Example.com", role=Role.MEMBER)
    token = str(invited.token)
    with pytest.raises(WeakPassword):
        identity.sign_in.accept_invitation(token, name="Bob", password="short", address="1")
    joined = identity.sign_in.accept_invitation(token, name="Bob", password=PASSWORD, address="1")
    assert scope_of(identity, joined.token).role is Role.MEMBER
    with pytest.raises(BadInvitation):
        identity.sign_in.accept_invitation(token, name="Mallory", password=PASSWORD, address="1")
    assert identity.sign_in.sign_in("bob@example.com", PASSWORD, address="1").person.name == "Bob"


def test_an_invitation_runs_out_and_can_be_taken_back(identity: Identity, owner: Scope, clock: FakeClock) -> None:
    late = identity.members.invite(owner, email="late@example.com", role=Role.MEMBER)
    clock.now += INVITATION_LIFE
    withdrawn = identity.members.invite(owner, email="w@example.com", role=Role.MEMBER)
    identity.members.remove(owner, withdrawn.member.id)
    replaced = identity.members.invite(owner, email="r@example.com", role=Role.MEMBER)
    current = identity.members.invite(owner, email="r@example.com", role=Role.VIEWER)
    for gone in (late, withdrawn, replaced):
        with pytest.raises(BadInvitation):
            identity.sign_in.accept_invitation(str(gone.token), name="X", password=PASSWORD, address="1")
    joined = identity.sign_in.accept_invitation(str(current.token), name="R", password=PASSWORD, address="1")
    assert scope_of(identity, joined.token).role is Role.VIEWER


def test_invitation_tokens_cannot_be_guessed_in_bulk(identity: Identity) -> None:
    errors = []
    for _ in range(10):
        with pytest.raises((BadInvitation, TooManyAttempts)) as error:
            identity.sign_in.accept_invitation("guess", name="X", password=PASSWORD, address="6.6.6.6")
        errors.append(error.type)
    assert errors[-1] is TooManyAttempts


def test_the_longest_password_works() -> None:
    passwords = Passwords()
    longest = "ü" * MAX_CHARS
    passwords.check_strength(longest)
    assert passwords.matches(passwords.hash(longest), longest)
