"""How good an answer is, as far as its text tells: the yardstick of the simulated judge and of the story's people.

The components follow the usual rubric (relevance, groundedness, coherence, conciseness, each in [0, 1]). An answer is
*good* when it speaks to the question, does so from the context, and helps rather than sends away. Judges and people
err around this yardstick at rates that are stated where they live; the yardstick itself is a rule.
"""

import re
from dataclasses import dataclass

from pellucid_demo.simulator.mind.words import coverage, sentences, stems, steps_in, words

RUBRIC_WEIGHTS = {"relevance": 0.4, "groundedness": 0.3, "coherence": 0.2, "conciseness": 0.1}

_DEFLECTION = re.compile(
    r"\b(?:contact|ask|reach out to|speak (?:to|with)|refer to|check with)\s+(?:your|the|an|our)\s+"
    r"[\w\s-]{0,40}?(?:administrator|admin|support|team|provider)\b"
    r"|\b(?:i can(?:no|')t help|unable to help|cannot assist|could not find|can't assist)\b",
    re.IGNORECASE,
)
_BRIEF_WORDS = 28
_LONG_WORDS = 170
_GOOD_RELEVANCE = 0.5
_GOOD_GROUNDEDNESS = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The components, each in [0, 1]; `helpfulness` says whether the reader can act on the answer."""

    relevance: float
    groundedness: float
    coherence: float
    conciseness: float
    helpfulness: float
    good: bool

    @property
    def overall(self) -> float:
        """The weighted rubric, held down by an answer that sends the reader away."""
        weighted = sum(weight * float(getattr(self, name)) for name, weight in RUBRIC_WEIGHTS.items())
        return weighted * (0.35 + 0.65 * self.helpfulness)


def assess(*, question: str, answer: str, context: str = "", reference: str = "") -> Assessment:
    """Grade an answer by its text. Without a context there is nothing to be ungrounded in."""
    answer_stems = stems(answer)
    length = len(words(answer))
    relevance = min(1.0, 1.25 * coverage(stems(question), answer_stems))
    if reference:
        relevance = min(relevance, min(1.0, 1.25 * coverage(stems(reference), answer_stems)))
    groundedness = min(1.0, 1.2 * coverage(answer_stems - stems(question), stems(context))) if context else 1.0
    helpfulness = _helpfulness(answer, length)
    return Assessment(
        relevance=relevance,
        groundedness=groundedness,
        coherence=_coherence(answer),
        conciseness=1.0 if length <= _LONG_WORDS else max(0.2, _LONG_WORDS / length),
        helpfulness=helpfulness,
        good=relevance >= _GOOD_RELEVANCE and groundedness >= _GOOD_GROUNDEDNESS and helpfulness >= 0.5,
    )


def _helpfulness(answer: str, length: int) -> float:
    if not length:
        return 0.0
    substance = min(1.0, length / _BRIEF_WORDS)
    if steps_in(answer) >= 2:
        substance = 1.0
    return substance * (0.3 if _DEFLECTION.search(answer) and steps_in(answer) < 2 else 1.0)


def _coherence(answer: str) -> float:
    found = [sentence.lower() for sentence in sentences(answer)]
    return len(set(found)) / len(found) if found else 0.0
