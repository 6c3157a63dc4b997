"""Prices against the real list: every figure is either recomputed with the list's own calculator or by hand from the raw usage."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from genai_prices import Usage as ListedUsage
from genai_prices import calc_price
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid_server.core.errors import BadRequest
from pellucid_server.enrich.catalogue import UNPRICED_TIER
from pellucid_server.enrich.price import BadRates, PriceBook, PriceOverride
from pellucid_server.enrich.rates import Rates, Tariff
from pellucid_server.model.span import Kind, Span
from pellucid_server.model.usage import USAGE_KINDS, Cost, Usage

BOOK = PriceBook()
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)

FROM, TO = 1_735_689_600, 1_793_534_400
"""2025-01-01 and 2026-11-01, in seconds."""


def micros(time: datetime) -> int:
    return int(time.timestamp()) * 1_000_000


def generation(model: str = "gpt-4o", provider: str = "openai", usage: Usage | None = None, **changes: Any) -> Span:
    base: dict[str, Any] = {
        "trace_id": "a" * 32,
        "span_id": "b" * 16,
        "start_time": micros(NOW),
        "kind": Kind.GENERATION,
        "model": model,
        "provider": provider,
        "usage": usage or Usage(input=1000, output=100),
    }
    return Span(**(base | changes))


def total(span: Span, book: PriceBook = BOOK) -> float:
    cost = book.price(span)
    assert cost is not None
    return cost.total


def listed(usage: Usage, model: str, provider: str, time: datetime = NOW, **context: str) -> Decimal:
    """What the list's own calculator says, from its inclusive counts."""
    counts = {
        "input_tokens": usage.input_total,
        "cache_read_tokens": usage.cache_read,
        "cache_write_tokens": (usage.cache_write or 0) + (usage.cache_write_1h or 0),
        "cache_write_1h_tokens": usage.cache_write_1h,
        "input_audio_tokens": usage.audio_in,
        "output_tokens": usage.output_total,
        "output_audio_tokens": usage.audio_out,
        "output_reasoning_tokens": usage.reasoning,
        "cache_audio_read_tokens": 0,
    }
    return calc_price(
        ListedUsage(**counts), model, provider_id=provider, genai_request_timestamp=time, price_context=context or None
    ).total_price


COUNTS = st.one_of(st.none(), st.integers(0, 500_000))
USAGES = st.builds(Usage, **dict.fromkeys(USAGE_KINDS, COUNTS))
PRICED = [
    ("openai", "gpt-4o"),
    ("openai", "gpt-5"),
    ("openai", "gpt-4o-audio-preview"),
    ("anthropic", "claude-sonnet-4-5"),
    ("anthropic", "claude-3-5-haiku-latest"),
    ("google", "gemini-2.5-pro"),
    ("google", "gemini-2.5-flash"),
    ("deepseek", "deepseek-chat"),
    ("mistral", "mistral-large-latest"),
    ("groq", "llama-3.3-70b-versatile"),
]


@settings(max_examples=500, deadline=None)
@given(USAGES.filter(lambda usage: usage.reported), st.sampled_from(PRICED), st.integers(FROM, TO))
def test_a_cost_equals_its_recomputation_from_the_raw_usage(usage: Usage, model: tuple[str, str], second: int) -> None:
    provider, name = model
    time = datetime.fromtimestamp(second, UTC)
    span = generation(name, provider, usage, start_time=micros(time))
    cost = BOOK.price(span)
    assert cost is not None
    assert cost.source == "genai-prices"
    assert cost.total == pytest.approx(float(listed(usage, name, provider, time)), abs=1e-9, rel=1e-12)
    assert cost.total == sum(getattr(cost, kind) for kind in (*USAGE_KINDS, "fixed"))
    explained = BOOK.explain(span)
    assert explained is not None
    assert sum(line.amount for line in explained.lines) == pytest.approx(cost.total, abs=1e-9)
    assert {line.kind: line.tokens for line in explained.lines} == {k: n for k in USAGE_KINDS if (n := getattr(usage, k))}


class TestKinds:
    def test_caches_have_their_own_prices(self) -> None:
        usage = Usage(input=10, cache_read=1_000_000, cache_write=1_000_000, cache_write_1h=1_000_000, output=10)
        cost = BOOK.price(generation("claude-sonnet-4-5", "anthropic", usage))
        assert cost is not None
        assert cost.cache_read < cost.cache_write < cost.cache_write_1h

    def test_a_long_context_moves_every_token_into_the_next_band(self) -> None:
        below = generation("gemini-2.5-pro", "google", Usage(input=200_000, output=1_000))
        above = generation("gemini-2.5-pro", "google", Usage(input=200_000, cache_read=1, output=1_000))
        assert total(above) > 1.4 * total(below)

    def test_an_embedding_pays_for_its_input_only(self) -> None:
        span = generation("text-embedding-3-small", "openai", Usage(input=1_000_000), kind=Kind.EMBEDDING)
        assert total(span) == pytest.approx(0.02)

    def test_a_request_fee_is_part_of_the_total(self) -> None:
        cost = BOOK.price(generation("sonar", "perplexity"))
        assert cost is not None
        assert cost.fixed > 0
        explained = BOOK.explain(generation("sonar", "perplexity"))
        assert explained is not None
        assert explained.lines[-1].kind == "fixed"

    def test_a_call_that_used_nothing_owes_no_request_fee(self) -> None:
        assert total(generation("sonar", "perplexity", Usage(input=0, output=0))) == 0.0
        assert BOOK.price(generation("sonar", "perplexity", Usage())) is None

    def test_free_models_cost_zero_and_that_is_a_price(self) -> None:
        assert BOOK.price(generation("openai/gpt-oss-20b:free", "openrouter")) == Cost(source="genai-prices")


class TestUnpriced:
    @pytest.mark.parametrize(
        ("model", "provider"),
        [
            ("my-own-model", "openai"),
            ("", "openai"),
            ("", ""),
            ("gpt-4o", "ollama"),
            ("whisper-1", "openai"),
            ("no/such/thing", ""),
        ],
    )
    def test_an_unknown_price_is_none_and_never_zero(self, model: str, provider: str) -> None:
        span = generation(model, provider)
        assert BOOK.price(span) is None
        assert BOOK.explain(span) is None

    def test_a_call_without_usage_has_no_price(self) -> None:
        assert BOOK.price(generation(usage=Usage())) is None

    def test_reported_zeros_cost_nothing(self) -> None:
        assert total(generation(usage=Usage(input=0, output=0))) == 0.0

    def test_only_model_calls_cost(self) -> None:
        assert BOOK.price(generation(kind=Kind.AGENT, reported_cost=Cost(fixed=1.0))) is None

    def test_an_answer_from_a_cache_of_ones_own_costs_nothing(self) -> None:
        assert total(generation(cache_hit=True)) == 0.0


class TestNames:
    @pytest.mark.parametrize(
        ("model", "provider", "expected"),
        [
            ("openai/gpt-4o", "", "openai/gpt-4o"),
            ("openai/gpt-4o", "litellm", "openai/gpt-4o"),
            ("groq/llama-3.3-70b-versatile", "", "groq/llama-3.3-70b-versatile"),
            ("gpt-4o", "", "openai/gpt-4o"),
            ("gpt-4o-2024-08-06", "openai", "openai/gpt-4o"),
            ("anthropic/claude-sonnet-4-5", "", "anthropic/claude-sonnet-4-5"),
            ("claude-sonnet-4-5-20250929", "", "anthropic/claude-sonnet-4-5"),
            ("googleai/gemini-2.5-flash", "", "google/gemini-2.5-flash"),
            ("models/gemini-2.5-flash", "google", "google/gemini-2.5-flash"),
            ("gemini-2.5-flash", "gcp.vertex_ai", "google/gemini-2.5-flash"),
            ("gpt-4o", "azure.ai.openai", "azure/gpt-4o"),
            ("deepseek-chat", "openai", "deepseek/deepseek-chat"),
            ("GPT-4o", "OpenAI", "openai/gpt-4o"),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws.bedrock", None),
        ],
    )
    def test_every_spelling_finds_its_price(self, model: str, provider: str, expected: str | None) -> None:
        explained = BOOK.explain(generation(model, provider))
        assert explained is not None
        if expected:
            assert f"{explained.provider}/{explained.model}" == expected

    def test_the_answering_model_sets_the_price(self) -> None:
        span = generation("gpt-4o-mini", model_requested="gpt-4o")
        assert total(span) == total(generation("gpt-4o-mini"))

    def test_the_requested_model_sets_it_where_the_answering_one_is_unknown(self) -> None:
        assert total(generation("deployment-7", model_requested="gpt-4o")) == total(generation("gpt-4o"))


class TestTime:
    def test_a_price_change_takes_effect_on_its_day(self) -> None:
        usage = Usage(input=1000, output=100)
        for time in (datetime(2026, 8, 16, 23, 59, tzinfo=UTC), datetime(2026, 8, 17, 11, 0, tzinfo=UTC)):
            span = generation("deepseek-v4-pro", "deepseek", usage, start_time=micros(time))
            assert total(span) == pytest.approx(float(listed(usage, "deepseek-v4-pro", "deepseek", time)), abs=1e-9)
        before, after = (
            generation("deepseek-v4-pro", "deepseek", start_time=micros(datetime(2026, 8, day, 11, tzinfo=UTC))) for day in (16, 17)
        )
        assert total(after) > total(before)

    def test_prices_by_the_hour(self) -> None:
        quiet, busy = (generation("deepseek-chat", "deepseek", start_time=micros(NOW.replace(hour=hour))) for hour in (20, 12))
        assert total(quiet) < total(busy)

    @pytest.mark.parametrize("time", [-1, 0, 10**18])
    def test_absurd_clocks_are_priced_all_the_same(self, time: int) -> None:
        assert total(generation(start_time=time)) > 0


class TestTiers:
    def test_batch_is_cheaper_and_priority_dearer(self) -> None:
        batch, standard, priority = (generation(service_tier=tier) for tier in ("batch", "default", "priority"))
        assert total(batch) < total(standard) < total(priority)
        assert BOOK.quote(batch).flags == BOOK.quote(standard).flags == ()

    def test_a_tier_without_a_price_takes_the_standard_one_and_says_so(self) -> None:
        quote = BOOK.quote(generation("claude-sonnet-4-5", "anthropic", service_tier="priority"))
        assert quote.cost == BOOK.price(generation("claude-sonnet-4-5", "anthropic"))
        assert quote.flags == (UNPRICED_TIER,)

    def test_fast_mode(self) -> None:
        slow = generation("claude-opus-4-8", "anthropic")
        assert total(replace(slow, model_parameters={"speed": "fast"})) > total(slow)


class TestOverrides:
    def test_an_override_outranks_the_list_and_names_itself(self) -> None:
        book = PriceBook([PriceOverride(id="p1", model="gpt-4o", rates=Rates(input=1.0, output=2.0))])
        cost = book.price(generation(usage=Usage(input=500_000, cache_read=500_000, output=500_000, reasoning=500_000)))
        assert cost == Cost(input=0.5, cache_read=0.5, output=1.0, reasoning=1.0, source="override:p1")

    def test_the_most_exact_one_wins_then_the_latest(self) -> None:
        book = PriceBook(
            [
                PriceOverride(id="pattern", model="acme-.*", regex=True, rates=Rates(input=1.0, output=1.0)),
                PriceOverride(id="exact", model="acme-1", rates=Rates(input=2.0, output=2.0)),
                PriceOverride(id="later", model="acme-1", start=date(2026, 10, 1), rates=Rates(input=3.0, output=3.0)),
                PriceOverride(id="here", model="acme-1", provider="acme", rates=Rates(input=4.0, output=4.0)),
            ]
        )
        october, september = (micros(datetime(2026, month, 1, tzinfo=UTC)) for month in (10, 9))

        def source(model: str, provider: str, start_time: int) -> str:
            cost = book.price(generation(model, provider, start_time=start_time))
            assert cost is not None
            return cost.source

        assert source("acme-2", "x", october) == "override:pattern"
        assert source("acme-1", "x", october - 1) == "override:exact"
        assert source("ACME-1", "x", october) == "override:later"
        assert source("acme/acme-1", "x", september) == "override:exact"
        assert source("acme-1", "Acme", october) == "override:here"

    def test_a_pattern_must_match_the_whole_name(self) -> None:
        book = PriceBook([PriceOverride(id="p", model="acme", regex=True, rates=Rates(input=1.0))])
        assert book.price(generation("acme-large", "acme")) is None

    def test_a_hostile_pattern_cannot_hang(self) -> None:
        book = PriceBook([PriceOverride(id="p", model="(a+)+$", regex=True, rates=Rates(input=1.0))])
        assert book.price(generation("a" * 5_000 + "b", "acme")) is None

    @pytest.mark.parametrize("model", ["(", "(?<=a)b", "a" * 2_000])
    def test_a_pattern_that_cannot_be_used_is_refused(self, model: str) -> None:
        with pytest.raises(BadRequest, match="pattern"):
            PriceBook([PriceOverride(id="p", model=model, regex=True, rates=Rates(input=1.0))])

    @pytest.mark.parametrize("rates", [Rates(), Rates(input=-1.0), Rates(input=float("inf")), Rates(input=float("nan"))])
    def test_a_price_that_cannot_be_meant_is_refused(self, rates: Rates) -> None:
        with pytest.raises(BadRates, match="p9"):
            PriceBook([PriceOverride(id="p9", model="m", rates=rates)])


class TestFallbacks:
    def test_a_reported_cost_is_used_where_the_book_has_no_price(self) -> None:
        span = generation("my-own", reported_cost=Cost(input=0.01, output=0.02))
        assert BOOK.price(span) == Cost(input=0.01, output=0.02, source="reported")
        explained = BOOK.explain(span)
        assert explained is not None
        assert [line.kind for line in explained.lines] == ["input", "output"]
        assert [line.usd_per_million for line in explained.lines] == pytest.approx([10.0, 200.0])

    def test_a_reported_cost_does_not_outrank_the_book(self) -> None:
        assert total(generation(reported_cost=Cost(fixed=9.0))) == total(generation())

    def test_a_reported_zero_means_unknown(self) -> None:
        assert BOOK.price(generation("my-own", reported_cost=Cost())) is None

    def test_the_catch_all_is_an_estimate_and_comes_last(self) -> None:
        book = PriceBook(catch_all=Rates(input=1.0, output=2.0))
        assert total(generation("my-own"), book) == pytest.approx(0.0012)
        cost = book.price(generation("my-own"))
        assert cost is not None
        assert cost.source == "estimated"
        assert total(generation("my-own", reported_cost=Cost(fixed=5.0)), book) == 5.0
        assert total(generation(), book) == total(generation())
        explained = book.explain(generation("my-own"))
        assert explained is not None
        assert [line.kind for line in explained.lines] == ["input", "output"]


def test_a_kind_that_was_used_and_has_no_rate_leaves_the_call_unpriced() -> None:
    tariff = Tariff(source="t", bands=(Rates(output=2.0).filled(),))
    assert tariff.cost(Usage(input=1, output=1)) is None
    assert tariff.cost(Usage(output=1_000_000)) == Cost(output=2.0, source="t")


def test_a_fee_alone_is_due_without_usage() -> None:
    book = PriceBook([PriceOverride(id="r", model="rerank-9", rates=Rates(fixed=0.002))])
    span = generation("rerank-9", "cohere", Usage(), kind=Kind.RERANKER)
    assert book.price(span) == Cost(fixed=0.002, source="override:r")
