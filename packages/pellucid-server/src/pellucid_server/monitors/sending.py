"""Sending: takes what is due from the outbox, hands it to a carrier, and tries again, more and more seldom, until it is there or given up.

Each channel is a lane: its messages go in order, and the first that fails holds up those behind it, so that an end never arrives before
its begin. A new message has the whole lane tried at once. Lanes do not wait for each other: a receiver that is slow or down delays nobody
else's page. At least once: a message whose delivery was cut off is sent again under the same id, by which receivers know it.
"""

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Final, Protocol

from pellucid_server.core.clock import HOUR, MINUTE, SECOND, Clock, Micros
from pellucid_server.core.errors import PellucidError
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.incidents import AlertChannel, Notification

AT_ONCE: Final = 16
"""A slow receiver holds up one of them."""
BATCH: Final = 50
"""Of one lane."""
FIRST_WAIT: Final = 5 * SECOND
LONGEST_WAIT: Final = 10 * MINUTE
"""A receiver that is back hears what it missed so soon."""
GIVEN_UP_AFTER: Final = 12 * HOUR

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
        self._lanes = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notify")
        self._busy: dict[str, Future[None]] = {}

    def begin(self) -> list[Future[None]]:
        """Set every lane off that has something due and is not under way."""
        with self._store.reading() as unit:
            due = unit.notifications.due_channels(self._clock())
        begun = []
        for channel_id in due:
            running = self._busy.get(channel_id)
            if running is None or running.done():
                self._busy[channel_id] = self._lanes.submit(self._lane, channel_id)
                begun.append(self._busy[channel_id])
        return begun

    def run(self) -> None:
        """Send what is due, and wait for it."""
        wait(self.begin())

    def close(self) -> None:
        """End; what is under way may still arrive, and what was not noted as sent is sent again after the next start."""
        self._lanes.shutdown(wait=False, cancel_futures=True)

    def _lane(self, channel_id: str) -> None:
        try:
            self._send_all(channel_id)
        except Exception:  # the outermost loop of a thread: record; the lane is still due
            log.exception("what waits for the channel %s could not be sent and is tried again", channel_id)

    def _send_all(self, channel_id: str) -> None:
        with self._store.reading() as unit:
            lane = unit.notifications.waiting(channel_id, BATCH)
        for notification in lane:
            if self._send(notification).state == "waiting":
                return

    def _send(self, notification: Notification) -> Notification:
        with self._store.reading() as unit:
            channel = unit.channels.get(notification.project_id, notification.channel_id)
        if channel is None or not channel.enabled:
            return self._keep(replace(notification, state="failed", error="The channel is gone or switched off."))
        try:
            carried = self._carry(channel, {"id": notification.id, **notification.body})
        except PellucidError as error:
            carried = Carried(error=error.message)
        return self._keep(settled(notification, carried, self._clock()))

    def _keep(self, notification: Notification) -> Notification:
        if notification.error:
            again = "is tried again" if notification.state == "waiting" else "was given up"
            log.warning("notification %s %s: %s", notification.id, again, notification.error)
        with self._store.writing() as unit:
            unit.notifications.put(notification)
            if notification.state == "waiting":
                unit.notifications.hold(notification.channel_id, notification.due_time)
        return notification


def settled(notification: Notification, carried: Carried, now: Micros) -> Notification:
    """The notification after an attempt."""
    attempts = notification.attempts + 1
    if not carried.error:
        return replace(notification, state="sent", attempts=attempts, error="", sent_time=now)
    if not carried.again or now - notification.created_time >= GIVEN_UP_AFTER:
        return replace(notification, state="failed", attempts=attempts, error=carried.error)
    pause = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts - 1, 20))
    return replace(notification, attempts=attempts, error=carried.error, due_time=now + pause)
