"""What every list takes in its query string, read once: filter, window, order, limit and cursor."""

from typing import Annotated

from fastapi import Depends, Query, Request

from pellucid_server.api.house import house_of
from pellucid_server.query.asking import MAX_LIMIT, Ask
from pellucid_server.query.facets import read_filter, read_score_filter
from pellucid_server.query.windows import Window, read_window

FilterText = Annotated[str, Query(alias="filter", description="In the filter language, such as `kind:generation cost>0.01`.")]
From = Annotated[str | None, Query(alias="from", description="ISO 8601 in UTC, or `-24h` for so long ago.")]
To = Annotated[str | None, Query(alias="to", description="As `from`; exclusive.")]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before, with the same order.")]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


def read_query_window(request: Request, start: From = None, end: To = None) -> Window:
    """`from` and `to`."""
    return read_window(start, end, house_of(request).queries.clock())


def _ask_spans(
    window: Annotated[Window, Depends(read_query_window)],
    text: FilterText = "",
    order: Annotated[str, Query(description="A field's name, with `-` before it for descending.")] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Ask:
    return Ask(filter=read_filter(text), window=window, order=order, limit=limit, cursor=cursor)


def _ask_scores(
    window: Annotated[Window, Depends(read_query_window)], text: FilterText = "", limit: Limit = 50, cursor: Cursor = None
) -> Ask:
    return Ask(filter=read_score_filter(text), window=window, limit=limit, cursor=cursor)


QueryWindow = Annotated[Window, Depends(read_query_window)]
"""A parameter that takes `from` and `to`."""
SpanAsk = Annotated[Ask, Depends(_ask_spans)]
"""A parameter that takes a question about spans, or what is made of them."""
ScoreAsk = Annotated[Ask, Depends(_ask_scores)]
"""A parameter that takes a question about scores."""
