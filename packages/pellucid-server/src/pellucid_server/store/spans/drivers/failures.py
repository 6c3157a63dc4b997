"""What a failure of the engine means: whose fault it is, and therefore whether asking again can help.

The distinction carries weight: the pipeline waits for a store that is *unavailable*, and sets an entry aside that the store *refuses*.
So whatever says nothing about the statement itself (connections, disks, replicas, overload) must be `Unavailable`.
"""

import errno
import re

from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from pellucid_server.core.errors import BadRequest, PellucidError, QueryTooExpensive, Unavailable

# The engine's own numbers (ErrorCodes.cpp), as far as we act on them.
_LIMITS = {158: "rows", 159: "time", 160: "time", 241: "memory", 307: "bytes", 396: "result size"}
_STATEMENTS = frozenset({6, 36, 41, 42, 43, 44, 46, 47, 53, 62, 386, 427})
"""Syntax, unknown names, types that do not fit: the statement is at fault."""
_CONDITIONS = {
    23: "cannot read a file", 74: "cannot read a file", 75: "cannot write a file", 76: "cannot open a file", 77: "cannot close a file",
    87: "cannot seek in a file", 88: "cannot cut a file", 173: "cannot allocate memory", 198: "host name not found",
    201: "quota exceeded", 202: "too many queries at once", 203: "no free connection", 209: "connection timed out",
    210: "network error", 225: "no coordination service", 236: "aborted", 242: "the table is read-only", 243: "not enough space",
    252: "too many parts", 254: "no active replicas", 279: "all connections failed", 285: "too few live replicas",
    286: "quorum not reached", 319: "unknown status of an insert", 394: "cancelled", 425: "system error",
    439: "cannot schedule a task", 516: "authentication failed", 999: "the coordination service failed",
}  # fmt: skip
"""States of the engine that pass, by themselves or when an operator acts."""
_ERRNO = re.compile(r"errno: (\d+)")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM})
_MESSAGE_CHARS = 500


def translate(error: BaseException) -> PellucidError:
    """Our error for a driver's."""
    code = error_code(error)
    text = _short(error)
    if code in _LIMITS:
        what = _LIMITS[code]
        return QueryTooExpensive(f"The query met its {what} limit. Narrow the time range or the filter and ask again.", limit=what)
    if code in _CONDITIONS or _is_condition(error, text, code):
        what = _CONDITIONS.get(code, "")
        return Unavailable(f"The analytic store cannot take this now ({f'{what}: ' if what else ''}{text}).")
    if code in _STATEMENTS:
        return BadRequest(f"The analytic store refused the query: {text}")
    return PellucidError(f"The analytic store failed: {text}")


def error_code(error: BaseException) -> int:
    """The engine's error number, else 0."""
    known = getattr(error, "code", None)
    if isinstance(known, int):
        return known
    _, found, rest = str(error).partition("Code: ")
    digits = re.match(r"\d+", rest) if found else None
    return int(digits[0]) if digits else 0


def _is_condition(error: BaseException, text: str, code: int) -> bool:
    """No verdict of the engine, or one about the machine."""
    if isinstance(error, OSError):
        return True
    if code == 0 and (isinstance(error, OperationalError) or type(error) is DatabaseError):
        return True  # no answer at all, or the answer of something that stands between us and the engine
    found = _ERRNO.search(text)
    return found is not None and int(found[1]) in _FULL


def _short(error: BaseException) -> str:
    """The message without the version and without the long URL of the request."""
    text = str(error).split("(version", 1)[0].strip() or type(error).__name__
    text = re.sub(r"with url: \S+", "", text)
    return text if len(text) <= _MESSAGE_CHARS else f"{text[:_MESSAGE_CHARS]}…"
