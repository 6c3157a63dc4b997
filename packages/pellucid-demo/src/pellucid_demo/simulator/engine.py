"""The provider behind the doors: counts, thinks, times and errs, for any dialect.

`Provider.reply` is the whole of it. Which JSON a reply becomes is the business of the wire modules.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any

from pellucid_demo.simulator import tokens
from pellucid_demo.simulator.catalogue import ModelVersion, Swap, version_of
from pellucid_demo.simulator.catalogue import Provider as ModelHouse
from pellucid_demo.simulator.chance import bell, chance, digest
from pellucid_demo.simulator.conversation import Dialect, Finish, Reply, Request, Thought, ToolCall, Turn, Usage
from pellucid_demo.simulator.faults import SLOW_FACTOR, Fault
from pellucid_demo.simulator.mind.judging import JudgeRates
from pellucid_demo.simulator.mind.thinking import REFUSAL, think

# Providers cache prompts from this length on, OpenAI in steps of 128 tokens.
CACHE_MINIMUM_TOKENS = 1024
_CACHE_STEP_TOKENS = 128
_INPUT_TOKEN_MS = 0.03
_LATENCY_SPREAD = 0.35
# One request in fifty meets a busy machine.
_SLOW_SHARE, _SLOW_TIMES = 0.02, 3.0
_REMEMBERED_REQUESTS = 50_000
_ID_PREFIX = {Dialect.CHAT: "chatcmpl-", Dialect.RESPONSES: "resp_", Dialect.MESSAGES: "msg_", Dialect.GENERATE: ""}


class UnknownModelError(Exception):
    """The model does not exist."""


class ContextTooLongError(Exception):
    """The prompt does not fit the context of the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The world that a simulator plays.

    `latency` scales every wait: 1 is lifelike, 0 answers at once. `fault_rates` strike at random by seed;
    `requests_per_minute` is the limit behind 429, None for none.
    """

    seed: int = 0
    latency: float = 1.0
    swaps: tuple[Swap, ...] = ()
    judge: JudgeRates = field(default_factory=JudgeRates)
    fault_rates: Mapping[Fault, float] = field(default_factory=dict)
    requests_per_minute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a reply takes, in milliseconds of the provider's time."""

    first_token_ms: float
    total_ms: float


class Engine:
    """One provider account. Thread-safe; its only state is how often a request was repeated at a temperature."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._repeats: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def reply(self, request: Request, at: datetime, spoiled: Fault | None = None) -> tuple[Reply, Timing]:
        """Answer a request. `spoiled` is a fault that leaves the answer standing but spoils it."""
        version = version_of(request.model, at, self.settings.swaps)
        if version is None or (version.provider is ModelHouse.GOOGLE) != (request.dialect is Dialect.GENERATE):
            raise UnknownModelError(request.model)  # Google's models are asked at its own door, and nobody else's there
        input_tokens = count_prompt(request)
        if input_tokens > version.context_tokens:
            raise ContextTooLongError(f"{input_tokens} tokens, the limit is {version.context_tokens}")
        fingerprint = _fingerprint_of(request, version)
        seed = digest(self.settings.seed, fingerprint, self._repetition(request, fingerprint))
        thought = _spoil(think(request, version, self.settings.judge, seed), spoiled)
        reply = self._counted(request, version, thought, input_tokens, at, seed, spoiled)
        return reply, self._timing(reply, seed, spoiled)

    def _counted(
        self,
        request: Request,
        version: ModelVersion,
        thought: Thought,
        input_tokens: int,
        at: datetime,
        seed: str,
        spoiled: Fault | None,
    ) -> Reply:
        limit = 12 if spoiled is Fault.TRUNCATED else request.max_tokens
        reasoning_tokens = tokens.count(thought.reasoning)
        room = None if limit is None else max(1, limit - reasoning_tokens)
        text = thought.text if room is None else tokens.truncate(thought.text, room)
        output = reasoning_tokens + request.choices * tokens.count(text)
        output += sum(tokens.count(call.name) + tokens.count(call.arguments) for call in thought.tool_calls)
        read, write = _cached(request, input_tokens)
        return Reply(
            id=_ID_PREFIX[request.dialect] + digest(seed, "id", at.timestamp())[:24],
            created=int(at.timestamp()),
            version=version,
            texts=(text,) * request.choices,
            tool_calls=thought.tool_calls,
            finish=_finish(thought, cut=text != thought.text),
            reasoning=thought.reasoning,
            usage=Usage(input=input_tokens, cache_read=read, cache_write=write, output=output, reasoning=reasoning_tokens),
        )

    def _timing(self, reply: Reply, seed: str, spoiled: Fault | None) -> Timing:
        scale = self.settings.latency * (2.718281828 ** (_LATENCY_SPREAD * bell(seed, "latency")))
        scale *= _SLOW_TIMES if chance(seed, "busy") < _SLOW_SHARE else 1.0
        scale *= SLOW_FACTOR if spoiled is Fault.SLOW else 1.0
        version = reply.version
        first = version.first_token_ms + _INPUT_TOKEN_MS * (reply.usage.input - reply.usage.cache_read)
        first += version.token_ms * reply.usage.reasoning
        rest = version.token_ms * (reply.usage.output - reply.usage.reasoning)
        return Timing(first_token_ms=first * scale, total_ms=(first + rest) * scale)

    def _repetition(self, request: Request, fingerprint: str) -> int:
        """How often this very request came before; a request without a temperature, or with a seed, never varies."""
        if not request.temperature or request.seed is not None:
            return 0
        with self._lock:
            number = self._repeats.pop(fingerprint, -1) + 1
            self._repeats[fingerprint] = number
            if len(self._repeats) > _REMEMBERED_REQUESTS:
                self._repeats.popitem(last=False)
            return number


def count_prompt(request: Request) -> int:
    """The tokens of a whole prompt: messages, the calls in them, images and tool definitions."""
    definitions = sum(
        tokens.count(tool.name) + tokens.count(tool.description) + tokens.count(json.dumps(tool.parameters))
        for tool in request.tools
    )
    return definitions + sum(_count_turn(turn) for turn in request.turns)


def _count_turn(turn: Turn) -> int:
    calls = sum(tokens.count(call.name) + tokens.count(call.arguments) for call in turn.tool_calls)
    return tokens.MESSAGE_OVERHEAD + tokens.count(turn.text) + calls + tokens.IMAGE_TOKENS * turn.images


def _cached(request: Request, input_tokens: int) -> tuple[int, int]:
    """Tokens read from and written to the prompt cache.

    The rule needs no memory: what stood before an assistant's turn has been sent before, so it is read. Anthropic's
    dialect caches up to the caller's last breakpoint, OpenAI's by itself, in whole steps.
    """
    said = [number for number, turn in enumerate(request.turns) if turn.role == "assistant"]
    if request.dialect is Dialect.MESSAGES:
        marks = [number for number, turn in enumerate(request.turns) if turn.cached]
        if not marks:
            return 0, 0
        marked = count_prompt(replace(request, turns=request.turns[: marks[-1] + 1]))
        if marked < CACHE_MINIMUM_TOKENS:
            return 0, 0
        return (marked, 0) if said else (0, marked)
    if not said or input_tokens < CACHE_MINIMUM_TOKENS:
        return 0, 0
    prefix = count_prompt(replace(request, turns=request.turns[: said[-1]]))
    return prefix - prefix % _CACHE_STEP_TOKENS if prefix >= CACHE_MINIMUM_TOKENS else 0, 0


def _finish(thought: Thought, *, cut: bool) -> Finish:
    if cut:
        return Finish.LENGTH
    if thought.refused:
        return Finish.REFUSAL
    return Finish.TOOL_CALLS if thought.tool_calls else Finish.STOP


def _fingerprint_of(request: Request, version: ModelVersion) -> str:
    """What a reply depends on. The dialect and the way of delivery are left out: streaming changes no answer."""
    spoken = [(turn.role, turn.text, [(call.name, call.arguments) for call in turn.tool_calls]) for turn in request.turns]
    asked: list[Any] = [version.name, spoken, sorted(tool.name for tool in request.tools), request.seed]
    return digest(json.dumps(asked, default=str))


def _spoil(thought: Thought, spoiled: Fault | None) -> Thought:
    if spoiled is Fault.REFUSAL:
        return Thought(text=REFUSAL, refused=True)
    if spoiled is Fault.NOT_JSON:
        said = "Let me think about that. On the whole it looks fine to me, although not in every respect {"
        return replace(thought, text=said, tool_calls=tuple(_respelled(call, said) for call in thought.tool_calls))
    if spoiled is Fault.OUT_OF_RANGE:
        calls = tuple(_respelled(call, _out_of_range(call.arguments)) for call in thought.tool_calls)
        return replace(thought, text=_out_of_range(thought.text), tool_calls=calls)
    return thought


def _respelled(call: ToolCall, arguments: str) -> ToolCall:
    return replace(call, arguments=arguments)


def _out_of_range(text: str) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if not isinstance(value, dict):
        return text
    return json.dumps({key: 999 if isinstance(item, int | float) else item for key, item in value.items()})
