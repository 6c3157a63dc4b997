"""Errors as the providers word them: status, JSON body and headers."""

import math
from typing import Any

from pellucid_demo.simulator.chance import digest
from pellucid_demo.simulator.exchange import Outgoing
from pellucid_demo.simulator.faults import ANSWERS, Fault, Struck
from pellucid_demo.simulator.wire.events import whole


def struck(hit: Struck, *, anthropic: bool) -> Outgoing:
    """The answer to a request that a fault ended. OpenAI says 503 where Anthropic says 529."""
    status, kind, code, anthropic_kind, message = ANSWERS[hit.fault]
    headers = {}
    if hit.fault is Fault.RATE_LIMIT:
        headers["retry-after"] = str(math.ceil(hit.retry_after_s))
        headers["retry-after-ms"] = str(round(hit.retry_after_s * 1000))
    if anthropic:
        return anthropic_error(status, anthropic_kind, message, headers)
    return openai_error(503 if status == 529 else status, kind, code, message, None, headers)


def openai_error(
    status: int, kind: str, code: str, message: str, param: str | None = None, headers: dict[str, str] | None = None
) -> Outgoing:
    body: dict[str, Any] = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return _answer(status, body, headers)


def anthropic_error(status: int, kind: str, message: str, headers: dict[str, str] | None = None) -> Outgoing:
    request_id = f"req_{digest(status, kind, message)[:24]}"
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}
    return _answer(status, body, {"request-id": request_id, **(headers or {})})


def _answer(status: int, body: dict[str, Any], headers: dict[str, str] | None) -> Outgoing:
    plain = whole(body, status=status)
    return Outgoing(status=status, chunks=plain.chunks, headers=headers or {})
