"""Times between datetimes, as the engine gives them, and the house's microseconds since the epoch, exactly, without floating point."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_datetime(micros: int) -> datetime:
    """A parameter for the engine."""
    return _EPOCH + micros * _MICROSECOND


def to_micros(time: datetime) -> int:
    """A time of the engine; one without a zone is UTC."""
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND
