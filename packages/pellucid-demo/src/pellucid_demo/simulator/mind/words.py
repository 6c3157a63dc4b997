"""Words, stems and sentences: as much reading as the mind needs, in plain regular expressions."""

import re
from collections.abc import Iterable
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(\[A-Z0-9])|\n+")
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_SUFFIXES = ("ations", "ation", "ings", "ing", "ies", "ment", "ers", "ed", "es", "er", "s", "e", "y")

STOPWORDS = frozenset(
    _WORD.findall("""a about after all also am an and any are as at be because been before but by can could did do does doing don't for
    from get gets got had has have help hello hi how i i'd i'm if in into is it it's its just let like me my need no not
    now of on once one only or our out over please really same should so some still than thanks that the their them then
    there these they this those to too try trying up use using very want was we were what when where which while who why
    will with would you your yours""")
)


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A crude stem: good enough for *invoices* to meet *invoice* and *exported* to meet *exporting*."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


@lru_cache(maxsize=4_000)
def stems(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning."""
    return frozenset(stem(word) for word in words(text) if word not in STOPWORDS and len(word) > 1)


def sentences(text: str) -> list[str]:
    found = (_LIST_MARK.sub("", part).strip() for part in _SENTENCE_END.split(text))
    return [sentence for sentence in found if len(sentence) > 1]


def steps_in(text: str) -> int:
    """How many list items the text has."""
    return sum(1 for line in text.splitlines() if _LIST_MARK.match(line))


def coverage(wanted: Iterable[str], given: frozenset[str]) -> float:
    """The share of the wanted stems that are given; 1 when nothing is wanted."""
    wanted_stems = frozenset(wanted)
    return len(wanted_stems & given) / len(wanted_stems) if wanted_stems else 1.0
