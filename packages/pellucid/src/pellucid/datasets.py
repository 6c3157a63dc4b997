"""Data sets: named collections of cases, kept on the server.

What lives here: reading a data set, adding to it, and its items. What must not live here: running a task over it
(`experiments`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from pellucid import settings
from pellucid.experiments import Evaluator, ExperimentResult, Task, run_experiment
from pellucid.items import DatasetItem, item_from
from pellucid.rest import Rest, segment
from pellucid.runtime import auth_headers, current

PAGE = 500
"""Items asked for in one request."""
BATCH = 200
"""Items sent in one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One version of a data set: its items are read once and stay the same."""

    name: str
    items: tuple[DatasetItem, ...]
    version: str | None = None
    """What the server calls this state; an experiment is tied to it. None for cases that only this process knows."""
    is_local: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[DatasetItem]:
        return iter(self.items)

    def where(self, accept: Callable[[DatasetItem], bool]) -> "Dataset":
        """The same data set with only the accepted items."""
        return Dataset(
            name=self.name,
            items=tuple(item for item in self.items if accept(item)),
            version=self.version,
            is_local=self.is_local,
            metadata=self.metadata,
        )

    def run(
        self,
        task: Task,
        *,
        evaluators: Sequence[Evaluator] = (),
        name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        concurrency: int = 8,
        repetitions: int = 1,
        resume: bool = False,
        progress: bool | None = None,
        task_timeout_s: float | None = None,
    ) -> ExperimentResult:
        """Run the task on every item and the evaluators on every output; all of it is traced.

        The task gets an item's input; evaluators get what their parameters name: input, output, expected, metadata,
        item. A task or evaluator that raises costs its item, not the run; so does a task that has not answered within
        `task_timeout_s`. With `resume` and the `name` of a run that
        was stopped, items that it finished are not run again. `progress` draws a bar (default: on a terminal).
        """
        with connection() as rest:
            return run_experiment(
                None if self.is_local else rest,
                dataset=self.name,
                dataset_version=self.version,
                items=self.items,
                task=task,
                evaluators=evaluators,
                name=name or f"{self.name}-{datetime.now().astimezone():%Y%m%d-%H%M%S}-{uuid4().hex[:4]}",
                metadata=metadata or {},
                concurrency=concurrency,
                repetitions=repetitions,
                resume=resume,
                progress=progress,
                task_timeout_s=task_timeout_s,
            )


def dataset(name: str, *, version: str | None = None, split: str | None = None) -> Dataset:
    """Read a data set: the newest state, or that of a version (`as_of`). Raises `NotFoundError` and its kin."""
    items: list[DatasetItem] = []
    cursor: str | None = None
    found = version
    with connection() as rest:
        head = rest.get(f"/api/v1/datasets/{segment(name)}", {"version": version})
        found = head.get("version") or version
        while True:
            query = {"version": found, "split": split, "limit": PAGE, "cursor": cursor}
            page = rest.get(f"/api/v1/datasets/{segment(name)}/items", query)
            items.extend(item_from(document) for document in page["data"])
            cursor = page.get("next_cursor")
            if not cursor:
                break
    return Dataset(name=name, items=tuple(items), version=found, metadata=head.get("metadata") or {})


def local_dataset(name: str, items: Iterable[Mapping[str, Any]]) -> Dataset:
    """A data set that only this process knows; runs over it are traced and scored, but not kept as experiments."""
    made = tuple(item_from({"id": str(number), **item}) for number, item in enumerate(items, 1))
    return Dataset(name=name, items=made, is_local=True)


def create_dataset(name: str, *, description: str | None = None, metadata: Mapping[str, Any] | None = None) -> None:
    """Make a data set; one that exists stays as it is."""
    document = {"name": name, "description": description, "metadata": dict(metadata or {})}
    with connection() as rest:
        rest.post("/api/v1/datasets", document)


def add_dataset_items(name: str, items: Iterable[Mapping[str, Any]]) -> int:
    """Add items {"input", "expected", "metadata", "id", "trace_id", "span_id", "split"}; an id that exists is replaced.

    Gives the number of items sent.
    """
    batch: list[dict[str, Any]] = []
    count = 0
    with connection() as rest:
        for item in items:
            batch.append({"id": uuid4().hex, **item})
            count += 1
            if len(batch) == BATCH:
                rest.post(f"/api/v1/datasets/{segment(name)}/items", batch)
                batch = []
        if batch:
            rest.post(f"/api/v1/datasets/{segment(name)}/items", batch)
    return count


def connection() -> Rest:
    """A connection of its own to the server of the client or of the environment."""
    client = current()
    told = client.settings if client is not None else settings.read({})
    return Rest(told.url, auth_headers(told), told.timeout_s)
