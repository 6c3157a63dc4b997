"""What the filter language may name: made from `columns.py`, once for spans and once for scores."""

from collections.abc import Iterable, Mapping
from typing import Final

from pellucid_server.filters.vocabulary import Field, Vocabulary
from pellucid_server.model.score import ScoreSource, ScoreStatus, ScoreTarget, ScoreType
from pellucid_server.model.span import Kind, Outcome
from pellucid_server.store.spans.columns import ALIASES, FILTERABLE, SCORE_COLUMNS, Column

_SPAN_VALUES: Final = {"kind": tuple(Kind), "outcome": tuple(Outcome)}
_SCORE_VALUES: Final = {
    "target": tuple(ScoreTarget),
    "type": tuple(ScoreType),
    "status": tuple(ScoreStatus),
    "source": tuple(ScoreSource),
}

SCORE_FIELD: Final = Field(
    name="score",
    type="score",
    label="Score",
    doc="A score by its name, on the span, its trace or its session: `score.quality<0.5`, `score.tone:good`.",
    group="outcome",
)


def _fields(columns: Iterable[Column], values: Mapping[str, tuple[str, ...]]) -> dict[str, Field]:
    return {
        column.name: Field(
            name=column.name,
            type=column.field,
            label=column.label,
            doc=column.doc,
            group=column.group,
            unit=column.unit,
            facet=column.facet,
            values=tuple(map(str, values.get(column.name, ()))),
        )
        for column in columns
        if column.field
    }


SPAN_VOCABULARY: Final = Vocabulary(
    fields={**_fields(FILTERABLE.values(), _SPAN_VALUES), SCORE_FIELD.name: SCORE_FIELD}, aliases=ALIASES
)
"""Fields of spans, and so of everything that is aggregated from spans."""

SCORE_VOCABULARY: Final = Vocabulary(
    fields=_fields(SCORE_COLUMNS, _SCORE_VALUES), aliases={"trace": "trace_id", "span": "span_id", "session": "session_id"}
)
"""Fields of scores."""
