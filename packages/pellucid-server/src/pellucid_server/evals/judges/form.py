"""Form: what a judge's answer looks like (a JSON schema) and how it becomes one value. Pure. The kinds of form:

- `boolean`: a verdict. `number`: a grade between `min` and `max`, scaled to 0…1. `choice`: one of `choices`.
- `rubric`: several dimensions from 1 to 5 with weights, each scaled by (x − 1) ÷ 4. One that is missing makes the whole verdict missing.
- `items`: a list of statements, each with a verdict, reduced to a `share` or to the `average_precision` of their order (as Ragas does).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.evals.errors import BadEvaluator, NoVerdict
from pellucid_server.model.json import JsonValue

FORMS: Final = ("boolean", "number", "choice", "rubric", "items")
REDUCERS: Final = ("share", "average_precision")
LOWEST, HIGHEST = 1, 5
"""Of a rubric's dimension."""
MIDDLE = 3
MAX_CHOICES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One row of a rubric."""

    name: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What an answer says: the value, the reason, and the parts of a rubric."""

    value: bool | float | str
    reason: str
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form, checked."""

    kind: str
    low: float = 0.0
    high: float = 1.0
    choices: tuple[str, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    missing_is_middle: bool = False
    """A compatibility switch for those whose old dashboards count a missing dimension as 3."""
    reducer: str = "share"

    @property
    def schema(self) -> JsonValue:
        """What the judge must answer. The reason comes first, so that the grade follows from it."""
        parts = self._parts()
        properties: dict[str, JsonValue] = {"reason": {"type": "string", "description": "One or two sentences."}, **parts}
        wanted = ["reason"] if self.missing_is_middle and self.kind == "rubric" else list(properties)
        return {"type": "object", "properties": properties, "required": list[JsonValue](wanted), "additionalProperties": False}

    def read(self, answer: JsonValue) -> Read:
        """Raises `NoVerdict` where the answer has no verdict in it."""
        if not isinstance(answer, dict):
            raise NoVerdict("The judge's answer is no JSON object.")
        reason = answer.get("reason")
        value, parts = self._value(answer)
        return Read(value=value, reason=reason if isinstance(reason, str) else "", parts=parts)

    def _parts(self) -> dict[str, JsonValue]:
        if self.kind == "boolean":
            return {"verdict": {"type": "boolean"}}
        if self.kind == "number":
            return {"score": {"type": "number", "minimum": self.low, "maximum": self.high}}
        if self.kind == "choice":
            return {"verdict": {"type": "string", "enum": list[JsonValue](self.choices)}}
        if self.kind == "rubric":
            grade: JsonValue = {"type": "integer", "minimum": LOWEST, "maximum": HIGHEST}
            return {dimension.name: grade for dimension in self.dimensions}
        item: JsonValue = {
            "type": "object",
            "properties": {"statement": {"type": "string"}, "verdict": {"type": "boolean"}},
            "required": ["statement", "verdict"],
            "additionalProperties": False,
        }
        return {"items": {"type": "array", "items": item}}

    def _value(self, answer: Mapping[str, JsonValue]) -> tuple[bool | float | str, Mapping[str, float]]:
        if self.kind == "boolean":
            verdict = answer.get("verdict")
            if not isinstance(verdict, bool):
                raise NoVerdict(f"The judge's `verdict` is {verdict!r}, neither true nor false.")
            return verdict, {}
        if self.kind == "number":
            return (_number(answer.get("score"), "score", self.low, self.high) - self.low) / (self.high - self.low), {}
        if self.kind == "choice":
            chosen = answer.get("verdict")
            if not isinstance(chosen, str) or chosen not in self.choices:
                raise NoVerdict(f"The judge chose {chosen!r}, which is none of {', '.join(self.choices)}.")
            return chosen, {}
        return self._graded(answer) if self.kind == "rubric" else (_reduced(answer.get("items"), self.reducer), {})

    def _graded(self, answer: Mapping[str, JsonValue]) -> tuple[float, Mapping[str, float]]:
        parts = {}
        for dimension in self.dimensions:
            grade = answer.get(dimension.name)
            if grade is None and self.missing_is_middle:
                grade = MIDDLE
            value = _number(grade, dimension.name, LOWEST, HIGHEST)
            parts[dimension.name] = (value - LOWEST) / (HIGHEST - LOWEST)
        total = sum(dimension.weight for dimension in self.dimensions)
        return sum(dimension.weight * parts[dimension.name] for dimension in self.dimensions) / total, parts


def read_form(value: JsonValue) -> Form:
    """From an evaluator's body. Raises `BadEvaluator`."""
    if not isinstance(value, dict) or value.get("kind") not in FORMS:
        raise BadEvaluator(f"A judge's `form` has a `kind`: {', '.join(FORMS)}.")
    kind = str(value["kind"])
    low, high = _plain(value, "min", 0.0), _plain(value, "max", 1.0)
    if kind == "number" and not low < high:
        raise BadEvaluator(f"The form's `min` ({low:g}) is not below its `max` ({high:g}).")
    choices, reducer = _choices(value.get("choices")) if kind == "choice" else (), value.get("reducer", "share")
    if reducer not in REDUCERS:
        raise BadEvaluator(f"The form's `reducer` is {reducer!r}; it must be one of {', '.join(REDUCERS)}.")
    return Form(
        kind=kind,
        low=low,
        high=high,
        choices=choices,
        dimensions=_dimensions(value.get("dimensions")) if kind == "rubric" else (),
        missing_is_middle=value.get("missing_is_middle") is True,
        reducer=str(reducer),
    )


def average_precision(verdicts: Sequence[bool]) -> float:
    """Mean of precision at each relevant place: 1 where all relevant ones come first, 0 where none is relevant."""
    hits, total = 0, 0.0
    for place, relevant in enumerate(verdicts, start=1):
        if relevant:
            hits += 1
            total += hits / place
    return total / hits if hits else 0.0


def _reduced(items: JsonValue, reducer: str) -> float:
    if not isinstance(items, list) or not items:
        raise NoVerdict("The judge found nothing to look at: its list of statements is empty.")
    verdicts = [item.get("verdict") if isinstance(item, dict) else None for item in items]
    if not all(isinstance(verdict, bool) for verdict in verdicts):
        raise NoVerdict("One of the judge's statements has no verdict.")
    said = [verdict is True for verdict in verdicts]
    return average_precision(said) if reducer == "average_precision" else sum(said) / len(said)


def _number(value: JsonValue, name: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NoVerdict(f"The judge's `{name}` is {value!r}, which is no number.")
    if not low <= value <= high:
        raise NoVerdict(f"The judge's `{name}` is {value:g}, outside {low:g} to {high:g}.")
    return float(value)


def _plain(value: Mapping[str, JsonValue], key: str, default: float) -> float:
    found = value.get(key, default)
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise BadEvaluator(f"The form's `{key}` is {found!r}; it must be a number.")
    return float(found)


def _choices(value: JsonValue) -> tuple[str, ...]:
    if not isinstance(value, list) or not 2 <= len(value) <= MAX_CHOICES or not all(isinstance(one, str) and one for one in value):
        raise BadEvaluator(f"A choice needs `choices`: 2 to {MAX_CHOICES} texts.")
    if len(set(map(str, value))) != len(value):
        raise BadEvaluator("`choices` names one of them twice.")
    return tuple(map(str, value))


def _dimensions(value: JsonValue) -> tuple[Dimension, ...]:
    if not isinstance(value, dict) or not value:
        raise BadEvaluator('A rubric needs `dimensions`: names with weights, such as {"relevance": 0.4}.')
    made = []
    for name, weight in value.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < math.inf or name == "reason":
            raise BadEvaluator(
                f"The weight of `{name}` is {weight!r}; a dimension has a name other than `reason` and a weight above 0."
            )
        made.append(Dimension(name=name, weight=float(weight)))
    return tuple(made)
