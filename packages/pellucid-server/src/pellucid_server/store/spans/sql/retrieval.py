"""What the documents of retrievals cost: the context of model calls, shared out to the classes of the documents of their trace."""

from typing import Final

from pellucid_server.filters.tree import Filter
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked, scope_condition, span_condition
from pellucid_server.store.spans.parameters import Parameters

CLASS_ROW: Final = (
    "document_class",
    "index_version",
    "traces",
    "documents",
    "input_tokens",
    "context_cost",
    "cost",
)
"""What `by_class` selects."""

_CONTEXT: Final = "cost_input + cost_cache_read + cost_cache_write + cost_cache_write_1h"


def by_class(asked: Asked, node: Filter, *, limit: int) -> Statement:
    """A row for each class of documents and version of the index.

    A trace counts for each class by its share of the documents that went on to the model (those of the reranker where there is one), so
    that sums over classes are those of the traces. Traces count where any of their spans matches.
    """
    p = Parameters()
    scope = scope_condition(asked, p)
    matching = span_condition(node, asked, p)
    generation = "counted AND kind = 'generation'"
    sql = (
        "SELECT class, version, sum(share), sum(found), sum(share * input), sum(share * context), sum(share * total)\nFROM (\n"
        "  SELECT version, input, context, total, arrayJoin(arrayDistinct(classes)) AS class,\n"
        "    countEqual(classes, class) AS found, found / length(classes) AS share\n  FROM (\n"
        "    SELECT groupArrayArrayIf(document_classes, kind = 'reranker') AS reranked,\n"
        "      if(notEmpty(reranked), reranked, groupArrayArrayIf(document_classes, kind = 'retriever')) AS classes,\n"
        "      maxIf(retrieval_version, kind = 'retriever') AS version,\n"
        f"      sumIf(input_tokens, {generation}) AS input,\n"
        f"      sumIf({_CONTEXT}, {generation}) AS context,\n"
        f"      sumIf(ifNull(cost, 0), {generation}) AS total\n"
        f"    FROM spans FINAL WHERE {scope}\n    GROUP BY trace_id HAVING notEmpty(classes) AND countIf({matching}) > 0\n  )\n)\n"
        f"GROUP BY class, version ORDER BY sum(share * context) DESC, class, version LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "retrieval.by_class")
