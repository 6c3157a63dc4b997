"""The trace-level rule, case by case, and the properties that must hold for every trace."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid_server.enrich.facts import Claim, SettledFacts, Settlement, SpanFacts, facts_of
from pellucid_server.enrich.settle import settle
from pellucid_server.model.message import Message, Role, text_part
from pellucid_server.model.span import Kind, Rollout, Span
from pellucid_server.model.usage import Cost, Usage

TRACE = "a" * 32
OTHER = "b" * 32


def span(span_id: str, parent: str = "", /, start: int = 0, **changes: Any) -> SpanFacts:
    base: dict[str, Any] = {"trace_id": TRACE, "span_id": span_id, "parent_span_id": parent, "start_time": start}
    return SpanFacts(**(base | changes))


def call(span_id: str, parent: str = "", /, start: int = 0, **changes: Any) -> SpanFacts:
    base: dict[str, Any] = {"kind": Kind.GENERATION, "is_model_call": True, "has_usage": True, "model": "gpt-4o"}
    return span(span_id, parent, start, **(base | changes))


def noise(span_id: str, parent: str = "", /, start: int = 0) -> SpanFacts:
    return span(span_id, parent, start, framework_noise=True)


def counted(settlement: Settlement) -> set[str]:
    return {span_id for span_id, facts in settlement.spans.items() if facts.settled.counted}


def folded(settlement: Settlement) -> set[str]:
    return {span_id for span_id, facts in settlement.spans.items() if facts.settled.folded}


def roots(settlement: Settlement) -> list[str]:
    return [span_id for span_id, facts in settlement.spans.items() if facts.settled.is_root]


class TestCounting:
    def test_a_wrapper_leaves_the_count_to_the_one_call_below_it(self) -> None:
        got = settle([call("w"), span("mid", "w", 1), call("leaf", "mid", 2)])
        assert counted(got) == {"leaf"}
        assert got.spans["w"].settled.counted_in == f"{TRACE}/leaf"

    def test_a_wrapper_of_several_calls_names_none(self) -> None:
        got = settle([call("w"), call("one", "w", 1), call("two", "w", 2)])
        assert counted(got) == {"one", "two"}
        assert got.spans["w"].settled.counted_in == ""

    def test_agents_and_chains_never_count(self) -> None:
        got = settle([span("agent", kind=Kind.AGENT, has_usage=True), call("leaf", "agent", 1)])
        assert counted(got) == {"leaf"}

    def test_a_call_that_runs_its_tools_inside_its_own_span_still_counts(self) -> None:
        got = settle([call("outer"), span("tool", "outer", 1, kind=Kind.TOOL), call("inner", "tool", 2)])
        assert counted(got) == {"outer", "inner"}

    def test_a_generation_does_not_repeat_an_embedding_made_inside_it(self) -> None:
        got = settle([call("outer"), call("embed", "outer", 1, kind=Kind.EMBEDDING)])
        assert counted(got) == {"outer", "embed"}

    def test_an_embedding_and_a_reranking_repeat_what_is_made_inside_them(self) -> None:
        got = settle(
            [
                call("embed", kind=Kind.EMBEDDING),
                call("raw", "embed", 1, kind=Kind.EMBEDDING),
                call("rerank", kind=Kind.RERANKER),
                call("judge", "rerank", 1),
                call("lookup", "judge", 2, kind=Kind.EMBEDDING),
            ]
        )
        assert counted(got) == {"raw", "judge", "lookup"}
        assert got.spans["rerank"].settled.counted_in == f"{TRACE}/judge"

    def test_siblings_with_one_response_id_count_once_and_the_native_sdk_wins(self) -> None:
        got = settle(
            [
                span("app"),
                call("openllmetry", "app", 1, response_id="msg_1", detail=300),
                call("native", "app", 2, response_id="msg_1", detail=100, native_scope=True),
            ]
        )
        assert counted(got) == {"native"}
        assert got.spans["openllmetry"].settled.counted_in == f"{TRACE}/native"
        assert folded(got) == set(), "the loser carries the content, so it stays in sight"

    def test_of_two_foreign_instrumentations_the_one_with_more_detail_wins_and_the_other_is_folded(self) -> None:
        got = settle([call("lean", response_id="r", detail=1), call("rich", "", 5, response_id="r", detail=9)])
        assert counted(got) == {"rich"}
        assert folded(got) == {"lean"}
        assert roots(got) == ["rich"]

    def test_of_two_equal_records_the_earlier_wins(self) -> None:
        assert counted(settle([call("b", "", 1, response_id="r"), call("a", "", 2, response_id="r")])) == {"b"}
        assert counted(settle([call("b", "", 1, response_id="r"), call("a", "", 1, response_id="r")])) == {"a"}

    def test_a_losing_record_with_something_to_show_below_it_is_not_folded(self) -> None:
        got = settle([call("lean", response_id="r"), span("below", "lean", 1), call("rich", "", 5, response_id="r", detail=9)])
        assert counted(got) == {"rich"}
        assert folded(got) == set()

    def test_calls_without_a_response_id_are_never_joined(self) -> None:
        assert counted(settle([call("one"), call("two", "", 1)])) == {"one", "two"}

    def test_a_wrapper_whose_leaf_lost_points_at_the_winner(self) -> None:
        got = settle(
            [
                call("w"),
                call("leaf", "w", 1, response_id="r"),
                call("native", "", 2, response_id="r", native_scope=True),
            ]
        )
        assert counted(got) == {"native"}
        assert got.spans["w"].settled.counted_in == f"{TRACE}/native"


class TestAcrossTraces:
    mine = (call("x", "", 100, end_time=200, response_id="r"),)

    def claim(self, **changes: Any) -> Claim:
        base: dict[str, Any] = {"trace_id": OTHER, "span_id": "y", "start_time": 90, "end_time": 210, "model": "gpt-4o"}
        return Claim(**(base | changes))

    def test_the_earlier_start_keeps_the_call(self) -> None:
        got = settle(self.mine, {"r": [self.claim()]})
        assert got.spans["x"].settled.counted is False
        assert got.spans["x"].settled.counted_in == f"{OTHER}/y"
        assert got.spans["x"].settled.folded is False
        assert roots(got) == ["x"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"start_time": 110},
            {"start_time": 10, "end_time": 20},
            {"model": "claude-3-5-haiku"},
            {"trace_id": TRACE},
            {"start_time": 100},
        ],
        ids=["later", "other time", "other model", "own claim", "tie, larger trace id"],
    )
    def test_otherwise_it_counts_here(self, changes: dict[str, Any]) -> None:
        assert counted(settle(self.mine, {"r": [self.claim(**changes)]})) == {"x"}

    def test_requested_and_answered_names_are_one_model(self) -> None:
        assert counted(settle(self.mine, {"r": [self.claim(model="openai/gpt-4o-2024-08-06")]})) == set()

    def test_the_native_sdk_keeps_the_call_though_it_started_later(self) -> None:
        assert counted(settle(self.mine, {"r": [self.claim(start_time=110, native_scope=True)]})) == set()
        native = (call("x", "", 100, end_time=200, response_id="r", native_scope=True),)
        assert counted(settle(native, {"r": [self.claim()]})) == {"x"}

    def test_two_traces_agree_on_who_keeps_it(self) -> None:
        theirs = [call("y", "", 90, end_time=210, response_id="r", trace_id=OTHER)]
        mine = settle(self.mine, {"r": [settle(theirs).claims["r"]]})
        other = settle(theirs, {"r": [settle(self.mine).claims["r"]]})
        assert (counted(mine), counted(other)) == (set(), {"y"})

    def test_the_best_of_several_claims_is_named(self) -> None:
        claims = [self.claim(), self.claim(trace_id="c" * 32, span_id="z", start_time=80)]
        for order in (claims, claims[::-1]):
            assert settle(self.mine, {"r": order}).spans["x"].settled.counted_in == f"{'c' * 32}/z"


class TestDisplay:
    def test_noise_is_folded_and_its_children_hang_from_the_nearest_shown_ancestor(self) -> None:
        got = settle([span("app"), noise("http", "app", 1), noise("asgi", "http", 2), call("leaf", "asgi", 3)])
        assert folded(got) == {"http", "asgi"}
        assert got.spans["leaf"].settled.display_parent_id == "app"
        assert got.spans["asgi"].settled.display_parent_id == "app"

    def test_the_entry_of_a_tree_with_llm_spans_is_shown(self) -> None:
        got = settle([noise("POST /chat"), noise("asgi send", "POST /chat", 1), call("leaf", "POST /chat", 2)])
        assert folded(got) == {"asgi send"}
        assert roots(got) == ["POST /chat"]

    def test_a_trace_of_nothing_but_noise_still_has_one_root(self) -> None:
        got = settle([noise("send", "GET /health", 1), noise("GET /health")])
        assert folded(got) == {"send"}
        assert roots(got) == ["GET /health"]

    def test_a_stray_http_span_without_its_parent_is_folded(self) -> None:
        assert folded(settle([call("leaf"), noise("stray", "lost", 1)])) == {"stray"}

    def test_noise_that_carries_a_call_is_never_folded(self) -> None:
        got = settle([span("app"), call("native", "app", 1, framework_noise=True)])
        assert folded(got) == set()

    def test_an_unknown_parent_makes_a_root(self) -> None:
        got = settle([span("b", "lost", 5), span("a", "lost too", 7)])
        assert roots(got) == ["b"]
        assert got.spans["a"].settled.display_parent_id == ""

    def test_ties_of_time_are_broken_by_id(self) -> None:
        assert roots(settle([span("b"), span("a")])) == ["a"]

    def test_self_parents_and_cycles_open_at_their_earliest_member(self) -> None:
        got = settle([span("self", "self", 9), span("x", "z", 3), span("y", "x", 1), span("z", "y", 2), span("tail", "z", 4)])
        assert roots(got) == ["y"]
        parents = {span_id: facts.settled.display_parent_id for span_id, facts in got.spans.items()}
        assert parents == {"self": "", "y": "", "z": "y", "x": "z", "tail": "z"}

    def test_one_answer_for_a_repeated_id(self) -> None:
        copies = [span("a", detail=1), span("a", detail=2, user_id="u")]
        for order in (copies, copies[::-1]):
            assert settle(order).spans["a"].inherited.user_id == "u"

    def test_nothing_in_nothing_out(self) -> None:
        assert settle([]) == Settlement()


class TestInheritance:
    def test_the_nearest_ancestor_wins_over_the_root(self) -> None:
        got = settle([span("root", feature="f", release="1"), span("mid", "root", 1, feature="g"), call("leaf", "mid", 2)])
        assert got.spans["leaf"].inherited.feature == "g"
        assert got.spans["leaf"].inherited.release == "1"

    def test_an_orphan_takes_the_roots_values(self) -> None:
        got = settle([span("root", user_id="u", tags=("a",), environment="prod"), span("orphan", "lost", 1)])
        assert got.spans["orphan"].inherited == got.spans["root"].inherited

    def test_user_and_session_come_from_anywhere_when_the_trace_names_one(self) -> None:
        got = settle([span("root"), span("a", "root", 1, user_id="u", session_id="s", feature="f"), span("b", "root", 2)])
        for span_id in ("root", "b"):
            inherited = got.spans[span_id].inherited
            assert (inherited.user_id, inherited.session_id, inherited.feature) == ("u", "s", "")

    def test_two_users_in_one_trace_are_not_mixed(self) -> None:
        got = settle([span("root"), span("a", "root", 1, user_id="u1"), span("b", "root", 2, user_id="u2"), call("c", "b", 3)])
        assert [got.spans[i].inherited.user_id for i in ("root", "a", "b", "c")] == ["", "u1", "u2", "u2"]

    def test_an_invented_session_yields_to_an_explicit_one(self) -> None:
        run = span("run", "root", 1, session_id="fresh", inherits_session=False)
        assert settle([span("root", session_id="chat"), run]).spans["run"].inherited.session_id == "chat"
        assert settle([span("root"), run]).spans["root"].inherited.session_id == "fresh"

    def test_the_arm_of_a_rollout_reaches_the_calls_below(self) -> None:
        arm = Rollout(experiment="e", arm="b", probability=0.5)
        assert settle([span("root", rollout=arm), call("leaf", "root", 1)]).spans["leaf"].inherited.rollout == arm

    def test_a_trace_name_set_anywhere_names_the_trace(self) -> None:
        assert settle([span("root"), span("a", "root", 1, trace_name="n")]).spans["root"].inherited.trace_name == "n"

    def test_spans_without_values_of_their_own_share_one_object(self) -> None:
        got = settle([span("root", user_id="u"), span("a", "root", 1), span("b", "a", 2, user_id="u")])
        assert got.spans["a"].inherited is got.spans["root"].inherited is got.spans["b"].inherited


def test_a_chain_of_forty_thousand_spans_is_linear_and_flat() -> None:
    chain = [span("0")] + [noise(str(i), str(i - 1), i) for i in range(1, 40_000)] + [call("leaf", "39999", 40_000)]
    got = settle(chain[::-1])
    assert got.spans["leaf"].settled.display_parent_id == "0"
    assert counted(got) == {"leaf"}


def test_a_cycle_of_forty_thousand_spans_ends() -> None:
    ring = [span(str(i), str((i + 1) % 40_000), i) for i in range(40_000)]
    assert roots(settle(ring)) == ["0"]


def test_facts_of_a_span() -> None:
    generation = Span(
        trace_id=TRACE,
        span_id="s",
        start_time=1,
        kind=Kind.GENERATION,
        model_requested="gpt-4o",
        response_id="r",
        scope="com.anthropic.sdk.python",
        usage=Usage(input=3, cache_read=4, output=2, reasoning=1),
        messages_in=(Message(role=Role.USER, parts=(text_part("hi"),)),),
    )
    facts = facts_of(generation)
    assert (facts.input_total, facts.output_total, facts.model) == (7, 3, "gpt-4o")
    assert facts.is_model_call
    assert facts.native_scope
    assert facts.detail > 0
    plain = facts_of(Span(trace_id=TRACE, span_id="s", start_time=1, kind=Kind.CHAIN, usage=Usage(input=3)))
    assert not plain.is_model_call, "a chain repeats what its calls report"
    assert facts_of(Span(trace_id=TRACE, span_id="s", start_time=1, kind=Kind.RERANKER, cost=Cost(fixed=0.002))).is_model_call
    assert not facts_of(Span(trace_id=TRACE, span_id="s", start_time=1, kind=Kind.GENERATION)).is_model_call


IDS = st.sampled_from([f"s{i}" for i in range(8)])
VALUES = st.sampled_from(["", "", "u1", "u2"])


@st.composite
def any_facts(draw: st.DrawFn) -> SpanFacts:
    is_call = draw(st.booleans())
    return SpanFacts(
        trace_id=TRACE,
        span_id=draw(IDS),
        parent_span_id=draw(st.one_of(IDS, st.just(""), st.just("lost"))),
        start_time=draw(st.integers(0, 4)),
        end_time=draw(st.one_of(st.none(), st.integers(4, 6))),
        kind=draw(st.sampled_from([Kind.GENERATION, Kind.GENERATION, Kind.EMBEDDING]))
        if is_call
        else draw(st.sampled_from([Kind.SPAN, Kind.TOOL, Kind.CHAIN])),
        is_model_call=is_call,
        framework_noise=draw(st.booleans()),
        response_id=draw(st.sampled_from(["", "r1", "r2"])) if is_call else "",
        native_scope=draw(st.booleans()),
        detail=draw(st.integers(0, 2)),
        user_id=draw(VALUES),
        session_id=draw(VALUES),
        inherits_session=draw(st.booleans()),
        feature=draw(VALUES),
    )


TRACES = st.lists(any_facts(), min_size=1, max_size=10)


@settings(max_examples=400, deadline=None)
@given(TRACES, st.randoms())
def test_the_order_of_arrival_does_not_matter(facts: list[SpanFacts], random: Any) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)
    assert settle(shuffled) == settle(facts)


@settings(max_examples=300, deadline=None)
@given(TRACES, st.data())
def test_settling_after_every_part_ends_where_settling_once_does(facts: list[SpanFacts], data: st.DataObject) -> None:
    arrived: dict[str, SpanFacts] = {}
    written: dict[str, SettledFacts] = {}
    for part in data.draw(st.permutations(facts)):
        arrived[part.span_id] = part
        written.update(settle(list(arrived.values())).spans)
    assert written == settle(list(arrived.values())).spans


@settings(max_examples=400, deadline=None)
@given(TRACES)
def test_what_holds_for_every_trace(facts: Sequence[SpanFacts]) -> None:
    got = settle(facts)
    assert set(got.spans) == {one.span_id for one in facts}
    assert len(roots(got)) == 1
    for facts_out in got.spans.values():
        settled = facts_out.settled
        if settled.is_root:
            assert not settled.folded
            assert settled.display_parent_id == ""
        if settled.display_parent_id:
            assert not got.spans[settled.display_parent_id].settled.folded
        assert not (settled.counted and settled.folded)
        assert not (settled.counted and settled.counted_in)
        if settled.counted_in:
            assert got.spans[settled.counted_in.partition("/")[2]].settled.counted
    by_id = {one.span_id: one for one in facts}
    for span_id in got.spans:
        seen = {span_id}
        while parent := got.spans[span_id].settled.display_parent_id:
            assert parent not in seen, "the shown tree has no cycle"
            seen.add(parent)
            span_id = parent
    if len(by_id) == len(facts):
        ids = [by_id[i].response_id for i in counted(got) if by_id[i].response_id]
        assert len(ids) == len(set(ids)), "one count per response id"
        assert bool(counted(got)) == any(one.is_model_call for one in facts)
