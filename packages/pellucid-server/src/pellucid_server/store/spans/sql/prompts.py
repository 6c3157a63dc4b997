"""Prompts in the traffic: what each version did, what served of late, which fingerprints there are and who receives them."""

from collections.abc import Sequence
from typing import Final

from pellucid_server.filters.tree import EVERYTHING, Filter
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.aggregates import Expressions, micros
from pellucid_server.store.spans.sql.spans import where_spans

SEPARATOR: Final = "\x1f"
"""Between the parts of a prompt's value: none of them can hold it."""

VERSION_ROW: Final[Expressions] = {
    "version": "prompt_version",
    "calls": "count()",
    "errors": "countIf(outcome = 'error')",
    "refusals": "countIf(outcome = 'refused')",
    "users": "uniqExactIf(user_id, user_id != '')",
    "cost": "sumIf(ifNull(cost, 0), counted)",
    "priced": "countIf(counted AND isNotNull(cost))",
    "duration_p50": "quantileExactInclusiveOrNullIf(0.5)(assumeNotNull(duration), isNotNull(duration))",
    "duration_p95": "quantileExactInclusiveOrNullIf(0.95)(assumeNotNull(duration), isNotNull(duration))",
    "first_time": f"min({micros('start_time')})",
    "last_time": f"max({micros('start_time')})",
}
SCORE_ROW: Final = ("version", "name", "source", "count", "mean", "deviation", "positive")
SERVED_ROW: Final = ("kind", "value", "calls", "first_time", "last_time")
VARIANT_ROW: Final = ("fingerprint", "calls", "first_time", "last_time", "prompts", "start_time", "trace_id", "span_id")
RECEIVER_ROW: Final = ("fingerprint", "attribute", "value", "calls")

_SERVED: Final = (
    f"('prompt', if(prompt_name = '', '', concat(prompt_name, '{SEPARATOR}', prompt_version, '{SEPARATOR}', prompt_label)))",
    "('fingerprint', prompt_fingerprint)",
    "('model', toString(model))",
    "('release', toString(release))",
    "('sdk', toString(sdk))",
)
_RECEIVED: Final = ("user_tier", "feature", "environment", "release", "model", "service", "experiment", "prompt_label")
_CALLS: Final = "kind = 'generation'"


def versions(asked: Asked, name: str, fingerprints: Sequence[str]) -> Statement:
    """A row for each version of a prompt, named as `VERSION_ROW`; calls by fingerprint alone are of the version ''."""
    p = Parameters()
    values = ", ".join(VERSION_ROW.values())
    sql = f"SELECT {values} FROM spans FINAL\nWHERE {_of_prompt(asked, name, fingerprints, p)} GROUP BY prompt_version"
    return p.statement(sql, "prompts.versions")


def version_scores(asked: Asked, name: str, positive: float) -> Statement:
    """Scores on the calls of each version and on their traces, by name and source; `positive` counts those from that value on.

    A score on a trace in which a version was called several times counts once.
    """
    p = Parameters()
    calls = f"SELECT trace_id, span_id, prompt_version AS version FROM spans FINAL WHERE {_of_prompt(asked, name, [], p)}"
    scored = (
        f"SELECT id, trace_id, span_id, target, toString(name) AS name, toString(source) AS source, value FROM scores FINAL "
        f"WHERE project_id = {p.text(asked.project_id)} AND status = 'valid' AND isNotNull(value) AND target IN ('span', 'trace')"
    )
    sql = (
        f"SELECT version, name, source, count(), avg(value), stddevSamp(value), countIf(value >= {p.number(positive)}) FROM (\n"
        f"  SELECT s.version AS version, c.id AS id, any(c.name) AS name, any(c.source) AS source, any(assumeNotNull(c.value)) AS value\n"
        f"  FROM ({calls}) AS s INNER JOIN ({scored}) AS c ON s.trace_id = c.trace_id\n"
        f"  WHERE c.target = 'trace' OR c.span_id = s.span_id GROUP BY version, id\n"
        f") GROUP BY version, name, source ORDER BY version, name, source"
    )
    return p.statement(sql, "prompts.version_scores")


def served(asked: Asked, since: int, *, limit: int) -> Statement:
    """What served calls since then, by kind and value; the first time is that of the whole window."""
    p = Parameters()
    scope = where_spans(asked, EVERYTHING, p)
    recent = f"countIf(start_time >= {p.time(since)})"
    sql = (
        f"SELECT item.1 AS what, item.2 AS value, {recent} AS calls, min({micros('start_time')}), max({micros('start_time')}) FROM (\n"
        f"  SELECT start_time, arrayJoin([{', '.join(_SERVED)}]) AS item FROM spans FINAL WHERE {scope} AND {_CALLS}\n"
        f") WHERE value != '' GROUP BY what, value HAVING calls > 0 ORDER BY what, calls DESC, value LIMIT {p.integer(limit)} BY what"
    )
    return p.statement(sql, "prompts.served")


def first_call(asked: Asked) -> Statement:
    """When the first call of the window began, 0 where there is none."""
    p = Parameters()
    sql = f"SELECT if(count() = 0, 0, min({micros('start_time')})) FROM spans FINAL WHERE {where_spans(asked, EVERYTHING, p)} AND {_CALLS}"
    return p.statement(sql, "prompts.first_call")


def variants(asked: Asked, node: Filter, *, limit: int) -> Statement:
    """Fingerprints of rendered system prompts, the most frequent first, with the key of the newest call whose payload was kept."""
    p = Parameters()
    key = f"({micros('start_time')}, trace_id, span_id)"
    example = f"argMax({key}, (payload_kept, start_time))"
    sql = (
        f"SELECT prompt_fingerprint, count() AS calls, min({micros('start_time')}), max({micros('start_time')}),\n"
        f"  groupUniqArrayIf(10)(toString(prompt_name), prompt_name != ''), ({example} AS example).1, example.2, example.3\n"
        f"FROM spans FINAL WHERE {where_spans(asked, node, p)} AND {_CALLS} AND prompt_fingerprint != ''\n"
        f"GROUP BY prompt_fingerprint ORDER BY calls DESC, prompt_fingerprint LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "prompts.variants")


def receivers(asked: Asked, node: Filter, fingerprints: Sequence[str], *, values: int) -> Statement:
    """How often each fingerprint went to each value of each attribute; the most frequent values."""
    p = Parameters()
    named = ", ".join(f"('{name}', toString({name}))" for name in _RECEIVED)
    from_metadata = "arrayMap((k, v) -> (concat('metadata.', toString(k)), v), mapKeys(metadata), mapValues(metadata))"
    sql = (
        f"SELECT fingerprint, item.1 AS attribute, item.2 AS value, count() AS calls FROM (\n"
        f"  SELECT toString(prompt_fingerprint) AS fingerprint, arrayJoin(arrayConcat([{named}], {from_metadata})) AS item\n"
        f"  FROM spans FINAL WHERE {where_spans(asked, node, p)} AND {_CALLS} AND prompt_fingerprint IN {p.texts(fingerprints)}\n"
        f") GROUP BY fingerprint, attribute, value ORDER BY fingerprint, attribute, calls DESC, value\n"
        f"LIMIT {p.integer(values)} BY fingerprint, attribute"
    )
    return p.statement(sql, "prompts.receivers")


def _of_prompt(asked: Asked, name: str, fingerprints: Sequence[str], p: Parameters) -> str:
    scope = where_spans(asked, EVERYTHING, p)
    named = f"prompt_name = {p.text(name)}"
    if fingerprints:
        named = f"({named} OR (prompt_name = '' AND prompt_fingerprint IN {p.texts(fingerprints)}))"
    return f"{scope} AND {_CALLS} AND {named}"
