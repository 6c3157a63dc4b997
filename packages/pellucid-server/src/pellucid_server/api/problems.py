"""Errors as RFC 9457 problem documents: one shape for members of the error family, bad input, unknown paths and crashes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Send

from pellucid_server.core.errors import PellucidError, TooLarge, TooMany, Unauthenticated, Unavailable

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:pellucid:error:"
MAX_ERRORS = 20
"""Of one bad body: enough to repair it, not a copy of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem document with the headers that belong to it."""

    status: int
    code: str
    """The stable name that clients match on."""
    title: str
    detail: str
    """What happened, the rule, the next act."""
    extensions: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """The document."""
        own = {
            "type": TYPE_PREFIX + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        return orjson.dumps({**self.extensions, **own}, default=str)

    def response(self) -> Response:
        """The answer."""
        return Response(self.body(), status_code=self.status, headers=dict(self.headers), media_type=MEDIA_TYPE)

    async def send(self, send: Send) -> None:
        """The answer, for callers below the framework."""
        response = self.response()
        await send({"type": "http.response.start", "status": self.status, "headers": response.raw_headers})
        await send({"type": "http.response.body", "body": response.body})


def problem_of(error: PellucidError) -> Problem:
    """A member of the family, with `Retry-After` or `WWW-Authenticate` where it has them."""
    headers: dict[str, str] = {}
    if isinstance(error, TooMany | Unavailable):
        headers["retry-after"] = str(error.retry_after_s)
    if isinstance(error, Unauthenticated):
        headers["www-authenticate"] = 'Bearer realm="pellucid"'
    return Problem(
        status=error.status,
        code=error.code,
        title=error.title,
        detail=" ".join(error.message.split()),
        extensions=error.details,
        headers=headers,
    )


def install_problems(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""
    app.add_exception_handler(PellucidError, _family)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _crash)


async def _family(_request: Request, error: Exception) -> Response:
    assert isinstance(error, PellucidError)
    return problem_of(error).response()


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [{"location": _location(item["loc"]), "message": item["msg"]} for item in error.errors()[:MAX_ERRORS]]
    first = errors[0] if errors else {"location": "body", "message": "not understood"}
    detail = f"{first['location']}: {first['message']}. Compare the request with the API reference."
    problem = Problem(status=422, code="invalid_request", title="Invalid request", detail=detail, extensions={"errors": errors})
    return problem.response()


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    if status == TooLarge.status:
        return problem_of(TooLarge(error.detail)).response()
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    details = {
        400: "The body could not be parsed; send valid JSON in UTF-8, not nested beyond reason.",
        404: f"Nothing is at {request.url.path}; the API reference lists all paths.",
        405: f"{request.method} is not a method of {request.url.path}; `Allow` names those that are.",
    }
    detail = details.get(status, str(error.detail))
    headers = dict(error.headers or {})
    return Problem(status=status, code=code, title=phrase.capitalize(), detail=detail, headers=headers).response()


async def _crash(_request: Request, _error: Exception) -> Response:
    """What happened goes into the log (the server writes it after this answer), not to whoever provoked it."""
    return problem_of(PellucidError()).response()


def _location(parts: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in parts)
