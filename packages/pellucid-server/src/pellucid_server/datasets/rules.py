"""What a data set demands of its cases: JSON Schemas of input and expected answer."""

from collections.abc import Callable
from functools import partial

from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.errors import BadDataset
from pellucid_server.llm.json_schema import Fits, NotASchema, fits
from pellucid_server.store.meta.dataset_rules import Rules

Check = Callable[[ItemDraft], str | None]
"""What is wrong with a draft; None where nothing is."""


def check_rules(rules: Rules) -> None:
    """Raises `BadDataset` where a schema is none."""
    for name, schema in (("input_schema", rules.input_schema), ("expected_schema", rules.expected_schema)):
        if schema is None:
            continue
        if not isinstance(schema, dict):
            raise BadDataset(f"`{name}` must be a JSON Schema: an object, such as {{'type': 'string'}}.")
        try:
            fits(schema)
        except NotASchema as error:
            raise BadDataset(f"`{name}` is no JSON Schema (draft 2020-12): {error}") from error


def checker(rules: Rules) -> Check:
    """Checks one draft after another."""
    schemas = [("input", rules.input_schema), ("expected", rules.expected_schema)]
    return partial(_fault, [(name, fits(schema)) for name, schema in schemas if schema is not None])


def _fault(parts: list[tuple[str, Fits]], draft: ItemDraft) -> str | None:
    for name, misfit_of in parts:
        misfit = misfit_of(getattr(draft, name))
        if misfit is not None:
            place = "".join(f"[{part!r}]" for part in misfit.path)
            return f"`{name}{place}` does not fit the data set's schema: {misfit.message}"
    return None
