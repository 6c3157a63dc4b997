"""The tools that the models may call, and what stands behind them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from pellucid_demo.bot.configuration import Release
from pellucid_demo.bot.people import Customer

_KINDS = ("moved a card", "commented", "attached a file", "closed a card", "invited a member", "changed a due date")


@dataclass(frozen=True, slots=True, kw_only=True)
class BotTool:
    """A function offered to a model. `run` gets the customer, the release and the model's arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]  # a JSON Schema
    run: Callable[[Customer, Release, Mapping[str, Any]], dict[str, Any]]


def _lookup_account(customer: Customer, release: Release, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"plan": customer.tier.value, "seats": customer.seats, "sign_in": customer.sign_up.value, "status": "active"}


def _create_ticket(customer: Customer, release: Release, arguments: Mapping[str, Any]) -> dict[str, Any]:
    number = _number(customer.id, json.dumps(arguments, sort_keys=True)) % 90_000 + 10_000
    return {"ticket": f"HB-{number}", "status": "open", "expected_answer": "one working day"}


def _fetch_activity(customer: Customer, release: Release, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """One page of what happened in a workspace; `next_cursor` is null behind the last page."""
    cursor = str(arguments.get("cursor") or "page-1").removeprefix("page-")
    if not cursor.isdigit():
        return {"error": f"unknown cursor {cursor!r}"}
    page = int(cursor)
    size = release.digest_page_size
    events = [
        f"card {_number(customer.id, page, number) % 400}: member {_number(number, page) % 12} "
        f"{_KINDS[_number(page, number, customer.id) % len(_KINDS)]}"
        for number in range(size)
    ]
    more = page < release.digest_page_limit
    return {"page": page, "events": events, "next_cursor": f"page-{page + 1}" if more else None}


def _number(*parts: object) -> int:
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=6).digest(), "big")


LOOKUP_ACCOUNT = BotTool(
    name="lookup_account",
    description="Look up the account of the customer: plan, seats, status",
    parameters={
        "type": "object",
        "properties": {"account_id": {"type": "string", "description": "The account reference id"}},
        "required": ["account_id"],
        "additionalProperties": False,
    },
    run=_lookup_account,
)
CREATE_TICKET = BotTool(
    name="create_ticket",
    description="Create a ticket for a human colleague to follow up",
    parameters={
        "type": "object",
        "properties": {
            "subject": {"type": "string", "description": "The question of the customer"},
            "priority": {"type": "string", "enum": ["low", "normal", "high"]},
        },
        "required": ["subject", "priority"],
        "additionalProperties": False,
    },
    run=_create_ticket,
)
FETCH_ACTIVITY = BotTool(
    name="fetch_activity",
    description="Fetch one page of the weekly activity of a workspace",
    parameters={
        "type": "object",
        "properties": {
            "workspace": {"type": "string", "description": "The id of the workspace"},
            "cursor": {"type": "string", "description": "Where to go on; left out at first"},
        },
        "required": ["workspace"],
    },
    run=_fetch_activity,
)
SUPPORT_TOOLS = (LOOKUP_ACCOUNT, CREATE_TICKET)
