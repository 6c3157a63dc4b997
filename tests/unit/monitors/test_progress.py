"""What long work says of itself is shown while it goes on, and no longer."""

import pytest

from pellucid_server.core.clock import MINUTE, SECOND
from pellucid_server.dashboards.progress import MOST, BadProgress, ProgressBoard
from pellucid_server.model.scope import Role, Scope


def scope(project: str = "p") -> Scope:
    return Scope(organization_id="o", project_id=project, role=Role.MEMBER, actor="key:1")


def test_work_is_shown_until_a_moment_after_its_end() -> None:
    now = [0]
    board = ProgressBoard(lambda: now[0])
    board.tell(scope(), name="history", title="History", done=5, total=10)
    assert [(one.title, one.done, one.total) for one in board.listed(scope())] == [("History", 5, 10)]
    assert board.listed(scope("other")) == []
    board.tell(scope(), name="history", title="History", done=10, total=10)
    now[0] += 10 * SECOND
    assert len(board.listed(scope())) == 1
    now[0] += 10 * SECOND
    assert board.listed(scope()) == []


def test_work_that_falls_silent_is_forgotten() -> None:
    now = [0]
    board = ProgressBoard(lambda: now[0])
    board.tell(scope(), name="export", title="Export", done=1, total=10)
    now[0] += 3 * MINUTE
    assert board.listed(scope()) == []


@pytest.mark.parametrize(("title", "done", "total"), [(" ", 1, 2), ("x", 3, 2), ("x", -1, 2), ("x", 0, 0)])
def test_progress_that_makes_no_sense_is_refused(title: str, done: float, total: float) -> None:
    with pytest.raises(BadProgress):
        ProgressBoard(lambda: 0).tell(scope(), name="n", title=title, done=done, total=total)


def test_a_project_shows_only_so_much_at_once() -> None:
    board = ProgressBoard(lambda: 0)
    for n in range(MOST):
        board.tell(scope(), name=str(n), title="t", done=0, total=1)
    with pytest.raises(BadProgress):
        board.tell(scope(), name="one more", title="t", done=0, total=1)
    board.tell(scope(), name="0", title="t", done=1, total=1)
