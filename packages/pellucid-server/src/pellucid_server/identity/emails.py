"""E-mail addresses name accounts: one spelling each, and nothing that is plainly not an address."""

from pellucid_server.identity.errors import BadEmail

MAX_CHARS = 254
"""Of RFC 5321."""


def same_spelling(email: str) -> str:
    """The spelling under which the account is kept."""
    return email.strip().lower()


def checked(email: str) -> str:
    """`same_spelling`, or raise `BadEmail`. Whether it exists only a letter could tell."""
    spelled = same_spelling(email)
    name, at, domain = spelled.rpartition("@")
    if not (name and at and domain) or len(spelled) > MAX_CHARS or not spelled.isprintable() or " " in spelled:
        raise BadEmail
    return spelled
