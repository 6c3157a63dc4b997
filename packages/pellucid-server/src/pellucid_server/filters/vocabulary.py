"""Which fields a filter may name: handed in by whoever owns the columns. Knows names, types and units, not where they are stored."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pellucid_server.filters.tree import Operator

FieldType = Literal["string", "number", "boolean", "time", "map", "set", "score"]

KEYED: frozenset[str] = frozenset({"map", "score"})
"""Types whose fields are named with a key: `metadata.plan`."""

_ORDERED = tuple(operator.value for operator in Operator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the language."""

    name: str
    type: FieldType
    label: str = ""
    doc: str = ""
    group: str = ""
    unit: str = ""
    """`ms` and `USD` change how numbers may be written."""
    values: tuple[str, ...] = ()
    """All values, where the set is closed."""
    facet: bool = False

    @property
    def operators(self) -> tuple[str, ...]:
        """What may stand between the field and a value."""
        return _ORDERED if self.type in ("number", "time", "score") else (Operator.EQ.value,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """All fields by name, and their short forms."""

    fields: Mapping[str, Field]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str) -> Field | None:
        """The field that `name` means."""
        return self.fields.get(self.aliases.get(name, name))

    def similar(self, name: str) -> list[str]:
        """Known names that look like `name`, the likeliest first."""
        return difflib.get_close_matches(name.lower(), [*self.fields, *self.aliases], n=3, cutoff=0.6)
