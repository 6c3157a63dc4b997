"""Dashboards of a project: list, make, change, delete. The presets are among them, and stay as they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pellucid_server.core.clock import Clock, Micros, system_clock
from pellucid_server.core.ids import IdSource, random_id
from pellucid_server.dashboards.document import Document, check, from_json, to_json
from pellucid_server.dashboards.errors import BadDashboard, DashboardChanged, NoSuchDashboard, NotYours, PresetStays, TooManyOfThem
from pellucid_server.dashboards.presets import PRESETS, Preset, fitted
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.store.meta.dashboards import StoredDashboard
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.unit import UnitOfWork

MAX_NAME_CHARS = 200
MAX_DESCRIPTION_CHARS = 2_000
MAX_DASHBOARDS = 500
"""In one project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A dashboard, as it is asked for."""

    id: str
    name: str
    description: str
    document: Document
    preset: bool
    """Part of the product: cannot be changed, can be cloned."""
    version: int
    owner: str
    created_time: Micros | None
    updated_time: Micros | None
    updated_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardContent:
    """What the one who saves decides."""

    name: str
    description: str = ""
    document: Document


class Boards:
    """The verbs."""

    def __init__(
        self,
        store: MetaStore,
        score_names: Callable[[Scope], Sequence[str]],
        clock: Clock = system_clock,
        new_id: IdSource = random_id,
    ) -> None:
        self._store = store
        self._score_names = score_names
        self._clock = clock
        self._new_id = new_id

    def list_boards(self, scope: Scope) -> list[Board]:
        """The presets, then the project's own by name."""
        with self._store.reading() as unit:
            own = unit.dashboards.of_project(scope.project_id)
        return [*(_of_preset(preset) for preset in PRESETS), *(board_of(one) for one in own)]

    def get(self, scope: Scope, board_id: str) -> Board:
        """One of those."""
        preset = _BY_ID.get(board_id)
        if preset is not None:
            return _of_preset(fitted(preset, self._score_names(scope)))
        with self._store.reading() as unit:
            return board_of(stored(unit, scope, board_id))

    def create(self, scope: Scope, content: BoardContent) -> Board:
        """Make one. It belongs to the one who asks and is seen by everybody in the project."""
        _check(content)
        now = self._clock()
        made = StoredDashboard(
            id=self._new_id("dashboard"),
            project_id=scope.project_id,
            name=content.name.strip(),
            description=content.description,
            document=to_json(content.document),
            version=1,
            owner=scope.actor,
            created_time=now,
            updated_time=now,
            updated_by=scope.actor,
        )
        with self._store.writing() as unit:
            if unit.dashboards.count(scope.project_id) >= MAX_DASHBOARDS:
                raise TooManyOfThem
            unit.dashboards.add(made)
        return board_of(made)

    def update(self, scope: Scope, board_id: str, content: BoardContent, *, version: int) -> Board:
        """Replace what `version` showed. Raises `DashboardChanged` where somebody else was faster."""
        _check(content)
        with self._store.writing() as unit:
            old = stored(unit, scope, board_id)
            changed = replace(
                old,
                name=content.name.strip(),
                description=content.description,
                document=to_json(content.document),
                version=version + 1,
                updated_time=self._clock(),
                updated_by=scope.actor,
            )
            if not unit.dashboards.put(changed, over_version=version):
                raise DashboardChanged(version=old.version)
        return board_of(changed)

    def remove(self, scope: Scope, board_id: str) -> None:
        """Delete it and the links to it: its owner, or an admin."""
        with self._store.writing() as unit:
            if stored(unit, scope, board_id).owner != scope.actor and not scope.may(Permission.ADMIN):
                raise NotYours
            unit.dashboards.remove(scope.project_id, board_id)


def stored(unit: UnitOfWork, scope: Scope, board_id: str) -> StoredDashboard:
    """The kept one; raises `PresetStays` for a preset and `NoSuchDashboard`."""
    if board_id in _BY_ID:
        raise PresetStays
    found = unit.dashboards.get(scope.project_id, board_id)
    if found is None:
        raise NoSuchDashboard
    return found


def board_of(kept: StoredDashboard) -> Board:
    """A kept one, read."""
    return Board(
        id=kept.id,
        name=kept.name,
        description=kept.description,
        document=from_json(kept.document),
        preset=False,
        version=kept.version,
        owner=kept.owner,
        created_time=kept.created_time,
        updated_time=kept.updated_time,
        updated_by=kept.updated_by,
    )


_BY_ID: Mapping[str, Preset] = {preset.id: preset for preset in PRESETS}


def _of_preset(preset: Preset) -> Board:
    return Board(
        id=preset.id,
        name=preset.name,
        description=preset.description,
        document=preset.document,
        preset=True,
        version=0,
        owner="",
        created_time=None,
        updated_time=None,
        updated_by="",
    )


def _check(content: BoardContent) -> None:
    if not 0 < len(content.name.strip()) <= MAX_NAME_CHARS:
        raise BadDashboard(f"The name of a dashboard has between 1 and {MAX_NAME_CHARS} characters; choose another one.")
    if len(content.description) > MAX_DESCRIPTION_CHARS:
        raise BadDashboard(f"The description of a dashboard has at most {MAX_DESCRIPTION_CHARS:,} characters; shorten it.")
    check(content.document)
