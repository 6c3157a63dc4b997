"""What a request can show of itself. How it is read out of headers, cookies or metadata is `api`'s."""

from dataclasses import dataclass
from typing import TypeAlias, Union


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCredential:
    """An API key."""

    secret: str
    public_key: str | None = None
    """Where the client sent both halves: they must belong together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCredential:
    """A browser's session cookie."""

    token: str


Credential: TypeAlias = Union[KeyCredential, SessionCredential]
