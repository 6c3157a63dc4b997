"""Faults on demand: by a request header, by rates, by a limit on requests, and which HTTP answer each one is.

The header `x-simulate` names one fault for one request, with settings behind semicolons::

    x-simulate: rate_limit;retry_after=2;attempts=1

`attempts=1` hits only the first attempt (the SDKs number theirs in `x-stainless-retry-count`). Headers do not reach
traces, so no trace says that a fault was wished for.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from pellucid_demo.simulator.chance import happens


class Fault(StrEnum):
    """What may go wrong. The first group ends a request, the second spoils a reply."""

    RATE_LIMIT = "rate_limit"
    OVERLOADED = "overloaded"
    SERVER_ERROR = "server_error"
    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    TIMEOUT = "timeout"

    SLOW = "slow"
    DISCONNECT = "disconnect"
    REFUSAL = "refusal"
    TRUNCATED = "truncated"
    NOT_JSON = "not_json"
    OUT_OF_RANGE = "out_of_range"


# Status, OpenAI type and code, Anthropic type, message.
ANSWERS: dict[Fault, tuple[int, str, str, str, str]] = {
    Fault.RATE_LIMIT: (429, "requests", "rate_limit_exceeded", "rate_limit_error", "Rate limit reached. Try again later."),
    Fault.OVERLOADED: (529, "server_error", "overloaded", "overloaded_error", "The engine is overloaded."),
    Fault.SERVER_ERROR: (500, "server_error", "internal_error", "api_error", "The server had an error."),
    Fault.BAD_REQUEST: (400, "invalid_request_error", "invalid_value", "invalid_request_error", "Invalid request."),
    Fault.UNAUTHORIZED: (401, "invalid_request_error", "invalid_api_key", "authentication_error", "Incorrect API key."),
}

# A timed-out request is held this long before the connection is given up; no SDK default waits longer.
TIMEOUT_HOLD_MS = 600_000.0
SLOW_FACTOR = 12.0
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A fault that strikes this request."""

    fault: Fault
    retry_after_s: float = 1.0


def wished(header: str | None, attempt: int) -> Struck | None:
    """The fault that the header asks for; ValueError when it names none."""
    if not header:
        return None
    name, *settings = (part.strip() for part in header.split(";"))
    values = dict(setting.split("=", 1) for setting in settings if "=" in setting)
    if attempt >= int(values.get("attempts", 1_000_000)):
        return None
    return Struck(fault=Fault(name), retry_after_s=float(values.get("retry_after", 1.0)))


def drawn(rates: Mapping[Fault, float], *parts: object) -> Struck | None:
    """The fault that the rates give to this request, if any."""
    return next((Struck(fault=fault) for fault, rate in rates.items() if happens(rate, "fault", fault, *parts)), None)


class RequestLimit:
    """A sliding minute: at most `per_minute` requests, the next one is told how long to wait."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._seen: deque[float] = deque()
        self._lock = Lock()

    def admit(self, now_s: float) -> float | None:
        """None when admitted, else the seconds until there is room."""
        with self._lock:
            while self._seen and self._seen[0] <= now_s - _MINUTE_S:
                self._seen.popleft()
            if len(self._seen) >= self._per_minute:
                return self._seen[0] + _MINUTE_S - now_s
            self._seen.append(now_s)
            return None
