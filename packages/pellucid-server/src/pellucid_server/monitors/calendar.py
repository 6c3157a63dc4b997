"""Calendar periods of budgets, in UTC."""

from datetime import UTC, datetime, timedelta

from pellucid_server.core.clock import SECOND, Micros


def period_start(period: str, now: Micros) -> Micros:
    """When the running day, week (from Monday) or month began."""
    midnight = datetime.fromtimestamp(now / SECOND, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "week":
        midnight -= timedelta(days=midnight.weekday())
    elif period == "month":
        midnight = midnight.replace(day=1)
    return int(midnight.timestamp()) * SECOND
