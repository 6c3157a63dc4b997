"""The chapters show in the exported spans; the control has none of them; the same seed gives the same world."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from pellucid_demo.simulator.catalogue import version_of
from pellucid_demo.story import backfill
from pellucid_demo.story.chapters import FRAGMENT_DAYS_AGO, REINDEX_DAYS_AGO, RUNAWAY_DAYS_AGO, SWAP_DAYS_AGO, Chapters
from pellucid_demo.story.traffic import Feature, Visit
from pellucid_demo.story.voices import LABEL
from pellucid_demo.story.world import World

END = datetime(2026, 11, 20, 12, tzinfo=UTC)
MODEL_CALLS = ("ChatCompletion", "messages.create", "messages.stream")


class Told:
    """A whole history in memory."""

    def __init__(self, world: World, visits: Sequence[Visit] = (), shares: int = 1) -> None:
        exporter = InMemorySpanExporter()
        self.world = world
        self.scores: list[dict] = []
        for share in range(shares):
            part = list(visits or world.visits)[share::shares]
            for _ in backfill.tell(world, part, exporter, self.scores.extend):
                pass
        self.spans: Sequence[ReadableSpan] = exporter.get_finished_spans()
        self.roots = {span.context.trace_id: span for span in self.spans if span.parent is None}

    def root(self, span: ReadableSpan) -> ReadableSpan:
        return self.roots[span.context.trace_id]

    def days_ago(self, span: ReadableSpan) -> float:
        return (self.world.end.timestamp() - span.start_time / 1e9) / 86_400

    def model_calls(self, feature: str | None = None) -> list[ReadableSpan]:
        return [
            span
            for span in self.spans
            if span.name in MODEL_CALLS and span.status.is_ok and feature in (None, self.root(span).attributes["pellucid.feature"])
        ]


@cache
def told(story: bool) -> Told:
    """The story in its whole length, the control as far back as it is compared."""
    return Told(World(seed=4, end=END, story=story, weeks=10 if story else 5))


def share(values: list[float]) -> float:
    return sum(values) / len(values)


def thumbs(history: Told, *, sso: bool, before: float, after: float) -> list[float]:
    """Thumbs of accounts of a sign-up kind on conversations between two ages in days."""
    found = []
    for score in history.scores:
        if score["name"] == "thumbs":
            root = history.roots[int(score["trace_id"], 16)]
            if after <= history.days_ago(root) < before and (json.loads(root.attributes["metadata"])["auth"] == "sso") is sso:
                found.append(score["value"])
    return found


@pytest.mark.timeout(600)
def test_the_history_has_its_size_and_its_thinning():
    history = told(True)
    assert 2_500 < len(history.roots) < 6_000
    by_week = defaultdict(int)
    for root in history.roots.values():
        by_week[int(history.days_ago(root) // 7)] += 1
    assert set(by_week) == set(range(10))
    assert by_week[0] > by_week[1] > by_week[4] > by_week[9]


def test_enough_people_speak():
    history = told(True)
    rated = {
        score["session_id"]
        for score in history.scores
        if score["name"] == "thumbs" and history.days_ago(history.roots[int(score["trace_id"], 16)]) < 7
    }
    assert len(rated) >= 250
    human = [score for score in history.scores if score["source"] == "human"]
    assert {score["name"] for score in human} == {LABEL}
    assert {(score["trace_id"], score["span_id"]) for score in human} <= {
        (f"{root.context.trace_id:032x}", f"{root.context.span_id:016x}") for root in history.roots.values()
    }
    assert len(human) >= 150
    assert len({score["trace_id"] for score in human}) >= 120
    assert {score["annotator"] for score in human} == {"ana", "ben"}
    assert len({score["id"] for score in history.scores}) == len(history.scores)
    assert all(datetime.fromisoformat(score["time"]) < END + timedelta(hours=1) for score in history.scores)


def test_times_lie_in_the_past_and_nest():
    history = told(True)
    by_id = {span.context.span_id: span for span in history.spans}
    for span in history.spans:
        assert -0.01 < history.days_ago(span) <= 70.01
        assert span.start_time <= span.end_time
        if span.parent is not None:
            parent = by_id[span.parent.span_id]
            assert parent.start_time <= span.start_time
            assert span.end_time <= parent.end_time
    durations = [span.end_time - span.start_time for span in history.model_calls("support-chat")]
    assert 0.3e9 < share(durations) < 5e9


def test_the_fragment_makes_sso_accounts_unhappy_and_nobody_else():
    history = told(True)
    hit = thumbs(history, sso=True, before=FRAGMENT_DAYS_AGO, after=0)
    spared = thumbs(history, sso=False, before=FRAGMENT_DAYS_AGO, after=0)
    earlier = thumbs(history, sso=True, before=70, after=FRAGMENT_DAYS_AGO)
    assert len(hit) >= 60
    assert share(earlier) > 0.75
    assert share(spared) > 0.75
    assert share(hit) < share(earlier) - 0.3


def test_the_fragment_stands_in_the_prompts_of_sso_accounts_only():
    history = told(True)
    for span in history.model_calls("support-chat"):
        sso = json.loads(history.root(span).attributes["metadata"])["auth"] == "sso"
        fragment = "identity provider" in span.attributes["input.value"]
        if abs(history.days_ago(span) - FRAGMENT_DAYS_AGO) > 0.01:
            assert fragment is (sso and history.days_ago(span) < FRAGMENT_DAYS_AGO)


def class_of_first_document(history: Told) -> dict[int, str]:
    return {
        span.context.trace_id: json.loads(span.attributes["retrieval.documents.0.document.metadata"])["class"]
        for span in history.spans
        if span.name == "retrieve-articles" and span.status.is_ok
    }


def prompt_tokens(history: Told, document_class: str, *, after_reindex: bool) -> float:
    classes = class_of_first_document(history)
    return share(
        [
            span.attributes["llm.token_count.prompt"]
            for span in history.model_calls("support-chat")
            if span.name == "ChatCompletion"
            and classes.get(span.context.trace_id) == document_class
            and (history.days_ago(span) < REINDEX_DAYS_AGO) is after_reindex
        ]
    )


def test_one_document_class_is_over_retrieved_after_the_index_is_rebuilt():
    history, control = told(True), told(False)
    growth = prompt_tokens(history, "api", after_reindex=True) / prompt_tokens(history, "api", after_reindex=False)
    assert growth > 1.25
    other = prompt_tokens(history, "account", after_reindex=True) / prompt_tokens(history, "account", after_reindex=False)
    assert other < 1.15
    flat = prompt_tokens(control, "api", after_reindex=True) / prompt_tokens(control, "api", after_reindex=False)
    assert flat == pytest.approx(1.0, abs=0.1)


def test_the_provider_swaps_a_model_behind_the_same_alias():
    history = told(True)
    for span in history.model_calls("support-chat"):
        answered = span.attributes["llm.model_name"]
        if answered.startswith("gpt-4o-2024") and abs(history.days_ago(span) - SWAP_DAYS_AGO) > 0.01:
            asked = json.loads(span.attributes["llm.invocation_parameters"])["model"]
            swapped = history.days_ago(span) < SWAP_DAYS_AGO
            assert asked == "gpt-4o"
            assert answered == ("gpt-4o-2024-11-20" if swapped else "gpt-4o-2024-08-06")


def test_one_feature_runs_away_with_the_money_for_a_day():
    history = told(True)
    tokens: dict[bool, list[int]] = defaultdict(list)
    for span in history.model_calls("digest"):
        tokens[RUNAWAY_DAYS_AGO - 1 < history.days_ago(span) < RUNAWAY_DAYS_AGO].append(span.attributes["llm.token_count.prompt"])
    quiet_days = 69
    assert sum(tokens[True]) > 5 * sum(tokens[False]) / quiet_days


def test_the_control_has_no_chapter():
    control = told(False)
    assert {span.attributes["llm.model_name"] for span in control.model_calls("support-chat")} <= {
        "gpt-4o-2024-08-06",
        "gpt-4o-mini-2024-07-18",
        "claude-haiku-4-5-20251001",
    }
    recent = thumbs(control, sso=True, before=FRAGMENT_DAYS_AGO, after=0)
    earlier = thumbs(control, sso=True, before=70, after=FRAGMENT_DAYS_AGO)
    assert share(recent) > share(earlier) - 0.12
    versions = {
        span.attributes["pellucid.retrieval.version"]
        for span in control.spans
        if span.name == "retrieve-articles" and span.status.is_ok
    }
    assert versions == {"production-v3"}
    assert not any("identity provider" in span.attributes["input.value"] for span in control.model_calls())
    for feature in Feature:
        assert control.model_calls(feature.value)


def test_story_and_control_have_the_same_people_asking_the_same_things():
    def asked(history: Told) -> list[tuple]:
        return sorted(
            (span.attributes["session.id"], span.attributes["user.id"], span.attributes["input.value"])
            for span in history.roots.values()
            if SWAP_DAYS_AGO + 1 < history.days_ago(span) < 7 * told(False).world.weeks - 1
        )

    assert asked(told(True)) == asked(told(False))


def contents(history: Told) -> dict[tuple[int, int], tuple]:
    """Every span by its ids, without its times: those hold the speed of the machine."""
    return {
        (span.context.trace_id, span.context.span_id): (span.name, sorted(span.attributes.items(), key=lambda item: item[0]))
        for span in history.spans
    }


def test_the_same_seed_tells_the_same_and_another_seed_does_not():
    world = World(seed=9, end=END, weeks=1)
    first, again = (Told(world, world.visits[:60]) for _ in range(2))
    assert contents(first) == contents(again)
    assert first.scores == again.scores
    other = World(seed=10, end=END, weeks=1)
    assert [visit.says for visit in other.visits] != [visit.says for visit in world.visits]


def test_the_history_does_not_depend_on_how_it_is_shared_out():
    world = World(seed=9, end=END, weeks=1)
    whole, shared = (Told(world, world.visits[:90], shares) for shares in (1, 3))
    assert contents(shared) == contents(whole)
    assert sorted(score["id"] for score in shared.scores) == sorted(score["id"] for score in whole.scores)


def test_chapters_happen_again_minutes_after_live_traffic_began():
    live = END + timedelta(minutes=2)
    chapters = Chapters(end=END, live=live)

    def pages(minutes: float) -> int:
        return chapters.release_at(live + timedelta(minutes=minutes)).digest_page_limit

    def model(minutes: float) -> str:
        version = version_of("gpt-4o", live + timedelta(minutes=minutes), chapters.swaps())
        assert version is not None
        return version.name

    assert (pages(4.9), pages(5.1), pages(9.1)) == (3, 24, 3)
    assert (model(2.9), model(3.1)) == ("gpt-4o-2024-11-20", "gpt-4o-2024-08-06")


def test_deploys_are_in_order_and_have_versions_of_their_own():
    for story in (True, False):
        deploys = Chapters(end=END, live=END, story=story).deploys()
        assert [deploy.at for deploy in deploys] == sorted(deploy.at for deploy in deploys)
        assert len({deploy.release.version for deploy in deploys}) == len(deploys)
    control = Chapters(end=END, live=END, story=False)
    assert control.swaps() == ()
    assert len({deploy.release.index for deploy in control.deploys()}) == 1
    assert all(deploy.release.fragments == {} and deploy.release.digest_page_limit == 3 for deploy in control.deploys())
