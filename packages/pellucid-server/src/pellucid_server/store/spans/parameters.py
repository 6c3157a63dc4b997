"""Values on their way into a statement: each gets a stable name (`p0`, `p1`, …) and an engine type; none is ever part of the SQL text."""

from collections.abc import Mapping, Sequence
from typing import Final

from pellucid_server.store.spans.drivers.port import Statement

_FIRST: Final = -2_208_988_800_000_000
_LAST: Final = 10_413_791_999_000_000
"""1900 and 2299 in microseconds: the ends of DateTime64."""


class Parameters:
    """Collects the values of one statement in the order in which they were asked for."""

    def __init__(self) -> None:
        self._values: dict[str, object] = {}

    def add(self, value: object, type_: str) -> str:
        """The placeholder for `value` as the engine's `type_`."""
        name = f"p{len(self._values)}"
        self._values[name] = value
        return f"{{{name}:{type_}}}"

    def text(self, value: str) -> str:
        """A string."""
        return self.add(value, "String")

    def texts(self, values: Sequence[str]) -> str:
        """Strings, for `IN`."""
        return self.add(list(values), "Array(String)")

    def integer(self, value: int) -> str:
        """A whole number."""
        return self.add(value, "Int64")

    def number(self, value: float) -> str:
        """A number."""
        return self.add(value, "Float64")

    def time(self, micros: int) -> str:
        """A moment, from microseconds since the epoch. What the engine cannot hold becomes the nearest that it can."""
        return f"fromUnixTimestamp64Micro({self.integer(max(_FIRST, min(_LAST, micros)))}, 'UTC')"

    @property
    def values(self) -> Mapping[str, object]:
        """All values by name."""
        return self._values

    def statement(self, sql: str, tag: str) -> Statement:
        """The finished statement."""
        return Statement(sql=sql, parameters=self._values, tag=tag)
