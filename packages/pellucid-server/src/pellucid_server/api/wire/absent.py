"""Bodies in which null and absent mean the same: what clients of languages without "absent" send."""

from typing import Any

from pydantic import BaseModel, model_validator


class NullIsAbsent(BaseModel):
    """A body whose null members are left out before it is read."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:  # Any: before validation it may be anything
        return {name: value for name, value in data.items() if value is not None} if isinstance(data, dict) else data
