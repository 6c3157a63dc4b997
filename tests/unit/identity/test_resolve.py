"""A credential becomes a scope: keys, sessions, the local owner, and what the cache must never do."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError
from tests.unit.identity.fakes import FakeClock

from pellucid_server.core.clock import MINUTE, SECOND
from pellucid_server.core.errors import Unauthenticated, Unavailable
from pellucid_server.identity.cache import FRESH_FOR, STALE_FOR
from pellucid_server.identity.credentials import KeyCredential, SessionCredential
from pellucid_server.identity.errors import KeyOfAnotherProject, NoProject, NoSuchProject, SessionEnded, UnknownKey
from pellucid_server.identity.provision import Provision
from pellucid_server.identity.service import Identity
from pellucid_server.identity.sign_in import SESSION_LIFE
from pellucid_server.model.scope import Permission, Role, Scope
from pellucid_server.store.meta.database import MetaStore

OWNER = {"user_email": "own@example.com", "user_password": "correct horse"}


def key_of(identity: Identity, owner: Scope, role: Role = Role.MEMBER, **more: int) -> KeyCredential:
    return KeyCredential(secret=identity.keys.create(owner, name="app", role=role, **more).secret)


def test_the_local_owner_owns(identity: Identity) -> None:
    scope = identity.resolver.resolve(None)
    assert (scope.actor, scope.role, scope.project_id) == ("local", Role.OWNER, "default")
    assert scope.may(Permission.OWNER)
    with pytest.raises(NoSuchProject):
        identity.resolver.resolve(None, "elsewhere")


def test_beyond_loopback_nobody_is_the_owner(open_identity: Callable[..., Identity]) -> None:
    with pytest.raises(Unauthenticated):
        open_identity(local=False).resolver.resolve(None)


def test_the_local_owner_ends_when_an_owner_can_sign_in(open_identity: Callable[..., Identity]) -> None:
    identity = open_identity(local=True)
    owner = identity.resolver.resolve(None)
    assert identity.resolver.cached(None, None) == owner
    viewer = identity.members.invite(owner, email="v@example.com", role=Role.VIEWER)
    identity.sign_in.accept_invitation(str(viewer.token), name="V", password="correct horse", address="")
    assert identity.resolver.local_owner()  # else nobody could administer any more
    second = identity.members.invite(owner, email="o@example.com", role=Role.OWNER, whole_organization=True)
    identity.sign_in.accept_invitation(str(second.token), name="O", password="correct horse", address="")
    assert not identity.resolver.local_owner()
    assert identity.resolver.cached(None, None) is None
    with pytest.raises(Unauthenticated):
        identity.resolver.resolve(None)


def test_a_key_opens_its_project_and_no_other(identity: Identity, owner: Scope) -> None:
    credential = key_of(identity, owner, Role.INGEST)
    scope = identity.resolver.resolve(credential)
    assert (scope.project_id, scope.role, scope.actor.partition(":")[0]) == ("default", Role.INGEST, "key")
    assert identity.resolver.resolve(credential, "default") == scope
    other = identity.projects.create(owner, name="Other")
    for ask in (identity.resolver.resolve, identity.resolver.resolve, identity.resolver.cached):
        if ask == identity.resolver.cached:
            identity.resolver.resolve(credential)
        with pytest.raises(KeyOfAnotherProject):
            ask(credential, other.id)


def test_both_halves_must_belong_together(identity: Identity, owner: Scope) -> None:
    new = identity.keys.create(owner, name="app", role=Role.MEMBER)
    other = identity.keys.create(owner, name="other", role=Role.MEMBER)
    identity.resolver.resolve(KeyCredential(secret=new.secret, public_key=new.key.public_key))
    for wrong in (other.key.public_key, "pk-nothing"):
        with pytest.raises(UnknownKey):
            identity.resolver.resolve(KeyCredential(secret=new.secret, public_key=wrong))


@pytest.mark.parametrize("secret", ["", "sk-x", "\x00", "\ud800", "x" * 100_000])
def test_unknown_secrets_are_refused_twice(identity: Identity, secret: str) -> None:
    for _ in range(2):  # from the database, then from memory
        with pytest.raises(UnknownKey):
            identity.resolver.resolve(KeyCredential(secret=secret))


def test_a_key_that_is_refused_works_as_soon_as_it_exists(identity: Identity, open_identity: Callable[..., Identity]) -> None:
    credential = KeyCredential(secret="given")
    with pytest.raises(UnknownKey):
        identity.resolver.resolve(credential)
    again = open_identity(local=True, wanted=Provision(public_key="any", secret_key="given"))
    assert again.resolver.resolve(credential).role is Role.ADMIN


def test_a_revoked_key_is_out_at_once(identity: Identity, owner: Scope) -> None:
    new = identity.keys.create(owner, name="app", role=Role.MEMBER)
    credential = KeyCredential(secret=new.secret)
    identity.resolver.resolve(credential)
    identity.keys.revoke(owner, new.key.id)
    with pytest.raises(UnknownKey):
        identity.resolver.resolve(credential)


def test_no_thread_lets_a_revoked_key_in_again(identity: Identity, owner: Scope) -> None:
    """A thread that read the key before it was revoked must not put it into the cache afterwards."""
    for _ in range(15):
        new = identity.keys.create(owner, name="app", role=Role.MEMBER)
        credential = KeyCredential(secret=new.secret)
        stop = threading.Event()

        def hammer(credential: KeyCredential = credential, stop: threading.Event = stop) -> None:
            while not stop.is_set():
                with contextlib.suppress(UnknownKey):
                    identity.resolver.resolve(credential)

        threads = [threading.Thread(target=hammer) for _ in range(4)]
        for thread in threads:
            thread.start()
        identity.keys.revoke(owner, new.key.id)
        after = [identity.resolver.cached(credential, None) for _ in range(50)]
        stop.set()
        for thread in threads:
            thread.join()
        assert after == [None] * 50
        with pytest.raises(UnknownKey):
            identity.resolver.resolve(credential)


def test_another_process_sees_it_after_a_minute(
    identity: Identity, owner: Scope, open_identity: Callable[..., Identity], clock: FakeClock
) -> None:
    new = identity.keys.create(owner, name="app", role=Role.MEMBER)
    other = open_identity(local=True)
    other.resolver.resolve(KeyCredential(secret=new.secret))
    identity.keys.revoke(owner, new.key.id)
    assert other.resolver.resolve(KeyCredential(secret=new.secret))
    clock.now += FRESH_FOR
    with pytest.raises(UnknownKey):
        other.resolver.resolve(KeyCredential(secret=new.secret))


def test_a_key_expires_even_from_memory(identity: Identity, owner: Scope, clock: FakeClock) -> None:
    credential = key_of(identity, owner, expires_time=clock() + 10 * SECOND)
    identity.resolver.resolve(credential)
    clock.now += 10 * SECOND
    with pytest.raises(UnknownKey):
        identity.resolver.resolve(credential)


def test_the_last_use_is_noted_to_the_minute(identity: Identity, owner: Scope, clock: FakeClock) -> None:
    credential = key_of(identity, owner)
    used = []
    for _ in range(4):
        identity.resolver.resolve(credential)
        used.append(identity.keys.list_keys(owner)[0].last_used_time)
        clock.now += MINUTE // 2
    start = used[0]
    assert start is not None
    assert used == [start, start, start + MINUTE, start + MINUTE]


def test_good_keys_outlive_an_outage_of_the_database(
    identity: Identity, owner: Scope, clock: FakeClock, store: MetaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential = key_of(identity, owner)
    scope = identity.resolver.resolve(credential)
    clock.now += FRESH_FOR

    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("server closed the connection"))

    monkeypatch.setattr(store._engine, "connect", away)
    monkeypatch.setattr(type(store._engine), "execution_options", lambda engine, **_: engine)
    assert identity.resolver.resolve(credential) == scope
    with pytest.raises(Unavailable):
        identity.resolver.resolve(KeyCredential(secret="never seen"))
    clock.now += STALE_FOR
    with pytest.raises(Unavailable):
        identity.resolver.resolve(credential)


def test_a_session_opens_what_the_person_may(open_identity: Callable[..., Identity]) -> None:
    identity = open_identity(local=False, wanted=Provision(**OWNER))
    signed = identity.sign_in.sign_in("OWN@example.com ", OWNER["user_password"], address="1")
    credential = SessionCredential(token=signed.token)
    scope = identity.resolver.resolve(credential)
    assert (scope.role, scope.actor) == (Role.OWNER, f"user:{signed.person.id}")
    second = identity.projects.create(scope, name="Second")
    assert identity.resolver.resolve(credential).project_id == "default"
    assert identity.resolver.resolve(credential, second.id).project_id == second.id
    assert identity.resolver.cached(credential, second.id) == replace(scope, project_id=second.id)
    with pytest.raises(NoSuchProject):
        identity.resolver.resolve(credential, "elsewhere")


def test_sessions_end(open_identity: Callable[..., Identity], clock: FakeClock) -> None:
    identity = open_identity(local=False, wanted=Provision(**OWNER))

    def open_session() -> SessionCredential:
        return SessionCredential(token=identity.sign_in.sign_in(OWNER["user_email"], OWNER["user_password"], address="1").token)

    one, two = open_session(), open_session()
    identity.resolver.resolve(one)
    identity.sign_in.sign_out(one.token)
    with pytest.raises(SessionEnded):
        identity.resolver.resolve(one)
    identity.resolver.resolve(two)
    clock.now += SESSION_LIFE
    with pytest.raises(SessionEnded):
        identity.resolver.resolve(two)
    with pytest.raises(SessionEnded):
        identity.resolver.resolve(SessionCredential(token="made up"))


def test_an_old_cookie_does_not_lock_the_local_owner_out(identity: Identity) -> None:
    assert identity.resolver.resolve(SessionCredential(token="of another server")).actor == "local"


def test_who_was_removed_everywhere_has_no_project(open_identity: Callable[..., Identity]) -> None:
    identity = open_identity(local=False, wanted=Provision(**OWNER))
    session = identity.sign_in.sign_in(OWNER["user_email"], OWNER["user_password"], address="1")
    owner = identity.resolver.resolve(SessionCredential(token=session.token))
    invited = identity.members.invite(owner, email="v@example.com", role=Role.VIEWER)
    joined = identity.sign_in.accept_invitation(str(invited.token), name="V", password="correct horse", address="")
    credential = SessionCredential(token=joined.token)
    assert identity.resolver.resolve(credential).role is Role.VIEWER
    identity.members.remove(owner, joined.person.id)
    with pytest.raises(NoProject):
        identity.resolver.resolve(credential)
