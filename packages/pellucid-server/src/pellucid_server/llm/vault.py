"""Keys of providers at rest: AES-256-GCM, each sealed with the place that it may be sent to as associated data.

A sealed key that is moved to another host cannot be opened, not even by somebody who can write the database.
"""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pellucid_server.llm.errors import ConnectionSealed

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_FILE = "secret.key"


class Vault:
    """Seals and opens."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._key = key

    @classmethod
    def open(cls, directory: Path, secret: str = "") -> "Vault":
        """With the operator's secret, else with a key file in the data directory (made at the first start, for its owner only)."""
        if secret:
            return cls(hashlib.sha256(b"pellucid vault\0" + secret.encode()).digest())
        path = directory / KEY_FILE
        try:
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(bytes.fromhex(path.read_text(encoding="ascii").strip()))
        with os.fdopen(made, "w", encoding="ascii") as file:
            key = secrets.token_bytes(KEY_BYTES)
            file.write(key.hex() + "\n")
        return cls(key)

    def derived(self, label: str) -> bytes:
        """A key for another use, which says nothing about this one."""
        return hmac.new(self._key, label.encode(), hashlib.sha256).digest()

    def seal(self, text: str, bound_to: str) -> str:
        """The text, unreadable, for `bound_to` only."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), bound_to.encode())).decode("ascii")

    def unseal(self, sealed: str, bound_to: str) -> str:
        """The text. Raises `ConnectionSealed` where the key or the place is another."""
        data = base64.b64decode(sealed)
        try:
            return self._cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], bound_to.encode()).decode()
        except InvalidTag as error:
            raise ConnectionSealed from error
