"""Replacing things in long texts in linear time: find the rare core of a thing, then widen it to the left.

An expression that starts with what may stand on the left (`[\\w.]+@…`) is tried at every letter of the text. One that starts with
the rare core (`@…`) is found at the speed of `memchr`; the left part is then walked back once, at most to the previous hit.
"""

import re
from collections.abc import Callable


def replace(text: str, core: re.Pattern[str], left: frozenset[str], by: Callable[[str], str | None]) -> str:
    """`text` with every widened hit of `core` replaced by what `by` makes of it; `None` leaves the hit as it is."""
    pieces: list[str] = []
    done = 0
    for match in core.finditer(text):
        begin = match.start()
        while begin > done and text[begin - 1] in left:
            begin -= 1
        replacement = by(text[begin : match.end()])
        if replacement is not None:
            pieces += (text[done:begin], replacement)
            done = match.end()
    if not done:
        return text
    pieces.append(text[done:])
    return "".join(pieces)
