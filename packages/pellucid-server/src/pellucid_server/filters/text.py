"""Folding of text for full-text search: what is written to the index and what is asked of it go through the same function.

The store's tokenizer (`splitByNonAlpha`) cuts at every ASCII character that is neither letter nor digit and treats *every* byte outside
ASCII as part of a word. So all that is not ASCII is settled here: accents go, case goes, punctuation of any script becomes a space, and
in scripts that write without spaces each character stands alone, so that any run of characters can be found.
Nothing here may know where the text comes from or where it is kept.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final

_NON_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_TOKEN: Final = re.compile(r"[0-9A-Za-z\u0080-\U0010ffff]+")

# Scripts without spaces between words, as (first, last) code points. Hangul has spaces, but its particles are written on to the
# word, so that a search for the word alone would not find it.
_UNSPACED: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # CJK radicals
    (0x3005, 0x3007),  # 々〆〇
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),  # Katakana extensions
    (0x3400, 0x4DBF),  # CJK extension A
    (0x4E00, 0x9FFF),  # CJK unified ideographs
    (0xAC00, 0xD7A3),  # Hangul syllables
    (0xF900, 0xFAFF),  # CJK compatibility ideographs
    (0x20000, 0x323AF),  # CJK extensions B to H
)

_UNSPACED_CLASS: Final = "".join(f"{chr(first)}-{chr(last)}" for first, last in _UNSPACED)
# A word of text that was not folded yet: one character of a script without spaces, else a run of what the tokenizer may keep together.
_RAW_WORD: Final = re.compile(rf"[{_UNSPACED_CLASS}]|(?:(?![{_UNSPACED_CLASS}])[0-9A-Za-z\u0080-\U0010ffff])+")

# The marks that make が of か: other letters, not accents.
_KANA_VOICING: Final = "\u3099\u309a"

_WORD_CHARS: Final = 24
"""Longer runs are sentences of a script without spaces, which do not come again."""


def fold(text: str) -> str:
    """`text` as it is indexed and compared. Cheap for ASCII; folding twice finds the same words as folding once."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return _NON_ASCII.sub(_fold_run, decomposed)


def tokens(query: str) -> tuple[str, ...]:
    """The words of `query`, folded, each once, in order: exactly what the store's tokenizer makes of the folded text."""
    return tuple(dict.fromkeys(_TOKEN.findall(fold(query))))


def word_places(text: str, wanted: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where in `text`, which is not folded, the words stand that fold to one of `wanted`."""
    for match in _RAW_WORD.finditer(text):
        if any(word in wanted for word in _TOKEN.findall(fold(match.group()))):
            yield match.span()


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """`text` folded character by character, and for each character of the result its place in `text`."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    pieces = [fold(char) for char in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


def phrase(query: str) -> str:
    """The words of `query`, folded, in order and with repetitions, a space between two: what a phrase search asks for."""
    return " ".join(_TOKEN.findall(fold(query)))


def _fold_run(match: re.Match[str]) -> str:
    run = match.group()
    return _fold_word(run) if len(run) <= _WORD_CHARS else _fold_letters(run)


@lru_cache(maxsize=65_536)
def _fold_word(word: str) -> str:
    # The words of a language are few: remembering them makes folding of, say, Russian three times as fast.
    return _fold_letters(word)


def _fold_letters(run: str) -> str:
    letters = "".join(char for char in run if not unicodedata.combining(char) or char in _KANA_VOICING)
    return "".join(map(_fold_char, unicodedata.normalize("NFC", letters)))


@lru_cache(maxsize=16_384)
def _fold_char(char: str) -> str:
    point = ord(char)
    if any(first <= point <= last for first, last in _UNSPACED):
        return f" {char} "
    if char.isalnum() or unicodedata.category(char).startswith("M"):
        return char
    return " "
