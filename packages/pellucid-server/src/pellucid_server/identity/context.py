"""What every verb of identity needs: the store, the clock, ids, and who must hear of a change."""

from collections.abc import Callable
from dataclasses import dataclass

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.identity.cache import ScopeCache
from pellucid_server.model.change import AuditEvent, ChangeEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.unit import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Passed to each service of the room."""

    store: MetaStore
    clock: Clock
    new_id: IdSource
    scopes: ScopeCache
    project_changed: Callable[[str], None]
    """Called with a project's id after its settings or prices changed, so that snapshots of them are taken anew."""

    record_change: Callable[[str, ChangeEvent], None]
    """Called with a project's id and what may move a measure without anything having changed in the app; the ledger of changes."""

    def note(self, unit: UnitOfWork, scope: Scope, action: str, target: str, **details: JsonValue) -> None:
        """Write to the audit log, in the transaction of the change."""
        event = AuditEvent(time=self.clock(), actor=scope.actor, action=action, target=target, details=details)
        unit.audit.append(event, organization_id=scope.organization_id, project_id=scope.project_id)
