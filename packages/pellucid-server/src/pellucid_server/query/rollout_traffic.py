"""What the arms of a rollout did, and what a label's calls were around its moves, as sums over users."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid_server.core.clock import Clock, Micros
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import asked_in
from pellucid_server.query.prompt_traffic import POSITIVE
from pellucid_server.query.windows import Window
from pellucid_server.stats.sequential import Clusters
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import rollouts as sql

SHARES = ("calls", "errors", "refusals", "feedback")
"""Metrics whose single values are 0 or 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSums:
    """What one arm did: metric → sums. `calls` counts users and calls."""

    version: int
    sums: Mapping[str, Clusters]


class RolloutTraffic:
    """The verbs."""

    def __init__(self, reader: SpanReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def arms(self, scope: Scope, name: str, label: str, arms: Sequence[tuple[int, float]], since: Micros) -> list[ArmSums]:
        """Of the calls since then that were drawn with these probabilities, an entry for each arm."""
        asked = asked_in(scope, Window(start=since), self._clock())
        wanted = sql.ArmsAsked(name=name, label=label, arms=[(str(version), probability) for version, probability in arms])
        found: dict[str, dict[str, Clusters]] = {str(version): {} for version, _ in arms}
        for statement in (sql.call_sums(asked, wanted), sql.score_sums(asked, wanted, POSITIVE)):
            for row in self._reader.records(statement, sql.ARM_ROW):
                found[row["version"]][row["metric"]] = _clusters(row)
        return [ArmSums(version=version, sums=found[str(version)]) for version, _ in arms]

    def sides(self, scope: Scope, name: str, label: str, sides: Sequence[sql.Side]) -> Mapping[str, Mapping[str, Clusters]]:
        """Of the calls that were fetched by a label: side → metric → sums, for sides that have any."""
        if not sides:
            return {}
        window = Window(start=min(side.start for side in sides), end=max(side.end for side in sides))
        asked, wanted = asked_in(scope, window, self._clock()), sql.SidesAsked(name=name, label=label, sides=sides)
        found: dict[str, dict[str, Clusters]] = {}
        for statement in (sql.side_call_sums(asked, wanted), sql.side_score_sums(asked, wanted, POSITIVE)):
            for row in self._reader.records(statement, sql.ARM_ROW):
                found.setdefault(row["version"], {})[row["metric"]] = _clusters(row)
        return found


def _clusters(row: Mapping[str, Any]) -> Clusters:
    return Clusters(
        clusters=int(row["units"]),
        count=float(row["count"]),
        total=float(row["total"]),
        count_squares=float(row["count_squares"]),
        count_totals=float(row["count_totals"]),
        total_squares=float(row["total_squares"]),
        is_share=row["metric"] in SHARES,
    )
