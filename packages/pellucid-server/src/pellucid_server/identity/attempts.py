"""Failed sign-ins are counted, by account and by address; too many, and the next has to wait. Kept in memory: a restart forgives."""

from dataclasses import dataclass, field

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from pellucid_server.core.clock import SECOND, system_clock
from pellucid_server.identity.errors import TooManyAttempts


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLimits:
    """How many failures are forgiven."""

    account_from_address: RateLimitItem = field(default_factory=lambda: RateLimitItemPerMinute(5, 5, namespace="account-address"))
    """One account from one address: five in five minutes, more than typing errors take."""
    address: RateLimitItem = field(default_factory=lambda: RateLimitItemPerMinute(30, 5, namespace="address"))
    """All accounts from one address; an office shares one."""
    account: RateLimitItem = field(default_factory=lambda: RateLimitItemPerHour(100, namespace="account"))
    """One account from anywhere: generous, because it lets a stranger lock somebody out."""


class Attempts:
    """Counts failures. Thread-safe. The library counts by the machine's clock, so `Retry-After` is reckoned by that too."""

    def __init__(self, limits: AttemptLimits | None = None) -> None:
        self._limits = limits or AttemptLimits()
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def check(self, email: str, address: str) -> None:
        """Raise `TooManyAttempts` if one more may not be made now."""
        for limit, names in self._counted(email, address):
            if not self._window.test(limit, *names):
                reset = self._window.get_window_stats(limit, *names).reset_time
                raise TooManyAttempts(retry_after_s=max(1, int(reset - system_clock() / SECOND) + 1))

    def failed(self, email: str, address: str) -> None:
        """Count one."""
        for limit, names in self._counted(email, address):
            self._window.hit(limit, *names)

    def _counted(self, email: str, address: str) -> tuple[tuple[RateLimitItem, tuple[str, ...]], ...]:
        return (
            (self._limits.account_from_address, (email, address)),
            (self._limits.address, (address,)),
            (self._limits.account, (email,)),
        )
