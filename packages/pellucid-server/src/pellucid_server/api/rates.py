"""A limit on export requests by key, so that one runaway app cannot crowd out the others."""

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from pellucid_server.core.errors import TooMany


class Rates:
    """Requests a second and actor; 0 is no limit."""

    def __init__(self, requests_per_second: int) -> None:
        self._item = RateLimitItemPerSecond(requests_per_second) if requests_per_second > 0 else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, actor: str) -> None:
        """Count a request. Raises `TooMany`."""
        if self._item is not None and not self._limiter.hit(self._item, actor):
            raise TooMany(
                f"More than {self._item.amount} export requests a second came with this key; "
                "send larger batches, or raise PELLUCID_REQUESTS_PER_SECOND.",
                retry_after_s=1,
            )
