"""A file becomes one version of a data set, or nothing at all.

Its items are staged in small transactions, so that nobody else waits while a gigabyte is read; nobody sees them until the last one is
there. What a crash left half-read is forgotten by the next import.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from pellucid_server.core.clock import DAY, Clock
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.drafts import MAX_ID_CHARS, MAX_ITEM_CHARS, ItemDraft, to_item
from pellucid_server.datasets.errors import BadFile
from pellucid_server.datasets.reading_files import Columns, Format, Line, read_file
from pellucid_server.datasets.rules import Check, checker
from pellucid_server.model.json import canonical
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.datasets import STAGED_SINCE, Dataset, Item

BATCH: Final = 500
MAX_SHOWN_FAULTS: Final = 20
"""Enough to see what is wrong with a file; the number says how often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A line that is no case, and why."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file."""

    version: int
    lines: int
    added: int
    changed: int
    unchanged: int
    """They were there already, just so."""
    duplicates: int
    """They were twice in the file; the later one counts."""
    fault_count: int
    faults: tuple[Fault, ...]
    """The first ones."""


@dataclass(slots=True)
class _Tally:
    lines: int = 0
    duplicates: int = 0
    fault_count: int = 0
    faults: list[Fault] | None = None

    def fault(self, line: int, message: str) -> None:
        self.fault_count += 1
        self.faults = [*(self.faults or []), Fault(line=line, message=message)][:MAX_SHOWN_FAULTS]


class Importing:
    """The verb."""

    def __init__(self, store: MetaStore, cases: Cases, clock: Clock) -> None:
        self._store = store
        self._cases = cases
        self._clock = clock

    def run(self, scope: Scope, name: str, file: BinaryIO, format_: Format, mapping: Columns, *, skip_faulty: bool) -> Imported:
        """Read it. One faulty line refuses the file, unless `skip_faulty`; the faults name their lines. Raises `BadFile`."""
        dataset = self._cases.get(scope, name)
        stage = STAGED_SINCE + (self._clock() // 1_000) % STAGED_SINCE
        tally = _Tally()
        with self._store.writing() as unit:
            unit.datasets.drop_stage(dataset.id, before=self._clock() - DAY)
            check = checker(unit.dataset_rules.rules(dataset.id))
        try:
            self._stage(dataset, stage, read_file(file, format_, mapping), check, tally)
            self._judge(tally, skip_faulty)
            return self._adopt(dataset, stage, tally)
        except BaseException:
            with self._store.writing() as unit:
                unit.datasets.drop_stage(dataset.id, stage)
            raise

    def _stage(self, dataset: Dataset, stage: int, lines: Iterator[Line], check: Check, tally: _Tally) -> None:
        batch: dict[str, Item] = {}
        for line in lines:
            tally.lines += 1
            item = self._item(dataset, stage, line, check, tally)
            if item is None:
                continue
            tally.duplicates += item.id in batch
            batch[item.id] = item
            if len(batch) >= BATCH:
                self._write(batch, tally)
                batch = {}
        self._write(batch, tally)

    def _item(self, dataset: Dataset, stage: int, line: Line, check: Check, tally: _Tally) -> Item | None:
        fault = line.fault or (line.draft is None and "nothing in it") or _fault_of(line.draft, check)
        if fault or line.draft is None:
            tally.fault(line.number, str(fault))
            return None
        return to_item(dataset.id, line.draft, stage, self._clock())

    def _write(self, batch: dict[str, Item], tally: _Tally) -> None:
        with self._store.writing() as unit:
            tally.duplicates += unit.datasets.stage(list(batch.values()))

    def _judge(self, tally: _Tally, skip_faulty: bool) -> None:
        faults = [{"line": one.line, "message": one.message} for one in tally.faults or ()]
        if tally.fault_count and (not skip_faulty or tally.fault_count == tally.lines):
            first = faults[0]
            raise BadFile(
                f"{tally.fault_count:,} of {tally.lines:,} lines cannot be read, so nothing was written. Line {first['line']}: "
                f"{first['message']}. Correct them, or import with `skip_faulty=true`.",
                faults=faults,
                fault_count=tally.fault_count,
            )
        if tally.lines == 0:
            raise BadFile("There is no case in this file.")

    def _adopt(self, dataset: Dataset, stage: int, tally: _Tally) -> Imported:
        with self._store.writing() as unit:
            version = unit.datasets.begin_version(dataset.id)
            added, changed, unchanged = unit.datasets.settle_stage(dataset.id, stage)
            if added + changed:
                unit.datasets.adopt_stage(dataset.id, stage, version)
            else:
                version = unit.datasets.end_empty_version(dataset.id)
        return Imported(
            version=version,
            lines=tally.lines,
            added=added,
            changed=changed,
            unchanged=unchanged,
            duplicates=tally.duplicates,
            fault_count=tally.fault_count,
            faults=tuple(tally.faults or ()),
        )


def _fault_of(draft: ItemDraft | None, check: Check) -> str | None:
    if draft is None:
        return None
    if draft.id is not None and not (1 <= len(draft.id) <= MAX_ID_CHARS and draft.id.isprintable()):
        return f"its id has more than {MAX_ID_CHARS} characters, none, or some that cannot be printed"
    if len(canonical([draft.input, draft.expected, dict(draft.metadata)])) > MAX_ITEM_CHARS:
        return f"it has more than {MAX_ITEM_CHARS:,} characters of JSON"
    if draft.input is None and draft.expected is None:
        return "neither input nor expected answer; name their columns with `input=` and `expected=`"
    return check(draft)
