"""Feedback links: a short-lived, signed permission to rate one trace or session, for pages and e-mails that must hold no key.

The link carries project, place, name and end, and their HMAC. It can do nothing else, and nobody can make one without the server's secret.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import DAY, SECOND, Clock, Micros
from pellucid_server.core.ids import SPAN_ID_CHARS, TRACE_ID_CHARS, is_hex
from pellucid_server.evals.errors import BadFeedbackLink
from pellucid_server.evals.feedback import DEFAULT_NAME
from pellucid_server.model.scope import Role, Scope

LONGEST: Final = 90 * DAY
DEFAULT_S: Final = 7 * 86_400
MAX_TOKEN_CHARS: Final = 2_000
_LABEL: Final = b"pellucid feedback link\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """What a link lets somebody rate."""

    project_id: str
    trace_id: str = ""
    span_id: str = ""
    session_id: str = ""
    name: str = DEFAULT_NAME
    user_id: str = ""
    until: Micros

    @property
    def scope(self) -> Scope:
        """An ingest key's: it may score, and read nothing."""
        return Scope(organization_id="", project_id=self.project_id, role=Role.INGEST, actor="feedback-link")

    @property
    def score_id(self) -> str:
        """One reaction a link: rating again changes it."""
        place = f"{self.project_id}\0{self.trace_id}\0{self.span_id}\0{self.session_id}\0{self.name}\0{self.user_id}\0{self.until}"
        return "feedback_" + hashlib.sha256(place.encode()).hexdigest()[:32]


class FeedbackLinks:
    """Makes and reads links."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._key = hashlib.sha256(_LABEL + secret).digest()
        self._clock = clock

    def make(
        self, scope: Scope, *, trace_id: str, span_id: str, session_id: str, name: str, user_id: str, seconds: int = DEFAULT_S
    ) -> tuple[str, Rated]:
        """A token for a place. Raises `BadFeedbackLink`."""
        if (trace_id and not is_hex(trace_id, TRACE_ID_CHARS)) or (span_id and not is_hex(span_id, SPAN_ID_CHARS)):
            raise BadFeedbackLink("`trace_id` is 32 hex digits and `span_id` 16.")
        if not trace_id and not session_id:
            raise BadFeedbackLink("A feedback link needs a `trace_id` or a `session_id`.")
        if not 0 < seconds * SECOND <= LONGEST:
            raise BadFeedbackLink(f"A feedback link lives for 1 second to {LONGEST // DAY} days.")
        rated = Rated(
            project_id=scope.project_id,
            trace_id=trace_id.lower(),
            span_id=span_id.lower(),
            session_id=session_id,
            name=name or DEFAULT_NAME,
            user_id=user_id,
            until=self._clock() + seconds * SECOND,
        )
        body = json.dumps(
            [rated.project_id, rated.trace_id, rated.span_id, rated.session_id, rated.name, rated.user_id, rated.until],
            separators=(",", ":"),
        ).encode()
        token = f"{_text(body)}.{_text(self._sign(body))}"
        if len(token) > MAX_TOKEN_CHARS:
            raise BadFeedbackLink("The ids and names of a feedback link are too long to travel in an address; shorten them.")
        return token, rated

    def read(self, token: str) -> Rated:
        """What the token permits. Raises `BadFeedbackLink` for anything that this server did not sign, or whose time is over."""
        body_text, dot, signature = token.partition(".")
        if not dot or len(token) > MAX_TOKEN_CHARS:
            raise BadFeedbackLink
        try:
            body, signed = _bytes(body_text), _bytes(signature)
        except ValueError as error:
            raise BadFeedbackLink from error
        if not hmac.compare_digest(self._sign(body), signed):
            raise BadFeedbackLink
        project_id, trace_id, span_id, session_id, name, user_id, until = json.loads(body)
        if self._clock() >= until:
            raise BadFeedbackLink("This feedback link has ended; ask for a new one.")
        return Rated(
            project_id=project_id,
            trace_id=trace_id,
            span_id=span_id,
            session_id=session_id,
            name=name,
            user_id=user_id,
            until=until,
        )

    def _sign(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
