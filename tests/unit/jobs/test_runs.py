"""Durable runs on SQLite and PostgreSQL: progress, failures, cancelling, budgets, restarts."""

from collections import Counter
from dataclasses import replace

import pytest
from tests.unit.jobs.conftest import SCOPE, Asking, Works

from pellucid_server.core.clock import DAY, system_clock
from pellucid_server.jobs.errors import BadRun, NoSuchRun, RunEnded
from pellucid_server.jobs.runs import RunRetention
from pellucid_server.model.json import canonical


def test_every_item_is_executed_once_and_its_result_is_kept(works: Works) -> None:
    handler = Asking()
    works.start_engine(handler)
    run = works.runs.start(SCOPE, kind="asking", title="All of them", items=[f"Question {n}?" for n in range(60)])
    done = works.until(run.id, lambda run: run.stored.state == "finished")
    assert (done.counts.done, done.counts.calls, done.counts.interrupted) == (60, 60, 0)
    assert done.counts.cost == pytest.approx(0.6)
    assert done.stored.result == {"items": 60, "failed": 0}
    assert handler.ends == [run.id]
    page = works.runs.items(SCOPE, run.id, limit=50)
    rest = works.runs.items(SCOPE, run.id, after=page.next_after or 0, limit=50)
    items = [item.stored for item in (*page.items, *rest.items)]
    assert [item.position for item in items] == list(range(60))
    assert all(item.output and item.attempts == 1 for item in items)
    assert rest.next_after is None


def test_an_item_that_fails_spoils_no_other(works: Works) -> None:
    works.start_engine(Asking())
    run = works.runs.start(SCOPE, kind="asking", title="One is broken", items=["a", "fail", "b"])
    done = works.until(run.id, lambda run: run.stored.state == "finished")
    assert (done.counts.done, done.counts.failed) == (2, 1)
    [failed] = works.runs.items(SCOPE, run.id, state="failed").items
    assert failed.stored.error.startswith("internal: ValueError")
    assert done.stored.result == {"items": 3, "failed": 1}


def test_cancelling_ends_it_within_a_moment_and_keeps_what_is_done(works: Works) -> None:
    works.start_engine(Asking(concurrency=2))
    works.slow_down(0.3)
    run = works.runs.start(SCOPE, kind="asking", title="Too long", items=[f"Question {n}?" for n in range(200)])
    works.until(run.id, lambda run: run.counts.done >= 3)
    works.runs.cancel(SCOPE, run.id)
    ended = works.until(run.id, lambda run: run.counts.waiting + run.counts.running == 0)
    assert ended.stored.state == "cancelled"
    assert ended.counts.done + ended.counts.skipped == 200
    assert ended.counts.done >= 3
    with pytest.raises(RunEnded):
        works.runs.cancel(SCOPE, run.id)


def test_a_cancelled_run_goes_on_without_asking_again(works: Works) -> None:
    works.start_engine(Asking(concurrency=2))
    works.slow_down(0.2)
    run = works.runs.start(SCOPE, kind="asking", title="Twice", items=[f"Question {n}?" for n in range(30)])
    works.until(run.id, lambda run: run.counts.done >= 3)
    works.runs.cancel(SCOPE, run.id)
    stopped = works.until(run.id, lambda run: run.counts.waiting + run.counts.running == 0 and not run.stored.owner)
    works.slow_down(0.0)
    works.runs.resume(SCOPE, run.id)
    done = works.until(run.id, lambda run: run.stored.state == "finished")
    assert done.counts.done == 30
    assert done.counts.calls == 30
    assert stopped.counts.done <= 30
    with pytest.raises(RunEnded):
        works.runs.resume(SCOPE, run.id)


def test_a_budget_pauses_it(works: Works) -> None:
    works.start_engine(Asking(concurrency=1))
    run = works.runs.start(SCOPE, kind="asking", title="Dear", items=[f"Q {n}" for n in range(20)], max_cost=0.05)
    paused = works.until(run.id, lambda run: run.stored.state == "paused")
    assert paused.counts.done == 5
    assert "budget" in paused.stored.error
    with pytest.raises(BadRun):
        works.runs.resume(SCOPE, run.id)
    works.runs.resume(SCOPE, run.id, max_cost=1.0)
    assert works.until(run.id, lambda run: run.stored.state == "finished").counts.done == 20


def test_a_restart_takes_up_what_was_left_and_repeats_no_recorded_call(works: Works) -> None:
    first = works.start_engine(Asking(concurrency=4))
    works.slow_down(0.2)
    items = [f"+++ Question {n}?" for n in range(25)]
    run = works.runs.start(SCOPE, kind="asking", title="Survives", items=items)
    works.until(run.id, lambda run: run.counts.calls >= 10)
    first.stop()
    left = works.runs.get(SCOPE, run.id)
    assert left.stored.state == "running"
    assert left.counts.running == 0
    works.slow_down(0.0)
    works.start_engine(Asking(concurrency=4), owner="again")
    done = works.until(run.id, lambda run: run.stored.state == "finished")
    assert done.counts.done == 25
    assert done.counts.calls == 100
    answered = Counter(canonical(record.request.as_json()) for record in works.records if record.answer)
    # Each item asks the same thing four times; what was recorded is not asked again, what was in flight may be.
    assert all(4 <= count <= 4 + done.counts.interrupted for count in answered.values())
    assert sum(answered.values()) <= 100 + done.counts.interrupted


def test_a_run_of_an_unknown_kind_fails_in_words(works: Works) -> None:
    works.start_engine(Asking())
    with pytest.raises(BadRun):
        works.runs.start(SCOPE, kind="nothing", title="", items=["a"])
    with pytest.raises(BadRun):
        works.runs.start(SCOPE, kind="asking", title="", items=[])
    with pytest.raises(BadRun):
        works.runs.start(SCOPE, kind="asking", title="", items=["a"], max_cost=0)
    run = works.runs.start(SCOPE, kind="asking", title="", items=["a"])
    works.until(run.id, lambda run: run.stored.state == "finished")
    stranger = SCOPE.__class__(organization_id="o", project_id="other", role=SCOPE.role, actor="user:x")
    with pytest.raises(NoSuchRun):
        works.runs.get(stranger, run.id)


def test_what_another_server_owned_is_taken_over_only_when_it_is_silent(works: Works) -> None:
    works.start_engine(Asking())
    with works.store.writing() as unit:
        unit.runs.claim("somebody", now=1, until=2**60)
    run = works.runs.start(SCOPE, kind="asking", title="Theirs", items=["a"])
    works.until(run.id, lambda run: run.stored.state == "finished")
    with works.store.writing() as unit:
        unit.runs.set(run.id, state="running", owner="somebody", owned_until=2**60)
        unit.runs.set_items(run.id, ("done",), "waiting")
        assert unit.runs.claim("other", now=1, until=2) == []
        [taken] = unit.runs.claim("other", now=2**60 + 1, until=2**61)
        assert taken.id == run.id
        unit.runs.set(run.id, state="finished", owner="")


def test_items_of_runs_expire_and_their_counts_stay(works: Works) -> None:
    works.start_engine(Asking())
    old = works.runs.start(SCOPE, kind="asking", title="Old", items=["a", "fail", "b"])
    standing = works.runs.start(replace(SCOPE, actor="evaluator:e"), kind="asking", title="By itself", items=["a"])
    works.until(standing.id, lambda run: run.stored.state == "finished")
    ended = works.until(old.id, lambda run: run.stored.state == "finished" and not run.stored.owner)
    works.slow_down(5.0)
    going_on = works.runs.start(SCOPE, kind="asking", title="Under way", items=["a"])
    late = RunRetention(works.store, 30, lambda: system_clock() + 31 * DAY)
    assert RunRetention(works.store, 30).run() == 0
    assert RunRetention(works.store, 0, lambda: system_clock() + 31 * DAY).run() == 0
    assert late.run() == 2
    assert late.run() == 0
    kept = works.runs.get(SCOPE, old.id)
    assert (kept.counts, kept.stored.result) == (ended.counts, ended.stored.result)
    assert works.runs.items(SCOPE, old.id).items == []
    with pytest.raises(RunEnded, match="expired"):
        works.runs.resume(SCOPE, old.id)
    with pytest.raises(NoSuchRun):
        works.runs.get(SCOPE, standing.id)
    works.slow_down(0.0)
    assert works.until(going_on.id, lambda run: run.stored.state == "finished").counts.done == 1


def test_runs_are_listed_newest_first_in_pages(works: Works) -> None:
    works.start_engine(Asking())
    ids = [works.runs.start(SCOPE, kind="asking", title=f"Run {n}", items=["a"]).id for n in range(5)]
    page = works.runs.list(SCOPE, limit=3)
    assert [run.id for run in page.runs] == ids[:1:-1]
    rest = works.runs.list(SCOPE, after=page.next_after, limit=3)
    assert [run.id for run in rest.runs] == ids[1::-1]
    assert rest.next_after is None
    assert works.runs.list(SCOPE, kind="other").runs == []
    standing = works.runs.start(replace(SCOPE, actor="evaluator:e"), kind="asking", title="Live", items=["a"]).id
    assert [run.id for run in works.runs.list(SCOPE, asked_for=True, limit=1).runs] == [ids[-1]]
    assert works.runs.list(SCOPE, limit=1).runs[0].id == standing
    works.until(standing, lambda run: run.stored.state == "finished")
    for run_id in ids:
        works.until(run_id, lambda run: run.stored.state == "finished")
