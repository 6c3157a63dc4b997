"""Fields, their values with counts, and what a filter means."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, JsonValue

from pellucid_server.filters.vocabulary import Field


class FieldAnswer(BaseModel):
    """A field that a filter may name."""

    name: str
    type: str
    label: str
    doc: str
    group: str
    unit: str
    operators: Sequence[str]
    values: Sequence[str]
    """All values, where the set is closed."""
    facet: bool
    aliases: Sequence[str]


class Fields(BaseModel):
    """All fields."""

    data: Sequence[FieldAnswer]


class Completions(BaseModel):
    """Values, the likeliest first."""

    data: Sequence[str]


class FacetValue(BaseModel):
    """A value and how often it occurs."""

    model_config = ConfigDict(from_attributes=True)

    value: str
    count: int


class Facet(BaseModel):
    """The most frequent values of a field."""

    model_config = ConfigDict(from_attributes=True)

    data: Sequence[FacetValue]
    other_count: int
    missing_count: int


class FacetsByField(BaseModel):
    """Facets of several fields."""

    data: dict[str, Facet]


class FilterParsed(BaseModel):
    """A filter that was understood."""

    ok: bool
    canonical: str
    """The filter in its one spelling."""
    tree: dict[str, JsonValue]
    """Its terms: `type` is `and`, `or`, `not`, `has`, `words` or `compare`."""


def to_field(field: Field, aliases: Sequence[str]) -> FieldAnswer:
    """`field` for the wire."""
    plain = {
        name: getattr(field, name) for name in ("name", "type", "label", "doc", "group", "unit", "operators", "values", "facet")
    }
    return FieldAnswer(**plain, aliases=aliases)
