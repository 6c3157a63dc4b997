"""Fakes that the tests of identity share."""

from dataclasses import dataclass

from pellucid_server.core.clock import Micros


@dataclass
class FakeClock:
    """A clock that stands until it is moved."""

    now: Micros = 1_764_000_000_000_000

    def __call__(self) -> Micros:
        return self.now
