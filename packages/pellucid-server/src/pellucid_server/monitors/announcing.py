"""Telling channels of changes: whoever wants to know when a prompt's label moves, a model changes or a release serves.

A change that is recorded goes into the same outbox as incidents: webhooks are signed, tried again, and listed with what became of them.
"""

from collections.abc import Sequence
from typing import Final

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.model.change import ANNOUNCED, AuditEvent, ChangeEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.channels import own_channel
from pellucid_server.monitors.errors import BadChannel
from pellucid_server.monitors.ledger import KINDS
from pellucid_server.monitors.telling import iso
from pellucid_server.store.meta.change_subscriptions import ChangeSubscription
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.incidents import Notification
from pellucid_server.store.meta.unit import UnitOfWork

EVENT: Final = "change"
TOLD: Final = (*KINDS, *ANNOUNCED)
"""Kinds that a channel may hear of: all of the ledger, and those that rooms announce only."""


class ChangeHooks:
    """The verbs."""

    def __init__(self, store: MetaStore, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def list_subscriptions(self, scope: Scope) -> list[ChangeSubscription]:
        """Channels that hear of changes."""
        with self._store.reading() as unit:
            return unit.change_subscriptions.of_project(scope.project_id)

    def subscribe(self, scope: Scope, channel_id: str, kinds: Sequence[str]) -> ChangeSubscription:
        """Tell a channel of these kinds of changes from now on; of none where the list is empty. Raises `BadChannel`."""
        unknown = sorted(set(kinds) - set(TOLD))
        if unknown:
            raise BadChannel(f"{unknown[0]!r} is no kind of change; known are {', '.join(TOLD)}.")
        with self._store.writing() as unit:
            channel = own_channel(unit, scope.project_id, channel_id)
            subscription = ChangeSubscription(
                channel_id=channel.id,
                project_id=scope.project_id,
                kinds=[kind for kind in TOLD if kind in kinds],
                updated_by=scope.actor,
                updated_time=self._clock(),
            )
            unit.change_subscriptions.put(subscription)
            self._note(unit, scope, channel_id, subscription.kinds)
        return subscription

    def tell(self, project_id: str, event: ChangeEvent) -> None:
        """Put a change into the outbox of every channel that wants to hear of it. Called by the ledger, and by rooms."""
        with self._store.reading() as unit:
            wanted = [one.channel_id for one in unit.change_subscriptions.of_project(project_id) if event.kind in one.kinds]
        if not wanted:
            return
        with self._store.writing() as unit:
            for channel_id in wanted:
                unit.notifications.add(self._notification(project_id, channel_id, event))

    def _notification(self, project_id: str, channel_id: str, event: ChangeEvent) -> Notification:
        now = self._clock()
        body: dict[str, JsonValue] = {
            "event": EVENT,
            "summary": event.title,
            "time": iso(event.time),
            "change": {
                "id": event.id,
                "kind": event.kind,
                "actor": event.actor,
                "scope": dict(event.scope),
                "before": event.before,
                "after": event.after,
            },
        }
        return Notification(
            id=self._new_id("notification"),
            project_id=project_id,
            incident_id="",
            channel_id=channel_id,
            event=EVENT,
            body=body,
            state="waiting",
            created_time=now,
            due_time=now,
        )

    def _note(self, unit: UnitOfWork, scope: Scope, channel_id: str, kinds: Sequence[str]) -> None:
        event = AuditEvent(
            time=self._clock(),
            actor=scope.actor,
            action="alert_channel.subscribe",
            target=channel_id,
            details={"kinds": list(kinds)},
        )
        unit.audit.append(event, organization_id=scope.organization_id, project_id=scope.project_id)
