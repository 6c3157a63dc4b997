"""The over-retrieval lens: how much context each class of documents costs per answer, and how that moved against the period before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pellucid_server.core.clock import Clock
from pellucid_server.filters.tree import Filter
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import asked_in
from pellucid_server.query.metrics import DEFAULT_SPAN
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import retrieval as sql

MAX_CLASSES: Final = 500
"""Classes and index versions of one answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The context of some answers. All are sums; a trace with several classes counts for each by its share of the documents."""

    traces: float
    documents: int
    input_tokens: float
    context_cost: float
    """US dollars for input, fresh and cached."""
    cost: float
    """With the output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassContext:
    """One class of documents in one version of the index."""

    document_class: str
    index_version: str
    now: Context
    before: Context | None
    """The same class, whatever the version, in the period of the same length before."""

    @property
    def inflation(self) -> float | None:
        """How much more context an answer takes than before, as a share; None where there was nothing before."""
        if self.before is None or not self.before.traces or not self.before.input_tokens or not self.now.traces:
            return None
        return (self.now.input_tokens / self.now.traces) / (self.before.input_tokens / self.before.traces) - 1

    @property
    def excess_cost(self) -> float | None:
        """What the context cost beyond what it would have cost at the size of before; negative where it shrank."""
        if self.inflation is None:
            return None
        return self.now.context_cost * self.inflation / (1 + self.inflation) if self.inflation > -1 else None


class RetrievalContexts:
    """The verb."""

    def __init__(self, reader: SpanReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def by_class(self, scope: Scope, node: Filter, window: Window) -> Sequence[ClassContext]:
        """The dearest first, of the last seven days where no start is named."""
        now = self._clock()
        bounded = window.or_last(DEFAULT_SPAN, now)
        start, end = bounded.start or 0, now if bounded.end is None else bounded.end
        current = self._rows(scope, node, Window(start=start, end=end), now)
        earlier = _by_class(self._rows(scope, node, Window(start=start - (end - start), end=start), now))
        return [
            ClassContext(
                document_class=row["document_class"],
                index_version=row["index_version"],
                now=_context(row),
                before=earlier.get(row["document_class"]),
            )
            for row in current
        ]

    def _rows(self, scope: Scope, node: Filter, window: Window, now: int) -> Sequence[Mapping[str, Any]]:
        statement = sql.by_class(asked_in(scope, window, now), node, limit=MAX_CLASSES)
        return self._reader.records(statement, sql.CLASS_ROW)


def _context(row: Mapping[str, Any]) -> Context:
    return Context(
        traces=float(row["traces"]),
        documents=int(row["documents"]),
        input_tokens=float(row["input_tokens"]),
        context_cost=float(row["context_cost"]),
        cost=float(row["cost"]),
    )


def _by_class(rows: Sequence[Mapping[str, Any]]) -> dict[str, Context]:
    summed: dict[str, Context] = {}
    for row in rows:
        one, name = _context(row), row["document_class"]
        known = summed.get(name)
        summed[name] = one if known is None else _plus(known, one)
    return summed


def _plus(a: Context, b: Context) -> Context:
    return Context(
        traces=a.traces + b.traces,
        documents=a.documents + b.documents,
        input_tokens=a.input_tokens + b.input_tokens,
        context_cost=a.context_cost + b.context_cost,
        cost=a.cost + b.cost,
    )
