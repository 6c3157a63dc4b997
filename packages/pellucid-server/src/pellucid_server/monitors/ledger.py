"""The ledger of changes: written by people, deploys and rooms, and by what is seen for the first time in the traffic."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pellucid_server.core.clock import Clock, Micros
from pellucid_server.core.errors import BadRequest, NotFound
from pellucid_server.core.ids import IdSource
from pellucid_server.model.change import ChangeEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta.database import MetaStore

MAX_PAGE = 500
MAX_TITLE_CHARS = 500
KINDS = (
    "deploy", "note", "prompt_label", "fingerprint", "model", "system_fingerprint", "release", "sdk", "index_version",
    "prompt_version", "tool", "tool_schema", "price", "evaluator", "feature_flag", "behaviour", "gate",
)  # fmt: skip
OBSERVED = (
    "model", "system_fingerprint", "fingerprint", "release", "sdk", "index_version", "prompt_version", "tool", "tool_schema",
    "feature_flag",
)  # fmt: skip
"""Kinds that are written when a value is seen for the first time in the traffic."""

_TITLES: Mapping[str, str] = {
    "model": "Model {} answered for the first time",
    "system_fingerprint": "The provider answered as {} for the first time",
    "fingerprint": "System prompt {} was sent for the first time",
    "release": "Release {} was seen for the first time",
    "sdk": "{} sent for the first time",
    "index_version": "Index {} was searched for the first time",
    "prompt_version": "Prompt {} served for the first time",
    "tool": "Tool {} was called for the first time",
    "tool_schema": "Tool {} was offered with this schema for the first time",
    "feature_flag": "Feature flag {} was evaluated for the first time",
}


class NoSuchEvent(NotFound):
    """There is no such event in this project; `GET /api/v1/events` lists them."""

    code = "no_such_event"


class BadEvent(BadRequest):
    """The event is not usable; it needs a kind and a title."""

    code = "bad_event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A value of the traffic, and when it was first seen there."""

    kind: str
    value: str
    time: Micros
    scope: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Some events, and where the next ones begin."""

    events: list[ChangeEvent]
    next_before: tuple[Micros, str] | None


class Ledger:
    """The verbs."""

    def __init__(self, store: MetaStore, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._listeners: list[Callable[[str, ChangeEvent], None]] = []

    def listen(self, listener: Callable[[str, ChangeEvent], None]) -> None:
        """Be told of every event that is recorded from now on."""
        self._listeners.append(listener)

    def list_events(
        self,
        scope: Scope,
        *,
        start: Micros | None = None,
        end: Micros | None = None,
        kinds: Sequence[str] = (),
        before: tuple[Micros, str] | None = None,
        limit: int = 100,
    ) -> EventPage:
        """Events of a time range, the newest first."""
        bounded = max(1, min(limit, MAX_PAGE))
        with self._store.reading() as unit:
            found = unit.changes.page(scope.project_id, start=start, end=end, kinds=kinds, before=before, limit=bounded + 1)
        shown = found[:bounded]
        return EventPage(events=shown, next_before=(shown[-1].time, shown[-1].id) if len(found) > bounded else None)

    def get(self, scope: Scope, event_id: str) -> ChangeEvent:
        """One event. Raises `NoSuchEvent`."""
        with self._store.reading() as unit:
            found = unit.changes.get(scope.project_id, event_id)
        if found is None:
            raise NoSuchEvent
        return found

    def announce(
        self,
        scope: Scope,
        *,
        kind: str,
        title: str,
        time: Micros | None = None,
        event_id: str | None = None,
        attributes: Mapping[str, str] | None = None,
        before: JsonValue = None,
        after: JsonValue = None,
    ) -> ChangeEvent:
        """Write an event by hand or from a deploy pipeline; the same id again replaces it."""
        if kind not in KINDS:
            raise BadEvent(f"{kind!r} is no kind of change; known are {', '.join(KINDS)}.")
        if not title.strip() or len(title) > MAX_TITLE_CHARS:
            raise BadEvent(f"An event needs a title of 1 to {MAX_TITLE_CHARS} characters.")
        event = ChangeEvent(
            id=event_id or self._new_id("event"),
            time=self._clock() if time is None else time,
            kind=kind,
            title=title.strip(),
            actor=scope.actor,
            scope=attributes or {},
            before=before,
            after=after,
        )
        self.record(scope.project_id, event)
        return event

    def record(self, project_id: str, event: ChangeEvent) -> None:
        """Write an event that a room made."""
        with self._store.writing() as unit:
            unit.changes.put(project_id, event)
        for listener in self._listeners:
            listener(project_id, event)

    def remove(self, scope: Scope, event_id: str) -> None:
        """Delete an event that should not be there."""
        with self._store.writing() as unit:
            if not unit.changes.remove(scope.project_id, event_id):
                raise NoSuchEvent

    def observe(self, project_id: str, sightings: Sequence[Sighting]) -> list[ChangeEvent]:
        """Write an event for every value that is new; those that were.

        The very first sightings of a kind are where observation begins and no change: they are noted, without an event.
        """
        with self._store.writing() as unit:
            seen = unit.changes.seen(project_id)
            begun = {kind for kind, _ in seen}
            new = {(one.kind, one.value): one for one in sightings if (one.kind, one.value) not in seen}
            unit.changes.add_seen(project_id, [(one.kind, one.value, one.time) for one in new.values()])
            earliest = {kind: min(one.time for one in new.values() if one.kind == kind) for kind, _ in new}
            events = [self._first_seen(one) for one in new.values() if one.kind in begun or one.time > earliest[one.kind]]
            for event in events:
                unit.changes.put(project_id, event)
        for event in events:
            for listener in self._listeners:
                listener(project_id, event)
        return events

    def _first_seen(self, sighting: Sighting) -> ChangeEvent:
        return ChangeEvent(
            id=self._new_id("event"),
            time=sighting.time,
            kind=sighting.kind,
            title=_TITLES[sighting.kind].format(sighting.value),
            scope=sighting.scope,
            after=sighting.value,
        )
