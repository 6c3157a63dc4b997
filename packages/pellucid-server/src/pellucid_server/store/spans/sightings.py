"""Which values the traffic of late holds: models, fingerprints, releases and the like, with when each was first seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.moments import to_datetime, to_micros
from pellucid_server.store.spans.drivers.port import Driver, Limits, Statement

_LIMITS: Final = Limits(seconds=30.0)
_MOST_VALUES: Final = 1_000
"""A run; a fingerprint that fails to collapse must not flood the ledger."""

_SQL: Final = """
SELECT seen.1 AS kind, seen.2 AS value, min(start_time) AS first,
    if(uniq(env) = 1, any(env), '') AS environment, if(uniq(origin) = 1, any(origin), '') AS service,
    if(kind IN ('model', 'system_fingerprint') AND uniq(asked) = 1, any(asked), '') AS model_requested
FROM
(
    SELECT start_time, environment AS env, service AS origin, model_requested AS asked, arrayJoin(arrayConcat([
        ('model', if(counted = 1, model, '')),
        ('system_fingerprint', if(counted = 1, system_fingerprint, '')),
        ('fingerprint', prompt_fingerprint),
        ('release', release),
        ('sdk', sdk),
        ('index_version', if(retrieval_version = '', '', concat(retrieval_index, '@', retrieval_version))),
        ('prompt_version', if(prompt_version = '', '', concat(prompt_name, '@', prompt_version))),
        ('tool', tool_name)
    ],
    arrayMap(schema -> ('tool_schema', toString(schema)), tool_schemas),
    arrayMap(
        flag -> ('feature_flag', concat(substring(toString(flag), 14), '=', metadata[flag])),
        arrayFilter(flag -> startsWith(flag, 'feature_flag.'), mapKeys(metadata))
    ))) AS seen
    FROM spans FINAL
    WHERE project_id = {p0:String} AND received_at >= {p1:DateTime64(6, 'UTC')}
    AND NOT startsWith(environment, 'pellucid-')
)
WHERE value != ''
GROUP BY kind, value
ORDER BY first
LIMIT {p2:UInt64}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A value, when it was first seen, and where."""

    kind: str
    value: str
    time: int
    environment: str
    """Empty where it was seen in several; so is the service."""
    service: str
    model_requested: str
    """Of a model and of a provider's mark: what was asked for."""


class SightingReader:
    """Reads sightings."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def since(self, project_id: str, received_after: int) -> Sequence[Seen]:
        """Values of spans that were received after a time (microseconds since the epoch), the earliest first."""
        parameters = {"p0": project_id, "p1": to_datetime(received_after), "p2": _MOST_VALUES}
        result = self._driver.query(Statement(sql=_SQL, parameters=parameters, tag="monitors:sightings"), _LIMITS)
        return [
            Seen(kind=kind, value=value, time=to_micros(first), environment=env, service=service, model_requested=asked)
            for kind, value, first, env, service, asked in result.rows
        ]
