"""Runs of duels: the kind of durable run in which each item is one duel in both orders."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Final

from pellucid_server.evals.duels.contest import Meeting, judge_from_json, meeting_from_json
from pellucid_server.evals.duels.fighting import Answered, Fought, Order, fight
from pellucid_server.evals.duels.reading import Answers
from pellucid_server.evals.duels.standings import Outcome, standings
from pellucid_server.evals.errors import NoVerdict
from pellucid_server.evals.running import scope_of
from pellucid_server.llm.durable import ItemContext, ItemOutcome, RunContext
from pellucid_server.model.json import JsonValue
from pellucid_server.model.score import ScoreStatus

KIND: Final = "duels"
CONCURRENCY: Final = 16


class DuelHandler:
    """See the module."""

    kind = KIND
    concurrency = CONCURRENCY

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """Read both answers, ask in both orders. Raises `NotFound` for an answer that is gone, and the errors of the call."""
        meeting = meeting_from_json(item)
        settings = context.settings if isinstance(context.settings, dict) else {}
        judge = judge_from_json(settings.get("judge"))
        try:
            first, second = await asyncio.to_thread(self._read, context.project_id, meeting)
            if settings.get("same_question") is True and _plain(first.question) != _plain(second.question):
                raise NoVerdict("The answers are to different questions, which only looked alike at their beginning.")
        except NoVerdict as error:
            nobody = Order(winner="", reason=error.message, status=ScoreStatus.INVALID)
            return Fought(forwards=nobody, backwards=nobody).as_json()
        fought = await fight(judge, first, second, context.call, {"duels": context.run_id})
        return fought.as_json()

    async def finished(self, context: RunContext) -> None:
        """The standings are kept with the run."""
        ended = [outcome async for outcome in _outcomes(context.outcomes())]
        found = await asyncio.to_thread(standings, ended)  # the first one loads what statistics need, which takes seconds
        await context.conclude(asdict(found))

    def _read(self, project_id: str, meeting: Meeting) -> tuple[Answered, Answered]:
        scope = scope_of(project_id)
        return self._answers.read(scope, meeting.first), self._answers.read(scope, meeting.second)


async def _outcomes(items: AsyncIterator[ItemOutcome]) -> AsyncIterator[Outcome]:
    async for item in items:
        yield outcome_of(item.input, item.output, failed=bool(item.error))


def outcome_of(input_: JsonValue, output: JsonValue, *, failed: bool) -> Outcome:
    """Of an item that ended."""
    meeting = meeting_from_json(input_)
    kept = output if isinstance(output, dict) else {}
    return Outcome(first=meeting.first.contestant, second=meeting.second.contestant, kept=kept, failed=failed)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
