"""`Bulk`: choose traces by id or by a filter, and start the run that does something with them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, Generic, Protocol, TypeVar

from pellucid_server.bulk.actions import Action, BadAction
from pellucid_server.bulk.handler import KIND
from pellucid_server.core.errors import Forbidden
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import MAX_LIMIT, Ask
from pellucid_server.query.traces import Traces

MAX_TRACES: Final = 10_000
"""Of one run."""
BATCH: Final = 100
"""Traces of one item of a run: what is done again after a restart is small."""

Started = TypeVar("Started", covariant=True)


class RunStarter(Protocol[Started]):
    """Starts durable runs."""

    def start(self, scope: Scope, *, kind: str, title: str, items: Sequence[JsonValue], settings: JsonValue = None) -> Started:
        """Queue one."""


class BulkRuns(Generic[Started]):
    """The verbs."""

    def __init__(self, runs: RunStarter[Started], traces: Traces, actions: Sequence[Action]) -> None:
        self._runs = runs
        self._traces = traces
        self._actions = {action.name: action for action in actions}

    def start(self, scope: Scope, action: str, options: JsonValue, *, trace_ids: Sequence[str], ask: Ask | None) -> Started:
        """Do `action` to the named traces, or to all that `ask` finds as of now. Raises `BadAction`, `Forbidden`."""
        chosen = self._actions.get(action)
        if chosen is None:
            raise BadAction(f"There is no action {action!r}; there are {', '.join(sorted(self._actions))}.")
        if not scope.may(chosen.permission):
            raise Forbidden(f"To {action} many traces one must be allowed to `{chosen.permission}` in this project; ask its admin.")
        if (ask is None) == (not trace_ids):
            raise BadAction("Name the traces by `trace_ids` or by a filter, one of the two.")
        ids = tuple(dict.fromkeys(id_.lower() for id_ in trace_ids)) if ask is None else tuple(self._found(scope, ask))
        if not ids:
            raise BadAction("No trace matches; nothing was done.")
        if len(ids) > MAX_TRACES:
            raise BadAction(f"One run is for at most {MAX_TRACES:,} traces; narrow the filter or the time range.")
        batches: list[JsonValue] = [list(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH)]
        settings: JsonValue = {
            "action": action,
            "options": options,
            "organization_id": scope.organization_id,
            "role": scope.role.value,
            "actor": scope.actor,
        }
        return self._runs.start(scope, kind=KIND, title=chosen.title(options, len(ids)), items=batches, settings=settings)

    def _found(self, scope: Scope, ask: Ask) -> Iterator[str]:
        """Ids of the traces, one more than a run takes where there are more."""
        cursor: str | None = ""
        count = 0
        while cursor is not None and count <= MAX_TRACES:
            page = self._traces.list_traces(scope, replace(ask, cursor=cursor, limit=MAX_LIMIT, order=""))
            count += len(page.data)
            yield from (row.trace_id for row in page.data)
            cursor = page.next_cursor
