"""`LanguageModels`: ask a model, whole or streamed. Every call is limited, tried again where that helps, priced, and recorded as a span."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

from pellucid_server.core.clock import Clock, Micros, system_clock
from pellucid_server.core.errors import PellucidError
from pellucid_server.core.ids import random_span_id, random_trace_id
from pellucid_server.llm.assembly import Assembly
from pellucid_server.llm.calls import CallRecord, ModelAnswer, ModelDelta, ModelRequest, Origin
from pellucid_server.llm.errors import BadConnection, ModelError, ModelRateLimited
from pellucid_server.llm.lanes import Lane, Lanes
from pellucid_server.llm.ports import ConnectionSource, PriceOf, Recorder
from pellucid_server.llm.structured import structured
from pellucid_server.model.span import Outcome
from pellucid_server.outbound.guard import Guard

PATIENCE_S = 60.0
"""How long a call is tried again before its error is the answer."""
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 20.0
ENVIRONMENTS = frozenset(
    {"pellucid-playground", "pellucid-replay", "pellucid-evaluators", "pellucid-experiments", "pellucid-probes"}
)
"""Pellucid's own. Nothing in them is ever judged or alerted on."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A call under way."""

    project_id: str
    environment: str
    lane: Lane
    request: ModelRequest
    origin: Origin
    trace_id: str
    span_id: str
    begun: Micros


Keep = Callable[[ModelAnswer], Awaitable[None]]


async def _forget(answer: ModelAnswer) -> None:
    """Who asks interactively keeps nothing."""


class LanguageModels:
    """The port. Safe to use from several event loops."""

    def __init__(
        self,
        connections: ConnectionSource,
        *,
        guard: Guard,
        price_of: PriceOf,
        recorder: Recorder,
        clock: Clock = system_clock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._connections = connections
        self._lanes = Lanes(guard)
        self._price_of = price_of
        self._recorder = recorder
        self._clock = clock
        self._jitter = jitter

    async def complete(
        self,
        project_id: str,
        connection: str,
        request: ModelRequest,
        *,
        environment: str,
        origin: Origin | None = None,
        patience_s: float = PATIENCE_S,
        keep: Keep = _forget,
    ) -> ModelAnswer:
        """The whole answer; `keep` has it before anything else happens to it.

        Raises members of `ModelError`, `ConnectionUnknown`, `DestinationRefused`.
        """
        call = await self._begin(project_id, connection, request, environment, origin)
        loop = asyncio.get_running_loop()
        give_up, attempt = loop.time() + patience_s, 0
        while True:
            assembly = Assembly()
            try:
                ignored = await call.lane.ask(call.request, assembly)
                return await self._finish(call, assembly, None, ignored, keep)
            except ModelError as error:
                wait = self._wait(error, attempt)
                if not error.retryable or loop.time() + wait > give_up:
                    await self._fail(call, error, assembly)
                    raise
                attempt += 1
            except PellucidError as error:
                await self._fail(call, error, assembly)
                raise
            await asyncio.sleep(wait)

    async def stream(
        self, project_id: str, connection: str, request: ModelRequest, *, environment: str, origin: Origin | None = None
    ) -> AsyncIterator[ModelDelta]:
        """The answer as it comes; the last delta has it whole. Not tried again once something was shown. Raises as `complete`."""
        call = await self._begin(project_id, connection, request, environment, origin)
        assembly = Assembly()
        first: Micros | None = None
        try:
            async for delta in call.lane.stream(call.request, assembly):
                first = first or self._clock()
                yield delta
            answer = await self._finish(call, assembly, first, call.lane.wire.encode(call.request, stream=True).ignored)
        except PellucidError as error:
            await self._fail(call, error, assembly)
            raise
        yield ModelDelta(answer=answer)

    async def close(self) -> None:
        """Close what the running loop holds."""
        await self._lanes.close()

    async def _begin(
        self, project_id: str, connection: str, request: ModelRequest, environment: str, origin: Origin | None
    ) -> _Call:
        opened = await asyncio.to_thread(self._connections.open, project_id, connection)
        model = request.model or opened.default_model
        if not model:
            raise BadConnection(f"The connection {opened.name!r} has no default model; name one in the request.")
        origin = origin or Origin()
        return _Call(
            project_id=project_id,
            environment=environment,
            lane=await self._lanes.of(opened),
            request=replace(request, model=model),
            origin=origin,
            trace_id=origin.trace_id or random_trace_id(),
            span_id=random_span_id(),
            begun=self._clock(),
        )

    async def _finish(
        self, call: _Call, assembly: Assembly, first: Micros | None, ignored: tuple[str, ...], keep: Keep = _forget
    ) -> ModelAnswer:
        """Price, look whether it fits, and record: what does not fit has cost money all the same."""
        ended = self._clock()
        model = assembly.model or call.request.model
        answer = ModelAnswer(
            messages=(assembly.message(),),
            finish_reason=assembly.finish_reason,
            outcome=assembly.outcome,
            usage=assembly.usage,
            cost=self._price_of(call.project_id, call.lane.connection.provider, model, assembly.usage, call.begun),
            duration_ms=(ended - call.begun) / 1_000,
            ttft_ms=None if first is None else (first - call.begun) / 1_000,
            response_id=assembly.response_id,
            model=model,
            system_fingerprint=assembly.system_fingerprint,
            trace_id=call.trace_id,
            span_id=call.span_id,
            ignored=ignored,
        )
        try:
            whole = _with_value(answer, call.request, assembly.text)
            await keep(whole)
        finally:
            await self._record(call, answer=answer, ended=ended, first=first)
        return whole

    async def _fail(self, call: _Call, error: PellucidError, assembly: Assembly) -> None:
        if not assembly.done:  # where the answer came it has its span, whatever went wrong after that
            await self._record(call, answer=None, ended=self._clock(), first=None, error=error)

    async def _record(
        self, call: _Call, *, answer: ModelAnswer | None, ended: Micros, first: Micros | None, error: PellucidError | None = None
    ) -> None:
        record = CallRecord(
            project_id=call.project_id,
            environment=call.environment,
            provider=call.lane.connection.provider,
            request=call.request,
            origin=call.origin,
            trace_id=call.trace_id,
            span_id=call.span_id,
            start_time=call.begun,
            end_time=ended,
            first_token_time=first,
            answer=answer,
            error_type="" if error is None else error.code,
            error_message="" if error is None else error.message,
        )
        try:
            await self._recorder.record(record)
        except PellucidError as failure:  # a paid answer is worth more than its span
            log.warning("the span of a call to %s could not be recorded: %s", call.lane.connection.name, failure.message)

    def _wait(self, error: ModelError, attempt: int) -> float:
        told = error.retry_after_s if isinstance(error, ModelRateLimited) else None
        backoff: float = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0**attempt) * (0.5 + self._jitter() / 2)
        return max(backoff, told or 0.0)


def _with_value(answer: ModelAnswer, request: ModelRequest, text: str) -> ModelAnswer:
    """With what was asked for by schema. Raises `ModelAnswerInvalid`."""
    if request.response_schema is None or answer.tool_calls or answer.outcome is not Outcome.SUCCESS:
        return answer
    return replace(answer, structured=structured(text, request.response_schema, cut=answer.finish_reason == "length"))
