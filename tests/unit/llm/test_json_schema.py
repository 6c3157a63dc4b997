"""JSON Schemas that people bring: what does not fit is placed, what is no schema is refused, and nothing is fetched."""

import pytest

from pellucid_server.llm.json_schema import Misfit, NotASchema, fits


def test_a_value_that_fits_has_no_fault_and_another_is_placed() -> None:
    misfit_of = fits({"type": "object", "properties": {"steps": {"type": "array", "items": {"type": "integer"}}}})
    assert misfit_of({"steps": [1, 2]}) is None
    misfit = misfit_of({"steps": [1, "two"]})
    assert misfit is not None
    assert (misfit.place, misfit.message) == ("steps/1", "'two' is not of type 'integer'")


@pytest.mark.parametrize("schema", [None, "string", {"type": "strng"}, {"minimum": "low"}])
def test_what_is_no_schema_is_refused(schema: object) -> None:
    with pytest.raises(NotASchema):
        fits(schema)  # type: ignore[arg-type]  # hostile on purpose


def test_a_reference_to_an_address_is_a_fault_and_is_not_fetched() -> None:
    misfit = fits({"$ref": "http://127.0.0.1:9/schema.json"})({"any": 1})
    assert misfit == Misfit(path=(), message="the schema refers to 'http://127.0.0.1:9/schema.json', which is not in it")
