"""The guided path: one step after the other, none that is not needed, each with its price."""

from dataclasses import replace

import pytest

from pellucid_server.evals.gallery.catalogue import GALLERY
from pellucid_server.evals.guiding import JUDGES, RULES, Act, JudgeOffer, KindCover, LiveJudge, next_steps
from pellucid_server.evals.trust import TrustState

BUSY = KindCover(kind="generation", spans=8_000, share=0.8, ruled=0.0, judged=0.0)
RARE = KindCover(kind="agent", spans=1_900, share=0.19, ruled=0.0, judged=0.0)
DUST = KindCover(kind="chain", spans=10, share=0.001, ruled=0.0, judged=0.0)
OFFER = JudgeOffer(connection="claude", model="claude-haiku-4-5", cost_each=0.001)
JUDGE = LiveJudge(
    id="e", name="Helpful", kind="generation", state=TrustState.UNCALIBRATED, needed=40,
    sampling={"default": 0.1, "strata": []}, default=0.1, sampled=800, cost_each=0.001, budget=2.0,
)  # fmt: skip


def test_where_nothing_looks_it_begins_with_a_free_rule_on_the_busiest_kind() -> None:
    [step] = next_steps([BUSY, RARE, DUST], [], {"generation": OFFER})
    assert (step.act, step.entry, step.filter, step.cost_a_day) == (Act.CREATE, "refusal", "kind:generation", 0.0)
    assert next_steps([], [], {}) == []


def test_then_a_judge_on_a_tenth_of_it_with_a_price_and_a_budget() -> None:
    judge, rule = next_steps([replace(BUSY, ruled=1.0), RARE, DUST], [], {"generation": OFFER})
    assert (judge.act, judge.entry, judge.plan["connection"]) == (Act.CREATE, "helpfulness", "claude")
    assert judge.cost_a_day == pytest.approx(0.8)
    assert judge.plan["daily_budget"] == pytest.approx(1.6, abs=0.1)
    assert (rule.entry, rule.filter) == ("refusal", "kind:agent")  # and nothing for the kind that hardly ever comes


def test_without_a_connection_it_says_so() -> None:
    [step] = next_steps([replace(BUSY, ruled=1.0)], [], {"generation": JudgeOffer(connection="", model="", cost_each=None)})
    assert step.act is Act.CONNECT


def test_a_judge_is_labelled_before_it_is_widened_and_widened_only_within_its_budget() -> None:
    seen = [replace(BUSY, ruled=1.0, judged=0.1)]
    [label] = next_steps(seen, [JUDGE], {})
    assert (label.act, label.evaluator_id) == (Act.LABEL, "e")
    trusted = replace(JUDGE, state=TrustState.TRUSTED, needed=0)
    [wider] = next_steps(seen, [trusted], {})
    assert wider.plan["sampling"] == {"default": 0.25, "strata": []}
    assert wider.cost_a_day == pytest.approx(2.0)
    assert next_steps(seen, [replace(trusted, budget=1.9)], {}) == []
    assert next_steps(seen, [replace(trusted, state=TrustState.SUSPECT)], {}) == []
    assert next_steps(seen, [replace(trusted, default=1.0)], {}) == []


def test_what_is_proposed_is_in_the_gallery() -> None:
    assert {*RULES.values(), *JUDGES.values()} <= {entry.key for entry in GALLERY}
