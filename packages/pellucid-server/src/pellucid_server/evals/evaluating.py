"""One evaluator, ready to run: a definition compiled once, then asked for verdicts on subjects, whatever its kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pellucid_server.evals.code import Sandbox, check_code
from pellucid_server.evals.definition import Definition, EvaluatorKind
from pellucid_server.evals.errors import BadEvaluator
from pellucid_server.evals.judges.asking import Judge, read_judge
from pellucid_server.evals.judges.judging import judge_subject
from pellucid_server.evals.rules.running import compile_rule
from pellucid_server.evals.subject import Subject
from pellucid_server.evals.verdict import Verdict, missing
from pellucid_server.llm.durable import DurableCall
from pellucid_server.model.json import JsonValue
from pellucid_server.model.score import ScoreStatus, ScoreType


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A compiled evaluator; one of `alone` and `judge` is set."""

    evaluator_id: str
    definition: Definition
    alone: Callable[[JsonValue], Verdict] | None
    """Rules and code: they need nobody, cost nothing and give the same verdict twice."""
    judge: Judge | None

    @property
    def is_free(self) -> bool:
        """Whether a verdict costs no money."""
        return self.judge is None

    @property
    def calls(self) -> int:
        """Of models, for one verdict."""
        return self.judge.repeats if self.judge is not None else 0

    def evaluate(self, subject: Subject) -> Sequence[Verdict]:
        """By rule or code. It blocks."""
        if self.alone is None:
            raise BadEvaluator("A judge is asked, not run.")
        return [_fitting(self.definition.output, self.alone(subject.value))]

    async def ask(self, subject: Subject, ask: DurableCall) -> Sequence[Verdict]:
        """By the judge. Raises the errors of the call."""
        if self.judge is None:
            raise BadEvaluator("A rule is run, not asked.")
        return await judge_subject(self.evaluator_id, self.definition, self.judge, subject, ask)


class Compiler:
    """Makes evaluators ready."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def compile(self, evaluator_id: str, definition: Definition) -> Ready:
        """Raises `BadEvaluator`, `BadPattern`."""
        if definition.kind is EvaluatorKind.JUDGE:
            judge = read_judge(definition)
            _check_output(definition, judge)
            return Ready(evaluator_id=evaluator_id, definition=definition, alone=None, judge=judge)
        if definition.kind is EvaluatorKind.RULE:
            return Ready(evaluator_id=evaluator_id, definition=definition, alone=compile_rule(definition.body), judge=None)
        code, sandbox = check_code(definition.body), self._sandbox
        return Ready(evaluator_id=evaluator_id, definition=definition, alone=lambda subject: sandbox.run(code, subject), judge=None)


def _check_output(definition: Definition, judge: Judge) -> None:
    wanted = {"boolean": ScoreType.BOOLEAN, "choice": ScoreType.CATEGORICAL}.get(judge.form.kind, ScoreType.NUMERIC)
    if definition.output is not wanted:
        raise BadEvaluator(f"A judge with a form of {judge.form.kind} gives {wanted} scores; `output` is {definition.output}.")


def _fitting(output: ScoreType, verdict: Verdict) -> Verdict:
    """A verdict of another type than the evaluator promises is none: no score is invented from it."""
    value = verdict.value
    if verdict.status is not ScoreStatus.VALID or value is None:
        return verdict
    if output is ScoreType.NUMERIC and isinstance(value, bool):
        return Verdict(value=float(value), comment=verdict.comment, metadata=verdict.metadata)
    fits = {
        ScoreType.BOOLEAN: isinstance(value, bool),
        ScoreType.NUMERIC: isinstance(value, float),
        ScoreType.CATEGORICAL: isinstance(value, str) and bool(value),
    }
    return verdict if fits[output] else missing(f"The evaluator returned {value!r}, which is no {output} score.")
