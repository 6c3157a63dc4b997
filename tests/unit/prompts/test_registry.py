"""The registry on both databases: versions are immutable, nothing is lost when two people save at once, circles are refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.unit.prompts.saying import FakeClock, chat, new, text, to

from pellucid_server.core.errors import Conflict
from pellucid_server.model.scope import Role
from pellucid_server.prompts.context import Editor
from pellucid_server.prompts.errors import (
    BadPrompt,
    BadReference,
    ChangedMeanwhile,
    CyclicReference,
    LabelInUse,
    NoSuchLabel,
    NoSuchPrompt,
    NoSuchVersion,
    PromptArchived,
    PromptTooLarge,
    VersionInUse,
)
from pellucid_server.prompts.registry import NewVersion
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.prompts.serving import FRESH_FOR, Wanted
from pellucid_server.store.meta.database import MetaStore


def served(room: PromptRoom, name: str, label: str | None = None, version: int | None = None) -> object:
    return room.serving.get(Wanted("shop", name, label, version)).arms[0].content.prompt


def test_equal_content_is_one_version_and_numbers_are_not_given_again(room: PromptRoom, ada: Editor) -> None:
    assert room.registry.create(ada, new("support/answer", "one", message="first")) == 1
    assert room.registry.create(ada, new("support/answer", "two")) == 2
    assert room.registry.create(ada, new("support/answer", "one", message="again")) == 1
    room.registry.remove_version(ada.scope, "support/answer", 2)
    assert room.registry.create(ada, new("support/answer", "two")) == 3
    record = room.registry.get(ada.scope, "support/answer")
    assert [(version.stored.version, version.stored.message) for version in record.versions] == [(3, ""), (1, "first")]
    assert (record.versions[1].stored.author, record.versions[1].stored.author_name) == ("user:ada", "Ada")


def test_who_saves_on_top_of_an_old_version_is_told_and_loses_nothing(room: PromptRoom, ada: Editor) -> None:
    room.registry.create(ada, new("p", "one", based_on=0))
    room.registry.create(ada, new("p", "theirs", based_on=1))
    with pytest.raises(ChangedMeanwhile) as caught:
        room.registry.create(ada, new("p", "mine", based_on=1))
    assert caught.value.details["newest"] == 2
    assert room.registry.create(ada, new("p", "mine", based_on=2)) == 3
    assert [version.content.prompt for version in room.registry.get(ada.scope, "p").versions] == ["mine", "theirs", "one"]
    with pytest.raises(ChangedMeanwhile):
        room.registry.create(ada, new("q", "x", based_on=4))


def test_twenty_people_save_at_once(room: PromptRoom, ada: Editor) -> None:
    room.registry.create(ada, new("p", "zero"))

    def save(number: int) -> int:
        return room.registry.create(ada, new("p", f"text {number}"))

    with ThreadPoolExecutor(10) as pool:
        numbers = list(pool.map(save, range(20)))
    assert sorted(numbers) == list(range(2, 22))
    versions = {version.stored.version: version.content.prompt for version in room.registry.get(ada.scope, "p").versions}
    assert [versions[number] for number in numbers] == [f"text {place}" for place in range(20)]


def test_of_two_who_save_on_the_same_version_at_once_one_is_told(room: PromptRoom, ada: Editor) -> None:
    room.registry.create(ada, new("p", "zero"))

    def save(number: int) -> int:
        try:
            return room.registry.create(ada, new("p", f"text {number}", based_on=1))
        except Conflict:
            return 0

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(save, range(8)))[-2:] == [0, 2]


def test_a_project_sees_its_own_prompts_only(room: PromptRoom, ada: Editor, as_role: Callable[..., Editor]) -> None:
    room.registry.create(ada, new("p", "secret", "production"))
    stranger = as_role(Role.OWNER, project="other")
    assert room.registry.list_prompts(stranger.scope).entries == []
    with pytest.raises(NoSuchPrompt):
        room.registry.get(stranger.scope, "p")
    with pytest.raises(NoSuchPrompt):
        room.serving.get(Wanted("other", "p"))
    with pytest.raises(BadReference):
        room.registry.create(stranger, new("q", "{{>p}}"))


def test_the_list_knows_folders_labels_search_and_pages(room: PromptRoom, ada: Editor) -> None:
    for name in ("support/answer", "support/vip/answer", "supportive", "sales"):
        room.registry.create(ada, new(name, f"text of {name}", *(("production",) if "answer" in name else ())))

    def names(**wanted: object) -> list[str]:
        return [entry.prompt.name for entry in room.registry.list_prompts(ada.scope, **wanted).entries]  # type: ignore[arg-type]

    assert names() == ["sales", "support/answer", "support/vip/answer", "supportive"]
    assert names(folder="support") == ["support/answer", "support/vip/answer"]
    assert names(search="VIP") == ["support/vip/answer"]
    assert names(label="production") == ["support/answer", "support/vip/answer"]
    page = room.registry.list_prompts(ada.scope, limit=3)
    assert page.next_after == "support/vip/answer"
    assert names(after=page.next_after) == ["supportive"]
    room.registry.archive(ada.scope, "sales", archived=True)
    assert names() == ["support/answer", "support/vip/answer", "supportive"]
    assert names(archived=True) == ["sales"]


def test_an_archived_prompt_is_served_but_not_changed(room: PromptRoom, ada: Editor) -> None:
    room.registry.create(ada, new("p", "one", "production"))
    room.registry.archive(ada.scope, "p", archived=True)
    assert served(room, "p") == "one"
    with pytest.raises(PromptArchived):
        room.registry.create(ada, new("p", "two"))
    with pytest.raises(PromptArchived):
        room.labels.move(ada, "p", to("staging", 1))
    room.registry.archive(ada.scope, "p", archived=False)
    assert room.registry.create(ada, new("p", "two")) == 2


def test_a_version_that_was_ever_served_is_kept(room: PromptRoom, ada: Editor) -> None:
    for content in ("one", "two", "three"):
        room.registry.create(ada, new("p", content))
    room.labels.move(ada, "p", to("production", 1))
    room.labels.move(ada, "p", to("production", 2))
    room.registry.create(ada, new("q", "{{>p#3}}"))
    for number in (1, 2, 3):
        with pytest.raises(VersionInUse):
            room.registry.remove_version(ada.scope, "p", number)
    with pytest.raises(NoSuchVersion):
        room.registry.remove_version(ada.scope, "p", 9)


def test_a_prompt_keeps_its_type(room: PromptRoom, ada: Editor) -> None:
    room.registry.create(ada, new("p", "one"))
    with pytest.raises(BadPrompt, match="stays one"):
        room.registry.create(ada, NewVersion(name="p", content=chat({"role": "user", "content": "x"})))


@pytest.mark.parametrize("name", ["", " a", "a ", "/a", "a/", "a//b", "a@b", "a#b", "a{b", "a\nb", "..", "a/../b", "x" * 201])
def test_bad_names_are_refused(room: PromptRoom, ada: Editor, name: str) -> None:
    with pytest.raises(BadPrompt):
        room.registry.create(ada, new(name, "x"))


def test_prompts_include_each_other_as_labels_stand(room: PromptRoom, ada: Editor) -> None:
    room.registry.create(ada, new("tone", "Be kind to {{name}}.", "production"))
    room.registry.create(ada, new("tone", "Be brief."))
    room.registry.create(ada, new("rules", "{{>tone}} {{>tone#2}} Never lie.", "production"))
    room.registry.create(ada, new("answer", "{{>rules@production}} Answer {{question}}.", "production"))
    assert served(room, "answer") == "Be kind to {{name}}. Be brief. Never lie. Answer {{question}}."
    included = room.serving.get(Wanted("shop", "answer")).arms[0].included
    assert sorted((found.name, found.version) for found in included) == [("rules", 1), ("tone", 1), ("tone", 2)]
    room.labels.move(ada, "tone", to("production", 2))
    assert served(room, "answer") == "Be brief. Be brief. Never lie. Answer {{question}}."


def test_a_value_with_a_reference_in_it_includes_nothing(room: PromptRoom, ada: Editor) -> None:
    room.registry.create(ada, new("secret", "the secret", "production"))
    content, compiled = room.registry.preview(ada.scope, "p", text("Say {{x}}"), {"x": "{{>secret}} {{y}}"})
    assert compiled == "Say {{>secret}} {{y}}"
    assert [variable.name for variable in content.variables] == ["x"]


def test_broken_references_are_named(room: PromptRoom, ada: Editor) -> None:
    room.registry.create(ada, new("tone", "kind"))
    room.registry.create(ada, NewVersion(name="talk", content=chat({"role": "user", "content": "x"}), labels=["production"]))
    for prompt, why in (
        ("{{>nothing}}", "no such prompt"),
        ("{{>tone}}", "`production` is not set"),
        ("{{>tone#9}}", "no version 9"),
        ("{{>talk}}", "only text prompts"),
    ):
        with pytest.raises(BadReference, match=why):
            room.registry.create(ada, new("p", prompt))
    with pytest.raises(NoSuchPrompt):
        room.registry.get(ada.scope, "p")


def test_circles_are_refused_when_saved_and_when_a_label_would_close_one(room: PromptRoom, ada: Editor) -> None:
    room.registry.create(ada, new("a", "plain a", "production"))
    room.registry.create(ada, new("b", "b with {{>a}}", "production"))
    with pytest.raises(CyclicReference):
        room.registry.create(ada, new("a", "me again: {{>a#1}}"))
    with pytest.raises(CyclicReference, match="a → b → a"):
        room.registry.create(ada, new("a", "a with {{>b}}"))
    room.registry.create(ada, new("c", "plain c", "production"))
    room.registry.create(ada, new("d", "plain d", "production"))
    assert room.registry.create(ada, new("c", "c with {{>d}}")) == 2
    room.registry.create(ada, new("d", "d with {{>c}}", "production"))
    with pytest.raises(CyclicReference):
        room.labels.move(ada, "c", to("production", 2))
    assert served(room, "d") == "d with plain c"
    assert served(room, "c") == "plain c"


def test_includes_do_not_explode(room: PromptRoom, ada: Editor) -> None:
    room.registry.create(ada, new("l0", "x" * 10_000, "production"))
    room.registry.create(ada, new("l1", "{{>l0}}" * 8, "production"))
    with pytest.raises(PromptTooLarge):
        room.registry.create(ada, new("l2", "{{>l1}}" * 8))
    for level in range(1, 10):
        room.registry.create(ada, new(f"d{level}", f"{{{{>d{level - 1}}}}}" if level > 1 else "end", "production"))
    with pytest.raises(BadReference, match="deep"):
        room.registry.create(ada, new("d10", "{{>d9}}"))


def test_a_label_that_others_include_is_not_taken_away(room: PromptRoom, ada: Editor) -> None:
    room.registry.create(ada, new("tone", "kind", "production", "staging"))
    room.registry.create(ada, new("answer", "{{>tone}}"))
    with pytest.raises(LabelInUse):
        room.labels.remove(ada, "tone", "production")
    room.labels.remove(ada, "tone", "staging")
    with pytest.raises(NoSuchLabel):
        served(room, "tone", "staging")


def test_memory_forgets_what_another_process_changed(room: PromptRoom, ada: Editor, store: MetaStore, clock: FakeClock) -> None:
    room.registry.create(ada, new("p", "one", "production"))
    assert served(room, "p") == "one"
    elsewhere = PromptRoom.open(store, clock=clock)
    elsewhere.registry.create(ada, new("p", "two", "production"))
    assert served(elsewhere, "p") == "two"
    assert served(room, "p") == "one"
    clock.now += FRESH_FOR
    assert served(room, "p") == "two"
