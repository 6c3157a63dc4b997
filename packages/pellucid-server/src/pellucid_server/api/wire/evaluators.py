"""Evaluators on the wire: what is sent, and what is answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from pellucid_server.api.wire.times import WireTime
from pellucid_server.evals.evaluators import Plan, Versioned
from pellucid_server.evals.gallery.entry import Entry
from pellucid_server.evals.rules.describing import DescribedRule
from pellucid_server.evals.spending import Spend
from pellucid_server.evals.subject import Place
from pellucid_server.evals.trying import Forecast, Tried
from pellucid_server.model.score import ScoreStatus, ScoreTarget
from pellucid_server.store.meta.evaluators import EvaluatorVersion


class DefinitionBody(BaseModel):
    """What an evaluator is; see the gallery for one of each kind."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    """`rule`, `code` or `judge`."""
    target: str = "span"
    """`span`, `trace` or `session`."""
    output: str
    """`boolean`, `numeric` or `categorical`."""
    score_name: str
    variables: dict[str, str] = Field(default_factory=dict)
    """Name → JSONPath over what is evaluated."""
    body: dict[str, JsonValue]


class EvaluatorBody(BaseModel):
    """A new evaluator."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    definition: DefinitionBody
    description: str = Field(default="", max_length=5_000)
    note: str = Field(default="", max_length=1_000)
    enabled: bool = False
    filter: str = Field(default="", max_length=5_000)
    sampling: dict[str, JsonValue] | None = None
    daily_budget: float | None = Field(default=None, gt=0)

    def plan(self) -> Plan:
        """What it looks at."""
        return Plan(
            description=self.description,
            enabled=self.enabled,
            filter=self.filter,
            sampling=self.sampling,
            daily_budget=self.daily_budget,
        )


class VersionBody(BaseModel):
    """Another version of an evaluator."""

    model_config = ConfigDict(extra="forbid")

    definition: DefinitionBody
    note: str = Field(default="", max_length=1_000)


class PlanBody(BaseModel):
    """What an evaluator looks at; what is left out stays as it is. `daily_budget: null` takes the budget away."""

    model_config = ConfigDict(extra="forbid")

    description: str | None = Field(default=None, max_length=5_000)
    enabled: bool | None = None
    filter: str | None = Field(default=None, max_length=5_000)
    sampling: dict[str, JsonValue] | None = None
    daily_budget: float | None = Field(default=None, gt=0)

    def plan(self) -> Plan:
        """What the room takes."""
        return Plan(**self.model_dump(), unlimited="daily_budget" in self.model_fields_set and self.daily_budget is None)


class PlaceBody(BaseModel):
    """What is to be evaluated."""

    model_config = ConfigDict(extra="forbid")

    target: ScoreTarget
    trace_id: str = ""
    span_id: str = ""
    session_id: str = ""

    def place(self) -> Place:
        """What the room takes."""
        return Place(target=self.target, trace_id=self.trace_id, span_id=self.span_id, session_id=self.session_id)


class PreviewBody(BaseModel):
    """A draft to be tried."""

    model_config = ConfigDict(extra="forbid")

    definition: DefinitionBody
    filter: str = ""
    limit: int = Field(default=5, ge=1, le=20)
    place: PlaceBody | None = None


class ForecastBody(BaseModel):
    """A draft whose day is to be estimated."""

    model_config = ConfigDict(extra="forbid")

    definition: DefinitionBody
    filter: str = ""
    sampling: dict[str, JsonValue] = Field(default_factory=dict)
    daily_budget: float | None = Field(default=None, gt=0)
    cost_each: float | None = Field(default=None, ge=0)
    """As a preview has just shown it."""
    evaluator_id: str = ""


class BackfillBody(BaseModel):
    """History to be evaluated: a random share of what matches, or named places."""

    model_config = ConfigDict(extra="forbid")

    share: float = Field(default=1.0, gt=0, le=1)
    limit: int = Field(default=1_000, ge=1, le=50_000)
    max_cost: float | None = Field(default=None, gt=0)
    places: list[PlaceBody] = Field(default_factory=list, max_length=1_000)


class VersionAnswer(BaseModel):
    """One version."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    kind: str
    target: str
    output: str
    score_name: str
    definition: Mapping[str, Any]  # Any: JSON, as it was sent
    note: str
    created_by: str
    created_time: WireTime


class EvaluatorAnswer(BaseModel):
    """An evaluator with its newest version."""

    id: str
    name: str
    description: str
    enabled: bool
    filter: str
    sampling: Mapping[str, Any]  # Any: JSON, as it was sent
    daily_budget: float | None
    spent_today: float | None = None
    calls_today: int | None = None
    state_note: str
    watermark: WireTime
    live_run: str
    created_by: str
    created_time: WireTime
    updated_time: WireTime
    current: VersionAnswer


class EntryAnswer(BaseModel):
    """A ready evaluator of the gallery."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    title: str
    about: str
    group: str
    definition: Mapping[str, Any]  # Any: JSON, as it would be sent
    filter: str
    needs: Sequence[str]


class CheckBody(BaseModel):
    """A draft to be looked through."""

    model_config = ConfigDict(extra="forbid")

    definition: DefinitionBody


class SettingAnswer(BaseModel):
    """One setting of a rule."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    type: str
    """`texts`, `text`, `path`, `number`, `flag`, `word` or `json`."""
    needed: bool
    choices: Sequence[str]
    about: str


class RuleAnswer(BaseModel):
    """A rule and the settings that it reads."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    about: str
    selects: bool
    settings: Sequence[SettingAnswer]


class VerdictAnswer(BaseModel):
    """What an evaluator says."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    value: bool | float | str | None
    comment: str
    status: ScoreStatus
    cost: float | None
    judge_model: str
    trace_id: str
    metadata: Mapping[str, JsonValue]


class TriedAnswer(BaseModel):
    """A verdict of a preview."""

    target: ScoreTarget
    trace_id: str
    span_id: str
    session_id: str
    verdicts: list[VerdictAnswer]
    error: str
    shown: Mapping[str, JsonValue]


class ForecastAnswer(BaseModel):
    """What a day would be, by the last 24 hours."""

    model_config = ConfigDict(from_attributes=True)

    matching: int
    by_stratum: Mapping[str, int]
    sampled: float
    cost_each: float | None
    cost: float | None
    budget: float | None
    borne: float
    """The share of the sample that the budget bears."""


_PLAIN = (
    "id", "name", "description", "enabled", "filter", "sampling", "daily_budget", "state_note", "watermark", "live_run", "created_by",
    "created_time", "updated_time",
)  # fmt: skip


def to_evaluator(found: Versioned, spend: Spend | None = None) -> EvaluatorAnswer:
    """`found` for the wire."""
    return EvaluatorAnswer(
        **{name: getattr(found.evaluator, name) for name in _PLAIN},
        spent_today=None if spend is None else spend.cost,
        calls_today=None if spend is None else spend.calls,
        current=to_version(found.version),
    )


def to_version(version: EvaluatorVersion) -> VersionAnswer:
    """`version` for the wire."""
    return VersionAnswer.model_validate(version)


def to_entry(entry: Entry) -> EntryAnswer:
    """`entry` for the wire."""
    return EntryAnswer.model_validate(entry)


def to_rule(rule: DescribedRule) -> RuleAnswer:
    """`rule` for the wire."""
    return RuleAnswer.model_validate(rule)


def to_tried(tried: Tried) -> TriedAnswer:
    """`tried` for the wire."""
    place = tried.place
    return TriedAnswer(
        target=place.target,
        trace_id=place.trace_id,
        span_id=place.span_id,
        session_id=place.session_id,
        verdicts=[VerdictAnswer.model_validate(verdict) for verdict in tried.verdicts],
        error=tried.error,
        shown=tried.shown,
    )


def to_forecast(forecast: Forecast) -> ForecastAnswer:
    """`forecast` for the wire."""
    return ForecastAnswer.model_validate(forecast)
