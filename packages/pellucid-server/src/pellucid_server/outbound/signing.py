"""Signatures of what the server sends to webhooks: HMAC-SHA256 over the time and the body, so that receivers know who sent it, when.

`X-Pellucid-Signature: t=1790000000,v1=<hex>`, where the hex is over `t`, a full stop and the body's bytes.
"""

import hashlib
import hmac

SIGNATURE_HEADER = "X-Pellucid-Signature"
TOLERANCE_S = 300
"""How old a signed body may be before a receiver should take it for a repetition by somebody else."""


def sign(body: bytes, secret: str, time_s: int) -> str:
    """The header's value."""
    return f"t={time_s},v1={_digest(body, secret, time_s)}"


def verify(header: str, body: bytes, secret: str, *, now_s: int, tolerance_s: int = TOLERANCE_S) -> bool:
    """Whether the header was made by somebody who knows the secret, for this body, not long ago."""
    fields = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    try:
        time_s = int(fields.get("t", ""))
    except ValueError:
        return False
    fresh = abs(now_s - time_s) <= tolerance_s
    return hmac.compare_digest(fields.get("v1", "").encode(), _digest(body, secret, time_s).encode()) and fresh


def _digest(body: bytes, secret: str, time_s: int) -> str:
    return hmac.new(secret.encode(), f"{time_s}.".encode() + body, hashlib.sha256).hexdigest()
