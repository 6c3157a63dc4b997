"""Pricing history anew."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from pellucid_server.api.wire.absent import NullIsAbsent
from pellucid_server.api.wire.times import WireTime
from pellucid_server.dashboards.repricing import Preview


class ModelChangeAnswer(BaseModel, from_attributes=True):
    """What new prices change at one model's counted calls."""

    provider: str
    model: str
    calls: int
    changed: int
    before: float
    """US dollars."""
    after: float
    unpriced_before: int
    unpriced_after: int


class RepricingAnswer(BaseModel, from_attributes=True):
    """What the prices of now would change. Nothing is changed yet."""

    prices: str
    """Names the prices that this was worked out with; send it with the start, so that no others are taken."""
    days: int
    first_day: WireTime | None
    """Whose calls are still stored; roll-ups of earlier days keep their cost."""
    calls: int
    changed: int
    before: float
    """US dollars of all counted calls."""
    after: float
    unpriced_before: int
    unpriced_after: int
    rows: int
    """Stored calls that change, counted or not."""
    models: Sequence[ModelChangeAnswer]
    """Those with changes, the greatest difference first."""


class RepricingBody(NullIsAbsent):
    """Which time; all that is stored where nothing is named."""

    start: str | None = Field(default=None, alias="from")
    end: str | None = Field(default=None, alias="to")
    prices: str = ""
    """From the preview; refused where the prices have changed since."""


def to_repricing(found: Preview) -> RepricingAnswer:
    """`found` for the wire."""
    return RepricingAnswer.model_validate(found, from_attributes=True)
