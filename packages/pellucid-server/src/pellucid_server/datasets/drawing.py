"""Drawing traces at random: each trace of a window has the same chance, however busy its hour was."""

from random import Random
from typing import Final

from pellucid_server.filters.tree import Filter, all_of
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import MAX_LIMIT, Ask
from pellucid_server.query.facets import read_filter
from pellucid_server.query.metrics import Measure, MetricsAsk
from pellucid_server.query.queries import Queries
from pellucid_server.query.windows import Window

FEW: Final = 5_000
"""So many ids are read in a few pages. Of more traces only those are looked at whose id ends in digits that were drawn."""
SPARE: Final = 10
"""How many times more candidates than wanted are looked at, at least."""


def draw(queries: Queries, scope: Scope, window: Window, node: Filter, wanted: int, random: Random) -> list[str]:
    """Ids of `wanted` traces, fewer where there are fewer."""
    digits = _digits(count(queries, scope, window, node), wanted)
    ending = "".join(random.choice("0123456789abcdef") for _ in range(digits))
    # The end of an id, because some emitters begin theirs with the time.
    asked = all_of([node, read_filter(f"trace_id:*{ending}")]) if ending else node
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = queries.traces.list_traces(scope, Ask(filter=asked, window=window, limit=MAX_LIMIT, cursor=cursor))
        found += [row.trace_id for row in page.data]
        cursor = page.next_cursor
        if cursor is None or len(found) >= 2 * FEW:
            break
    return random.sample(found, min(wanted, len(found)))


def count(queries: Queries, scope: Scope, window: Window, node: Filter) -> int:
    """Traces of the window."""
    ask = MetricsAsk(measures=(Measure(name="traces", aggregation="count"),), filter=node, window=window)
    rows = queries.metrics.ask(scope, ask).data
    value = rows[0]["traces_count"] if rows else 0
    return int(value) if isinstance(value, int | float) else 0


def _digits(traces: int, wanted: int) -> int:
    digits = 0
    while traces > FEW and traces / 16 >= SPARE * wanted:
        traces, digits = traces // 16, digits + 1
    return digits
