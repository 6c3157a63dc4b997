"""Sending: takes what is due from the outbox, hands it to a carrier, and tries again, more and more seldom, until it is there or given up.

At least once: a message whose delivery was cut off is sent again under the same id, which receivers may use to tell it from a new one.
"""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, Protocol

from pellucid_server.core.clock import HOUR, SECOND, Clock, Micros
from pellucid_server.core.errors import PellucidError
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.incidents import AlertChannel, Notification

AT_ONCE: Final = 4
"""A slow receiver holds up one of them."""
BATCH: Final = 50
FIRST_WAIT: Final = 5 * SECOND
LONGEST_WAIT: Final = HOUR
MAX_ATTEMPTS: Final = 20
"""With waits doubling from five seconds to an hour: half a day."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What became of one attempt."""

    error: str = ""
    again: bool = True
    """Whether another attempt may help."""


class Carrier(Protocol):
    """Brings a message to a channel's receiver."""

    def __call__(self, channel: AlertChannel, message: Mapping[str, JsonValue]) -> Carried:
        """Once, within seconds."""
        ...


class Dispatcher:
    """Runs now and then."""

    def __init__(self, store: MetaStore, carry: Carrier, clock: Clock) -> None:
        self._store = store
        self._carry = carry
        self._clock = clock

    def run(self) -> None:
        """Send what is due."""
        with self._store.reading() as unit:
            due = unit.notifications.due(self._clock(), BATCH)
        if not due:
            return
        lanes: dict[str, list[Notification]] = {}
        for notification in due:
            lanes.setdefault(notification.channel_id, []).append(notification)
        with ThreadPoolExecutor(min(AT_ONCE, len(lanes)), thread_name_prefix="notify") as pool:
            for _ in pool.map(self._send_all, lanes.values()):
                pass

    def _send_all(self, lane: Sequence[Notification]) -> None:
        """One channel's, in their order: an end must not arrive before its begin."""
        for notification in lane:
            self._send(notification)

    def _send(self, notification: Notification) -> None:
        with self._store.reading() as unit:
            channel = unit.channels.get(notification.project_id, notification.channel_id)
        if channel is None or not channel.enabled:
            self._keep(replace(notification, state="failed", error="The channel is gone or switched off."))
            return
        try:
            carried = self._carry(channel, {"id": notification.id, **notification.body})
        except PellucidError as error:
            carried = Carried(error=error.message)
        self._keep(settled(notification, carried, self._clock()))

    def _keep(self, notification: Notification) -> None:
        if notification.state == "failed":
            log.warning("notification %s was given up: %s", notification.id, notification.error)
        with self._store.writing() as unit:
            unit.notifications.put(notification)


def settled(notification: Notification, carried: Carried, now: Micros) -> Notification:
    """The notification after an attempt."""
    attempts = notification.attempts + 1
    if not carried.error:
        return replace(notification, state="sent", attempts=attempts, error="", sent_time=now)
    if not carried.again or attempts >= MAX_ATTEMPTS:
        return replace(notification, state="failed", attempts=attempts, error=carried.error)
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1))
    return replace(notification, attempts=attempts, error=carried.error, due_time=now + wait)
