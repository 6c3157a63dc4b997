"""The run behind an action on many traces: each item is a batch of trace ids."""

import asyncio
from collections.abc import Sequence
from typing import Final

from pellucid_server.bulk.actions import Action, BadAction
from pellucid_server.llm.durable import ItemContext
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Role, Scope

KIND: Final = "traces"


class BulkHandler:
    """One kind of run for all actions."""

    kind: str = KIND
    concurrency: int = 2

    def __init__(self, actions: Sequence[Action]) -> None:
        self._actions = {action.name: action for action in actions}

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """One batch, in a thread: the stores wait."""
        settings = context.settings
        if not isinstance(settings, dict) or not isinstance(item, list):
            raise BadAction
        action = self._actions.get(str(settings.get("action")))
        if action is None:
            raise BadAction(f"This server does not know the action {settings.get('action')!r} any more.")
        scope = Scope(
            organization_id=str(settings.get("organization_id")),
            project_id=context.project_id,
            role=Role(str(settings.get("role"))),
            actor=str(settings.get("actor")),
        )
        return await asyncio.to_thread(action.do, scope, context.run_id, settings.get("options"), [str(id_) for id_ in item])

    async def finished(self, context: object) -> None:
        """Nothing is left to do: the items say what became of them."""
