"""Masks: what is taken out of every text before it leaves the process.

What lives here: the built-in patterns, and how a mask meets a value. What must not live here: which attributes are
content (that is `privacy`). A mask that fails hides the whole text: closed, not open.
"""

import json
import re
from collections.abc import Callable, Iterable

from pellucid.errors import SettingsError
from pellucid.guard import GUARD
from pellucid.narrowing import is_text
from pellucid.values import json_of, map_texts

MASK_FAILED = "[masked: the mask failed]"

_CARD_DIGITS = range(13, 20)


def _is_card(text: str) -> bool:
    digits = [int(character) for character in text if character.isdigit()]
    if len(digits) not in _CARD_DIGITS:
        return False
    doubled = [2 * digit if index % 2 else digit for index, digit in enumerate(reversed(digits))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def _is_iban(text: str) -> bool:
    compact = text.replace(" ", "").upper()
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def _always(_text: str) -> bool:
    return True


# Order matters: what is longest and surest first, so that a phone pattern never eats half a card number.
PATTERNS: dict[str, tuple[str, Callable[[str], bool], str]] = {
    "email": (r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", _always, "[EMAIL]"),
    "key": (
        (
            r"\b(?:sk|pk|rk)[-_](?:[A-Za-z]+[-_])*[A-Za-z0-9_-]{16,}|\bAKIA[0-9A-Z]{16}\b"
            r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"
        ),
        _always,
        "[KEY]",
    ),
    "iban": (r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", _is_iban, "[IBAN]"),
    "card": (r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])", _is_card, "[CARD]"),
    "ip": (r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])", _always, "[IP]"),
    "phone": (
        (
            r"(?<![\w.])(?:\+\d{1,3}[ .-]?|\(?0)(?:\(?\d{1,4}\)?[ ./-]?){2,5}\d{2,4}(?!\w)|(?<![\w.-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)"
        ),
        _always,
        "[PHONE]",
    ),
}


def patterns(names: Iterable[str] = PATTERNS) -> Callable[[str], str]:
    """A mask made of built-in patterns; all of them when no names are given."""
    asked = tuple(names)
    unknown = [name for name in asked if name not in PATTERNS]
    if unknown:
        raise SettingsError(f"There is no mask {', '.join(unknown)}; choose from {', '.join(PATTERNS)}.")
    chosen = [(re.compile(source), is_meant, word) for name, (source, is_meant, word) in PATTERNS.items() if name in asked]

    def mask(text: str) -> str:
        for pattern, is_meant, word in chosen:
            text = _replaced(pattern, is_meant, word, text)
        return text

    return mask


def _replaced(pattern: re.Pattern[str], is_meant: Callable[[str], bool], word: str, text: str) -> str:
    return pattern.sub(lambda found: word if is_meant(found[0]) else found[0], text)


def closed(mask: Callable[[str], str]) -> Callable[[str], str]:
    """The same mask, hiding the text when it fails or does not give a text."""

    def safe(text: str) -> str:
        try:
            masked = mask(text)
        except Exception as error:
            GUARD.warn("mask", "pellucid: the mask raised %r; the text was left out", error)
            return MASK_FAILED
        return masked if is_text(masked) else MASK_FAILED

    return safe


def mask_value(value: object, mask: Callable[[str], str]) -> object:
    """Every text in the value masked; what cannot be walked is hidden."""
    try:
        return map_texts(value, mask)
    except Exception as error:
        GUARD.warn("mask", "pellucid: a value could not be masked (%r); it was left out", error)
        return MASK_FAILED


def mask_text(text: str, mask: Callable[[str], str]) -> str:
    """A text that may be a JSON document: then its texts are masked one by one, else the whole."""
    if text[:1] in ("{", "[", '"'):
        try:
            document = json.loads(text)
        except ValueError:
            return mask(text)
        return json_of(mask_value(document, mask))
    return mask(text)
