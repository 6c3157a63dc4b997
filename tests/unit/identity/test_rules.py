"""The pure rules: roles, secrets, e-mail addresses, slugs, provisioning, where to listen."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.api.bind import OpenToTheWorld, check_bind, is_loopback
from pellucid_server.identity.emails import checked
from pellucid_server.identity.errors import BadEmail, BadProvisioning, BadRole, RoleTooHigh
from pellucid_server.identity.projects import slug
from pellucid_server.identity.provision import Provision
from pellucid_server.identity.roles import KEY_ROLES, ORGANIZATION_ROLES, PROJECT_ROLES, check_grant, highest, rank
from pellucid_server.identity.secret_text import digest, new_public_key, new_secret_key, new_token, visible_prefix
from pellucid_server.model.scope import GRANTS, Role

PEOPLE = [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER]


def test_people_s_roles_grow() -> None:
    for less, more in itertools.pairwise(PEOPLE):
        assert rank(less) < rank(more)
        assert GRANTS[less] < GRANTS[more]


def test_the_higher_role_counts() -> None:
    assert highest([Role.VIEWER, Role.ADMIN, Role.MEMBER]) is Role.ADMIN
    assert highest([]) is None


@given(
    giver=st.sampled_from(Role), role=st.sampled_from(Role), allowed=st.sampled_from([KEY_ROLES, PROJECT_ROLES, ORGANIZATION_ROLES])
)
def test_nobody_gives_more_than_they_have(giver: Role, role: Role, allowed: frozenset[Role]) -> None:
    try:
        check_grant(giver, role, allowed)
    except BadRole:
        assert role not in allowed
    except RoleTooHigh:
        assert rank(role) > rank(giver)
    else:
        assert role in allowed
        assert rank(role) <= rank(giver)


def test_an_owner_is_never_made_of_a_key_nor_in_one_project() -> None:
    assert Role.OWNER not in KEY_ROLES | PROJECT_ROLES
    assert Role.INGEST not in ORGANIZATION_ROLES


def test_secrets_are_long_new_and_safe_in_headers() -> None:
    made = {make() for make in (new_secret_key, new_token, new_public_key) for _ in range(200)}
    assert len(made) == 600
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", text) for text in made)
    assert len(new_secret_key()) >= 43
    assert len(new_token()) >= 43


@given(st.text(), st.text())
def test_digests_tell_secrets_apart(one: str, other: str) -> None:
    assert (digest(one) == digest(other)) == (one == other)
    assert len(digest(one)) == 64


def test_the_prefix_of_a_short_secret_stays_hidden() -> None:
    assert visible_prefix("hunter2") == ""
    secret = new_secret_key()
    assert secret.startswith(visible_prefix(secret))
    assert len(visible_prefix(secret)) == 7


@pytest.mark.parametrize(
    ("given_", "kept"), [(" Ada@Example.COM ", "ada@example.com"), ("a+b@x", "a+b@x"), ('"a@b"@c.de', '"a@b"@c.de')]
)
def test_addresses_have_one_spelling(given_: str, kept: str) -> None:
    assert checked(given_) == kept


@pytest.mark.parametrize("bad", ["", "ada", "@x", "ada@", "a b@x", "a\nb@x", "a\x00@x", "a" * 250 + "@xyz.de"])
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(BadEmail):
        checked(bad)


@given(st.text())
def test_a_slug_is_a_slug(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(name))


def test_provisioning_reads_its_variables() -> None:
    environment = {
        "PELLUCID_INIT_ORGANIZATION_ID": "o",
        "PELLUCID_INIT_PROJECT_ID": "p",
        "PELLUCID_INIT_PROJECT": "The project",
        "PELLUCID_INIT_PUBLIC_KEY": "pk",
        "PELLUCID_INIT_SECRET_KEY": "sk",
        "PELLUCID_INIT_USER_EMAIL": "a@b.c",
        "PELLUCID_INIT_USER_PASSWORD": "pw",
        "PATH": "/bin",
    }
    assert Provision.from_environment(environment) == Provision(
        organization_id="o",
        project_id="p",
        project="The project",
        public_key="pk",
        secret_key="sk",
        user_email="a@b.c",
        user_password="pw",
    )
    assert Provision.from_environment({"PELLUCID_INIT_PROJECT": ""}).is_empty()


@pytest.mark.parametrize("half", [{"public_key": "x"}, {"secret_key": "x"}, {"user_email": "a@b.c"}, {"user_password": "x"}])
def test_half_a_pair_is_refused(half: dict[str, str]) -> None:
    with pytest.raises(BadProvisioning, match="PELLUCID_INIT_"):
        Provision(**half).check()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_loopback_needs_no_credentials(host: str) -> None:
    assert is_loopback(host)
    check_bind(host, has_credentials=False)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "10.0.0.1", "example.com", "localhost.example.com", "127.0.0.1.nip.io", "2130706433"]
)
def test_every_other_address_does(host: str) -> None:
    check_bind(host, has_credentials=True)
    with pytest.raises(OpenToTheWorld, match="PELLUCID_INIT_USER_EMAIL"):
        check_bind(host, has_credentials=False)
