"""Model prices of a project."""

from pydantic import BaseModel, Field

from pellucid_server.api.wire.times import WireTime
from pellucid_server.store.meta.prices import StoredPrice


class PriceBody(BaseModel):
    """What models cost from a time on."""

    model_pattern: str = Field(min_length=1, max_length=500)
    """A regular expression (RE2) that matches the whole model name, upper and lower case alike."""
    provider: str | None = Field(default=None, min_length=1, max_length=200)
    from_time: WireTime = 0
    """Counts by day (UTC)."""
    prices: dict[str, float] = Field(min_length=1)
    """Usage kind → USD per million tokens; `fixed` → USD per request."""


class PriceAnswer(PriceBody):
    """A price as it is kept."""

    id: str
    created_by: str
    created_time: WireTime


def to_price(price: StoredPrice) -> PriceAnswer:
    """`price` for the wire."""
    return PriceAnswer.model_validate(price, from_attributes=True)
