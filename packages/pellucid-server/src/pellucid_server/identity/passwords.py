"""Passwords: argon2id hashes, made and checked in constant time, few at once."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pellucid_server.identity.errors import WeakPassword

# OWASP's first recommendation for argon2id (19 MiB, two passes, one lane). With AT_ONCE it bounds what sign-ins can cost.
MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
AT_ONCE = 2
"""Hashes computed at the same time; further ones wait. 40 threads of sign-ins would otherwise take 760 MiB."""
MIN_CHARS = 10
MAX_CHARS = 1_024
"""Beyond it the hash would be a way to keep the server busy."""

NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$gQWFnh4eUD7Odz5KJkG5tw$UDGG1Fuk2tnw4lTJooIZCakiwnbCIWlmFe+Z7p3KlJo"
"""Of a random text that was thrown away, with the parameters above: what an unknown account's password is compared with."""


class Passwords:
    """Makes and checks hashes. Thread-safe."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._turn = BoundedSemaphore(AT_ONCE)

    def check_strength(self, password: str) -> None:
        """Raise unless a person may choose this password."""
        if not MIN_CHARS <= len(password) <= MAX_CHARS:
            raise WeakPassword

    def hash(self, password: str) -> str:
        """A new hash, with a salt of its own."""
        with self._turn:
            return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether `password` belongs to the hash. Takes as long if there is no hash, so that nobody learns who has an account."""
        if len(password) > MAX_CHARS:
            return False
        with self._turn:
            try:
                self._hasher.verify(stored or NOBODYS_HASH, password)
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)
