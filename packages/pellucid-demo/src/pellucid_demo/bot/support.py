"""The bot: four features, each a verb, each one trace a call.

`support-chat` answers from the help centre, `search` lists articles, `summarise` condenses a thread, `digest` writes
the weekly activity of a workspace. Everything that the bot needs from outside is passed in.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import anthropic
import openai
from anthropic import Anthropic
from openai import OpenAI
from openinference.instrumentation import suppress_tracing, using_attributes
from openinference.semconv.trace import SpanAttributes
from opentelemetry.trace import Span, Tracer

from pellucid import semconv
from pellucid_demo.bot import guardrails, prompts
from pellucid_demo.bot.assistants import AnthropicAssistant, Ask, Assistant, OpenAIAssistant
from pellucid_demo.bot.configuration import IndexSettings, Release
from pellucid_demo.bot.people import Customer, Tier
from pellucid_demo.bot.retrieval import Found, Index, Vector, rerank
from pellucid_demo.bot.serving import SupportPrompt, first_version, linked
from pellucid_demo.bot.steps import Kind, reranked, retrieved, returned, step, tool_attributes
from pellucid_demo.bot.tools import FETCH_ACTIVITY, SUPPORT_TOOLS, BotTool

EMBEDDING_MODEL = "text-embedding-3-small"
_EMBEDDING_DIMENSIONS = 256
# Chunks that the model is shown are those of this many best articles after reranking.
_SHOWN_ARTICLES = 5
_INDEX_ATTEMPTS, _INDEX_PAUSE_MS = 5, 500.0
_VECTOR_STORE_MS, _RERANKER_MS, _TOOL_MS, _GUARDRAIL_MS = 18.0, 6.0, 40.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls, in which session, under which release, and how."""

    customer: Customer
    session_id: str
    release: Release
    environment: str = "production"
    stream: bool = False
    history: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What came of a call: the span to speak about it, the answer, and the texts it was made from."""

    trace_id: str
    span_id: str
    answer: str
    context: str = ""


class SupportBot:
    """One process of the bot. `wait` spends the milliseconds that its own back ends take."""

    def __init__(
        self,
        *,
        tracer: Tracer,
        openai_client: OpenAI,
        anthropic_client: Anthropic,
        wait: Callable[[float], None],
        support_prompt: SupportPrompt = first_version,
    ) -> None:
        self._tracer, self._wait, self._support_prompt = tracer, wait, support_prompt
        self._openai, self._anthropic = openai_client, anthropic_client
        self._indexes: dict[IndexSettings, Index] = {}

    def prepare(self, settings: IndexSettings) -> None:
        """Build an index before traffic needs it; a failing provider is asked again."""
        for attempt in range(_INDEX_ATTEMPTS):
            if settings in self._indexes:
                return
            try:
                with suppress_tracing():  # an index is built by a job, not by a customer
                    self._indexes[settings] = Index(settings, self._embed)
            except openai.APIError:
                if attempt == _INDEX_ATTEMPTS - 1:
                    raise
                self._wait(_INDEX_PAUSE_MS)

    def support_chat(self, call: Call, question: str) -> Turn:
        with self._trace(call, "support-chat", Kind.AGENT, question) as span:
            if self._blocked(question):
                return self._end(span, guardrails.BLOCKED_ANSWER)
            found = self._retrieve(call.release, question)
            shown = self._rerank(question, found)
            written = self._support_prompt(call.customer)
            ask = Ask(
                system=_system_prompt(call, written.text),
                history=call.history,
                message=prompts.question_with_documents(question, [one.chunk for one in shown]),
                tools=SUPPORT_TOOLS,
                stream=call.stream,
                user_id=call.customer.id,
            )
            with linked(written):
                answer = self._answer(call, ask)
            return self._end(span, self._checked(answer), "\n".join(one.chunk.text for one in shown))

    def search(self, call: Call, question: str) -> Turn:
        with self._trace(call, "search", Kind.CHAIN, question) as span:
            assistant = OpenAIAssistant(self._openai, "gpt-4o-mini")
            ask = Ask(system=prompts.SEARCH, message=f"Question: {question}", user_id=call.customer.id)
            query = assistant.answer(ask, self._tool_user(call))
            found = self._retrieve(call.release, query or question)
            titles = list(dict.fromkeys(one.chunk.title for one in found))
            return self._end(span, json.dumps(titles))

    def summarise(self, call: Call, thread: str) -> Turn:
        with self._trace(call, "summarise", Kind.CHAIN, thread) as span:
            ask = Ask(system=prompts.SUMMARISE, message=thread, stream=call.stream, user_id=call.customer.id)
            assistant = AnthropicAssistant(self._anthropic, "claude-haiku-4-5")
            return self._end(span, assistant.answer(ask, self._tool_user(call)))

    def digest(self, call: Call, workspace: str) -> Turn:
        request = f"Fetch the activity of workspace {workspace} and write the weekly digest."
        with self._trace(call, "digest", Kind.AGENT, request) as span:
            ask = Ask(system=prompts.DIGEST, message=request, tools=(FETCH_ACTIVITY,), user_id=call.customer.id)
            answer = OpenAIAssistant(self._openai, "gpt-4.1").answer(ask, self._tool_user(call))
            return self._end(span, answer)

    @contextmanager
    def _trace(self, call: Call, feature: str, kind: Kind, given: str) -> Iterator[Span]:
        customer = call.customer
        metadata = {
            "plan": customer.tier.value,
            "auth": customer.sign_up.value,
            "country": customer.country,
            "seats": customer.seats,
        }
        tags = [feature, "streamed" if call.stream else "whole"]
        attributes: dict[str, Any] = {
            semconv.FEATURE: feature,
            semconv.USER_TIER: customer.tier.value,
            semconv.ENVIRONMENT: call.environment,
            semconv.RELEASE: call.release.version,
            SpanAttributes.USER_ID: customer.id,
            SpanAttributes.SESSION_ID: call.session_id,
            SpanAttributes.METADATA: json.dumps(metadata),
            SpanAttributes.TAG_TAGS: tags,
        }
        if kind is Kind.AGENT:
            attributes[SpanAttributes.AGENT_NAME] = feature
        shared = using_attributes(session_id=call.session_id, user_id=customer.id, metadata=metadata, tags=tags)
        with shared, step(self._tracer, kind, feature, given, **attributes) as span:
            yield span

    def _end(self, span: Span, answer: str, context: str = "") -> Turn:
        returned(span, answer)
        place = span.get_span_context()
        return Turn(trace_id=f"{place.trace_id:032x}", span_id=f"{place.span_id:016x}", answer=answer, context=context)

    def _blocked(self, question: str) -> bool:
        with step(self._tracer, Kind.GUARDRAIL, "input-guardrail", question) as span:
            self._wait(_GUARDRAIL_MS)
            action = guardrails.check_input(question)
            span.set_attribute(semconv.GUARDRAIL_ACTION, action.value)
            returned(span, {"action": action.value})
            return action is guardrails.Action.BLOCK

    def _checked(self, text: str) -> str:
        with step(self._tracer, Kind.GUARDRAIL, "output-guardrail", text) as span:
            self._wait(_GUARDRAIL_MS)
            action, clean = guardrails.check_output(text)
            span.set_attribute(semconv.GUARDRAIL_ACTION, action.value)
            returned(span, clean)
            return clean

    def _retrieve(self, release: Release, question: str) -> list[Found]:
        self.prepare(release.index)
        with step(self._tracer, Kind.RETRIEVER, "retrieve-articles", question) as span:
            [vector] = self._embed([question])
            self._wait(_VECTOR_STORE_MS)
            found = self._indexes[release.index].search(vector)
            retrieved(span, release.index, found)
            return found

    def _rerank(self, question: str, found: Sequence[Found]) -> list[Found]:
        with step(self._tracer, Kind.RERANKER, "rerank-chunks") as span:
            self._wait(_RERANKER_MS)
            ranked = rerank(question, found)
            best = list(dict.fromkeys(one.chunk.article_id for one in ranked))[:_SHOWN_ARTICLES]
            shown = [one for one in ranked if one.chunk.article_id in best]
            reranked(span, question, found, shown)
            return shown

    def _answer(self, call: Call, ask: Ask) -> str:
        """Ask the customer's provider; if it fails, the other one."""
        first, second = self._assistants(call.customer)
        try:
            return first[0].answer(_with_manual(ask, first[1]), self._tool_user(call))
        except (openai.APIError, anthropic.APIError):
            return second[0].answer(_with_manual(ask, second[1]), self._tool_user(call))

    def _assistants(self, customer: Customer) -> tuple[tuple[Assistant, bool], tuple[Assistant, bool]]:
        """The provider of this customer and the one to fall back to, each with whether it gets the manual."""
        model = "gpt-4o-mini" if customer.tier is Tier.FREE else "gpt-4o"
        by_openai = (OpenAIAssistant(self._openai, model), False)
        by_anthropic = (AnthropicAssistant(self._anthropic, "claude-haiku-4-5"), True)
        prefers_anthropic = customer.id.endswith(("3", "7"))
        return (by_anthropic, by_openai) if prefers_anthropic else (by_openai, by_anthropic)

    def _tool_user(self, call: Call) -> Callable[[BotTool, Mapping[str, Any], str], dict[str, Any]]:
        def use(tool: BotTool, arguments: Mapping[str, Any], call_id: str) -> dict[str, Any]:
            attributes = tool_attributes(tool.name, tool.description, arguments, call_id)
            with step(self._tracer, Kind.TOOL, tool.name, arguments, **attributes) as span:
                self._wait(_TOOL_MS)
                result = tool.run(call.customer, call.release, arguments)
                returned(span, result)
                return result

        return use

    def _embed(self, texts: Sequence[str]) -> list[Vector]:
        answered = self._openai.embeddings.create(model=EMBEDDING_MODEL, input=list(texts), dimensions=_EMBEDDING_DIMENSIONS)
        return [item.embedding for item in answered.data]


def _system_prompt(call: Call, written: str) -> str:
    fragment = call.release.fragments.get(call.customer.sign_up, "")
    return f"{written}\n{fragment}" if fragment else written


def _with_manual(ask: Ask, wanted: bool) -> Ask:
    return replace(ask, manual=prompts.handbook()) if wanted else ask
