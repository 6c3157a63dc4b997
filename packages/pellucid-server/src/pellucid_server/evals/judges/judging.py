"""A judge at work on one subject: ask, ask again where it is to be averaged, and say what went wrong as a missing verdict."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pellucid_server.evals.definition import Definition
from pellucid_server.evals.errors import NoVerdict
from pellucid_server.evals.judges.asking import Judge, variables_of
from pellucid_server.evals.judges.families import is_kin
from pellucid_server.evals.judges.form import Read
from pellucid_server.evals.selecting import as_text, select
from pellucid_server.evals.subject import Subject
from pellucid_server.evals.verdict import Verdict, missing
from pellucid_server.llm.calls import ModelAnswer, Origin
from pellucid_server.llm.durable import DurableCall
from pellucid_server.llm.errors import ModelAnswerInvalid
from pellucid_server.model.score import ScoreStatus
from pellucid_server.model.span import Link, Outcome

ENVIRONMENT: Final = "pellucid-evaluators"
"""Where a judge's own calls are traced; nothing in it is ever judged."""
MAX_COMMENT_CHARS: Final = 4_000


async def judge_subject(
    evaluator_id: str, definition: Definition, judge: Judge, subject: Subject, ask: DurableCall
) -> Sequence[Verdict]:
    """The verdict, and those of a rubric's dimensions. Raises errors of the call: they fail the evaluation and can be tried again."""
    try:
        variables = variables_of(definition, judge, subject.value)
    except NoVerdict as error:
        return [missing(error.message)]
    answers: list[ModelAnswer] = []
    reads: list[Read] = []
    trouble = ""
    for repetition in range(judge.repeats):
        try:
            origin = _origin(evaluator_id, definition, subject)
            answer = await ask(judge.connection, judge.request(variables, repetition), environment=ENVIRONMENT, origin=origin)
            answers.append(answer)
            if answer.outcome is Outcome.REFUSED:
                return [_from(answers, subject, missing("The judge refused to answer.", status=ScoreStatus.REFUSED))]
            reads.append(judge.form.read(answer.structured))
        except (NoVerdict, ModelAnswerInvalid) as error:
            trouble = error.message
    if not reads:
        return [_from(answers, subject, missing(trouble[:MAX_COMMENT_CHARS]))]
    return [_from(answers, subject, verdict) for verdict in _averaged(definition.score_name, reads)]


def _averaged(name: str, reads: Sequence[Read]) -> list[Verdict]:
    """One verdict of several: the mean of numbers, the majority of words. A tie of yes and no is no verdict."""
    comment = reads[0].reason[:MAX_COMMENT_CHARS]
    spread = {"repeats": len(reads)} if len(reads) > 1 else {}
    numbers = [read.value for read in reads if isinstance(read.value, float)]
    if numbers:
        head = Verdict(value=sum(numbers) / len(numbers), comment=comment, metadata={**spread})
    else:
        ranked = Counter(read.value for read in reads).most_common(2)
        tied = len(ranked) > 1 and ranked[0][1] == ranked[1][1]
        head = (
            missing(f"The judge contradicts itself: {len(reads)} answers, no majority.")
            if tied
            else Verdict(value=ranked[0][0], comment=comment, metadata={**spread, **({"agreeing": ranked[0][1]} if spread else {})})
        )
    parts = {part for read in reads for part in read.parts}
    rest = [
        Verdict(name=f"{name}.{part}", value=sum(read.parts[part] for read in reads) / len(reads), metadata={"dimension_of": name})
        for part in sorted(parts)
    ]
    return [head, *rest]


def _from(answers: Sequence[ModelAnswer], subject: Subject, verdict: Verdict) -> Verdict:
    """With what the calls cost, on the main verdict alone, and whether the judge is kin of what it judged."""
    if not answers:
        return verdict
    costs = [answer.cost.total for answer in answers if answer.cost is not None]
    last = answers[-1]
    kin = {"same_family": True} if is_kin(last.model, subject.models) else {}
    judged = select(subject.value, "$.output")
    length = {} if judged is None else {"length": len(as_text(judged))}
    return Verdict(
        name=verdict.name,
        value=verdict.value,
        comment=verdict.comment,
        status=verdict.status,
        cost=sum(costs) if costs and not verdict.name else None,
        judge_model=last.model,
        trace_id=last.trace_id,
        metadata={**verdict.metadata, **length, **kin},
    )


def _origin(evaluator_id: str, definition: Definition, subject: Subject) -> Origin:
    place = subject.place
    return Origin(
        name=f"judge {definition.score_name}",
        links=(Link(trace_id=place.trace_id, span_id=place.span_id),) if place.trace_id and place.span_id else (),
        metadata={"evaluator": evaluator_id, "judged_trace": place.trace_id, "judged_session": place.session_id},
    )
