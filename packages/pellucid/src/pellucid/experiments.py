"""Experiments: a task run over the items of a data set, judged, traced, and resumable.

What lives here: the run itself and its result. What must not live here: reading data sets, and statistics: whether
one run is better than another is the server's answer.

Each item's output and scores travel to the server together, when the item is finished: a run that is killed loses
only the items that were being worked on, and a resumed one repeats only those.
"""

import asyncio
import inspect
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any, TextIO, TypeAlias

from pellucid import semconv
from pellucid.items import DatasetItem, Evaluation, ItemResult, usable
from pellucid.narrowing import is_document, is_list
from pellucid.rest import Rest, segment
from pellucid.runtime import current
from pellucid.setup import flush
from pellucid.steps import SILENT, Step, start

Task: TypeAlias = Callable[[Any], Any]
Evaluator: TypeAlias = Callable[..., Any]

ENVIRONMENT = "experiment"
"""Environment of the spans of a run, so that they never mix with production."""
EVALUATOR_PARAMETERS = ("input", "output", "expected", "metadata", "item")
BAR_WIDTH = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentResult:
    """A finished run."""

    name: str
    id: str | None
    """None for a local data set."""
    items: tuple[ItemResult, ...]
    """What this call ran; items of an earlier, resumed call are not in it."""
    skipped: int
    """Items that an earlier call had finished."""
    url: str | None
    """The page of the run."""
    means: Mapping[str, float] = field(default_factory=dict[str, float])
    """Mean of each numeric or boolean score over the items that have it."""

    @property
    def errors(self) -> int:
        """Items whose task raised."""
        return sum(result.error is not None for result in self.items)

    def __str__(self) -> str:
        lines = [f"{self.name}: {len(self.items)} items, {self.errors} errors, {self.skipped} from an earlier run"]
        lines += [f"  {name}: {mean:.4g}" for name, mean in sorted(self.means.items())]
        return "\n".join([*lines, f"  {self.url}"] if self.url else lines)


def run_experiment(
    rest: Rest | None,
    *,
    dataset: str,
    dataset_version: str | None,
    items: Sequence[DatasetItem],
    task: Task,
    evaluators: Sequence[Evaluator],
    name: str,
    metadata: Mapping[str, Any],
    concurrency: int,
    repetitions: int,
    resume: bool,
    progress: bool | None,
    task_timeout_s: float | None,
) -> ExperimentResult:
    """Run and report; see `Dataset.run`."""
    experiment, done = _opened(rest, name, dataset, dataset_version, metadata, repetitions, resume)
    wanted = [(item, repetition) for repetition in range(repetitions) for item in items]
    bounded = task if task_timeout_s is None else _bounded(task, task_timeout_s)
    work = [(item, repetition) for item, repetition in wanted if (item.id, repetition) not in done]
    bar = Progress(len(work), sys.stderr, sys.stderr.isatty() if progress is None else progress)
    results: list[ItemResult] = []
    pool = ThreadPoolExecutor(max(1, concurrency), thread_name_prefix="pellucid-experiment")
    try:
        futures = [pool.submit(_run_item, item, repetition, bounded, evaluators, name, experiment) for item, repetition in work]
        for future in as_completed(futures):
            result = future.result()
            if rest is not None and experiment is not None:
                rest.post(f"/api/v1/experiments/{segment(experiment['id'])}/items", [result.document()])
            results.append(result)
            bar.step(failed=result.error is not None)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        bar.end()
        flush()
    return ExperimentResult(
        name=name,
        id=experiment["id"] if experiment else None,
        items=tuple(results),
        skipped=len(wanted) - len(work),
        url=experiment.get("url") if experiment else None,
        means=means_of(results),
    )


def _opened(
    rest: Rest | None,
    name: str,
    dataset: str,
    version: str | None,
    metadata: Mapping[str, Any],
    repetitions: int,
    resume: bool,
) -> tuple[Mapping[str, Any] | None, set[tuple[str, int]]]:
    """The experiment on the server, and what of it is finished."""
    if rest is None:
        return None, set()
    document = {
        "name": name,
        "dataset": dataset,
        "dataset_version": version,
        "metadata": dict(metadata),
        "repetitions": repetitions,
        "resume": resume,
    }
    experiment: Mapping[str, Any] = rest.post("/api/v1/experiments", document)
    done: set[tuple[str, int]] = set()
    cursor: str | None = None
    while resume:
        path = f"/api/v1/experiments/{segment(experiment['id'])}/items"
        page = rest.get(path, {"limit": 1_000, "cursor": cursor})
        done |= {(str(entry["item_id"]), int(entry.get("repetition") or 0)) for entry in page["data"] if not entry.get("error")}
        cursor = page.get("next_cursor")
        if not cursor:
            break
    return experiment, done


def _run_item(
    item: DatasetItem,
    repetition: int,
    task: Task,
    evaluators: Sequence[Evaluator],
    name: str,
    experiment: Mapping[str, Any] | None,
) -> ItemResult:
    client = current()
    step = SILENT
    if client is not None:
        attributes = {
            semconv.EXPERIMENT_ID: experiment["id"] if experiment else name,
            semconv.EXPERIMENT_ITEM_ID: item.id,
            semconv.ENVIRONMENT: ENVIRONMENT,
        }
        fields: Any = {"input": item.input, "attributes": attributes}
        step = start(client, f"experiment {name}", "chain", fields, is_current=True)
    began = time.perf_counter()
    output, error = None, None
    with step:
        try:
            output = _called(task, item.input)
            step.update(output=output)
        except Exception as problem:
            error = f"{type(problem).__name__}: {problem}"
            step.fail(problem)
    duration_ms = (time.perf_counter() - began) * 1000
    evaluations = [] if error else [found for one in evaluators for found in _evaluated(one, item, output, step)]
    return ItemResult(
        item_id=item.id,
        repetition=repetition,
        output=output,
        error=error,
        evaluations=tuple(evaluations),
        trace_id=step.trace_id,
        duration_ms=round(duration_ms, 3),
    )


def _evaluated(evaluator: Evaluator, item: DatasetItem, output: Any, step: Step) -> list[Evaluation]:
    """What one evaluator says, traced below the item."""
    name = getattr(evaluator, "__name__", type(evaluator).__name__)
    values = {"input": item.input, "output": output, "expected": item.expected, "metadata": item.metadata, "item": item}
    with step.span(name, "evaluator", input={"output": output, "expected": item.expected}) as inner:
        try:
            said = _called(evaluator, **_accepted(evaluator, values))
            inner.update(output=said)
        except Exception as problem:
            inner.fail(problem)
            return [Evaluation(name=name, value=None, error=f"{type(problem).__name__}: {problem}")]
    return evaluations_from(name, said)


def evaluations_from(name: str, said: Any) -> list[Evaluation]:
    """The forms that an evaluator may answer in: a value, None, an Evaluation, {name: value}, or a list of these."""
    if isinstance(said, Evaluation):
        return [said]
    if is_document(said):
        return [Evaluation(name=str(key), value=value) for key, value in said.items()]
    if is_list(said):
        return [found for one in said for found in evaluations_from(name, one)]
    return [Evaluation(name=name, value=said)]


def _accepted(evaluator: Evaluator, values: Mapping[str, Any]) -> Mapping[str, Any]:
    parameters = inspect.signature(evaluator).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return values
    unknown = [
        name for name, parameter in parameters.items() if name not in EVALUATOR_PARAMETERS and parameter.default is parameter.empty
    ]
    if unknown:
        raise TypeError(f"an evaluator gets {', '.join(EVALUATOR_PARAMETERS)}; it cannot be given {', '.join(unknown)}")
    return {name: values[name] for name in parameters if name in values}


class TaskTimeout(Exception):
    """The task has not answered in its time."""


def _bounded(task: Task, timeout_s: float) -> Task:
    """The task, given up after a while. A thread cannot be ended from outside: it is left alone until the process ends."""

    def bounded(given: Any) -> Any:
        answer: Future[Any] = Future()
        context = copy_context()

        def work() -> None:
            try:
                answer.set_result(context.run(_called, task, given))
            except Exception as problem:
                answer.set_exception(problem)

        threading.Thread(target=work, name="pellucid-task", daemon=True).start()
        if not wait([answer], timeout_s).done:
            raise TaskTimeout(f"the task has not answered within {timeout_s:g} s")
        return answer.result()

    return bounded


def _called(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The result of a function or of a coroutine function; each item has a thread, and a coroutine its own loop in it."""
    result = function(*args, **kwargs)
    return asyncio.run(_awaited(result)) if inspect.isawaitable(result) else result


async def _awaited(result: Any) -> Any:
    return await result


def means_of(results: Sequence[ItemResult]) -> dict[str, float]:
    """The mean of each score that is a number; missing ones count for nothing."""
    values: dict[str, list[float]] = {}
    for result in results:
        for evaluation in result.evaluations:
            value, _ = usable(evaluation.value)
            if value is not None and not isinstance(value, str):
                values.setdefault(evaluation.name, []).append(float(value))
    return {name: sum(found) / len(found) for name, found in values.items()}


class Progress:
    """A bar on one line."""

    def __init__(self, total: int, stream: TextIO, is_shown: bool) -> None:
        self._total = total
        self._stream = stream
        self._is_shown = is_shown and total > 0
        self._lock = threading.Lock()
        self._done = self._failed = 0

    def step(self, *, failed: bool) -> None:
        """One item is finished."""
        with self._lock:
            self._done += 1
            self._failed += failed
            if self._is_shown:
                filled = BAR_WIDTH * self._done // self._total
                errors = f", {self._failed} errors" if self._failed else ""
                bar = "█" * filled + "░" * (BAR_WIDTH - filled)
                self._stream.write(f"\r{bar} {self._done}/{self._total}{errors}")
                self._stream.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._is_shown:
            self._stream.write("\n")
