"""The simulator as judge: it grades the text that it is sent, and errs at stated rates.

The yardstick is `quality.assess`. A truly bad answer is called bad with probability `sensitivity`, a truly good one is
called good with probability `specificity`; whether one verdict errs is drawn from the seed and the whole prompt, so a
judge that is asked twice errs twice. With a temperature above zero the repetition counts as well. In pairwise prompts
`position_bias` is how often the first answer wins whatever it says.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pellucid_demo.simulator.chance import bell, choose, happens
from pellucid_demo.simulator.conversation import JsonSchema, Request
from pellucid_demo.simulator.mind.quality import Assessment, assess
from pellucid_demo.simulator.mind.reading import sections
from pellucid_demo.simulator.mind.shaping import fill, resolve, type_of

_JUDGING = re.compile(
    r"\b(?:evaluat\w*|judg\w*|grad(?:e|er|ing)\b|scor(?:e|ing)\b|rat(?:e|ing)\b|rubric|verdict|assess\w*|critique)", re.IGNORECASE
)
_RANGE = re.compile(r"\b(\d+(?:\.\d+)?)\s*(?:-|–|to|and|through|\.\.)\s*(\d+(?:\.\d+)?)\b")
_EXAMPLE_KEY = re.compile(r"[\"']?(\w+)[\"']?\s*:\s*([^,}\n]*)")
_EXAMPLE_OBJECT = re.compile(r"\{([^{}]*\w+[\"']?\s*:[^{}]*)\}")
_PAIR = re.compile(r"\b(?:which|better|prefer\w*|compare|winner)\b", re.IGNORECASE)

_CRITERIA = {
    "relevance": ("relevan", "answer_relevancy", "on_topic"),
    "groundedness": ("ground", "faithful", "hallucinat", "supported"),
    "coherence": ("coheren", "clarity", "fluen"),
    "conciseness": ("concis", "brevity", "brief"),
    "helpfulness": ("helpful", "actionab", "useful"),
}
_REASON_KEYS = ("reason", "explanation", "rationale", "justification", "comment", "critique", "thought", "analysis")
_GOOD_WORDS = ("good", "pass", "passed", "correct", "yes", "true", "acceptable", "faithful", "relevant", "helpful")
_BAD_WORDS = ("bad", "fail", "failed", "incorrect", "no", "false", "unacceptable", "unfaithful", "irrelevant", "unhelpful")
_JITTER = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRates:
    """How well the simulated judge sees."""

    sensitivity: float = 0.85
    specificity: float = 0.92
    position_bias: float = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a judge prompt asks to be graded."""

    prompt: str
    question: str
    answer: str
    context: str
    reference: str
    answer_b: str = ""


def case_of(request: Request) -> Case | None:
    """The case in a judge prompt; None when the prompt asks for no judgement."""
    user = "\n".join(turn.text for turn in request.turns if turn.role in ("user", "assistant"))
    prompt = f"{request.system_text()}\n{user}"
    if not _JUDGING.search(prompt):
        return None
    found = sections(user) or sections(prompt)
    first = found.get("answer_a", found.get("answer", ""))
    if not first:
        return None
    return Case(
        prompt=prompt,
        question=found.get("question", ""),
        answer=first,
        context=found.get("context", ""),
        reference=found.get("reference", ""),
        answer_b=found.get("answer_b", "") if _PAIR.search(prompt) else "",
    )


def verdict(case: Case, schema: JsonSchema | None, rates: JudgeRates, seed: str) -> dict[str, Any]:
    """The judgement as JSON: the keys are those of the schema, else of the example in the prompt, else a score."""
    judge = _Judge(case, rates, seed)
    if schema is not None:
        properties: Mapping[str, JsonSchema] = resolve(schema, schema).get("properties", {})
        return {key: judge.value(key, resolve(part, schema)) for key, part in properties.items()}
    example = _EXAMPLE_OBJECT.findall(case.prompt)
    if example:
        return {key: judge.value(key, _shape(key, hint)) for key, hint in _EXAMPLE_KEY.findall(example[-1])}
    return {"score": judge.value("score", {"type": "number"}), "reason": judge.reason()}


def spoken(case: Case, rates: JudgeRates, seed: str) -> str:
    """The judgement in words, for prompts that want no JSON."""
    judge = _Judge(case, rates, seed)
    if case.answer_b:
        return f"Comparing both answers on what was asked. [[{judge.winner()}]]"
    for good, bad in (("PASS", "FAIL"), ("YES", "NO"), ("CORRECT", "INCORRECT"), ("GOOD", "BAD")):
        if re.search(rf"\b{good}\b", case.prompt, re.IGNORECASE) and re.search(rf"\b{bad}\b", case.prompt, re.IGNORECASE):
            return good if judge.says_good("overall") else bad
    return f"{judge.reason()}\nScore: {judge.value('score', {'type': 'number'})}"


class _Judge:
    """One judgement: the yardstick, and the errors that the seed gives this prompt."""

    def __init__(self, case: Case, rates: JudgeRates, seed: str) -> None:
        self._case, self._rates, self._seed = case, rates, seed
        self._truth = _graded(case, case.answer)

    def says_good(self, criterion: str) -> bool:
        truly_good = self._truth.good if criterion == "overall" else _level(self._truth, criterion) >= 0.5
        right = self._rates.specificity if truly_good else self._rates.sensitivity
        return truly_good if happens(right, self._seed, "verdict", criterion, self._case.prompt) else not truly_good

    def level(self, criterion: str) -> float:
        """A grade in [0, 1] on the side of 0.5 that the verdict names."""
        level = _level(self._truth, criterion) + _JITTER * bell(self._seed, "jitter", criterion, self._case.prompt)
        good = self.says_good(criterion)
        if good != (level >= 0.5):
            level = 1.0 - level
        return min(1.0, max(0.5, level)) if good else min(0.49, max(0.0, level))

    def value(self, key: str, schema: JsonSchema) -> Any:
        criterion = _criterion(key, self._case.prompt)
        options = schema.get("enum")
        if self._case.answer_b and key.lower() in ("winner", "preferred", "choice", "better", "verdict", "preference"):
            return self._option_named(self.winner(), options)
        if options:
            return self._option(list(options), criterion)
        kind = type_of(schema)
        if kind == "boolean":
            return self.says_good(criterion)
        if kind in ("number", "integer"):
            return self._number(schema, kind, criterion)
        if any(word in key.lower() for word in _REASON_KEYS):
            return self.reason()
        if key.lower() in ("verdict", "label", "result", "decision", "grade"):
            return "good" if self.says_good(criterion) else "bad"
        return fill(schema, self._case.answer, self._seed)

    def reason(self) -> str:
        weakest = min(("relevance", "groundedness", "helpfulness"), key=lambda name: _level(self._truth, name))
        if self.says_good("overall"):
            return "The answer speaks to the question, keeps to the context and can be acted on."
        return f"The answer falls short on {weakest}: {self._case.answer.split('.')[0][:120]!r} leaves the reader without a way forward."

    def winner(self) -> str:
        if happens(self._rates.position_bias, self._seed, "position", self._case.prompt):
            return "A"
        first, second = self._truth.overall, _graded(self._case, self._case.answer_b).overall
        if abs(first - second) < 0.02:
            return "tie"
        right = (self._rates.sensitivity + self._rates.specificity) / 2
        truly, other = ("A", "B") if first > second else ("B", "A")
        return truly if happens(right, self._seed, "pair", *sorted((self._case.answer, self._case.answer_b))) else other

    def _number(self, schema: JsonSchema, kind: str, criterion: str) -> float | int:
        low, high = _bounds(schema, kind, self._case.prompt)
        value = low + self.level(criterion) * (high - low)
        return round(value) if kind == "integer" else round(value, 2)

    def _option(self, options: list[Any], criterion: str) -> Any:
        if all(isinstance(option, int | float) for option in options):
            ranked = sorted(options)
            return ranked[round(self.level(criterion) * (len(ranked) - 1))]
        wanted = _GOOD_WORDS if self.says_good(criterion) else _BAD_WORDS
        named = [option for option in options if str(option).lower() in wanted]
        return named[0] if named else choose(options, self._seed, "option", self._case.prompt)

    def _option_named(self, winner: str, options: list[Any] | None) -> Any:
        if not options:
            return winner
        fitting = [option for option in options if re.search(rf"(?:^|[\W_]){winner}$|^{winner}$", str(option), re.IGNORECASE)]
        return (fitting or options)[0]


def _graded(case: Case, answer: str) -> Assessment:
    return assess(question=case.question, answer=answer, context=case.context, reference=case.reference)


def _level(truth: Assessment, criterion: str) -> float:
    return float(getattr(truth, criterion))


def _criterion(key: str, prompt: str) -> str:
    """The component that a key names; a bare *score* in a prompt about one component means that one."""
    for criterion, marks in _CRITERIA.items():
        if any(mark in key.lower() for mark in marks):
            return criterion
    named = [criterion for criterion, marks in _CRITERIA.items() if any(mark in prompt.lower() for mark in marks)]
    return named[0] if len(named) == 1 and named[0] != "helpfulness" else "overall"


def _bounds(schema: JsonSchema, kind: str, prompt: str) -> tuple[float, float]:
    if "minimum" in schema and "maximum" in schema:
        return float(schema["minimum"]), float(schema["maximum"])
    for text in (str(schema.get("description", "")), prompt):
        for low, high in _RANGE.findall(text):
            if float(low) in (0, 1) and 1 <= float(high) <= 100 and float(low) < float(high):
                return float(low), float(high)
    return (1.0, 5.0) if kind == "integer" else (0.0, 1.0)


def _shape(key: str, hint: str) -> JsonSchema:
    """The schema that an example such as `"score": <1-5>` or `"pass": true|false` suggests."""
    hint = hint.strip().strip("\"'<> ")
    if any(word in key.lower() for word in _REASON_KEYS):
        return {"type": "string"}
    if re.search(r"\b(?:true|false|bool\w*)\b", hint, re.IGNORECASE):
        return {"type": "boolean"}
    options = [part.strip(" \"'<>") for part in re.split(r"\||/|\bor\b", hint)]
    if len(options) > 1 and all(option.replace("_", "").isalpha() for option in options):
        return {"enum": options}
    if _RANGE.search(hint):
        low, high = map(float, _RANGE.findall(hint)[0])
        return {"type": "integer" if high > 1 else "number", "minimum": low, "maximum": high}
    numeric = re.search(r"\d|int|float|number|score|rating", f"{hint} {key}", re.IGNORECASE)
    whole = re.search(r"\bint", hint, re.IGNORECASE) or re.fullmatch(r"[2-9]|10", hint)
    return {"type": ("integer" if whole else "number") if numeric else "string"}
