"""Evidence: the traces behind a breach, those first that show it most."""

from collections.abc import Sequence
from typing import Final

from pellucid_server.filters.printer import show
from pellucid_server.filters.tree import Compare, FieldRef, Filter, Number, Operator, all_of
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.looking import Finding, segment_filter
from pellucid_server.monitors.rules import Rule, RuleKind
from pellucid_server.query.asking import Ask
from pellucid_server.query.facets import read_filter
from pellucid_server.query.spans import SPAN_ORDERS, Spans
from pellucid_server.store.spans.vocabulary import SPAN_VOCABULARY

MAX_TRACES: Final = 5


class TraceEvidence:
    """Asks for spans."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    def __call__(self, scope: Scope, rule: Rule, finding: Finding) -> tuple[str, Sequence[str]]:
        """The filter of the traces page, and the trace ids of some spans behind the breach."""
        node = evidence_filter(rule, finding)
        if rule.kind in (RuleKind.NO_DATA, RuleKind.DRIFT):
            return show(node, SPAN_VOCABULARY), ()
        order = f"-{rule.measure}" if rule.direction == "above" and rule.measure in SPAN_ORDERS else ""
        page = self._spans.list_spans(scope, Ask(filter=node, window=finding.window, order=order, limit=4 * MAX_TRACES))
        return show(node, SPAN_VOCABULARY), list(dict.fromkeys(row.trace_id for row in page.data))[:MAX_TRACES]


def evidence_filter(rule: Rule, finding: Finding) -> Filter:
    """The matching spans that count: those that meet the condition, or whose score is on the bad side of the bound."""
    parts = [segment_filter(read_filter(rule.filter), rule.dimension, finding.value)]
    if rule.condition and rule.direction == "above":
        parts.append(read_filter(rule.condition))
    prefix, _, name = finding.measure.partition(":")
    if prefix == "score" and finding.verdict.bound is not None:
        operator = Operator.GT if rule.direction == "above" else Operator.LT
        parts.append(Compare(field=FieldRef(name="score", key=name), operator=operator, value=Number(finding.verdict.bound)))
    return all_of(parts)
