"""Scores of many things at once, by what they are on."""

from collections.abc import Mapping, Sequence

from pellucid_server.query.records import ScoreSummary, score_summary
from pellucid_server.store.spans.filter_sql import Asked
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import scores as sql

Summaries = Mapping[str, tuple[ScoreSummary, ...]]


def by_trace(reader: SpanReader, project_id: str, trace_ids: Sequence[str]) -> Summaries:
    """Of each trace, its own scores and those of its spans."""
    return _grouped(reader.rows(sql.summaries_by_trace(project_id, trace_ids))) if trace_ids else {}


def by_group(reader: SpanReader, asked: Asked, column: str, ids: Sequence[str]) -> Summaries:
    """Of each session or user, all that lies in the window."""
    return _grouped(reader.rows(sql.summaries_by_group(asked, column, ids))) if ids else {}


def _grouped(rows: Sequence[Sequence[object]]) -> Summaries:
    found: dict[str, list[ScoreSummary]] = {}
    for owner, *values in rows:
        found.setdefault(str(owner), []).append(score_summary(dict(zip(sql.SUMMARY, values, strict=True))))
    return {owner: tuple(summaries) for owner, summaries in found.items()}
