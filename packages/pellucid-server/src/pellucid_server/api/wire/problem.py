"""The shape of every error, for the API's description."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class ProblemDocument(BaseModel):
    """RFC 9457. Further members depend on the code."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDocument, "description": "What went wrong"} for status in (400, 401, 403, 404, 409, 415, 422, 429, 503)
}
"""For `responses=` of a router."""

PREFIX = "/api/v1"
"""Of every path of the API."""
