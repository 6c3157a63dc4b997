"""The error family.

Every error that a user can meet is a member. The class docstring is the default message; `code` is the stable name that
clients match on; `status` is the HTTP status with which the doors answer. A message names the thing, the rule and the next act.
Nothing here knows about HTTP frameworks: `api` turns a member into an RFC 9457 problem document.
"""

from collections.abc import Mapping
from typing import ClassVar


class PellucidError(Exception):
    """Something went wrong inside Pellucid; the server's log has the details under the same code."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"

    def __init__(self, message: str | None = None, /, **details: object) -> None:
        self.message = message or " ".join((self.__class__.__doc__ or "").split())
        self.details: Mapping[str, object] = details
        super().__init__(self.message)


class BadRequest(PellucidError):
    """The request could not be understood; compare it with the API reference."""

    code = "bad_request"
    status = 400
    title = "Bad request"


class BadFilter(BadRequest):
    """The filter could not be understood; `details.position` points at the character."""

    code = "bad_filter"
    title = "Bad filter"


class BadPayload(BadRequest):
    """The body is not what its content type says; send valid OTLP protobuf or OTLP JSON."""

    code = "bad_payload"
    title = "Bad payload"


class Unauthenticated(PellucidError):
    """No valid credential came with the request; send an API key as `Authorization: Bearer sk-...`."""

    code = "unauthenticated"
    status = 401
    title = "Not signed in"


class Forbidden(PellucidError):
    """This credential may not do that; ask an owner or admin of the project for a role that may."""

    code = "forbidden"
    status = 403
    title = "Forbidden"


class NotFound(PellucidError):
    """There is no such thing in this project; check the id and the project."""

    code = "not_found"
    status = 404
    title = "Not found"


class Conflict(PellucidError):
    """Somebody changed this at the same time; read it again and repeat the change."""

    code = "conflict"
    status = 409
    title = "Conflict"


class TooLarge(PellucidError):
    """The request is larger than a named bound allows; split it and send the parts."""

    code = "too_large"
    status = 413
    title = "Too large"


class UnsupportedMedia(PellucidError):
    """This content type or encoding is not supported; the reference of the endpoint lists those that are."""

    code = "unsupported_media_type"
    status = 415
    title = "Unsupported media type"


class TooMany(PellucidError):
    """Requests come faster than allowed; wait as long as `Retry-After` says and send them again."""

    code = "too_many_requests"
    status = 429
    title = "Too many requests"

    def __init__(self, message: str | None = None, /, *, retry_after_s: int = 1, **details: object) -> None:
        super().__init__(message, **details)
        self.retry_after_s = retry_after_s


class Unavailable(PellucidError):
    """The server cannot take this now and has kept nothing of it; send it again after `Retry-After`."""

    code = "unavailable"
    status = 503
    title = "Unavailable"

    def __init__(self, message: str | None = None, /, *, retry_after_s: int = 1, **details: object) -> None:
        super().__init__(message, **details)
        self.retry_after_s = retry_after_s


class QueryTooExpensive(PellucidError):
    """The query met its memory or time limit; narrow the time range or the filter and ask again."""

    code = "query_too_expensive"
    status = 422
    title = "Query too expensive"


class DataDirectoryInUse(PellucidError):
    """Another server owns this data directory; stop it, or start this one with another --data."""

    code = "data_directory_in_use"
    status = 503
    title = "Data directory in use"
