"""Evaluators and their versions: made, changed (which makes a version), switched on and off, deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.evals.candidates import check_filters
from pellucid_server.evals.definition import Definition, read_definition
from pellucid_server.evals.errors import BadEvaluator, EvaluatorExists, NoSuchEvaluator
from pellucid_server.evals.evaluating import Compiler, Ready
from pellucid_server.evals.sampling import DEFAULT_SAMPLING, read_sampling
from pellucid_server.model.change import ChangeEvent
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.evaluators import EvaluatorVersion, StoredEvaluator
from pellucid_server.store.meta.unit import UnitOfWork

MAX_EVALUATORS: Final = 500
"""Of one project."""
MAX_NAME_CHARS: Final = 200


class ChangeRecorder(Protocol):
    """The ledger of changes: an edit of an evaluator may move a score while quality stays."""

    def record(self, project_id: str, event: ChangeEvent) -> None:
        """Write an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Versioned:
    """An evaluator with one of its versions."""

    evaluator: StoredEvaluator
    version: EvaluatorVersion

    @property
    def definition(self) -> Definition:
        """Of the version, read again."""
        return read_definition(dict(self.version.definition))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an evaluator looks at, as it was sent; None: stays as it is."""

    description: str | None = None
    enabled: bool | None = None
    filter: str | None = None
    sampling: Mapping[str, JsonValue] | None = None
    daily_budget: float | None = None
    unlimited: bool = False
    """Take the budget away."""


class EvaluatorBook:
    """The verbs."""

    def __init__(self, store: MetaStore, compiler: Compiler, recorder: ChangeRecorder, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._compiler = compiler
        self._recorder = recorder
        self._clock = clock
        self._new_id = new_id

    def list_all(self, scope: Scope) -> list[Versioned]:
        """By name, each with its newest version."""
        with self._store.reading() as unit:
            found = unit.evaluators.list_all(scope.project_id)
            versions = unit.evaluators.versions([evaluator.id for evaluator in found])
        newest = {(version.evaluator_id, version.version): version for version in versions}
        return [Versioned(evaluator=one, version=newest[one.id, one.version]) for one in found]

    def get(self, scope: Scope, evaluator_id: str, version: int | None = None) -> Versioned:
        """One, in its newest version or the one that is asked for. Raises `NoSuchEvaluator`."""
        with self._store.reading() as unit:
            return _own(unit, scope, evaluator_id, version)

    def versions(self, scope: Scope, evaluator_id: str) -> list[EvaluatorVersion]:
        """All, the newest first."""
        with self._store.reading() as unit:
            _own(unit, scope, evaluator_id)
            return unit.evaluators.versions([evaluator_id])

    def ready(self, scope: Scope, evaluator_id: str, version: int | None = None) -> tuple[Versioned, Ready]:
        """One, compiled."""
        found = self.get(scope, evaluator_id, version)
        return found, self._compiler.compile(evaluator_id, found.definition)

    def compile(self, definition: JsonValue) -> Ready:
        """A draft that is not kept, for the test panel."""
        return self._compiler.compile("draft", read_definition(definition))

    def create(self, scope: Scope, *, name: str, definition: JsonValue, plan: Plan, note: str = "") -> Versioned:
        """Make one, off unless `plan` says otherwise. Raises `BadEvaluator`, `BadSampling`, `BadFilter`, `EvaluatorExists`."""
        checked = self._checked(definition)
        now = self._clock()
        evaluator = self._planned(
            StoredEvaluator(
                id=self._new_id("evaluator"),
                project_id=scope.project_id,
                name=_name(name),
                description="",
                version=1,
                enabled=False,
                filter="",
                sampling=DEFAULT_SAMPLING,
                daily_budget=None,
                watermark=now,
                live_run="",
                state_note="",
                created_by=scope.actor,
                created_time=now,
                updated_time=now,
            ),
            plan,
        )
        version = self._version(scope, evaluator.id, 1, checked, note)
        with self._store.writing() as unit:
            if unit.evaluators.named(scope.project_id, evaluator.name) is not None:
                raise EvaluatorExists(
                    f"There is an evaluator named {evaluator.name!r} already; change that one, or choose another name."
                )
            if len(unit.evaluators.list_all(scope.project_id)) >= MAX_EVALUATORS:
                raise BadEvaluator(f"A project has at most {MAX_EVALUATORS} evaluators; delete some that nobody uses.")
            unit.evaluators.add(evaluator, version)
        self._tell(scope, f"Evaluator {evaluator.name} was made", None, 1)
        return Versioned(evaluator=evaluator, version=version)

    def edit(self, scope: Scope, evaluator_id: str, *, definition: JsonValue, note: str = "") -> Versioned:
        """Another version; an equal one changes nothing. Runs under way keep the version with which they began."""
        checked = self._checked(definition)
        with self._store.writing() as unit:
            before = _own(unit, scope, evaluator_id)
            if canonical(dict(before.version.definition)) == canonical(checked.as_json()):
                return before
            version = self._version(scope, evaluator_id, before.evaluator.version + 1, checked, note)
            unit.evaluators.add_version(version)
            after = _own(unit, scope, evaluator_id)
        self._tell(scope, f"Evaluator {after.evaluator.name} was changed", before.version.version, version.version)
        return after

    def plan(self, scope: Scope, evaluator_id: str, plan: Plan) -> Versioned:
        """Change what it looks at. Switched on, it begins with the traffic of now."""
        with self._store.writing() as unit:
            before = _own(unit, scope, evaluator_id).evaluator
            after = self._planned(before, plan)
            begins = {"watermark": self._clock(), "state_note": ""} if after.enabled and not before.enabled else {}
            unit.evaluators.set(
                evaluator_id,
                description=after.description,
                enabled=after.enabled,
                filter=after.filter,
                sampling=dict(after.sampling),
                daily_budget=after.daily_budget,
                updated_time=self._clock(),
                **begins,
            )
            found = _own(unit, scope, evaluator_id)
        if after.enabled != before.enabled:
            self._tell(
                scope, f"Evaluator {after.name} was switched {'on' if after.enabled else 'off'}", before.enabled, after.enabled
            )
        return found

    def remove(self, scope: Scope, evaluator_id: str) -> None:
        """Delete; its scores stay."""
        with self._store.writing() as unit:
            if not unit.evaluators.remove(scope.project_id, evaluator_id):
                raise NoSuchEvaluator

    def _checked(self, definition: JsonValue) -> Definition:
        checked = read_definition(definition)
        self._compiler.compile("draft", checked)
        return checked

    def _planned(self, evaluator: StoredEvaluator, plan: Plan) -> StoredEvaluator:
        sampling = read_sampling(dict(evaluator.sampling if plan.sampling is None else plan.sampling))
        text = evaluator.filter if plan.filter is None else plan.filter
        check_filters(text, sampling)
        if plan.daily_budget is not None and not 0 < plan.daily_budget < 1e9:
            raise BadEvaluator("`daily_budget` is more than 0 US dollars; send null for no limit.")
        values = {item: getattr(evaluator, item) for item in evaluator.__dataclass_fields__}
        return StoredEvaluator(
            **{
                **values,
                "description": evaluator.description if plan.description is None else plan.description,
                "enabled": evaluator.enabled if plan.enabled is None else plan.enabled,
                "filter": text,
                "sampling": sampling.as_json(),
                "daily_budget": None
                if plan.unlimited
                else evaluator.daily_budget
                if plan.daily_budget is None
                else plan.daily_budget,
            }
        )

    def _version(self, scope: Scope, evaluator_id: str, number: int, definition: Definition, note: str) -> EvaluatorVersion:
        return EvaluatorVersion(
            evaluator_id=evaluator_id,
            version=number,
            kind=definition.kind.value,
            target=definition.target.value,
            output=definition.output.value,
            score_name=definition.score_name,
            definition=definition.as_json(),
            note=note,
            created_by=scope.actor,
            created_time=self._clock(),
        )

    def _tell(self, scope: Scope, title: str, before: JsonValue, after: JsonValue) -> None:
        event = ChangeEvent(
            id=self._new_id("event"),
            time=self._clock(),
            kind="evaluator",
            title=title,
            actor=scope.actor,
            before=before,
            after=after,
        )
        self._recorder.record(scope.project_id, event)


def _own(unit: UnitOfWork, scope: Scope, evaluator_id: str, version: int | None = None) -> Versioned:
    evaluator = unit.evaluators.get(scope.project_id, evaluator_id)
    if evaluator is None:
        raise NoSuchEvaluator
    found = unit.evaluators.version(evaluator_id, evaluator.version if version is None else version)
    if found is None:
        raise NoSuchEvaluator(f"The evaluator {evaluator.name!r} has versions 1 to {evaluator.version}, not {version}.")
    return Versioned(evaluator=evaluator, version=found)


def _name(name: str) -> str:
    stripped = name.strip()
    if not 1 <= len(stripped) <= MAX_NAME_CHARS or not stripped.isprintable():
        raise BadEvaluator(f"An evaluator's name has 1 to {MAX_NAME_CHARS} printable characters.")
    return stripped
