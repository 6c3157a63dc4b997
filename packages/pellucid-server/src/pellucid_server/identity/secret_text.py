"""Secrets: how keys, session tokens and invitation tokens are made, and the only form in which they are kept."""

import hashlib
import secrets

SECRET_BYTES = 32
"""256 random bits: nobody guesses one, so a fast hash is enough to keep it."""
PUBLIC_BYTES = 12
VISIBLE_CHARS = 7
"""`sk-` and four more."""


def new_public_key() -> str:
    """The half that names a key."""
    return f"pk-{secrets.token_hex(PUBLIC_BYTES)}"


def new_secret_key() -> str:
    """The half that opens."""
    return f"sk-{secrets.token_urlsafe(SECRET_BYTES)}"


def new_token() -> str:
    """For a session or an invitation."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """What is stored and looked up in place of the secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def visible_prefix(secret: str) -> str:
    """Its beginning, by which people tell keys apart; nothing of a short one, of which it would give too much away."""
    return secret[:VISIBLE_CHARS] if len(secret) >= 4 * VISIBLE_CHARS else ""
