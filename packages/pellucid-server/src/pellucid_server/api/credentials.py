"""Reads a credential out of headers or gRPC metadata. One project key is accepted wherever a client is used to putting it."""

import base64
from collections.abc import Callable
from typing import TypeAlias

from pellucid_server.core.errors import Unauthenticated
from pellucid_server.identity.credentials import Credential, KeyCredential, SessionCredential

Get: TypeAlias = Callable[[str], str | None]
"""A header's value by its lower-case name: `request.headers.get`, or `dict(metadata).get` of gRPC."""

SESSION_COOKIE = "pellucid_session"
SECURE_SESSION_COOKIE = "__Host-pellucid_session"
"""Over HTTPS: browsers then refuse it from any other host or path."""
PROJECT_HEADER = "x-pellucid-project"
KEY_HEADERS = ("x-api-key",)
"""Headers whose whole value is the secret. The façades of other vendors add theirs."""


def read_credential(get: Get) -> Credential | None:
    """The key, else the session cookie, else None. An empty value counts as none: SDKs send one for an empty setting."""
    key = _of_authorization(get("authorization") or "") or _of_key_headers(get)
    return key if key is not None else _of_cookie(get("cookie") or "")


def _of_authorization(value: str) -> KeyCredential | None:
    if not value.strip():
        return None
    scheme, _, rest = value.strip().partition(" ")
    sent = rest.strip()
    match scheme.lower():
        case "bearer":
            return KeyCredential(secret=sent) if sent else None
        case "basic":
            return _of_basic(sent) if sent else None
        case _:
            raise Unauthenticated("`Authorization` begins with neither `Bearer` nor `Basic`; send `Authorization: Bearer sk-...`.")


def _of_basic(sent: str) -> KeyCredential | None:
    try:
        public_key, _, secret = base64.b64decode(sent, validate=True).decode().partition(":")
    except ValueError as error:  # not base64, or not text
        raise Unauthenticated("`Authorization: Basic` needs base64 of `public_key:secret_key`.") from error
    if secret:
        return KeyCredential(secret=secret, public_key=public_key or None)
    return KeyCredential(secret=public_key) if public_key else None


def _of_key_headers(get: Get) -> KeyCredential | None:
    for name in KEY_HEADERS:
        secret = (get(name) or "").strip()
        if secret:
            return KeyCredential(secret=secret)
    return None


def _of_cookie(header: str) -> SessionCredential | None:
    cookies = dict(part.strip().partition("=")[::2] for part in header.split(";") if "=" in part)
    token = cookies.get(SECURE_SESSION_COOKIE) or cookies.get(SESSION_COOKIE)
    return SessionCredential(token=token) if token else None
