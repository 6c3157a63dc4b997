"""A table: several panes over the same cases (items of a data set, or recorded generations), one item a pane and case."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pellucid_server.llm.calls import ModelRequest
from pellucid_server.llm.durable import ItemContext, RunContext
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.message import Role
from pellucid_server.playground.errors import BadPane
from pellucid_server.playground.measures import compared, of_answers
from pellucid_server.playground.panes import Pane, pane_from_json, user_message
from pellucid_server.playground.ports import Prompts

TABLE: Final = "playground"
ENVIRONMENT: Final = "pellucid-playground"
CONCURRENCY: Final = 16
INPUT: Final = "input"
"""The variable that a case's input fills where it is not an object of variables."""


class Tabler:
    """The handler of the kind `playground`."""

    kind = TABLE
    concurrency = CONCURRENCY

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """One pane, one case."""
        cell = item if isinstance(item, dict) else {}
        case = cell.get("case")
        pane = self._pane(context.settings, cell.get("pane"))
        if not isinstance(case, dict):
            raise BadPane("The case is not a JSON object.")
        request = await asyncio.to_thread(self._prepared, context.project_id, pane, case.get("input"))
        origin = pane.origin("playground", run_id=context.run_id, case_id=str(case.get("id", "")))
        answer = await context.call(pane.connection, request, environment=ENVIRONMENT, origin=origin)
        expected = case.get("expected")
        reference = None if expected is None else expected if isinstance(expected, str) else canonical(expected)
        return of_answers((answer,), reference)

    async def finished(self, context: RunContext) -> None:
        """Every pane against the first one, case by case."""
        columns: dict[int, dict[str, Mapping[str, JsonValue]]] = {}
        async for outcome in context.outcomes():
            cell = outcome.input if isinstance(outcome.input, dict) else {}
            case, pane = cell.get("case"), cell.get("pane")
            if isinstance(outcome.output, dict) and isinstance(case, dict) and isinstance(pane, int):
                columns.setdefault(pane, {})[str(case.get("id"))] = outcome.output
        base = columns.get(0, {})
        panes: list[JsonValue] = []
        for place in sorted(columns):
            pairs = [(ours, base[case]) for case, ours in columns[place].items() if case in base]
            panes.append({"pane": place, "cases": len(columns[place]), "measures": compared(pairs)})
        await context.conclude({"panes": panes})

    def _pane(self, settings: JsonValue, place: JsonValue) -> Pane:
        panes = settings.get("panes") if isinstance(settings, dict) else None
        if not isinstance(panes, list) or not isinstance(place, int) or not 0 <= place < len(panes):
            raise BadPane("The run has no such pane.")
        return pane_from_json(panes[place])

    def _prepared(self, project_id: str, pane: Pane, value: JsonValue) -> ModelRequest:
        """A case's input fills the variables; a pane that takes none of it gets it as what the user says."""
        values = value if isinstance(value, dict) else {INPUT: value}
        request = pane.request(project_id, self._prompts, "playground", values)
        if any(message.role is Role.USER for message in request.messages):
            return request
        said = value if isinstance(value, str) else str(values.get("question") or values.get(INPUT) or canonical(value))
        return replace(request, messages=(*request.messages, user_message(said)))
