"""Data sets and experiments against a small server that keeps what it is sent."""

import asyncio
import io
import json
import threading
from typing import Any

import pytest

import pellucid
from pellucid.experiments import Progress
from pellucid.items import Evaluation

ITEMS = [{"id": f"i{n}", "input": {"n": n}, "expected": n * n, "metadata": {"odd": n % 2 == 1}} for n in range(5)]


class Shelf:
    """Data set and experiment routes with a memory."""

    def __init__(self, server: Any, make_reply: Any) -> None:
        self.kept: list[dict[str, Any]] = []
        self.opened: list[dict[str, Any]] = []
        self._server, self._reply = server, make_reply
        server.answer_json("GET", "/api/v1/datasets/squares", {"name": "squares", "version": "v9", "metadata": {"owner": "me"}})
        server.routes["GET", "/api/v1/datasets/squares/items"] = self._items
        server.routes["POST", "/api/v1/experiments"] = self._open
        server.routes["GET", "/api/v1/experiments/e1/items"] = self._done
        server.routes["POST", "/api/v1/experiments/e1/items"] = self._keep

    def _json(self, document: Any) -> Any:
        return self._reply(200, json.dumps(document).encode())

    def _items(self, received: Any) -> Any:
        if "cursor=next" in received.path:
            return self._json({"data": ITEMS[3:], "next_cursor": None})
        return self._json({"data": ITEMS[:3], "next_cursor": "next"})

    def _open(self, received: Any) -> Any:
        self.opened.append(received.json())
        return self._json({"id": "e1", "url": "http://pellucid/e1"})

    def _done(self, _: Any) -> Any:
        return self._json({"data": self.kept, "next_cursor": None})

    def _keep(self, received: Any) -> Any:
        self.kept.extend(received.json())
        return self._json({})


@pytest.fixture
def shelf(server: Any, make_reply: Any, client: Any) -> Shelf:
    return Shelf(server, make_reply)


def correct(output: Any, expected: Any) -> bool:
    return bool(output == expected)


def test_a_data_set_is_read_over_pages_at_one_version(server: Any, shelf: Shelf) -> None:
    dataset = pellucid.dataset("squares", split="test")
    assert [item.id for item in dataset] == ["i0", "i1", "i2", "i3", "i4"]
    assert (dataset.version, dataset.metadata, len(dataset)) == ("v9", {"owner": "me"}, 5)
    asked = server.requests("/api/v1/datasets/squares/items", "GET")
    assert all("version=v9" in request.path and "split=test" in request.path for request in asked)
    assert len(dataset.where(lambda item: item.metadata["odd"])) == 2


def test_a_run_is_traced_judged_and_kept(server: Any, shelf: Shelf) -> None:
    @pellucid.observe(name="square")
    def square(given: dict[str, int]) -> int:
        if given["n"] == 3:
            raise ValueError("three is hard")
        return given["n"] ** 2 if given["n"] != 4 else 0

    def distance(output: int, expected: int, item: Any) -> Evaluation:
        return Evaluation(name="distance", value=abs(output - expected), comment=item.id)

    def moody(output: int) -> Any:
        raise RuntimeError("not today")

    result = pellucid.dataset("squares").run(
        square, evaluators=[correct, distance, moody, lambda output: None], name="first", metadata={"model": "m"}, progress=False
    )
    assert shelf.opened == [
        {
            "name": "first",
            "dataset": "squares",
            "dataset_version": "v9",
            "metadata": {"model": "m"},
            "repetitions": 1,
            "resume": False,
        }
    ]
    kept = {entry["item_id"]: entry for entry in shelf.kept}
    assert kept["i2"]["output"] == 4
    scores = {score["name"]: score for score in kept["i4"]["scores"]}
    assert (scores["correct"]["value"], scores["correct"]["type"]) == (0.0, "boolean")
    assert (scores["distance"]["value"], scores["distance"]["comment"]) == (16.0, "i4")
    assert (scores["moody"]["status"], scores["moody"]["comment"]) == ("invalid", "RuntimeError: not today")
    assert scores["<lambda>"]["status"] == "invalid"
    assert kept["i3"]["error"] == "ValueError: three is hard"
    assert kept["i3"]["scores"] == []
    assert result.means == {"correct": 0.75, "distance": 4.0}
    assert (result.errors, result.url, len(result.items)) == (1, "http://pellucid/e1", 5)
    assert "correct: 0.75" in str(result)

    pellucid.flush()
    spans = server.spans()
    roots = [span for span in spans if span.name == "experiment first"]
    assert len(roots) == 5
    assert {root.attributes["pellucid.experiment.id"] for root in roots} == {"e1"}
    assert {root.attributes["deployment.environment.name"] for root in roots} == {"experiment"}
    assert {root.trace_id for root in roots} == {entry["trace_id"] for entry in shelf.kept}
    of_two = kept["i2"]["trace_id"]
    assert {span.name for span in spans if span.trace_id == of_two} == {
        "experiment first",
        "square",
        "correct",
        "distance",
        "moody",
        "<lambda>",
    }


def test_a_stopped_run_goes_on_where_it_was(shelf: Shelf) -> None:
    calls: list[int] = []

    def task(given: dict[str, int]) -> int:
        calls.append(given["n"])
        if len(calls) == 3:
            raise KeyboardInterrupt
        return given["n"]

    dataset = pellucid.dataset("squares")
    with pytest.raises(KeyboardInterrupt):
        dataset.run(task, name="long", concurrency=1, progress=False)
    kept = {entry["item_id"] for entry in shelf.kept}
    assert 1 <= len(kept) <= 2
    calls.clear()
    calls.extend([-1] * 5)
    result = dataset.run(task, name="long", concurrency=1, resume=True, progress=False)
    assert result.skipped == len(kept)
    assert {entry["item_id"] for entry in shelf.kept} == {item.id for item in dataset}
    assert len(shelf.kept) == 5


def test_items_that_failed_are_run_again_on_resume(shelf: Shelf) -> None:
    dataset = pellucid.dataset("squares")

    def fails(_: Any) -> None:
        raise ValueError("no")

    dataset.run(fails, name="x", progress=False)
    result = dataset.run(lambda given: given["n"], name="x", resume=True, progress=False)
    assert (result.skipped, len(result.items), result.errors) == (0, 5, 0)


def test_a_task_that_hangs_costs_its_own_item(shelf: Shelf) -> None:
    released = threading.Event()

    def task(given: dict[str, int]) -> int:
        if given["n"] == 2:
            released.wait()
        return given["n"]

    try:
        result = pellucid.dataset("squares").run(task, name="slow", progress=False, task_timeout_s=0.5)
    finally:
        released.set()
    kept = {entry["item_id"]: entry for entry in shelf.kept}
    assert (len(result.items), result.errors) == (5, 1)
    assert kept["i2"]["error"] == "TaskTimeout: the task has not answered within 0.5 s"
    assert kept["i1"]["output"] == 1


def test_a_task_within_its_time_keeps_its_own_errors_and_its_trace(server: Any, shelf: Shelf, client: Any) -> None:
    def task(given: dict[str, int]) -> int:
        with pellucid.span("inside"):
            if given["n"] == 3:
                raise TimeoutError("of its own")
        return given["n"]

    pellucid.dataset("squares").run(task, name="bounded", progress=False, task_timeout_s=30)
    kept = {entry["item_id"]: entry for entry in shelf.kept}
    assert kept["i3"]["error"] == "TimeoutError: of its own"
    pellucid.flush()
    inside = [span for span in server.spans() if span.name == "inside"]
    assert {span.trace_id for span in inside} == {entry["trace_id"] for entry in shelf.kept}


def test_nonsense_is_kept_as_what_it_is_and_costs_nobody_else(shelf: Shelf) -> None:
    loop: list[Any] = []
    loop.append(loop)
    nonsense = {0: float("nan"), 1: object(), 2: {("a", 1): {1, 2}}, 3: loop, 4: "half \ud800 a pair"}
    verdicts = {0: float("inf"), 1: object(), 2: None, 3: "fine", 4: 1}

    def judged(output: Any, item: Any) -> Any:
        return verdicts[item.input["n"]]

    result = pellucid.dataset("squares").run(lambda given: nonsense[given["n"]], evaluators=[judged], name="odd", progress=False)
    assert (len(result.items), result.errors, result.means) == (5, 0, {"judged": 1.0})
    kept = {entry["item_id"]: entry for entry in shelf.kept}
    assert kept["i0"]["output"] == "nan"
    assert kept["i1"]["output"].startswith("<object object")
    assert kept["i4"]["output"] == "half ? a pair"
    assert [kept[f"i{n}"]["scores"][0]["status"] for n in range(5)] == ["invalid", "invalid", "invalid", "valid", "valid"]
    assert "inf is no score" in kept["i0"]["scores"][0]["comment"]


def test_tasks_run_side_by_side_and_may_be_coroutines(client: Any) -> None:
    running, most = 0, 0
    lock = threading.Lock()

    async def task(number: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        await asyncio.sleep(0.05)
        with lock:
            running -= 1
        return number

    async def judged(output: int) -> dict[str, Any]:
        return {"one": output == 1, "label": "x"}

    cases = pellucid.local_dataset("local", [{"input": 1} for _ in range(12)])
    result = cases.run(task, evaluators=[judged], concurrency=6, progress=False)
    assert most == 6
    assert result.means == {"one": 1.0}
    assert result.id is None


def test_repetitions_and_a_client_that_is_off() -> None:
    cases = pellucid.local_dataset("local", [{"input": 2}, {"input": 3}])
    result = cases.run(lambda given: given, repetitions=3, progress=False)
    assert sorted((item.item_id, item.repetition) for item in result.items) == [(i, r) for i in ("1", "2") for r in range(3)]


def test_an_evaluator_that_wants_unknown_things_says_so(client: Any) -> None:
    def odd(output: Any, context: Any) -> bool:
        return True

    [item] = pellucid.local_dataset("local", [{"input": 1}]).run(lambda given: given, evaluators=[odd], progress=False).items
    assert item.evaluations[0].error == (
        "TypeError: an evaluator gets input, output, expected, metadata, item; it cannot be given context"
    )


def test_the_bar() -> None:
    stream = io.StringIO()
    bar = Progress(4, stream, True)
    bar.step(failed=False)
    bar.step(failed=True)
    bar.end()
    assert stream.getvalue().endswith("██████████████░░░░░░░░░░░░░░ 2/4, 1 errors\n")
    quiet = io.StringIO()
    Progress(4, quiet, False).step(failed=False)
    assert quiet.getvalue() == ""


def test_items_are_added_in_batches(server: Any, client: Any) -> None:
    server.answer_json("POST", "/api/v1/datasets", {})
    server.answer_json("POST", "/api/v1/datasets/new/items", {})
    pellucid.create_dataset("new", description="made by a test")
    assert pellucid.add_dataset_items("new", ({"input": n, "expected": n} for n in range(450))) == 450
    sizes = [len(request.json()) for request in server.requests("/api/v1/datasets/new/items")]
    assert sizes == [200, 200, 50]
    assert server.requests("/api/v1/datasets")[0].json() == {"name": "new", "description": "made by a test", "metadata": {}}
