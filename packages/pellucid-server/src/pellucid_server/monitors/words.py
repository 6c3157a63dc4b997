"""What can be said of a text at a glance: how rich its words are, its mood, its language. Rough, quick and the same for every text."""

import re
from collections import Counter
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
RICHNESS_WORDS: Final = 50
"""Of the beginning: a longer text repeats itself more, whatever it says."""
GOOD: Final = frozenset(
    {
        "good", "great", "thanks", "thank", "glad", "happy", "perfect", "excellent", "easy", "helpful", "correct", "right", "sure",
        "works", "welcome", "gut", "danke", "gerne", "prima", "merci", "bien",
    }
)  # fmt: skip
BAD: Final = frozenset(
    {
        "sorry", "unfortunately", "cannot", "unable", "error", "wrong", "bad", "fail", "failed", "problem", "issue", "denied",
        "refuse", "impossible", "leider", "fehler", "désolé",
    }
)  # fmt: skip
_STOPWORDS: Final = {
    "en": frozenset(
        ["the", "and", "you", "your", "is", "are", "to", "of", "for", "with", "that", "this", "in", "it", "on", "be", "can"]
    ),
    "de": frozenset(
        ["der", "die", "das", "und", "ist", "sie", "ihr", "ihre", "nicht", "ein", "eine", "mit", "für", "auf", "zu", "im"]
    ),
    "fr": frozenset(["le", "la", "les", "et", "est", "vous", "votre", "pas", "un", "une", "des", "pour", "dans", "que", "avec"]),
    "es": frozenset(["el", "la", "los", "las", "y", "es", "su", "no", "un", "una", "por", "para", "con", "que", "en"]),
    "it": frozenset(["il", "la", "gli", "e", "è", "suo", "non", "un", "una", "per", "con", "che", "di"]),
    "pt": frozenset(["o", "a", "os", "as", "e", "é", "seu", "não", "um", "uma", "por", "para", "com", "que", "em"]),
    "nl": frozenset(["de", "het", "een", "en", "is", "uw", "niet", "voor", "met", "op", "te", "van"]),
}
_SCRIPTS: Final = (
    ("ja", "\u3040", "\u30ff"),
    ("ko", "\uac00", "\ud7af"),
    ("zh", "\u4e00", "\u9fff"),
    ("ru", "\u0400", "\u04ff"),
    ("ar", "\u0600", "\u06ff"),
)


def richness(text: str) -> float | None:
    """Distinct words among the first `RICHNESS_WORDS`; None for texts that are shorter."""
    words = _WORD.findall(text.lower())[:RICHNESS_WORDS]
    return len(set(words)) / RICHNESS_WORDS if len(words) == RICHNESS_WORDS else None


def mood(text: str) -> float:
    """Good words minus bad ones, by the number of words; between -1 and 1."""
    words = _WORD.findall(text.lower())
    return (sum(word in GOOD for word in words) - sum(word in BAD for word in words)) / max(1, len(words))


def language(text: str) -> str:
    """A code of two letters by script or frequent words; `?` where neither tells."""
    for code, first, last in _SCRIPTS:
        if sum(first <= char <= last for char in text) * 5 > len(text) > 0:
            return code
    words = Counter(_WORD.findall(text.lower()))
    found = {code: sum(words[word] for word in frequent) for code, frequent in _STOPWORDS.items()}
    best = max(found, key=lambda code: found[code])
    return best if found[best] * 12 >= sum(words.values()) > 0 else "?"
