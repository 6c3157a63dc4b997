"""Expressions that make one row of many spans: a trace, a session or a user. Tokens and cost are summed over counted spans alone."""

from typing import Final

from pellucid_server.model.usage import USAGE_KINDS

Expressions = dict[str, str]
"""Name of a value in a row → SQL expression."""

MAX_NAMES: Final = 20
"""Distinct models, prompts and the like that one aggregated row lists."""

USAGE: Final[Expressions] = {
    **{f"usage_{kind}": f"sumOrNullIf(usage_{kind}, counted)" for kind in USAGE_KINDS},
    "usage_total": "sumIf(tokens, counted)",
}
COST: Final[Expressions] = {
    "cost": "sumOrNullIf(cost, counted)",
    "unpriced_count": "countIf(counted AND isNull(cost) AND tokens > 0)",
}


def micros(expression: str) -> str:
    """A time as microseconds since the epoch."""
    return f"toUnixTimestamp64Micro({expression})"


def of_root(column: str) -> str:
    """The root's value, else the greatest that any span has."""
    return f"coalesce(nullIf(anyIf({column}, is_root), ''), max({column}))"


def distinct(column: str) -> str:
    """The distinct values that are there, in order."""
    return f"arraySort(groupUniqArrayIf({MAX_NAMES})({column}, {column} != ''))"


def distinct_items(column: str) -> str:
    """The distinct items of an array column, in order."""
    return f"arraySlice(arraySort(groupUniqArrayArray({column})), 1, {MAX_NAMES})"


def select(expressions: Expressions) -> str:
    """The select list."""
    return ",\n  ".join(expressions.values())
