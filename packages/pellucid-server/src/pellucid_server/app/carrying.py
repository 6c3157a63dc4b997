"""Carrying messages to receivers: webhooks signed and guarded, everything else by apprise in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from pellucid_server.llm.vault import Vault
from pellucid_server.model.json import JsonValue
from pellucid_server.monitors.errors import BadChannel
from pellucid_server.monitors.sending import Carried
from pellucid_server.outbound.guard import PORTS, Guard
from pellucid_server.outbound.webhooks import post_json
from pellucid_server.store.meta.incidents import AlertChannel

SENT_WITHIN_S: Final = 30.0
"""Apprise starts in about a second; a service that takes longer is tried again later."""
CHILD: Final = "pellucid_server.app.apprise_child"
SERVICES: Final = (
    "slack", "pagerduty", "msteams", "workflows", "discord", "opsgenie", "victorops", "splunk", "pushover", "telegram", "tgram",
    "gchat", "webex", "wxteams", "zulip", "twilio", "mailgun", "sendgrid", "ses", "sns", "mailto", "mailtos", "ntfys", "mmosts", "mmost",
    "json", "jsons", "xml", "xmls",
)  # fmt: skip
"""Services of apprise that are let through. Whatever they connect to is looked at by the guard; programs and files are not there."""
AT_OWN_HOSTS: Final = ("mailto", "mailtos", "ntfys", "mmosts", "mmost", "json", "jsons", "xml", "xmls", "splunk")
"""Of the others, what stands where a host would is a token."""


class AddressRule:
    """What a channel's address must be before it is kept."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def __call__(self, kind: str, address: str) -> None:
        """Raises `BadChannel` or `DestinationRefused`."""
        if kind == "webhook":
            self._guard.check(address)
        else:
            check_service(address, self._guard)


class Post:
    """Carries a message once; the outbox tries again."""

    def __init__(self, guard: Guard, vault: Vault, *, within_s: float = SENT_WITHIN_S) -> None:
        self._guard = guard
        self._vault = vault
        self._within_s = within_s

    def __call__(self, channel: AlertChannel, message: Mapping[str, JsonValue]) -> Carried:
        """Within `within_s`, by apprise."""
        if channel.kind == "webhook":
            secret = self._vault.unseal(channel.secret, channel.target) if channel.secret else ""
            delivery = post_json(channel.target, dict(message), secret, guard=self._guard, attempts=1)
            return Carried(error=delivery.error, again=delivery.status is None or may_pass(delivery.status))
        address = self._vault.unseal(channel.secret, channel.id)
        check_service(address, self._guard)
        title, body = str(message.get("summary", "")), in_words(message)
        return Carried(error=sent_by_apprise(address, title, body, self._guard, within_s=self._within_s))


def may_pass(status: int) -> bool:
    """Whether a receiver that answered so may take the message later: it is busy, broken, or redirects to a page that says so."""
    return status == 429 or status >= 500 or 300 <= status < 400


def sent_by_apprise(address: str, title: str, body: str, guard: Guard, *, within_s: float = SENT_WITHIN_S) -> str:
    """What went wrong, in words; empty where the service took it."""
    order = json.dumps({"address": address, "title": title, "body": body, "allowed": list(guard.allowed)})
    try:
        ended = subprocess.run(
            [sys.executable, "-m", CHILD], input=order, capture_output=True, text=True, timeout=within_s, check=False
        )
    except subprocess.TimeoutExpired:
        return f"the service did not take it within {within_s:.0f} s"
    try:
        return str(json.loads(ended.stdout)["error"])
    except (ValueError, KeyError):
        return f"apprise ended with code {ended.returncode}: {ended.stderr.strip()[-300:]}"


def check_service(address: str, guard: Guard) -> None:
    """Raises `BadChannel` where the service is none of `SERVICES` or unreadable, `DestinationRefused` where its host is private."""
    scheme = urlsplit(address).scheme.lower()
    if scheme not in SERVICES:
        raise BadChannel(f"{scheme or 'This'} is no service that is let through; use {', '.join(SERVICES)}, or a webhook.")
    import apprise  # half a second that only those who use it wait for

    sender = apprise.Apprise()
    if not sender.add(address):
        raise BadChannel(f"The address of {scheme} is not complete; compare it with the service's page in apprise's documentation.")
    for service in sender:
        host = getattr(service, "smtp_host", None) or getattr(service, "host", None)
        if isinstance(host, str) and ("." in host or scheme in AT_OWN_HOSTS):
            guard.address_for(host, int(getattr(service, "port", None) or PORTS["https"]))


def in_words(message: Mapping[str, JsonValue]) -> str:
    """The message as text."""
    breaches = message.get("breaches")
    lines = [str(breach["text"]) for breach in breaches if isinstance(breach, dict)] if isinstance(breaches, list) else []
    return "\n".join([*lines, str(message.get("url", ""))]).strip() or str(message.get("summary", ""))
