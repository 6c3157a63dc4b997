"""From production to cases: traces become items in bulk, without doubles; items get splits; two versions are laid side by side."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pellucid_server.datasets.answering import QUESTION
from pellucid_server.datasets.cases import Cases, Written
from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.errors import BadItem
from pellucid_server.datasets.traces import Mapped, Take, TraceTexts
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta.datasets import Item

MAX_TRACES: Final = 500
"""Of one request: each is read with its payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Traces as drafts."""

    drafts: tuple[ItemDraft, ...]
    missing: tuple[str, ...]
    """Ids of traces that are not there, or not any more."""
    empty: tuple[str, ...]
    """Ids of traces in which the mapping finds no input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curated:
    """What became of traces."""

    written: Written
    duplicates: int
    """They say what an item says already, white space and case aside."""
    missing: tuple[str, ...]
    empty: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An item in two versions; None where it is not in one of them."""

    id: str
    before: Item | None
    after: Item | None


class Curating:
    """The verbs."""

    def __init__(self, cases: Cases, texts: TraceTexts) -> None:
        self._cases = cases
        self._texts = texts

    def read(self, scope: Scope, trace_ids: Sequence[str], mapping: Mapped, split: str = "") -> Read:
        """What the traces would become."""
        if len(trace_ids) > MAX_TRACES:
            raise BadItem(f"At most {MAX_TRACES} traces go into one request; send {len(trace_ids)} in parts.")
        drafts, missing, empty = [], [], []
        unique = list(dict.fromkeys(one.lower() for one in trace_ids))
        texts = self._texts.many(scope, unique, mapping)
        for trace_id in unique:
            text = texts.get(trace_id)
            if text is None:
                missing.append(trace_id)
            elif text.take(mapping.input) is None:
                empty.append(trace_id)
            else:
                drafts.append(
                    ItemDraft(
                        id=f"trace-{trace_id}",
                        input=text.take(mapping.input),
                        expected=text.take(mapping.expected),
                        metadata={**text.metadata, QUESTION: text.input} if mapping.input is Take.MESSAGES else text.metadata,
                        split=split,
                        trace_id=trace_id,
                    )
                )
        return Read(drafts=tuple(drafts), missing=tuple(missing), empty=tuple(empty))

    def add_traces(
        self, scope: Scope, name: str, trace_ids: Sequence[str], mapping: Mapped, *, split: str = "", dedupe: bool = True
    ) -> Curated:
        """Make cases of traces, as one version."""
        read = self.read(scope, trace_ids, mapping, split)
        drafts = self._without_doubles(scope, name, read.drafts) if dedupe else read.drafts
        written = self._cases.write(scope, name, drafts)
        return Curated(written=written, duplicates=len(read.drafts) - len(drafts), missing=read.missing, empty=read.empty)

    def split(self, scope: Scope, name: str, shares: Mapping[str, float]) -> Written:
        """Give each item a split by its id: an item stays where it is when others come. Shares sum to 1."""
        if not shares or any(share < 0 for share in shares.values()) or abs(sum(shares.values()) - 1) > 1e-6:
            raise BadItem("The shares of splits are not negative and sum to 1, such as train 0.8 and test 0.2.")
        total = Written(version=self._cases.get(scope, name).version, added=0, changed=0, unchanged=0)
        for page in self._cases.pages(scope, name):
            drafts = [replace(_draft(item), split=_split_of(item, shares)) for item in page]
            written = self._cases.write(scope, name, drafts)
            total = replace(written, changed=total.changed + written.changed, unchanged=total.unchanged + written.unchanged)
        return total

    def diff(self, scope: Scope, name: str, before: int, after: int) -> list[Change]:
        """Items that differ between two versions, by id."""
        old = {item.id: item for page in self._cases.pages(scope, name, version=before) for item in page}
        new = {item.id: item for page in self._cases.pages(scope, name, version=after) for item in page}
        ids = sorted(old.keys() | new.keys())
        changes = [Change(id=id_, before=old.get(id_), after=new.get(id_)) for id_ in ids]
        return [change for change in changes if _hash(change.before) != _hash(change.after)]

    def _without_doubles(self, scope: Scope, name: str, drafts: Sequence[ItemDraft]) -> list[ItemDraft]:
        seen = {sameness(item.input): item.id for page in self._cases.pages(scope, name) for item in page}
        kept: list[ItemDraft] = []
        for draft in drafts:
            key = sameness(draft.input)
            if seen.setdefault(key, str(draft.id)) == draft.id:
                kept.append(draft)
        return kept


def sameness(value: JsonValue) -> str:
    """Equal for inputs that differ in nothing but white space and case."""
    said = value if isinstance(value, str) else canonical(value)
    return hashlib.sha256(" ".join(said.casefold().split()).encode("utf-8", "surrogatepass")).hexdigest()


def _draft(item: Item) -> ItemDraft:
    return ItemDraft(
        id=item.id,
        input=item.input,
        expected=item.expected,
        metadata=item.metadata,
        split=item.split,
        trace_id=item.trace_id,
        span_id=item.span_id,
    )


def _split_of(item: Item, shares: Mapping[str, float]) -> str:
    """By the hash of what it asks: doubles land in one split, and nothing leaks from one into another."""
    place = int(sameness(item.input)[:12], 16) / 16**12
    reached = 0.0
    for split, share in shares.items():
        reached += share
        if place < reached:
            return split
    return list(shares)[-1]


def _hash(item: Item | None) -> str | None:
    return None if item is None else item.content_hash
