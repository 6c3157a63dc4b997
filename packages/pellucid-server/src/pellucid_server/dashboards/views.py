"""Saved views: personal ones are seen by their owner only, shared ones by everybody in the project."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pellucid_server.core.bounds import KIB
from pellucid_server.core.clock import Clock, system_clock
from pellucid_server.core.ids import IdSource, random_id
from pellucid_server.dashboards.errors import BadView, NoSuchView, NotYours, TooManyViews
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.unit import UnitOfWork
from pellucid_server.store.meta.views import SavedView

MAX_NAME_CHARS = 200
MAX_STATE_BYTES = 64 * KIB
"""A filter, columns and an order take one."""
MAX_VIEWS = 5_000
"""In one project, of all people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewContent:
    """What the one who saves decides."""

    page: str
    name: str
    shared: bool
    state: Mapping[str, JsonValue]


class Views:
    """The verbs."""

    def __init__(self, store: MetaStore, clock: Clock = system_clock, new_id: IdSource = random_id) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def list_views(self, scope: Scope, *, page: str | None = None) -> list[SavedView]:
        """Those that the one who asks sees, by page and name."""
        with self._store.reading() as unit:
            views = unit.views.seen_by(scope.project_id, scope.actor)
        return [view for view in views if page is None or view.page == page]

    def get(self, scope: Scope, view_id: str) -> SavedView:
        """One of those."""
        with self._store.reading() as unit:
            return _seen(unit, scope, view_id)

    def create(self, scope: Scope, content: ViewContent) -> SavedView:
        """Save a view; it belongs to the one who asks."""
        _check(content)
        now = self._clock()
        view = SavedView(
            id=self._new_id("view"),
            project_id=scope.project_id,
            page=content.page,
            name=content.name,
            shared=content.shared,
            state=dict(content.state),
            owner=scope.actor,
            created_time=now,
            updated_time=now,
        )
        with self._store.writing() as unit:
            if unit.views.count(scope.project_id) >= MAX_VIEWS:
                raise TooManyViews
            unit.views.add(view)
        return view

    def update(self, scope: Scope, view_id: str, content: ViewContent) -> SavedView:
        """Replace what it shows. Raises `NotYours` where it is shared by somebody else and the role is less than admin."""
        _check(content)
        with self._store.writing() as unit:
            view = _own(unit, scope, view_id)
            changed = replace(
                view,
                page=content.page,
                name=content.name,
                shared=content.shared,
                state=dict(content.state),
                updated_time=self._clock(),
            )
            unit.views.put(changed)
        return changed

    def remove(self, scope: Scope, view_id: str) -> None:
        """Delete. Raises as `update` does."""
        with self._store.writing() as unit:
            _own(unit, scope, view_id)
            unit.views.remove(scope.project_id, view_id)


def _seen(unit: UnitOfWork, scope: Scope, view_id: str) -> SavedView:
    view = unit.views.get(scope.project_id, view_id)
    if view is None or not (view.shared or view.owner == scope.actor):
        raise NoSuchView
    return view


def _own(unit: UnitOfWork, scope: Scope, view_id: str) -> SavedView:
    view = _seen(unit, scope, view_id)
    if view.owner != scope.actor and not scope.may(Permission.ADMIN):
        raise NotYours
    return view


def _check(content: ViewContent) -> None:
    if not 0 < len(content.name.strip()) <= MAX_NAME_CHARS:
        raise BadView(f"The name of a view has between 1 and {MAX_NAME_CHARS} characters; choose another one.")
    if len(canonical(dict(content.state)).encode("utf-8", "replace")) > MAX_STATE_BYTES:
        raise BadView(f"The state of a view has at most {MAX_STATE_BYTES:,} bytes as JSON; save less of the page.")
