"""Windows and cursors: slices cover the window once, newest first; text that is no cursor is refused."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.core.clock import DAY, HOUR
from pellucid_server.core.errors import BadRequest
from pellucid_server.query.cursors import Cursor, read_cursor, write_cursor
from pellucid_server.query.windows import Window, newest_first, read_window

NOW = 1_763_640_000_000_000
MOMENTS = st.none() | st.integers(NOW - 3_000 * DAY, NOW + 10 * DAY)


@given(start=MOMENTS, end=MOMENTS, selective=st.booleans())
def test_slices_join_to_the_window(start: int | None, end: int | None, selective: bool) -> None:
    if start is not None and end is not None and start >= end:
        start, end = end, start + 1
    slices = list(newest_first(Window(start=start, end=end), NOW, selective=selective))
    assert slices[0].end == end
    assert slices[-1].start == start
    for newer, older in pairwise(slices):
        assert newer.start == older.end
    assert all(part.start is None or part.end is None or part.start < part.end for part in slices)
    assert len(slices) <= (2 if selective else 6)


def test_a_page_of_a_busy_project_reads_hours_only() -> None:
    first = next(newest_first(Window(), NOW))
    assert first == Window(start=NOW - 6 * HOUR, end=None)


@pytest.mark.parametrize(
    ("start", "end", "window"),
    [
        (None, None, Window()),
        ("-24h", None, Window(start=NOW - DAY)),
        ("2025-11-20T12:00:00Z", "now", Window(start=NOW, end=NOW)),
        ("", "2025-11-21", Window(end=NOW + 12 * HOUR)),
    ],
)
def test_windows_from_text(start: str | None, end: str | None, window: Window) -> None:
    if window.start is not None and window.start == window.end:
        with pytest.raises(BadRequest):
            read_window(start, end, NOW)
    else:
        assert read_window(start, end, NOW) == window


CURSORS = st.builds(
    Cursor,
    list=st.just("traces:-cost"),
    asked=st.integers(0, 2**60),
    value=st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
    ids=st.lists(st.text(max_size=8), min_size=1, max_size=2).map(tuple),
)


@given(CURSORS)
def test_a_cursor_comes_back_as_it_was(cursor: Cursor) -> None:
    assert read_cursor(write_cursor(cursor), "traces:-cost") == cursor


@given(st.text(min_size=1, max_size=40) | st.binary(max_size=30).map(lambda raw: raw.hex() or "0"))
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        read_cursor(text, "traces:-cost")
