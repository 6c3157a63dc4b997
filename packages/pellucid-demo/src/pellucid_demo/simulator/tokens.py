"""The simulator's tokenizer rule.

A run of letters or digits costs one token for each started four characters, every other visible character costs one,
white space costs nothing. English prose comes out near the 0.75 words a token of the real tokenizers; nothing depends
on a vocabulary file. Each message costs four more, each image 85, as the providers state for their own formats.
"""

import re

MESSAGE_OVERHEAD = 4
IMAGE_TOKENS = 85

_PIECE = re.compile(r"[^\W_]{1,4}|[^\w\s]|_")
_WORD_WITH_SPACE = re.compile(r"\s*\S+")


def count(text: str) -> int:
    return sum(1 for _ in _PIECE.finditer(text))


def truncate(text: str, limit: int) -> str:
    """The longest beginning of the text that costs no more than the limit."""
    for number, piece in enumerate(_PIECE.finditer(text)):
        if number == limit:
            return text[: piece.start()].rstrip()
    return text


def pieces(text: str, words: int = 6) -> list[str]:
    """The text cut for streaming, a few words a piece; joined they give the text back."""
    found = _WORD_WITH_SPACE.findall(text)
    tail = text[sum(map(len, found)) :]
    cut = ["".join(found[start : start + words]) for start in range(0, len(found), words)]
    return [*cut, tail] if tail else cut
