"""Cells that a spreadsheet would run as a formula. What was recorded is hostile: `=HYPERLINK(…)` in an answer must stay text."""

from typing import Final

FORMULA_STARTS: Final = "=+-@\t\r"
"""What a cell begins with that spreadsheets take for a formula, or skip to find one."""
MARK: Final = "'"
"""Before a cell: what follows is text."""


def neutral(cell: str) -> str:
    """`cell` as a spreadsheet reads it as text and never runs it."""
    return MARK + cell if cell.startswith(tuple(FORMULA_STARTS)) else cell
