"""Where a credential is found in a request, and what is no credential."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.api.credentials import read_credential
from pellucid_server.core.errors import Unauthenticated
from pellucid_server.identity.credentials import Credential, KeyCredential, SessionCredential


def read(**headers: str) -> Credential | None:
    return read_credential({name.replace("_", "-"): value for name, value in headers.items()}.get)


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Bearer sk-1", KeyCredential(secret="sk-1")),
        ("bearer   sk-1 ", KeyCredential(secret="sk-1")),
        (basic("pk-1:sk-1"), KeyCredential(secret="sk-1", public_key="pk-1")),
        (basic("pk-1:sk:with:colons"), KeyCredential(secret="sk:with:colons", public_key="pk-1")),
        (basic(":sk-1"), KeyCredential(secret="sk-1")),
        (basic("sk-1:"), KeyCredential(secret="sk-1")),
        (basic("sk-1"), KeyCredential(secret="sk-1")),
        (basic(":"), None),
        ("Bearer ", None),
        ("Bearer", None),
        ("", None),
    ],
)
def test_authorization(value: str, found: KeyCredential | None) -> None:
    assert read(authorization=value) == found


BINARY = base64.b64encode(b"\xff\xfe").decode()


@pytest.mark.parametrize("value", ["Basic !!!", "Basic \xff", f"Basic {BINARY}", "Digest x", "sk-1 x", "sk-1"])
def test_what_cannot_be_understood_is_said(value: str) -> None:
    with pytest.raises(Unauthenticated):
        read(authorization=value)


def test_the_order_is_header_then_cookie() -> None:
    everything = {"authorization": "Bearer a", "x_api_key": "b", "cookie": "pellucid_session=c"}
    assert read(**everything) == KeyCredential(secret="a")
    assert read(**{**everything, "authorization": "Bearer "}) == KeyCredential(secret="b")
    assert read(cookie="x=1; pellucid_session=c;y") == SessionCredential(token="c")
    assert read(cookie="pellucid_session=c; __Host-pellucid_session=d") == SessionCredential(token="d")
    assert read(cookie="pellucid_session=; other=1; pellucid_sessions=x") is None
    assert read() is None


values = st.builds(str.__add__, st.sampled_from(["", "Bearer ", "Basic ", "basic\t", "pellucid_session="]), st.text())


@given(st.dictionaries(st.sampled_from(["authorization", "x-api-key", "cookie"]), values))
def test_any_header_is_a_credential_none_or_a_clear_refusal(headers: dict[str, str]) -> None:
    try:
        found = read_credential(headers.get)
    except Unauthenticated:
        return
    assert found is None or isinstance(found, KeyCredential | SessionCredential)
