"""Labels on both databases: every move is seen at once, kept, audited and announced; rollback goes back one step at a time."""

from collections.abc import Callable

import pytest
from tests.unit.prompts.conftest import Recorded
from tests.unit.prompts.saying import new, split, to

from pellucid_server.model.scope import Role
from pellucid_server.prompts.context import Editor
from pellucid_server.prompts.errors import (
    BadLabel,
    BadRollout,
    ChangedMeanwhile,
    LabelProtected,
    NoSuchLabel,
    NoSuchVersion,
    NothingToRollBackTo,
)
from pellucid_server.prompts.labels import LabelMove
from pellucid_server.prompts.rollouts import Arm
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.prompts.serving import Wanted
from pellucid_server.store.meta.database import MetaStore


@pytest.fixture
def three(room: PromptRoom, ada: Editor) -> PromptRoom:
    """A prompt with versions 1 to 3."""
    for content in ("one", "two", "three"):
        room.registry.create(ada, new("p", content))
    return room


def versions(room: PromptRoom, label: str = "production") -> list[int]:
    return [arm.version for arm in room.serving.get(Wanted("shop", "p", label)).arms]


def test_a_move_is_seen_at_once_and_told(three: PromptRoom, ada: Editor, recorded: Recorded, store: MetaStore) -> None:
    three.labels.move(ada, "p", to("production", 1, reason="first"))
    assert versions(three) == [1]
    three.labels.move(ada, "p", to("production", 2, reason="better tone"))
    assert versions(three) == [2]
    event = recorded.events[-1]
    assert (event.kind, event.title, event.actor, event.before) == ("prompt_label", "p: production v1 → v2", "Ada", "v1")
    assert event.after == {"to": "v2", "kind": "move", "reason": "better tone"}
    moves = three.registry.get(ada.scope, "p").moves
    assert [(m.kind, m.before, m.after, m.actor_name, m.reason) for m in moves] == [
        ("move", [], [[1, 1.0]], "Ada", "first"),
        ("move", [[1, 1.0]], [[2, 1.0]], "Ada", "better tone"),
    ]
    with store.reading() as unit:
        entry = unit.audit.newest(organization_id="acme")[0]
    assert (entry.actor, entry.action, entry.target) == ("user:ada", "prompt_label.move", "p")
    assert entry.details == {"label": "production", "from": "v1", "to": "v2", "reason": "better tone"}


def test_a_move_to_where_it_is_is_no_move(three: PromptRoom, ada: Editor, recorded: Recorded) -> None:
    three.labels.move(ada, "p", to("production", 1))
    three.labels.move(ada, "p", to("production", 1))
    assert len(recorded.events) == 1


def test_rollback_goes_back_step_by_step_and_an_undo_forward(three: PromptRoom, ada: Editor, recorded: Recorded) -> None:
    for number in (1, 2, 3):
        three.labels.move(ada, "p", to("production", number))
    three.labels.roll_back(ada, "p", "production", reason="refusals")
    assert versions(three) == [2]
    assert recorded.events[-1].after == {"to": "v2", "kind": "rollback", "reason": "refusals"}
    three.labels.roll_back(ada, "p", "production")
    assert versions(three) == [1]
    with pytest.raises(NothingToRollBackTo):
        three.labels.roll_back(ada, "p", "production")
    three.labels.move(ada, "p", to("production", 3))
    three.labels.roll_back(ada, "p", "production")
    assert versions(three) == [1]


def test_rollback_ends_a_rollout_and_brings_back_what_was_removed(three: PromptRoom, ada: Editor) -> None:
    three.labels.move(ada, "p", to("production", 1))
    three.labels.move(ada, "p", split("production", v1=0.8, v2=0.2))
    assert versions(three) == [1, 2]
    three.labels.roll_back(ada, "p", "production")
    assert versions(three) == [1]
    three.labels.remove(ada, "p", "production")
    with pytest.raises(NoSuchLabel):
        versions(three)
    three.labels.roll_back(ada, "p", "production")
    assert versions(three) == [1]


def test_a_rollout_keeps_its_id_while_only_shares_change(three: PromptRoom, ada: Editor) -> None:
    first = three.labels.move(ada, "p", split("production", v1=0.9, v2=0.1))
    second = three.labels.move(ada, "p", split("production", v2=0.5, v1=0.5))
    assert first.id == second.id != ""
    assert [arm.version for arm in second.arms] == [1, 2]
    assert three.labels.move(ada, "p", split("production", shuffle=True, v1=0.5, v2=0.5)).id != first.id
    served = three.serving.get(Wanted("shop", "p"))
    assert [(arm.version, arm.probability, arm.content.prompt) for arm in served.arms] == [(1, 0.5, "one"), (2, 0.5, "two")]


def test_a_label_is_not_moved_to_what_is_not_there(three: PromptRoom, ada: Editor) -> None:
    three.labels.move(ada, "p", to("production", 1))
    three.registry.remove_version(ada.scope, "p", 3)
    for move in (to("production", 3), to("production", 77), split("production", v1=0.5, v3=0.5)):
        with pytest.raises(NoSuchVersion):
            three.labels.move(ada, "p", move)
    with pytest.raises(BadRollout):
        three.labels.move(ada, "p", split("production", v1=0.5, v2=0.4))
    assert versions(three) == [1]


@pytest.mark.parametrize("label", ["latest", "", "a b", "a/b", "ü", "x" * 65])
def test_bad_labels_are_refused(three: PromptRoom, ada: Editor, label: str) -> None:
    with pytest.raises(BadLabel):
        three.labels.move(ada, "p", to(label, 1))


def test_who_moves_a_label_that_moved_meanwhile_is_told(three: PromptRoom, ada: Editor) -> None:
    three.labels.move(ada, "p", LabelMove(label="production", arms=(Arm(version=1),), expected=()))
    three.labels.move(ada, "p", to("production", 2))
    stale = LabelMove(label="production", arms=(Arm(version=3),), expected=(Arm(version=1),))
    with pytest.raises(ChangedMeanwhile, match="v2 now"):
        three.labels.move(ada, "p", stale)
    assert versions(three) == [2]


def test_a_protected_label_is_moved_by_admins_only(
    three: PromptRoom, ada: Editor, boss: Editor, as_role: Callable[..., Editor]
) -> None:
    three.labels.protect(boss.scope, "production")
    for refused in (
        lambda: three.labels.move(ada, "p", to("production", 1)),
        lambda: three.registry.create(ada, new("p", "four", "production")),
        lambda: three.labels.roll_back(ada, "p", "production"),
        lambda: three.labels.remove(ada, "p", "production"),
    ):
        with pytest.raises(LabelProtected):
            refused()
    assert len(three.registry.get(ada.scope, "p").versions) == 3
    three.labels.move(boss, "p", to("production", 1))
    three.labels.move(ada, "p", to("staging", 2))
    assert three.registry.get(ada.scope, "p").protected == ["production"]
    three.labels.unprotect(boss.scope, "production")
    three.labels.move(as_role(Role.MEMBER), "p", to("production", 2))
    assert versions(three) == [2]


def test_latest_is_the_newest_version_without_being_set(three: PromptRoom, ada: Editor) -> None:
    assert versions(three, "latest") == [3]
    three.registry.create(ada, new("p", "four"))
    assert versions(three, "latest") == [4]
