"""By what people judge: relevance, groundedness, tone. Each dimension says which values it has, and a rating is checked against it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pellucid_server.datasets.errors import BadQueue, BadRating
from pellucid_server.model.json import JsonValue

DimensionType = Literal["boolean", "categorical", "numeric"]

MAX_DIMENSIONS = 20
MAX_CATEGORIES = 50
MAX_NAME_CHARS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One question that every rating answers."""

    name: str
    type: DimensionType = "boolean"
    categories: tuple[str, ...] = ()
    low: float = 1
    high: float = 5
    """Of a numeric one; whole numbers in between are offered."""
    required: bool = True
    description: str = ""

    def stored(self) -> dict[str, JsonValue]:
        """As JSON."""
        return {
            "name": self.name,
            "type": self.type,
            "categories": list(self.categories),
            "low": self.low,
            "high": self.high,
            "required": self.required,
            "description": self.description,
        }


DEFAULT_DIMENSIONS = (
    Dimension(name="relevance", type="numeric", description="Does it answer what was asked?"),
    Dimension(name="groundedness", type="numeric", description="Is everything that it claims in the documents?"),
    Dimension(name="tone", type="categorical", categories=("fine", "too cold", "too familiar"), required=False),
)
"""What a queue starts with unless somebody says otherwise."""


def read(stored: Sequence[Mapping[str, JsonValue]]) -> tuple[Dimension, ...]:
    """As they were stored."""
    return tuple(Dimension(**{**one, "categories": tuple(one.get("categories") or ())}) for one in stored)  # type: ignore[arg-type]  # what `stored` wrote


def checked(dimensions: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """The dimensions, where they can be used. Raises `BadQueue`."""
    names = [dimension.name for dimension in dimensions]
    if not 1 <= len(dimensions) <= MAX_DIMENSIONS or len(set(names)) != len(names):
        raise BadQueue(f"A queue has 1 to {MAX_DIMENSIONS} dimensions with different names.")
    for dimension in dimensions:
        if not 1 <= len(dimension.name) <= MAX_NAME_CHARS or not dimension.name.isprintable():
            raise BadQueue(f"A dimension's name has 1 to {MAX_NAME_CHARS} printable characters.")
        if dimension.type == "categorical" and not 2 <= len(set(dimension.categories)) <= MAX_CATEGORIES:
            raise BadQueue(f"The dimension `{dimension.name}` needs 2 to {MAX_CATEGORIES} different categories.")
        if dimension.type == "numeric" and not (math.isfinite(dimension.low + dimension.high) and dimension.low < dimension.high):
            raise BadQueue(f"The dimension `{dimension.name}` needs a `low` below its `high`.")
    return tuple(dimensions)


def check_values(dimensions: Sequence[Dimension], values: Mapping[str, JsonValue]) -> None:
    """Raises `BadRating` that names the dimension and what it takes."""
    known = {dimension.name: dimension for dimension in dimensions}
    for name in values:
        if name not in known:
            raise BadRating(f"The queue has no dimension `{name}`; it has {', '.join(known)}.")
    for dimension in dimensions:
        value = values.get(dimension.name)
        if value is None:
            if dimension.required:
                raise BadRating(f"`{dimension.name}` is missing; judge it, or skip the item.")
        elif not _fits(dimension, value):
            raise BadRating(f"`{dimension.name}` takes {_takes(dimension)}, not {value!r:.60}.")


def _fits(dimension: Dimension, value: JsonValue) -> bool:
    match dimension.type:
        case "boolean":
            return isinstance(value, bool)
        case "categorical":
            return value in dimension.categories
        case "numeric":
            return isinstance(value, int | float) and not isinstance(value, bool) and dimension.low <= value <= dimension.high


def _takes(dimension: Dimension) -> str:
    match dimension.type:
        case "boolean":
            return "true or false"
        case "categorical":
            return "one of " + ", ".join(dimension.categories)
        case "numeric":
            return f"a number from {dimension.low:g} to {dimension.high:g}"
