"""The pytest plugin: regression cases from a data set, kept as an experiment; and recording in tests.

What lives here: pytest's hooks and fixtures. What must not live here: anything of the client itself.
Switch it on with `pytest_plugins = ["pellucid.pytest_plugin"]` in the top-level conftest.py, or `-p`; it is not an
entry point, because then every test run of the environment would import the client.

    @pytest.mark.pellucid_dataset("support-regression")
    def test_answers(case):
        answer = bot(case.input)
        case.keep(answer)
        assert case.expected in answer

Each item is a test. With `--pellucid-experiment NAME` the run is kept on the server as an experiment whose items
carry the output and the score `passed`; `pellucid gate NAME` decides about it.
"""

import time
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from pellucid import semconv, spans, testing
from pellucid.datasets import Dataset, connection, dataset
from pellucid.items import DatasetItem, Evaluation, ItemResult
from pellucid.testing import Recorded

MARKER = "pellucid_dataset"


class Case:
    """One item as a test sees it."""

    def __init__(self, item: DatasetItem) -> None:
        self.id: str = item.id
        self.input: Any = item.input
        self.expected: Any = item.expected
        self.metadata: Any = item.metadata
        self.output: Any = None

    def keep(self, output: Any) -> Any:
        """Note the output for the experiment, and give it back."""
        self.output = output
        return output


class Experiment:
    """The experiment of one data set in this test run."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.id: str | None = None
        self.url: str | None = None
        self.passed = self.failed = 0


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options and settings."""
    group = parser.getgroup("pellucid")
    group.addoption("--pellucid-experiment", metavar="NAME", help="keep the cases of this run as an experiment of this name")


def pytest_configure(config: pytest.Config) -> None:
    """Announce the marker."""
    config.addinivalue_line("markers", f"{MARKER}(name, version=None, split=None): one test for each item of a data set, as `case`")


DATASETS: pytest.StashKey[dict[Any, Dataset]] = pytest.StashKey()
EXPERIMENTS: pytest.StashKey[dict[str, Experiment]] = pytest.StashKey()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each item."""
    marker = metafunc.definition.get_closest_marker(MARKER)
    if marker is None or "case" not in metafunc.fixturenames:
        return
    known = metafunc.config.stash.setdefault(DATASETS, {})
    asked = (marker.args, tuple(sorted(marker.kwargs.items())))
    if asked not in known:
        known[asked] = dataset(*marker.args, **marker.kwargs)
    found = known[asked]
    metafunc.parametrize("case", [Case(item) for item in found.items], ids=[item.id for item in found.items])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep the outcome of a case."""
    report = yield
    case = _case_of(item)
    name = item.config.getoption("--pellucid-experiment")
    if case is not None and report.when == "call" and name:
        _keep(item, case, report, name)
    return report


def _case_of(item: pytest.Item) -> Case | None:
    """The case of a test that is made from a data set."""
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec is not None else None
    return case if isinstance(case, Case) else None


def _keep(item: pytest.Item, case: Case, report: pytest.TestReport, name: str) -> None:
    experiment = _experiment(item, name)
    has_passed = report.outcome == "passed"
    experiment.passed += has_passed
    experiment.failed += not has_passed
    comment = None if has_passed else str(report.longrepr)[-2_000:]
    result = ItemResult(
        item_id=case.id,
        repetition=0,
        output=case.output,
        error=None,
        evaluations=(Evaluation(name="passed", value=has_passed, comment=comment),),
        trace_id=item.stash.get(TRACE, "0" * 32),
        duration_ms=round(report.duration * 1000, 3),
    )
    _post(f"/api/v1/experiments/{experiment.id}/items", [result.document()])


TRACE: pytest.StashKey[str] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Trace each case as one item of the experiment."""
    case = _case_of(item)
    if case is None:
        return (yield)
    name = item.config.getoption("--pellucid-experiment")
    attributes = {semconv.EXPERIMENT_ITEM_ID: case.id, semconv.ENVIRONMENT: "experiment"}
    if name:
        attributes[semconv.EXPERIMENT_ID] = str(_experiment(item, name).id)
    with spans.span(item.name, "chain", input=case.input, attributes=attributes) as step:
        item.stash[TRACE] = step.trace_id
        result = yield
        step.update(output=case.output)
    return result


def _experiment(item: pytest.Item, name: str) -> Experiment:
    known = item.config.stash.setdefault(EXPERIMENTS, {})
    marker = item.get_closest_marker(MARKER)
    assert marker is not None
    asked = (marker.args, tuple(sorted(marker.kwargs.items())))
    found = item.config.stash[DATASETS][asked]
    if found.name not in known:
        experiment = Experiment(name)
        document = {
            "name": name,
            "dataset": found.name,
            "dataset_version": found.version,
            "metadata": {"runner": "pytest", "started": time.time()},
            "repetitions": 1,
            "resume": False,
        }
        answer = _post("/api/v1/experiments", document)
        experiment.id, experiment.url = answer["id"], answer.get("url")
        known[found.name] = experiment
    return known[found.name]


def _post(path: str, document: Any) -> Any:
    with connection() as rest:
        return rest.post(path, document)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say where the experiments are."""
    for experiment in config.stash.get(EXPERIMENTS, dict[str, Experiment]()).values():
        total = experiment.passed + experiment.failed
        where = f" {experiment.url}" if experiment.url else ""
        terminalreporter.write_line(f"pellucid: experiment {experiment.name}: {experiment.passed} of {total} cases passed{where}")


@pytest.fixture
def pellucid_recorded() -> Iterator[Recorded]:
    """Everything that the test records, in memory (see `pellucid.testing.recording`)."""
    with testing.recording() as recorded:
        yield recorded
