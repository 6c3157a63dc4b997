"""Sending one JSON body to one address that a user named: signed, guarded, tried again while it makes sense, and reported in full.

It blocks, so it is called from jobs and from routes that run in a thread. Redirects are not followed: a hook is called at its address.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from pellucid_server.core.clock import SECOND, Clock, Micros, system_clock
from pellucid_server.core.errors import PellucidError
from pellucid_server.model.json import JsonValue
from pellucid_server.outbound.guard import Guard
from pellucid_server.outbound.signing import SIGNATURE_HEADER, sign
from pellucid_server.outbound.transport import GuardedSyncTransport

ATTEMPTS = 3
TIMEOUT_S = 10.0
FIRST_WAIT_S = 0.5
"""Doubled from attempt to attempt."""
KEPT_ANSWER_BYTES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of it; what a log of deliveries keeps."""

    url: str
    time: Micros
    delivered: bool
    attempts: int
    duration_ms: float
    status: int | None
    """Of the last attempt; None when nobody answered."""
    error: str
    """Why it was not delivered, in words; empty when it was."""
    answer: str
    """The beginning of what was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    status: int | None
    error: str
    answer: str = ""
    again: bool = False


def post_json(
    url: str,
    body: JsonValue,
    secret: str,
    *,
    guard: Guard,
    clock: Clock = system_clock,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
) -> Delivery:
    """Deliver `body`. Never raises: a refusal and a failure are deliveries that did not happen. An empty secret leaves it unsigned."""
    begun = clock()
    data = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    tried = 0
    with httpx.Client(transport=GuardedSyncTransport(guard), timeout=TIMEOUT_S, follow_redirects=False) as client:
        while True:
            tried += 1
            last = _attempt(client, url, data, secret, clock)
            if not last.again or tried >= attempts:
                break
            sleep(FIRST_WAIT_S * 2 ** (tried - 1))
    return Delivery(
        url=url,
        time=begun,
        delivered=not last.error,
        attempts=tried,
        duration_ms=(clock() - begun) / 1_000,
        status=last.status,
        error=last.error,
        answer=last.answer,
    )


def _attempt(client: httpx.Client, url: str, data: bytes, secret: str, clock: Clock) -> _Attempt:
    headers = {"content-type": "application/json", "user-agent": "pellucid"}
    if secret:
        headers[SIGNATURE_HEADER] = sign(data, secret, clock() // SECOND)
    try:
        with client.stream("POST", url, content=data, headers=headers) as response:
            answer = _beginning(response)
    except PellucidError as error:
        return _Attempt(status=None, error=error.message)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return _Attempt(
            status=None, error=f"no answer ({error.__class__.__name__}: {error})", again=isinstance(error, httpx.TransportError)
        )
    if response.is_success:
        return _Attempt(status=response.status_code, error="", answer=answer)
    again = response.status_code == 429 or response.status_code >= 500
    return _Attempt(status=response.status_code, error=f"answered {response.status_code}", answer=answer, again=again)


def _beginning(response: httpx.Response) -> str:
    """What a log keeps; the rest of an answer, however long or slow, is not read."""
    kept, give_up = b"", time.monotonic() + TIMEOUT_S
    for chunk in response.iter_bytes():
        kept += chunk
        if len(kept) >= KEPT_ANSWER_BYTES or time.monotonic() > give_up:
            break
    return kept[:KEPT_ANSWER_BYTES].decode(errors="replace")
