"""Links to a dashboard for people who have no account: read-only, bound to that dashboard's own questions, and revocable.

Of the token only its hash is kept, so the link is shown once. Whoever has it chooses the time range and nothing else.
"""

import hashlib
import secrets
from dataclasses import dataclass

from pellucid_server.core.clock import DAY, Clock, Micros, system_clock
from pellucid_server.core.ids import IdSource, random_id
from pellucid_server.dashboards.boards import Board, board_of, stored
from pellucid_server.dashboards.document import Widget
from pellucid_server.dashboards.errors import BadDashboard, NoSuchShare, TooManyOfThem
from pellucid_server.model.scope import Role, Scope
from pellucid_server.store.meta.dashboards import DashboardShare
from pellucid_server.store.meta.database import MetaStore

TOKEN_BYTES = 32
"""256 random bits: nobody guesses one, so a fast hash is enough to keep it."""
MAX_SHARES = 50
"""Of one dashboard."""
MAX_DAYS = 3_650


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShare:
    """A link and its token, which is not shown again."""

    share: DashboardShare
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedBoard:
    """What a link opens, and as whom its questions are asked."""

    board: Board
    scope: Scope

    def widget(self, widget_id: str) -> Widget:
        """One of its widgets. Raises `NoSuchShare`."""
        found = self.board.document.widget(widget_id)
        if found is None:
            raise NoSuchShare("The shared dashboard has no such widget any more; load the page again.")
        return found


class Sharing:
    """The verbs."""

    def __init__(self, store: MetaStore, clock: Clock = system_clock, new_id: IdSource = random_id) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def list_shares(self, scope: Scope, board_id: str) -> list[DashboardShare]:
        """The links to a dashboard, without their tokens."""
        with self._store.reading() as unit:
            return unit.dashboards.shares(stored(unit, scope, board_id).id)

    def share(self, scope: Scope, board_id: str, *, days: int | None = None) -> NewShare:
        """A new link, which ends after `days` where that is given."""
        if days is not None and not 1 <= days <= MAX_DAYS:
            raise BadDashboard(f"A link lasts 1 to {MAX_DAYS:,} days, or until it is revoked.")
        now = self._clock()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._store.writing() as unit:
            board = stored(unit, scope, board_id)
            if len(unit.dashboards.shares(board.id)) >= MAX_SHARES:
                raise TooManyOfThem("The dashboard has as many links as it can have; revoke some that nobody uses.")
            made = DashboardShare(
                id=self._new_id("share"),
                dashboard_id=board.id,
                token_hash=_digest(token),
                created_by=scope.actor,
                created_time=now,
                expires_time=None if days is None else now + days * DAY,
            )
            unit.dashboards.add_share(made)
        return NewShare(share=made, token=token)

    def revoke(self, scope: Scope, board_id: str, share_id: str) -> None:
        """The link opens nothing from now on."""
        with self._store.writing() as unit:
            if not unit.dashboards.remove_share(stored(unit, scope, board_id).id, share_id):
                raise NoSuchShare

    def open(self, token: str) -> SharedBoard:
        """What the link opens. Raises `NoSuchShare`."""
        now: Micros = self._clock()
        with self._store.reading() as unit:
            found = unit.dashboards.shared(_digest(token), now)
            project = None if found is None else unit.projects.get(found[1].project_id)
        if found is None or project is None:
            raise NoSuchShare
        share, kept = found
        scope = Scope(organization_id=project.organization_id, project_id=project.id, role=Role.VIEWER, actor=f"share:{share.id}")
        return SharedBoard(board=board_of(kept), scope=scope)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
