"""Tables: every pane over every case, one item a cell, the panes compared case by case with the first one, or with what was recorded.

A recorded generation is read when its cell is asked, never kept with the run: what was deleted meanwhile fails by name.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from pellucid_server.llm.durable import ItemContext, RunContext
from pellucid_server.model.json import JsonValue
from pellucid_server.playground.cells import AskedCase, case_of_item, case_of_recording, judged_answer, judged_recording, request_of
from pellucid_server.playground.errors import BadPane
from pellucid_server.playground.measures import compared, numbers_of, of_answers, score_measures, summed
from pellucid_server.playground.panes import Pane, pane_from_json
from pellucid_server.playground.ports import Evaluators, Given, Judged, PinnedEvaluator, Prompts
from pellucid_server.playground.recordings import Recordings, reader_of

TABLE: Final = "playground"
ENVIRONMENT: Final = "pellucid-playground"
CONCURRENCY: Final = 16
RECORDED: Final = -1
"""The place of the column that nobody is asked for: what was recorded."""

Numbers = Mapping[str, JsonValue]


class Tabler:
    """The handler of the kind `playground`."""

    kind = TABLE
    concurrency = CONCURRENCY

    def __init__(self, prompts: Prompts, recordings: Recordings, evaluators: Evaluators) -> None:
        self._prompts = prompts
        self._recordings = recordings
        self._evaluators = evaluators

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """One pane, one case; or the recorded answer of a case."""
        cell = item if isinstance(item, dict) else {}
        asked, place = cell.get("case"), cell.get("pane")
        if not isinstance(asked, dict):
            raise BadPane("The case is not a JSON object.")
        case = await asyncio.to_thread(self._case, context, asked)
        if place == RECORDED:
            return await self._recorded(context, case)
        pane = _pane(context.settings, place)
        request = await asyncio.to_thread(request_of, context.project_id, pane, case, self._prompts)
        origin = pane.origin("playground", run_id=context.run_id, case_id=str(asked.get("id", "")))
        answer = await context.call(pane.connection, request, environment=ENVIRONMENT, origin=origin)
        scores = await self._scores(context, judged_answer(request, answer, case))
        return {**of_answers((answer,), case.reference), "scores": scores}

    async def finished(self, context: RunContext) -> None:
        """Every pane with its means, and against the first column case by case."""
        columns: dict[int, dict[str, Numbers]] = {}
        async for outcome in context.outcomes():
            cell = outcome.input if isinstance(outcome.input, dict) else {}
            case, pane = cell.get("case"), cell.get("pane")
            if isinstance(outcome.output, dict) and isinstance(case, dict) and isinstance(pane, int):
                columns.setdefault(pane, {})[str(case.get("id"))] = numbers_of(outcome.output)
        more = score_measures([numbers for column in columns.values() for numbers in column.values()])
        baseline = min(columns, default=0)
        base, panes = columns.get(baseline, {}), list[JsonValue]()
        for place in sorted(columns):
            pairs = [(ours, base[case]) for case, ours in columns[place].items() if case in base]
            skip = ("agreement",) if baseline == RECORDED else ()  # the recorded answer agrees with itself
            panes.append(
                {
                    "pane": place,
                    "cases": len(columns[place]),
                    "means": summed(list(columns[place].values()), more),
                    "measures": [] if place == baseline else compared(pairs, skip=skip, more=more),
                }
            )
        await context.conclude({"panes": panes, "baseline": baseline})

    def _case(self, context: ItemContext, asked: Mapping[str, JsonValue]) -> AskedCase:
        trace_id, span_id = asked.get("trace_id"), asked.get("span_id")
        if isinstance(trace_id, str) and isinstance(span_id, str):
            scope = reader_of(context.project_id, context.run_id)
            return case_of_recording(self._recordings.generation(scope, trace_id, span_id))
        return case_of_item(asked.get("input"), asked.get("expected"))

    async def _recorded(self, context: ItemContext, case: AskedCase) -> JsonValue:
        if case.recorded is None:
            raise BadPane("The case has no recorded answer.")
        return {**case.numbers, "scores": await self._scores(context, judged_recording(case.recorded, case.expected))}

    async def _scores(self, context: ItemContext, judged: Judged) -> list[JsonValue]:
        given: list[Given] = []
        for evaluator in _evaluators(context.settings):
            given += await self._evaluators.judge(context.project_id, evaluator, judged, context.call)
        return [one.as_json() for one in given]


def settings_of(panes: Sequence[Pane], evaluators: Sequence[PinnedEvaluator]) -> JsonValue:
    """What a run of tables keeps of how it was asked for."""
    return {
        "panes": [pane.as_json() for pane in panes],
        "evaluators": [{"id": one.id, "version": one.version} for one in evaluators],
    }


def _evaluators(settings: JsonValue) -> list[PinnedEvaluator]:
    found = settings.get("evaluators") if isinstance(settings, dict) else None
    return [
        PinnedEvaluator(id=str(one["id"]), version=int(str(one["version"])))
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict)
    ]


def _pane(settings: JsonValue, place: JsonValue) -> Pane:
    panes = settings.get("panes") if isinstance(settings, dict) else None
    if not isinstance(panes, list) or not isinstance(place, int) or not 0 <= place < len(panes):
        raise BadPane("The run has no such pane.")
    return pane_from_json(panes[place])
