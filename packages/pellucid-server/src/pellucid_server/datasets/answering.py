"""The handler of experiment runs: one case is asked, scored, and its result written, once.

An answer that was recorded is never paid for again: whatever fails behind it (a judge, the database) is tried again without it.
"""

from collections.abc import Mapping
from typing import Final, Protocol

from pellucid_server.core.clock import Clock
from pellucid_server.core.errors import PellucidError
from pellucid_server.datasets.conversations import question_of
from pellucid_server.datasets.errors import BadExperiment
from pellucid_server.datasets.metrics import COST
from pellucid_server.datasets.scorers import Answered, EvaluatorSource, scored
from pellucid_server.llm.calls import ModelAnswer, ModelRequest, Origin
from pellucid_server.llm.durable import ItemContext, RunContext
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role, text_part
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.datasets import Item
from pellucid_server.store.meta.experiments import Result

KIND: Final = "experiment"
ENVIRONMENT: Final = "pellucid-experiments"
PROMPT, VERSION = "prompt", "prompt_version"
"""Under these names an experiment's metadata says which version it tried."""
QUESTION, CONTEXT = "question", "context"
"""Fields of a case's metadata that evaluators are shown: what the person asked, where the input holds more, and the documents."""


class PromptSource(Protocol):
    """Knows prompts."""

    def messages(
        self, project_id: str, name: str, version: int, input_: JsonValue
    ) -> tuple[list[tuple[str, str]], Mapping[str, JsonValue]]:
        """The (role, text) of each message for a case's input, and the version's config. Raises members of the error family."""


class ExperimentHandler:
    """Does one case of a run."""

    kind = KIND
    concurrency = 8

    def __init__(self, store: MetaStore, prompts: PromptSource, evaluators: EvaluatorSource, clock: Clock) -> None:
        self._store = store
        self._prompts = prompts
        self._evaluators = evaluators
        self._clock = clock

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """Ask, score, and write the result; a case that cannot be asked has a result that says so, and can be tried again."""
        settings, wanted = _object(context.settings), _object(item)
        item_id, repetition = str(wanted["item_id"]), int(str(wanted["repetition"]))
        experiment_id = str(settings["experiment_id"])
        case = self._case(settings, item_id)
        try:
            answer = await context.call(
                str(settings["connection"]),
                request_for(self._prompts, context.project_id, settings, case.input, repetition),
                environment=ENVIRONMENT,
                origin=Origin(name="experiment", metadata={"experiment": experiment_id, "item": item_id}),
            )
        except PellucidError as error:
            self._write(
                Result(experiment_id=experiment_id, item_id=item_id, repetition=repetition, error=error.message, time=self._clock())
            )
            raise
        scores = await self._scores(context, settings, case, answer)
        self._write(
            Result(
                experiment_id=experiment_id,
                item_id=item_id,
                repetition=repetition,
                output=answer.text,
                trace_id=answer.trace_id,
                duration_ms=answer.duration_ms,
                scores=scores,
                time=self._clock(),
            )
        )
        return {"item_id": item_id, "trace_id": answer.trace_id}

    async def finished(self, context: RunContext) -> None:
        """The run points at its experiment."""
        await context.conclude({"experiment_id": _object(context.settings)["experiment_id"]})

    async def _scores(
        self, context: ItemContext, settings: Mapping[str, JsonValue], case: Item, answer: ModelAnswer
    ) -> list[Mapping[str, JsonValue]]:
        found = scored([str(name) for name in _list(settings["scorers"])], answer.text, case.expected)
        if answer.cost is not None:
            found.append({"name": COST, "type": "numeric", "value": answer.cost.total, "status": "valid", "lower_is_better": True})
        shown = Answered(
            question=case.metadata.get(QUESTION) or question_of(case.input),
            text=answer.text,
            expected=case.expected,
            context=str(case.metadata.get(CONTEXT) or ""),
            metadata=case.metadata,
            trace_id=answer.trace_id,
            model=answer.model,
        )
        for pinned in _list(settings.get("evaluators", [])):
            found += await self._evaluators.score(context, pinned, shown)
        return found

    def _case(self, settings: Mapping[str, JsonValue], item_id: str) -> Item:
        with self._store.reading() as unit:
            case = unit.datasets.item(str(settings["dataset_id"]), int(str(settings["dataset_version"])), item_id)
        if case is None:
            raise BadExperiment(f"The case {item_id!r} is not in the data set any more.")
        return case

    def _write(self, result: Result) -> None:
        with self._store.writing() as unit:
            unit.experiments.put_results([result])


def request_for(
    prompts: PromptSource, project_id: str, settings: Mapping[str, JsonValue], input_: JsonValue, repetition: int = 0
) -> ModelRequest:
    """What a model is asked for a case. Repetitions differ by their seed, unless the settings fix one."""
    said, config = prompts.messages(project_id, str(settings[PROMPT]), int(str(settings[VERSION])), input_)
    configured = config.get("parameters")
    seed: dict[str, JsonValue] = {"seed": repetition} if repetition else {}
    parameters = {**seed, **(configured if isinstance(configured, dict) else {}), **_object(settings.get("parameters"))}
    return ModelRequest(
        model=str(settings.get("model") or config.get("model") or ""),
        messages=tuple(Message(role=Role(role), parts=(text_part(text),)) for role, text in said),
        parameters=parameters,
        purpose="experiment",
    )


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
