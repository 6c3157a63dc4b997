"""Data sets and their items: every change makes a version, and every version can be read as it was."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.datasets.dimensions import DEFAULT_DIMENSIONS, Dimension, checked, read
from pellucid_server.datasets.drafts import MAX_ID_CHARS, MAX_ITEM_CHARS, ItemDraft, content_hash, id_of, to_item
from pellucid_server.datasets.errors import BadDataset, BadItem, NoSuchDataset
from pellucid_server.datasets.rules import check_rules, checker
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.dataset_rules import Rules
from pellucid_server.store.meta.datasets import Dataset, Item
from pellucid_server.store.meta.unit import UnitOfWork

MAX_NAME_CHARS = 200
MAX_ITEMS_A_REQUEST = 1_000
MAX_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write did."""

    version: int
    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """Some items of a version."""

    dataset: Dataset
    version: int
    items: list[Item]
    next_after: str | None


class Cases:
    """The verbs."""

    def __init__(self, store: MetaStore, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def list_datasets(self, scope: Scope) -> list[tuple[Dataset, int]]:
        """All, with their number of items, by name."""
        with self._store.reading() as unit:
            return unit.datasets.list_all(scope.project_id)

    def create(self, scope: Scope, *, name: str, description: str = "", metadata: Mapping[str, JsonValue] | None = None) -> Dataset:
        """Make one; one of that name stays as it is."""
        name = name.strip()
        if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
            raise BadDataset
        with self._store.writing() as unit:
            known = unit.datasets.get(scope.project_id, name)
            if known is not None:
                return known
            made = Dataset(
                id=self._new_id("dataset"),
                project_id=scope.project_id,
                name=name,
                description=description,
                metadata=metadata or {},
                created_by=scope.actor,
                created_time=self._clock(),
            )
            unit.datasets.add(made)
            return made

    def get(self, scope: Scope, name: str) -> Dataset:
        """By name."""
        with self._store.reading() as unit:
            return self._own(unit, scope, name)

    def remove(self, scope: Scope, name: str) -> None:
        """Delete with everything that hangs on it."""
        with self._store.writing() as unit:
            if not unit.datasets.remove(scope.project_id, name):
                raise NoSuchDataset

    def items(
        self, scope: Scope, name: str, *, version: int | None = None, split: str | None = None, after: str = "", limit: int = 100
    ) -> ItemPage:
        """Items by id, as they were in `version`, else as they are now."""
        bounded = max(1, min(limit, MAX_PAGE))
        with self._store.reading() as unit:
            dataset = self._own(unit, scope, name)
            asked = dataset.version if version is None else version
            if not 0 <= asked <= dataset.version:
                raise NoSuchDataset(f"The data set {name!r} has versions 0 to {dataset.version}, not {asked}.")
            found = unit.datasets.items(dataset.id, asked, split=split, after=after, limit=bounded + 1)
        shown = found[:bounded]
        return ItemPage(dataset=dataset, version=asked, items=shown, next_after=shown[-1].id if len(found) > bounded else None)

    def pages(self, scope: Scope, name: str, *, version: int | None = None, split: str | None = None) -> Iterator[list[Item]]:
        """All items of a version, page by page: at least one, which may be empty."""
        after: str | None = ""
        while after is not None:
            page = self.items(scope, name, version=version, split=split, after=after, limit=MAX_PAGE)
            version, after = page.version, page.next_after
            yield page.items

    def write(self, scope: Scope, name: str, drafts: Sequence[ItemDraft]) -> Written:
        """Add and change items, all or none, as one version; what is equal already makes none."""
        if len(drafts) > MAX_ITEMS_A_REQUEST:
            raise BadItem(f"At most {MAX_ITEMS_A_REQUEST} items go into one request; send {len(drafts)} in parts.")
        wanted = self._checked(drafts)
        with self._store.writing() as unit:
            dataset = self._own(unit, scope, name)
            self._check_rules(unit, dataset, wanted)
            known = unit.datasets.current(dataset.id, wanted)
            changed = {
                id_: draft for id_, draft in wanted.items() if id_ not in known or known[id_].content_hash != content_hash(draft)
            }
            if not changed:
                return Written(version=dataset.version, added=0, changed=0, unchanged=len(wanted))
            version = unit.datasets.begin_version(dataset.id)
            unit.datasets.end_items(dataset.id, [id_ for id_ in changed if id_ in known], version)
            now = self._clock()
            unit.datasets.add_items([to_item(dataset.id, draft, version, now) for draft in changed.values()])
        replaced = sum(id_ in known for id_ in changed)
        return Written(version=version, added=len(changed) - replaced, changed=replaced, unchanged=len(wanted) - len(changed))

    def remove_items(self, scope: Scope, name: str, ids: Sequence[str]) -> int:
        """Take items out of the newest version; older versions keep them. The new version."""
        with self._store.writing() as unit:
            dataset = self._own(unit, scope, name)
            if not unit.datasets.current(dataset.id, ids):
                return dataset.version
            version = unit.datasets.begin_version(dataset.id)
            unit.datasets.end_items(dataset.id, ids, version)
            return version

    def rules(self, scope: Scope, name: str) -> Rules:
        """What the data set demands of its cases."""
        with self._store.reading() as unit:
            return unit.dataset_rules.rules(self._own(unit, scope, name).id)

    def put_rules(self, scope: Scope, name: str, *, input_schema: JsonValue, expected_schema: JsonValue) -> Rules:
        """Demand it of all that comes from now on; what is there stays."""
        with self._store.writing() as unit:
            known = unit.dataset_rules.rules(self._own(unit, scope, name).id)
            rules = replace(known, input_schema=input_schema, expected_schema=expected_schema)
            check_rules(rules)
            unit.dataset_rules.put_rules(rules)
            return rules

    def dimensions(self, scope: Scope, name: str) -> tuple[Dimension, ...]:
        """By what its cases are labelled: relevance, groundedness and tone, unless it says otherwise."""
        stored = self.rules(scope, name).dimensions
        return DEFAULT_DIMENSIONS if stored is None else read(stored)

    def put_dimensions(self, scope: Scope, name: str, dimensions: Sequence[Dimension]) -> tuple[Dimension, ...]:
        """Label by these from now on; labels that are there stay. Raises `BadQueue`."""
        usable = checked(dimensions)
        with self._store.writing() as unit:
            rules = unit.dataset_rules.rules(self._own(unit, scope, name).id)
            unit.dataset_rules.put_rules(replace(rules, dimensions=[one.stored() for one in usable]))
        return usable

    def labelled(self, scope: Scope, name: str, item_id: str) -> Item | None:
        """A case as it is now; None where it, or the data set, is not there."""
        with self._store.reading() as unit:
            dataset = unit.datasets.get(scope.project_id, name)
            return None if dataset is None else unit.datasets.current(dataset.id, [item_id]).get(item_id)

    def _check_rules(self, unit: UnitOfWork, dataset: Dataset, wanted: Mapping[str, ItemDraft]) -> None:
        check = checker(unit.dataset_rules.rules(dataset.id))
        for index, (id_, draft) in enumerate(wanted.items()):
            fault = check(draft)
            if fault is not None:
                raise BadItem(f"Item {id_!r}: {fault}", index=index)

    def _checked(self, drafts: Sequence[ItemDraft]) -> dict[str, ItemDraft]:
        wanted: dict[str, ItemDraft] = {}
        for index, draft in enumerate(drafts):
            id_ = id_of(draft)
            if len(id_) > MAX_ID_CHARS or not id_.isprintable():
                raise BadItem(f"The id of item {index} is longer than {MAX_ID_CHARS} characters or not printable.", index=index)
            if len(canonical([draft.input, draft.expected, dict(draft.metadata)])) > MAX_ITEM_CHARS:
                raise BadItem(f"Item {index} has more than {MAX_ITEM_CHARS:,} characters of JSON.", index=index)
            wanted[id_] = draft
        return wanted

    def _own(self, unit: UnitOfWork, scope: Scope, name: str) -> Dataset:
        found = unit.datasets.get(scope.project_id, name)
        if found is None:
            raise NoSuchDataset(f"There is no data set {name!r} in this project; `GET /api/v1/datasets` lists them.")
        return found
