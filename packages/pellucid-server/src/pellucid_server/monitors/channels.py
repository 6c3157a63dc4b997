"""Channels: where people are told. Addresses of services and signing keys are sealed at rest and never shown again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol
from urllib.parse import urlsplit

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.errors import BadChannel, NoSuchChannel
from pellucid_server.monitors.rules import SEVERITIES
from pellucid_server.monitors.telling import iso
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.incidents import AlertChannel, Notification
from pellucid_server.store.meta.unit import UnitOfWork

KINDS: Final = ("webhook", "apprise")
MAX_CHANNELS: Final = 50
MAX_NAME_CHARS: Final = 200
MAX_TARGET_CHARS: Final = 2_000
MAX_SHOWN: Final = 200


class Sealer(Protocol):
    """Keeps secrets at rest, each bound to the place that it is for."""

    def seal(self, text: str, bound_to: str) -> str:
        """Unreadable."""
        ...

    def unseal(self, sealed: str, bound_to: str) -> str:
        """Readable again."""
        ...


class AddressCheck(Protocol):
    """Says what an address is good for, before it is kept."""

    def __call__(self, kind: str, address: str) -> None:
        """Raises a member of the error family."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelContent:
    """What the one who saves decides. Empty secrets keep what was saved before."""

    name: str
    kind: str = "webhook"
    target: str = ""
    """URL of the webhook, or the address of a service in apprise's notation; empty keeps it."""
    secret: str = ""
    """Signs webhooks."""
    severities: Sequence[str] = SEVERITIES
    escalation: bool = False
    enabled: bool = True


class ChannelBook:
    """The verbs."""

    def __init__(self, store: MetaStore, sealer: Sealer, check: AddressCheck, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._sealer = sealer
        self._check = check
        self._clock = clock
        self._new_id = new_id

    def list_channels(self, scope: Scope) -> list[AlertChannel]:
        """By name."""
        with self._store.reading() as unit:
            return unit.channels.of_project(scope.project_id)

    def create(self, scope: Scope, content: ChannelContent) -> AlertChannel:
        """Add a way to tell people."""
        if not content.target:
            raise BadChannel("A channel needs a `target`: the webhook's URL, or a service's address such as slack://….")
        _check_content(content)
        self._check(content.kind, content.target)
        channel_id = self._new_id("channel")
        channel = AlertChannel(
            id=channel_id,
            project_id=scope.project_id,
            name=content.name.strip(),
            kind=content.kind,
            target=_shown(content),
            secret=self._sealed(channel_id, content),
            severities=list(content.severities),
            escalation=content.escalation,
            enabled=content.enabled,
            created_by=scope.actor,
            created_time=self._clock(),
        )
        with self._store.writing() as unit:
            if len(unit.channels.of_project(scope.project_id)) >= MAX_CHANNELS:
                raise BadChannel(f"A project has at most {MAX_CHANNELS} channels; delete one.")
            unit.channels.add(channel)
        return channel

    def update(self, scope: Scope, channel_id: str, content: ChannelContent) -> AlertChannel:
        """Replace it. An address that is sent again needs its secret again: a key never follows to another place."""
        _check_content(content)
        if content.target:
            self._check(content.kind, content.target)
        with self._store.writing() as unit:
            before = own_channel(unit, scope.project_id, channel_id)
            if content.kind != before.kind and not content.target:
                raise BadChannel("Another kind of channel needs another `target`.")
            changed = replace(
                before,
                name=content.name.strip(),
                kind=content.kind,
                severities=list(content.severities),
                escalation=content.escalation,
                enabled=content.enabled,
            )
            if content.target:
                changed = replace(changed, target=_shown(content), secret=self._sealed(channel_id, content))
            elif content.secret:
                changed = replace(changed, secret=self._sealed(channel_id, replace(content, target=before.target)))
            unit.channels.put(changed)
        return changed

    def remove(self, scope: Scope, channel_id: str) -> None:
        """Delete it; what waits for it is given up."""
        with self._store.writing() as unit:
            if not unit.channels.remove(scope.project_id, channel_id):
                raise NoSuchChannel

    def test(self, scope: Scope, channel_id: str) -> Notification:
        """Send a harmless message the way that real ones go."""
        now = self._clock()
        with self._store.writing() as unit:
            channel = own_channel(unit, scope.project_id, channel_id)
            sent = Notification(
                id=self._new_id("notification"),
                project_id=scope.project_id,
                incident_id="",
                channel_id=channel_id,
                event="test",
                body={
                    "event": "test",
                    "summary": f"Test of the channel {channel.name}: it works.",
                    "time": iso(now),
                    "breaches": [],
                },
                state="waiting",
                created_time=now,
                due_time=now,
            )
            unit.notifications.add(sent)
        return sent

    def deliveries(self, scope: Scope) -> list[Notification]:
        """What was sent of late, and what became of it."""
        with self._store.reading() as unit:
            return unit.notifications.latest(scope.project_id, MAX_SHOWN)

    def _sealed(self, channel_id: str, content: ChannelContent) -> str:
        """Of a webhook its key, bound to its URL; of a service its whole address."""
        if content.kind == "webhook":
            return self._sealer.seal(content.secret, content.target) if content.secret else ""
        return self._sealer.seal(content.target, channel_id)


def own_channel(unit: UnitOfWork, project_id: str, channel_id: str) -> AlertChannel:
    """Or raise `NoSuchChannel`."""
    channel = unit.channels.get(project_id, channel_id)
    if channel is None:
        raise NoSuchChannel
    return channel


def _shown(content: ChannelContent) -> str:
    """What may be read again: a webhook's URL, of a service its name alone, as its address holds the token."""
    return content.target if content.kind == "webhook" else f"{urlsplit(content.target).scheme}://…"


def _check_content(content: ChannelContent) -> None:
    if not 0 < len(content.name.strip()) <= MAX_NAME_CHARS:
        raise BadChannel(f"The name of a channel has between 1 and {MAX_NAME_CHARS} characters.")
    if content.kind not in KINDS:
        raise BadChannel(f"The kind of a channel is one of {', '.join(KINDS)}.")
    if len(content.target) > MAX_TARGET_CHARS:
        raise BadChannel(f"The target of a channel has at most {MAX_TARGET_CHARS} characters.")
    if not content.severities or not set(content.severities) <= set(SEVERITIES):
        raise BadChannel(f"A channel hears of some of the severities {', '.join(SEVERITIES)}.")
