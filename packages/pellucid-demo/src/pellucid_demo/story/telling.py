"""One visit told: the bot is called turn by turn, and people say what they think of it."""

from collections.abc import Callable, Sequence
from datetime import datetime

import anthropic
import openai

from pellucid_demo.bot.support import Call, SupportBot, Turn
from pellucid_demo.simulator.chance import chance
from pellucid_demo.story.timeline import Pace
from pellucid_demo.story.traffic import Feature, Visit
from pellucid_demo.story.voices import Heard, ScoreBody, feedback, labels
from pellucid_demo.story.world import World

# How long a customer reads and types between two turns, in milliseconds.
_LEAST_THOUGHT_MS, _MORE_THOUGHT_MS = 8_000.0, 40_000.0


class Teller:
    """Tells visits of a world with one bot. `think` spends the time between turns."""

    def __init__(self, world: World, bot: SupportBot, pace: Pace, think: Callable[[float], None]) -> None:
        self._world, self._bot, self._pace, self._think = world, bot, pace, think

    def tell(self, visit: Visit) -> list[ScoreBody]:
        """Run a visit; answers the scores that people give. A provider's failure ends the visit, as it does in life."""
        heard: list[Heard] = []
        history: list[tuple[str, str]] = []
        for number, text in enumerate(visit.says):
            if number:
                self._think(_LEAST_THOUGHT_MS + _MORE_THOUGHT_MS * chance(self._world.seed, "think", visit.number, number))
            try:
                turn = self._turn(visit, text, history)
            except (openai.APIError, anthropic.APIError):
                break
            history.append((text, turn.answer))
            heard.append(_heard(turn, text, self._pace.now()))
        return self._said(visit, heard) if heard else []

    def _turn(self, visit: Visit, text: str, history: Sequence[tuple[str, str]]) -> Turn:
        call = Call(
            customer=visit.customer,
            session_id=visit.session_id,
            release=self._world.chapters.release_at(self._pace.now()),
            environment=visit.environment,
            stream=visit.stream,
            history=tuple(history),
        )
        verbs = {
            Feature.SUPPORT_CHAT: self._bot.support_chat,
            Feature.SEARCH: self._bot.search,
            Feature.SUMMARISE: self._bot.summarise,
            Feature.DIGEST: self._bot.digest,
        }
        return verbs[visit.feature](call, text)

    def _said(self, visit: Visit, heard: Sequence[Heard]) -> list[ScoreBody]:
        if visit.feature is not Feature.SUPPORT_CHAT:
            return []
        annotators = self._world.labelled.get(visit.number, 0)
        return feedback(self._world.seed, visit, heard) + labels(self._world.seed, visit, heard[0], annotators)


def _heard(turn: Turn, question: str, ended: datetime) -> Heard:
    return Heard(
        trace_id=turn.trace_id,
        span_id=turn.span_id,
        question=question,
        answer=turn.answer,
        context=turn.context,
        ended=ended,
    )
