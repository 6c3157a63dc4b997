"""Feedback links: they open one place for a while, and nobody else can make or change one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.core.clock import SECOND
from pellucid_server.evals.errors import BadFeedbackLink
from pellucid_server.evals.links import FeedbackLinks
from pellucid_server.model.scope import Permission, Role, Scope

SCOPE = Scope(organization_id="o", project_id="p", role=Role.MEMBER, actor="key:k")
TRACE = "ab" * 16


def made(links: FeedbackLinks, seconds: int = 60) -> str:
    token, _ = links.make(SCOPE, trace_id=TRACE, span_id="", session_id="", name="", user_id="u", seconds=seconds)
    return token


def test_a_link_opens_its_place_and_may_only_score() -> None:
    rated = FeedbackLinks(b"secret", lambda: 0).read(made(FeedbackLinks(b"secret", lambda: 0)))
    assert (rated.project_id, rated.trace_id, rated.user_id, rated.name) == ("p", TRACE, "u", "user-feedback")
    assert rated.scope.may(Permission.SCORE)
    assert not rated.scope.may(Permission.READ)


def test_a_link_ends() -> None:
    now = [0]
    links = FeedbackLinks(b"secret", lambda: now[0])
    token = made(links)
    now[0] = 60 * SECOND
    with pytest.raises(BadFeedbackLink):
        links.read(token)


@given(st.data())
def test_a_changed_link_is_worth_nothing(data: st.DataObject) -> None:
    links = FeedbackLinks(b"secret", lambda: 0)
    token = made(links)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters(codec="ascii", exclude_characters=token[place]))
    forged = token[:place] + letter + token[place + 1 :]
    try:
        assert links.read(forged) == links.read(token)  # base64 has idle bits at its end: another spelling of the same
    except BadFeedbackLink:
        return


@pytest.mark.parametrize("token", ["", ".", "a.b", "x" * 5_000, "é.é", "bnVsbA.bnVsbA"])
def test_what_is_no_link(token: str) -> None:
    with pytest.raises(BadFeedbackLink):
        FeedbackLinks(b"secret", lambda: 0).read(token)
    with pytest.raises(BadFeedbackLink):
        FeedbackLinks(b"another", lambda: 0).read(made(FeedbackLinks(b"secret", lambda: 0)))


@pytest.mark.parametrize(("trace", "session", "seconds"), [("xyz", "", 60), ("", "", 60), (TRACE, "", 0), (TRACE, "", 10**9)])
def test_links_that_cannot_be_made(trace: str, session: str, seconds: int) -> None:
    with pytest.raises(BadFeedbackLink):
        FeedbackLinks(b"s", lambda: 0).make(
            SCOPE, trace_id=trace, span_id="", session_id=session, name="", user_id="", seconds=seconds
        )
