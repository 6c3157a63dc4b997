"""Review on both databases: nobody approves their own, an approval deploys, and a label that asks for four eyes moves no other way."""

from collections.abc import Callable

import pytest
from tests.unit.prompts.conftest import Recorded
from tests.unit.prompts.saying import new, split, to

from pellucid_server.model.scope import Role
from pellucid_server.prompts.context import Editor
from pellucid_server.prompts.errors import (
    ChangedMeanwhile,
    LabelProtected,
    NoSuchProposal,
    NoSuchVersion,
    OwnProposal,
    ProposalDecided,
    ReviewNeeded,
)
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.prompts.serving import Wanted


@pytest.fixture
def two(room: PromptRoom, ada: Editor) -> PromptRoom:
    """A prompt in production, and a version to come."""
    room.registry.create(ada, new("p", "one", "production"))
    room.registry.create(ada, new("p", "two"))
    return room


@pytest.fixture
def bob(as_role: Callable[..., Editor]) -> Editor:
    return as_role(Role.MEMBER, "Bob")


def version(room: PromptRoom) -> int:
    return room.serving.get(Wanted("shop", "p")).arms[0].version


def test_an_approval_by_somebody_else_deploys(two: PromptRoom, ada: Editor, bob: Editor, recorded: Recorded) -> None:
    made = two.review.propose(ada, "p", to("production", 2, reason="kinder")).proposal
    two.review.remark(bob, made.id, "Is it longer?")
    two.review.remark(ada, made.id, "By a word.")
    with pytest.raises(OwnProposal):
        two.review.approve(ada, made.id)
    assert version(two) == 1
    two.review.approve(bob, made.id)
    assert version(two) == 2
    (seen,) = two.review.list_proposals(ada.scope, name="p")
    assert (seen.prompt_name, seen.proposal.status, seen.proposal.decided_by_name) == ("p", "deployed", "Bob")
    assert [(remark["author"], remark["text"]) for remark in seen.proposal.remarks] == [
        ("Bob", "Is it longer?"),
        ("Ada", "By a word."),
    ]
    move = two.registry.get(ada.scope, "p").moves[-1]
    assert (move.actor_name, move.reason) == ("Bob", "proposed by Ada: kinder")
    assert recorded.events[-1].title == "p: production v1 → v2"
    with pytest.raises(ProposalDecided):
        two.review.approve(bob, made.id)


def test_a_label_with_four_eyes_moves_by_review_alone(two: PromptRoom, ada: Editor, bob: Editor, boss: Editor) -> None:
    two.labels.protect(boss.scope, "production", four_eyes=True)
    for refused in (
        lambda: two.labels.move(boss, "p", to("production", 2)),
        lambda: two.labels.remove(boss, "p", "production"),
        lambda: two.registry.create(boss, new("p", "three", "production")),
    ):
        with pytest.raises(ReviewNeeded):
            refused()
    made = two.review.propose(ada, "p", to("production", 2)).proposal
    with pytest.raises(LabelProtected):
        two.review.approve(bob, made.id)
    assert (version(two), two.review.list_proposals(ada.scope, status="open")[0].proposal.status) == (1, "open")
    two.review.approve(boss, made.id)
    assert version(two) == 2


def test_a_rollback_needs_one_pair_of_eyes(two: PromptRoom, ada: Editor, boss: Editor) -> None:
    two.labels.move(ada, "p", to("production", 2))
    two.labels.protect(boss.scope, "production", four_eyes=True)
    two.labels.roll_back(boss, "p", "production", reason="refusals")
    assert version(two) == 1


def test_an_approval_of_what_moved_meanwhile_is_refused(two: PromptRoom, ada: Editor, bob: Editor) -> None:
    made = two.review.propose(ada, "p", split("production", v1=0.9, v2=0.1)).proposal
    two.labels.move(bob, "p", to("production", 2))
    with pytest.raises(ChangedMeanwhile):
        two.review.approve(bob, made.id)
    assert version(two) == 2
    assert two.review.list_proposals(ada.scope)[0].proposal.status == "open"


def test_rejected_and_withdrawn_move_nothing(two: PromptRoom, ada: Editor, bob: Editor, as_role: Callable[..., Editor]) -> None:
    rejected = two.review.propose(ada, "p", to("production", 2)).proposal
    assert two.review.reject(bob, rejected.id).proposal.status == "rejected"
    withdrawn = two.review.propose(ada, "p", to("production", 2)).proposal
    with pytest.raises(OwnProposal):
        two.review.withdraw(bob, withdrawn.id)
    assert two.review.withdraw(ada, withdrawn.id).proposal.status == "withdrawn"
    assert version(two) == 1
    with pytest.raises(NoSuchVersion):
        two.review.propose(ada, "p", to("production", 9))
    with pytest.raises(NoSuchProposal):
        two.review.approve(as_role(Role.OWNER, "Eve", project="other"), rejected.id)
