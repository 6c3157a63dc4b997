"""Data sets keep every version; equal content makes none."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.errors import BadDataset, BadItem, NoSuchDataset
from pellucid_server.model.scope import Role, Scope


def test_each_change_makes_a_version_that_can_be_read_as_it_was(cases: Cases, scope: Scope) -> None:
    cases.create(scope, name="support")
    first = cases.write(scope, "support", [ItemDraft(id="a", input="1"), ItemDraft(id="b", input="2")])
    second = cases.write(scope, "support", [ItemDraft(id="a", input="1!"), ItemDraft(id="c", input="3", split="test")])
    third = cases.remove_items(scope, "support", ["b"])
    assert (first.version, first.added, second.version, second.added, second.changed, third) == (1, 2, 2, 1, 1, 3)

    def inputs(version: int | None) -> dict[str, object]:
        return {item.id: item.input for item in cases.items(scope, "support", version=version).items}

    assert inputs(0) == {}
    assert inputs(1) == {"a": "1", "b": "2"}
    assert inputs(2) == {"a": "1!", "b": "2", "c": "3"}
    assert inputs(None) == inputs(3) == {"a": "1!", "c": "3"}
    assert [item.id for item in cases.items(scope, "support", split="test").items] == ["c"]


def test_writing_the_same_again_makes_no_version(cases: Cases, scope: Scope) -> None:
    cases.create(scope, name="s")
    drafts = [ItemDraft(id="a", input={"q": 1}, expected=None), ItemDraft(input="no id", trace_id="1" * 32)]
    assert cases.write(scope, "s", drafts).version == 1
    again = cases.write(scope, "s", [*drafts, ItemDraft(input="no id", trace_id="2" * 32)])
    assert (again.version, again.added, again.changed, again.unchanged) == (1, 0, 0, 2)


def test_items_come_in_pages(cases: Cases, scope: Scope) -> None:
    cases.create(scope, name="s")
    cases.write(scope, "s", [ItemDraft(id=f"{n:03}") for n in range(25)])
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = cases.items(scope, "s", after=after, limit=10)
        seen += [item.id for item in page.items]
        after = page.next_after
    assert seen == [f"{n:03}" for n in range(25)]


def test_creating_twice_keeps_the_first_and_other_projects_see_nothing(cases: Cases, scope: Scope) -> None:
    first = cases.create(scope, name="s", description="first")
    assert cases.create(scope, name=" s ", description="second") == first
    other = Scope(organization_id=scope.organization_id, project_id="other", role=Role.OWNER, actor="x")
    with pytest.raises(NoSuchDataset):
        cases.items(other, "s")
    assert cases.list_datasets(other) == []
    assert cases.list_datasets(scope) == [(first, 0)]
    cases.remove(scope, "s")
    with pytest.raises(NoSuchDataset):
        cases.get(scope, "s")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb"])
def test_an_unusable_name_is_refused(cases: Cases, scope: Scope, name: str) -> None:
    with pytest.raises(BadDataset):
        cases.create(scope, name=name)


def test_an_unusable_item_is_named_and_nothing_is_written(cases: Cases, scope: Scope) -> None:
    cases.create(scope, name="s")
    with pytest.raises(BadItem) as refused:
        cases.write(scope, "s", [ItemDraft(id="fine"), ItemDraft(id="x" * 201)])
    assert refused.value.details["index"] == 1
    with pytest.raises(BadItem):
        cases.write(scope, "s", [ItemDraft(id="big", input="x" * 2_100_000)])
    with pytest.raises(NoSuchDataset):
        cases.items(scope, "s", version=7)
    assert cases.get(scope, "s").version == 0


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), min_size=1), max_size=6))
def test_any_history_of_writes_can_be_read_back(cases: Cases, scope: Scope, history: list[dict[str, int]]) -> None:
    name = f"h{cases._clock()}"
    cases.create(scope, name=name)
    expected: dict[int, dict[str, object]] = {0: {}}
    state: dict[str, object] = {}
    for step in history:
        written = cases.write(scope, name, [ItemDraft(id=id_, input=value) for id_, value in step.items()])
        state = {**state, **step}
        expected[written.version] = dict(state)
    for version, items in expected.items():
        assert {item.id: item.input for item in cases.items(scope, name, version=version).items} == items
