"""Errors as the providers word them: status, JSON body and headers."""

import math
from typing import Any

from pellucid_demo.simulator.catalogue import Provider
from pellucid_demo.simulator.chance import digest
from pellucid_demo.simulator.exchange import Outgoing
from pellucid_demo.simulator.faults import ANSWERS, Fault, Struck
from pellucid_demo.simulator.wire.events import whole

_GOOGLE_STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL", 503: "UNAVAILABLE",
}  # fmt: skip


def struck(hit: Struck, provider: Provider) -> Outgoing:
    """The answer to a request that a fault ended. OpenAI and Google say 503 where Anthropic says 529."""
    status, kind, code, anthropic_kind, message = ANSWERS[hit.fault]
    headers = {}
    if hit.fault is Fault.RATE_LIMIT:
        headers["retry-after"] = str(math.ceil(hit.retry_after_s))
        headers["retry-after-ms"] = str(round(hit.retry_after_s * 1000))
    if provider is Provider.ANTHROPIC:
        return anthropic_error(status, anthropic_kind, message, headers)
    if provider is Provider.GOOGLE:
        return google_error(503 if status == 529 else status, message, hit.retry_after_s if headers else None)
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


def google_error(status: int, message: str, retry_after_s: float | None = None) -> Outgoing:
    """Google tells how long to wait in the body, not in a header."""
    details: list[dict[str, Any]] = []
    if retry_after_s is not None:
        details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{retry_after_s:g}s"}]
    error = {"code": status, "message": message, "status": _GOOGLE_STATUS.get(status, "UNKNOWN"), "details": details}
    return _answer(status, {"error": error}, None)


def _answer(status: int, body: dict[str, Any], headers: dict[str, str] | None) -> Outgoing:
    plain = whole(body, status=status)
    return Outgoing(status=status, chunks=plain.chunks, headers=headers or {})
