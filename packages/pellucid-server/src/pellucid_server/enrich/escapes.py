"""JSON escapes in text that may be JSON: where one ends, and what it stands for.

Message content often comes as JSON inside a string. There the `n` of `\\n` belongs to the escape and not to the word behind it.
"""

import string

_ESCAPES = "nrtbf"
_UNICODE_ESCAPE_CHARS = 6


def ends_escape(text: str, at: int) -> bool:
    """Whether a JSON escape such as `\\n` or `\\u00e9` ends just before `at`."""
    if at >= 2 and text[at - 2] == "\\" and text[at - 1] in _ESCAPES:
        return True
    start = at - _UNICODE_ESCAPE_CHARS
    return start >= 0 and text.startswith("\\u", start)


def escaped(text: str, at: int) -> str | None:
    """The character that `\\uXXXX` with its `u` at `at` stands for."""
    digits = text[at + 1 : at + 5]
    if text[at] != "u" or len(digits) < 4 or not all(digit in string.hexdigits for digit in digits):
        return None
    return chr(int(digits, 16))


def escape_chars(text: str, at: int) -> int:
    """How many characters after the backslash before `at` belong to it."""
    if escaped(text, at) is not None:
        return _UNICODE_ESCAPE_CHARS - 1
    return 1 if text[at] in _ESCAPES else 0
