"""Rollouts over a real engine: the evidence is right, a worse version is stopped by itself and why is kept, a good one is left alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pytest
from starlette.testclient import TestClient
from tests.store.spans.tables import SECOND, T0, engine, insert, score, span
from tests.unit.prompts.saying import FakeClock

from pellucid_server.api.application import create_app
from pellucid_server.api.house import House
from pellucid_server.core.clock import DAY, MINUTE
from pellucid_server.core.ids import random_id
from pellucid_server.identity.service import Identity
from pellucid_server.monitors.ledger import Ledger
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.prompts.watch import RolloutWatch
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.columns import SCORES, SPANS
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver

ORIGIN = "http://127.0.0.1:7600"
SPLIT = {1: 0.8, 2: 0.2}


@dataclass(frozen=True)
class RolloutHouse:
    """What these routes need."""

    identity: Identity
    prompts: PromptRoom
    rollouts: RolloutWatch
    queries: Queries
    ledger: Ledger


@dataclass
class Stage:
    """An application, its engine and a clock."""

    http: TestClient
    house: RolloutHouse
    driver: ClickHouseDriver
    store: MetaStore
    clock: FakeClock

    def split(self, name: str, **shares: Any) -> None:
        """A prompt of two versions, the first of which served alone until now."""
        for text in ("first {{q}}", "second {{q}}"):
            self.ok(self.http.post("/api/v1/prompts", json={"name": name, "prompt": text}))
        self.move(name, {"version": 1})
        self.clock.now += MINUTE
        arms = [{"version": version, "probability": share} for version, share in SPLIT.items()]
        self.move(name, {"split": arms, **shares})

    def move(self, name: str, body: dict[str, Any]) -> None:
        self.ok(self.http.put(f"/api/v1/prompt-labels/production/{name}", json=body))

    def look(self) -> None:
        with self.store.reading() as unit:
            projects = unit.projects.list_all()
        self.house.rollouts.run(lambda: projects)

    def arms(self, name: str) -> list[int]:
        record = self.ok(self.http.get(f"/api/v1/prompt-versions/{name}"))
        return [arm["version"] for arm in record["labels"][0]["arms"]]

    @staticmethod
    def ok(answer: Any) -> Any:
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tell(self, name: str, *, users: int, refused: dict[int, float], cost: dict[int, float], seed: int = 1) -> None:
        """Calls of users, each of whom has one version; some users call more often, and users differ in how often they are refused."""
        rng = np.random.default_rng(seed)
        spans, scores = [], []
        for user in range(users):
            version = 1 if user % 5 else 2
            rate = rng.beta(8 * refused[version], 8 * (1 - refused[version])) if 0 < refused[version] < 1 else refused[version]
            for call in range(int(rng.geometric(0.4))):
                outcome = "refused" if rng.random() < rate else "success"
                trace = f"{name}-{seed}-{user}-{call}"
                values = {
                    "prompt_name": name, "prompt_version": str(version), "prompt_label": "production", "user_id": f"u{user}",
                    "rollout_arm": f"v{version}", "rollout_probability": SPLIT[version], "outcome": outcome,
                    "cost": cost[version] * float(rng.lognormal(0, 0.3)), "start": self.clock.now + user * SECOND // 100,
                    "ms": float(rng.lognormal(6, 0.4)),
                }  # fmt: skip
                spans.append(span(trace, 0, **values))
                scores.append(score(trace, "helpful", float(rng.normal(0.6 if version == 1 else 0.5, 0.1)), id=f"h-{trace}"))
        insert(self.driver, SPANS, spans)
        insert(self.driver, SCORES, scores)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    place = tmp_path_factory.mktemp("rollouts")
    store = MetaStore.open(f"sqlite:///{place}/meta.sqlite")
    clock = FakeClock()
    clock.now = T0
    with engine(place / "chdb") as driver:
        queries = open_queries(driver, lambda: T0 + 30 * DAY, random_id)
        ledger = Ledger(store, clock, random_id)
        prompts = PromptRoom.open(store, clock=clock, recorder=ledger)
        watch = RolloutWatch(prompts.context, prompts.labels, queries.rollout_traffic)
        house = RolloutHouse(Identity.open(store, local=True), prompts, watch, queries, ledger)
        client = TestClient(create_app(cast("House", house)), base_url=ORIGIN, headers={"origin": ORIGIN}, client=("127.0.0.1", 1))
        yield Stage(client, house, driver, store, clock)
    store.close()


def test_a_worse_version_is_stopped_by_itself_and_the_evidence_is_kept(stage: Stage) -> None:
    stage.split("worse")
    stage.tell("worse", users=1_000, refused={1: 0.03, 2: 0.25}, cost={1: 0.01, 2: 0.01})
    report = stage.ok(stage.http.get("/api/v1/prompt-rollouts/production/worse"))
    assert report["evidence"]["control"] == 1
    assert not report["evidence"]["ratio"]["is_off"]
    assert report["evidence"]["ratio"]["counts"] == {"1": 800, "2": 200}
    [refusals] = [one for one in report["evidence"]["findings"] if one["metric"] == "refusals"]
    assert refusals["verdict"] == "worse"
    assert refusals["e_value"] > refusals["limit"] == 60
    assert 0.02 < refusals["difference"]["low"] < 0.22 < refusals["difference"]["high"]
    assert refusals["ours"]["units"] == 200

    stage.look()
    assert stage.arms("worse") == [1]
    assert stage.ok(stage.http.get("/api/v1/prompts/worse"))["version"] == 1
    [stop] = stage.ok(stage.http.get("/api/v1/prompt-stops/worse"))["data"]
    assert stop["evidence"] == report["evidence"]
    assert stop["reason"].startswith("guardrail broken: refusals of v2 ")
    moves = stage.ok(stage.http.get("/api/v1/prompt-versions/worse"))["moves"]
    assert (moves[0]["kind"], moves[0]["actor"]) == ("stop", "Guardrails")
    events = stage.ok(stage.http.get("/api/v1/events?kind=prompt_label"))["data"]
    assert any(one["after"]["kind"] == "stop" and one["title"].startswith("worse: production") for one in events)
    answer = stage.http.get("/api/v1/prompt-rollouts/production/worse")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_split")

    stage.look()
    assert len(stage.ok(stage.http.get("/api/v1/prompt-stops/worse"))["data"]) == 1
    answer = stage.http.post("/api/v1/prompt-rollbacks/worse", json={"label": "production"})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_roll_back_to")


def test_a_version_that_is_no_worse_is_left_alone_and_compared(stage: Stage) -> None:
    stage.split("equal")
    stage.tell("equal", users=1_000, refused={1: 0.05, 2: 0.05}, cost={1: 0.01, 2: 0.02})
    stage.look()
    assert stage.arms("equal") == [1, 2]
    report = stage.ok(stage.http.get("/api/v1/prompt-rollouts/production/equal"))
    found = {one["metric"]: one for one in report["evidence"]["findings"]}
    assert found["refusals"]["verdict"] != "worse"
    # Dearer by far, which is shown and does not end the rollout.
    assert found["cost"]["verdict"] == "worse"
    assert found["cost"]["difference"]["low"] < 1.0 < found["cost"]["difference"]["high"]
    assert found["cost"]["relative"]
    # Scores are compared although nobody guards them, turned so that the difference is new minus old.
    assert found["score:helpful"]["difference"]["value"] == pytest.approx(-0.1, abs=0.03)
    assert found["score:helpful"]["difference"]["low"] < found["score:helpful"]["difference"]["value"]
    assert not found["score:helpful"]["stops"]
    assert found["feedback"]["difference"] is None


def test_a_guarded_score_ends_a_rollout(stage: Stage) -> None:
    stage.split("scored")
    body = {"guardrails": [{"metric": "score:helpful", "margin": 0.02, "worse": "lower"}], "automatic": True}
    stage.ok(stage.http.put("/api/v1/prompt-guardrails/production/scored", json=body))
    stage.tell("scored", users=1_000, refused={1: 0, 2: 0}, cost={1: 0.01, 2: 0.01})
    stage.look()
    assert stage.arms("scored") == [1]


def test_a_rollout_that_is_not_to_be_stopped_goes_on_and_shows_what_is_broken(stage: Stage) -> None:
    stage.split("watched")
    defaults = stage.ok(stage.http.get("/api/v1/prompt-guardrails/production/watched"))
    assert defaults["guardrails"] == defaults["defaults"]
    assert defaults["automatic"]
    body = {"guardrails": defaults["guardrails"], "automatic": False}
    assert stage.ok(stage.http.put("/api/v1/prompt-guardrails/production/watched", json=body))["automatic"] is False
    stage.tell("watched", users=1_000, refused={1: 0, 2: 0.5}, cost={1: 0.01, 2: 0.01})
    stage.look()
    assert stage.arms("watched") == [1, 2]


def test_calls_that_were_drawn_with_other_shares_do_not_count(stage: Stage) -> None:
    stage.split("ramped")
    stage.tell("ramped", users=200, refused={1: 0, 2: 0}, cost={1: 0.01, 2: 0.01})
    stage.move("ramped", {"split": [{"version": 1, "probability": 0.5}, {"version": 2, "probability": 0.5}]})
    report = stage.ok(stage.http.get("/api/v1/prompt-rollouts/production/ramped"))
    assert report["evidence"]["ratio"]["counts"] == {"1": 0, "2": 0}


def test_a_wrong_sample_ratio_is_said(stage: Stage) -> None:
    stage.split("skewed")
    stage.tell("skewed", users=1_000, refused={1: 0, 2: 0}, cost={1: 0.01, 2: 0.01})
    rows = [
        span(
            f"extra-{n}", 0, prompt_name="skewed", prompt_version="2", prompt_label="production", user_id=f"extra-{n}",
            rollout_arm="v2", rollout_probability=0.2, start=stage.clock.now,
        )
        for n in range(150)
    ]  # fmt: skip
    insert(stage.driver, SPANS, rows)
    ratio = stage.ok(stage.http.get("/api/v1/prompt-rollouts/production/skewed"))["evidence"]["ratio"]
    assert ratio["is_off"]
    assert ratio["counts"] == {"1": 800, "2": 350}


def test_each_move_has_a_before_and_an_after_with_intervals(stage: Stage) -> None:
    for text in ("first {{q}}", "second {{q}}"):
        stage.ok(stage.http.post("/api/v1/prompts", json={"name": "effects", "prompt": text}))
    stage.move("effects", {"version": 1})
    stage.clock.now += 8 * DAY
    moved = stage.clock.now
    stage.move("effects", {"version": 2, "reason": "shorter"})
    stage.clock.now += 9 * DAY
    spans, scores = [], []

    def call(trace: str, user: int, start: int, **values: Any) -> None:
        more = {"prompt_name": "effects", "prompt_version": "1", "prompt_label": "production", "user_id": f"u{user}", **values}
        spans.append(span(trace, 0, start=start, **more))

    for n in range(200):  # four calls of each of 50 users, before and after
        start = moved + (n % 3 + 1) * DAY // 2
        call(
            f"fx-before-{n}", n % 50, start - 2 * DAY, outcome="refused" if n % 50 < 5 else "success", cost=0.02, ms=800.0 + n % 50
        )
        call(f"fx-after-{n}", n % 50, start, outcome="refused" if n % 50 < 25 else "success", cost=0.01, ms=400.0 + n % 50)
        for side, value in (("before", 0.9), ("after", 0.4)):
            scores.append(score(f"fx-{side}-{n}", "helpful", value + (n % 50) / 1_000, id=f"fx-{side}-{n}"))
            if n < 11 or side == "before":
                scores.append(score(f"fx-{side}-{n}", "thumb", float(n % 2), id=f"ft-{side}-{n}", source="feedback"))
    call("fx-too-early", 1, moved - 7 * DAY - SECOND)
    call("fx-too-late", 1, moved + 7 * DAY)
    call("fx-other-label", 1, moved + SECOND, prompt_label="staging")
    insert(stage.driver, SPANS, spans)
    insert(stage.driver, SCORES, scores)

    newest, oldest = stage.ok(stage.http.get("/api/v1/prompt-effects/effects"))["data"]
    assert newest["move"]["reason"] == "shorter"
    assert [newest[side][key] for side in ("before", "after") for key in ("calls", "users")] == [200, 50, 200, 50]
    found = {one["metric"]: one for one in newest["metrics"]}
    assert list(found) == ["score:helpful", "feedback", "refusals", "errors", "cost", "duration"]
    refusals = found["refusals"]
    assert (refusals["before"]["value"], refusals["after"]["value"]) == (0.1, 0.5)
    assert refusals["difference"]["value"] == pytest.approx(0.4)
    # Users are refused always or never: 50 cases on each side, not 200, so the interval is as wide as theirs.
    assert 0.2 < refusals["difference"]["low"] < 0.26
    assert 0.54 < refusals["difference"]["high"] < 0.6
    assert refusals["after"]["n"] == 200
    assert found["cost"]["difference"]["value"] == pytest.approx(-0.01)
    assert found["duration"]["difference"]["high"] < -390
    assert found["score:helpful"]["difference"]["high"] < -0.48
    assert found["errors"]["before"]["high"] < 0.05
    assert found["feedback"]["after"]["n"] == 11
    # Nothing was fetched by the label before its first move, so there is nothing to compare.
    assert {(one["before"], one["difference"]) for one in oldest["metrics"]} == {(None, None)}
    assert oldest["move"]["before"] == []
    assert stage.ok(stage.http.get("/api/v1/prompt-effects/equal"))["data"]
    assert stage.http.get("/api/v1/prompt-effects/nowhere").status_code == 404


def test_calls_of_an_arm_are_filtered_by_experiment_arm_and_probability(stage: Stage) -> None:
    more = {"prompt_name": "filtered", "experiment": "rollout_x", "start": stage.clock.now}
    rows = [span(f"filtered-{n}", 0, rollout_arm=f"v{1 + n % 2}", rollout_probability=SPLIT[1 + n % 2], **more) for n in range(10)]
    insert(stage.driver, SPANS, rows)

    def count(text: str) -> int:
        return len(stage.ok(stage.http.get("/api/v1/spans", params={"filter": text, "limit": 100}))["data"])

    assert count("experiment:rollout_x") == 10
    assert count("experiment:rollout_x rollout_arm:v2") == 5
    assert count("experiment:rollout_x rollout_probability:0.2") == 5
    assert count("experiment:rollout_x rollout_probability<0.8") == 5
    assert count("experiment:rollout_x rollout_probability>=0.8") == 5


@pytest.mark.parametrize(
    ("guardrail", "said"),
    [
        ({"metric": "beauty", "margin": 0.1, "worse": "lower"}, "no metric"),
        ({"metric": "refusals", "margin": -0.1, "worse": "higher"}, "margin"),
        ({"metric": "refusals", "margin": 1.5, "worse": "higher"}, "margin"),
        ({"metric": "score:", "margin": 0.1, "worse": "lower"}, "no metric"),
    ],
)
def test_guardrails_that_cannot_be_watched_are_refused(stage: Stage, guardrail: dict[str, Any], said: str) -> None:
    stage.ok(stage.http.post("/api/v1/prompts", json={"name": "refusing", "prompt": "x"}))
    answer = stage.http.put("/api/v1/prompt-guardrails/production/refusing", json={"guardrails": [guardrail]})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_guardrails")
    assert said in answer.json()["detail"]
