"""What every wrapped call goes through: a step from the request, the answer put on it, streams listened to.

What lives here: the life of one recorded call. What must not live here: shapes of providers, seams of SDKs.
The application gets the SDK's own objects; a stream is listened to while the application reads it, and nothing of it
is held back except a usage chunk that was asked for on the application's behalf.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Self

from opentelemetry.context import attach, detach, get_current
from opentelemetry.trace import set_span_in_context

from pellucid import semconv
from pellucid.guard import GUARD
from pellucid.providers.facts import Answered, Asked, Document, Gatherer, Shape, plain, without_secrets
from pellucid.runtime import current
from pellucid.steps import SILENT, start
from pellucid.usage import inclusive_input, inclusive_output
from pellucid.values import json_of

Withhold = Callable[[Document], bool]


class Recording:
    """One call that is being recorded; a client that is off records nothing and costs nothing."""

    def __init__(self, shape: Shape, request: Document, provider: str, extra: Document | None = None) -> None:
        self._shape = shape
        self._gatherer: Gatherer | None = None
        self.step = SILENT
        client = current()
        if client is None:
            return
        try:
            asked = shape.asked(request)
            self.step = start(client, asked.name, asked.kind, texts_of=request)
            self.step.put({**_request_attributes(asked, provider), **(extra or {})}, _request_content(asked))
        except Exception as error:
            GUARD.report("record a model call", error)

    def __enter__(self) -> Self:
        """Make the step current while the SDK works, so that what it instruments itself hangs below."""
        span = self.step.otel_span
        self._token = None if span is None else attach(set_span_in_context(span, get_current()))
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if self._token is not None:
            detach(self._token)
        if error is not None:
            self.fail(error)

    def answer(self, response: Any) -> None:
        """The whole answer is there."""
        try:
            self._conclude(self._shape.answered(plain(response)))
        except Exception as error:
            GUARD.report("record an answer", error)
        self.step.end()

    def fail(self, error: BaseException) -> None:
        """The call raised, or its stream broke; what came before is kept."""
        if self._gatherer is not None:
            self._put_gathered()
        self.step.fail(error).end()

    def add(self, chunk: Any) -> None:
        """One chunk of a stream."""
        try:
            if self._gatherer is None:
                self._gatherer = self._shape.gatherer()
            if self._gatherer.add(plain(chunk)):
                self.step.first_token()
        except Exception as error:
            GUARD.report("record a chunk", error)

    def finish(self) -> None:
        """The stream is through, or its reader wants no more."""
        if self.step.is_recording:
            self._put_gathered()
            self.step.end()

    def listen(self, chunks: Iterator[Any], withhold: Withhold | None = None) -> Iterator[Any]:
        """The same chunks, noted on their way."""
        try:
            for chunk in chunks:
                self.add(chunk)
                if withhold is None or not withhold(plain(chunk)):
                    yield chunk
        except Exception as error:
            self.fail(error)
            raise
        finally:
            self.finish()

    async def listen_async(self, chunks: AsyncIterator[Any], withhold: Withhold | None = None) -> AsyncIterator[Any]:
        """The same chunks, noted on their way."""
        try:
            async for chunk in chunks:
                self.add(chunk)
                if withhold is None or not withhold(plain(chunk)):
                    yield chunk
        except Exception as error:
            self.fail(error)
            raise
        finally:
            self.finish()

    def _put_gathered(self) -> None:
        try:
            if self._gatherer is not None:
                self._conclude(self._gatherer.answered())
        except Exception as error:
            GUARD.report("record a streamed answer", error)

    def _conclude(self, answered: Answered) -> None:
        self.step.put(_answer_attributes(answered), {semconv.OUTPUT_MESSAGES: answered.messages})
        if answered.error is not None:
            self.step.fail(answered.error)


def _request_attributes(asked: Asked, provider: str) -> dict[str, Any]:
    return {
        semconv.PROVIDER: provider,
        semconv.REQUEST_MODEL: asked.model,
        semconv.REQUEST_STREAM: True if asked.is_stream else None,
        semconv.MODEL_PARAMETERS: json_of(asked.parameters) if asked.parameters else None,
    }


def _request_content(asked: Asked) -> dict[str, object]:
    return {
        semconv.INPUT_MESSAGES: asked.messages,
        semconv.SYSTEM_INSTRUCTIONS: asked.system,
        semconv.TOOL_DEFINITIONS: without_secrets(asked.tools),
    }


def _answer_attributes(answered: Answered) -> dict[str, Any]:
    usage = answered.usage
    return {
        semconv.RESPONSE_MODEL: answered.model,
        semconv.RESPONSE_ID: answered.response_id,
        semconv.FINISH_REASON: tuple(answered.finish_reasons) or None,
        semconv.SYSTEM_FINGERPRINT: answered.system_fingerprint,
        semconv.SERVICE_TIER: answered.service_tier,
        semconv.OUTCOME: "refused" if answered.is_refused else None,
        semconv.USAGE_INPUT: inclusive_input(usage) if usage else None,
        semconv.USAGE_OUTPUT: inclusive_output(usage) if usage else None,
        semconv.USAGE_CACHE_READ: usage.get("cache_read"),
        semconv.USAGE_CACHE_WRITE: (usage.get("cache_write", 0) + usage.get("cache_write_1h", 0)) or None,
        semconv.USAGE_REASONING: usage.get("reasoning"),
        semconv.USAGE_DETAILS: json_of(usage) if usage else None,
    }
