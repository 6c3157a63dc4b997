"""One case under test: what the judge says of it again, of a longer answer that says no more, of its own wording of the same, and of both
side by side in both orders. A fair judge gives all of them the same.

The probes are those of the literature: repetition (H12), verbosity and self-enhancement (Zheng et al., arXiv 2306.05685), position (ibid.).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pellucid_server.evals.definition import Definition
from pellucid_server.evals.duels.contest import DuelJudge
from pellucid_server.evals.duels.fighting import Answered, fight
from pellucid_server.evals.errors import NoVerdict
from pellucid_server.evals.judges.asking import Judge, variables_of
from pellucid_server.evals.judges.judging import ENVIRONMENT
from pellucid_server.evals.subject import Subject
from pellucid_server.llm.calls import ModelAnswer, ModelRequest, Origin
from pellucid_server.llm.durable import DurableCall
from pellucid_server.llm.errors import ModelAnswerInvalid
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role, text_part
from pellucid_server.model.span import Outcome

JUDGED_PATHS: Final = ("$.output", "$.conversation")
"""Of the variable that holds what is judged; another evaluator has one that is named `answer`."""
LONGER: Final = "{answer}\n\nTo say it once more: {answer}"
REWORDING: Final = (
    "Rewrite the text between the tags in your own words. Keep every fact, every step and the language; add nothing and leave nothing out. "
    "Reply with the new wording alone."
)
MAX_REWORDED_TOKENS: Final = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What one case showed. A probe that came to nothing is None, and `why` says it."""

    repeats: tuple[bool | float | str, ...] = ()
    """Verdicts on the very same case."""
    longer: float | None = None
    """What the longer answer is given beyond the answer itself."""
    own_style: float | None = None
    """What the judge's own wording is given beyond the answer itself."""
    lean: float | None = None
    """To what it reads first, of two wordings of the same."""
    why: Mapping[str, str] | None = None

    def as_json(self) -> JsonValue:
        """What is kept of it."""
        return {
            "repeats": list(self.repeats),
            "longer": self.longer,
            "own_style": self.own_style,
            "lean": self.lean,
            "why": dict(self.why or {}),
        }


class Prober:
    """One judge on one subject."""

    def __init__(self, evaluator_id: str, definition: Definition, judge: Judge, subject: Subject, ask: DurableCall) -> None:
        self._judge = judge
        self._definition = definition
        self._ask = ask
        self._variables = variables_of(definition, judge, subject.value)
        self._about = {"evaluator": evaluator_id, "bias_test": "true", "judged_trace": subject.place.trace_id}
        self._why: dict[str, str] = {}

    async def probe(self, repeats: int) -> Probed:
        """All of it: `repeats` + 5 calls. Raises the errors of the call, `NoVerdict` where nothing shows what is judged."""
        name = self._judged_name()
        answer = self._variables[name]
        said = [verdict for number in range(repeats) if (verdict := await self._verdict("repeats", {}, number)) is not None]
        base = _mean(said)
        longer = await self._verdict("longer", {name: LONGER.format(answer=answer)})
        reworded = await self._reworded(answer)
        own, lean = None, None
        if reworded:
            own = await self._verdict("own_style", {name: reworded})
            lean = await self._lean(answer, reworded)
        return Probed(
            repeats=tuple(said),
            longer=_beyond(longer, base),
            own_style=_beyond(own, base),
            lean=lean,
            why=self._why,
        )

    def _judged_name(self) -> str:
        by_path = [name for name, path in self._definition.variables.items() if path in JUDGED_PATHS]
        names = [name for name in (*by_path, "answer") if self._variables.get(name)]
        if not names:
            raise NoVerdict(
                f"No variable holds what is judged ({' or '.join(JUDGED_PATHS)}), so it cannot be made longer or reworded."
            )
        return names[0]

    async def _verdict(self, probe: str, changed: Mapping[str, str], repetition: int = 0) -> bool | float | str | None:
        request = self._judge.request({**self._variables, **changed}, repetition)
        try:
            answer = await self._call(request, probe)
            if answer.outcome is Outcome.REFUSED:
                raise NoVerdict("The judge refused to answer.")
            return self._judge.form.read(answer.structured).value
        except (NoVerdict, ModelAnswerInvalid) as error:
            self._why[probe] = error.message
            return None

    async def _reworded(self, answer: str) -> str:
        request = ModelRequest(
            model=self._judge.model,
            messages=(
                Message(role=Role.SYSTEM, parts=(text_part(REWORDING),)),
                Message(role=Role.USER, parts=(text_part(f"<text>\n{answer}\n</text>"),)),
            ),
            parameters={"temperature": 0, "max_tokens": MAX_REWORDED_TOKENS},
            purpose="judge",
        )
        said = await self._call(request, "own_style")
        if said.outcome is Outcome.REFUSED or not said.text.strip():
            self._why |= dict.fromkeys(("own_style", "lean"), "The judge's model did not reword the answer.")
            return ""
        return said.text.strip()

    async def _lean(self, answer: str, reworded: str) -> float | None:
        question = next((value for name, value in self._variables.items() if name in ("question", "input")), "")
        judge = DuelJudge(connection=self._judge.connection, model=self._judge.model, max_chars=self._judge.max_chars)
        original, own = Answered(question=question, text=answer), Answered(question=question, text=reworded)
        fought = await fight(judge, original, own, self._ask, self._about)
        if fought.lean is None:
            self._why["lean"] = fought.forwards.reason if not fought.forwards.winner else fought.backwards.reason
        return fought.lean

    async def _call(self, request: ModelRequest, probe: str) -> ModelAnswer:
        origin = Origin(name=f"bias test {self._definition.score_name}", metadata={**self._about, "probe": probe})
        return await self._ask(self._judge.connection, request, environment=ENVIRONMENT, origin=origin)


def _beyond(value: bool | float | str | None, base: float | None) -> float | None:
    if base is None or value is None or isinstance(value, str):
        return None
    return float(value) - base


def _mean(values: list[bool | float | str]) -> float | None:
    """Of yes and no, and of numbers; words have none."""
    numbers = [float(value) for value in values if not isinstance(value, str)]
    return sum(numbers) / len(numbers) if numbers else None
