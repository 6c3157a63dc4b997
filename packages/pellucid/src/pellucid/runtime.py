"""The client of this process: made once, found by everything that records.

What lives here: `Client` (provider, processor, worker) and the holder of the current one. What must not live
here: steps, decorators, prompts: they ask `current()`.

The holder is the package's one piece of process-wide state: decorators are applied at import time, long before
anybody could pass them a client.
"""

import atexit
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator

from pellucid import privacy, semconv, settings
from pellucid.exporting.copies import with_attributes
from pellucid.exporting.ledger import Stats
from pellucid.exporting.outbox import Item
from pellucid.exporting.processor import Processor
from pellucid.exporting.tail import Tail
from pellucid.exporting.worker import Worker
from pellucid.fields import Policy, capture_of
from pellucid.guard import GUARD
from pellucid.instruments import turn_on_or_warn
from pellucid.links import find_in_attributes
from pellucid.posts import post, size_of_document
from pellucid.settings import Settings
from pellucid.signals import close_on_sigterm
from pellucid.threads import propagate_threads
from pellucid.version import VERSION

EmitItem = Callable[[Item], None]


class Client:
    """Everything that one configuration needs to record and to ask."""

    def __init__(
        self,
        told: Settings,
        *,
        deliver: bool = True,
        emit: EmitItem | None = None,
        provider: TracerProvider | None = None,
        id_generator: IdGenerator | None = None,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.settings = told
        self.clock = clock
        self.policy = Policy(capture=told.capture, mask=privacy.mask_of(told), max_chars=told.max_value_chars)
        self._birth_id = uuid4().hex
        self.worker = Worker(
            told,
            deliver=deliver,
            headers=auth_headers(told),
            identity=self._identity,
            prepare=self._prepare,
            emit=emit,
            before_close=self._drain,
        )
        self.tail = Tail(told.sample_rate, told.max_queue_bytes) if told.sample_rate < 1.0 else None
        self.processor = Processor(self.worker, self.tail, find_in_attributes)
        self.provider, is_ours = _provider_for(told, provider, id_generator)
        self.provider.add_span_processor(self.processor)
        earlier = trace.get_tracer_provider()
        if told.set_global and isinstance(earlier, _OwnProvider) and earlier is not self.provider:
            earlier.add_span_processor(self.processor)  # other instrumentations hold on to the global provider
        self.base_attributes = {} if is_ours else _own_attributes(told)
        self.tracer = self.provider.get_tracer(semconv.SCOPE, VERSION)
        if told.propagate_threads:
            propagate_threads()
        if told.instrument:
            turn_on_or_warn(told.instrument, self.provider)
        if told.spill_dir:
            self.worker.start()

    def send(self, path: str, document: dict[str, Any]) -> None:
        """Queue one document for the REST API; it is sent with the spans, in the background."""
        self.worker.offer(post(path, document), size_of_document(document))

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until all that ended so far is sent; False when the deadline came first."""
        return self.worker.flush(timeout_s)

    def close(self) -> bool:
        """Send what is left and stop recording."""
        done = self.worker.close()
        self.processor.is_closed = True
        atexit.unregister(self.close)
        return done

    def stats(self) -> Stats:
        """What was recorded, sent and lost since this process began."""
        return self.worker.stats()

    def _drain(self) -> None:
        self.processor.drain()

    def _identity(self) -> Mapping[str, Any]:
        return {
            semconv.CLIENT_ID: f"{self._birth_id}-{os.getpid():x}",
            semconv.CLIENT_VERSION: VERSION,
            **({semconv.SERVICE: self.settings.service} if self.settings.service else {}),
        }

    def _prepare(self, span: ReadableSpan) -> ReadableSpan:
        """The last gate of a span: what other libraries recorded obeys the same capture mode and mask."""
        scope = span.instrumentation_scope
        if scope is not None and scope.name == semconv.SCOPE:
            return span
        attributes = span.attributes or {}
        policy = self.policy.lowered(capture_of(attributes.get(semconv.CAPTURE)))
        if policy.capture == "full" and policy.mask is None:
            return span
        kept, is_changed = privacy.clean(attributes, policy.capture, policy.mask)
        has_messages = bool(span.events) or bool(span.status.description)
        if not is_changed and not has_messages:
            return span
        return with_attributes(span, kept, hide_messages=True)


def auth_headers(told: Settings) -> dict[str, str]:
    """The headers of every request."""
    headers = {"User-Agent": f"pellucid-python/{VERSION}"}
    if told.api_key:
        headers["Authorization"] = f"Bearer {told.api_key}"
    return headers


def _own_attributes(told: Settings) -> dict[str, Any]:
    """What belongs on the resource; on the spans where the application owns the resource."""
    pairs = {semconv.ENVIRONMENT: told.environment, semconv.RELEASE: told.release}
    return {key: value for key, value in pairs.items() if value}


class _OwnProvider(TracerProvider):
    """Marks a provider as made here, so that a second `init` does not take it for the application's."""


def _provider_for(told: Settings, given: TracerProvider | None, id_generator: IdGenerator | None) -> tuple[TracerProvider, bool]:
    """The given provider, the application's, or a new one; and whether it is ours."""
    if given is not None:
        return given, False
    present = trace.get_tracer_provider()
    if told.set_global and isinstance(present, TracerProvider) and not isinstance(present, _OwnProvider):
        return present, False
    attributes = {**_own_attributes(told), **({semconv.SERVICE: told.service} if told.service else {})}
    ours = _OwnProvider(resource=Resource.create(attributes), shutdown_on_exit=False, id_generator=id_generator)
    if told.set_global and not isinstance(present, TracerProvider):
        trace.set_tracer_provider(ours)
    return ours, True


class _Process:
    """Holder of the current client."""

    def __init__(self) -> None:
        self.client: Client | None = None
        self.is_decided = False
        self.lock = threading.Lock()


_PROCESS = _Process()


def install(client: Client | None) -> Client | None:
    """Make the client the current one (None: record nothing) and give the previous one, still open."""
    with _PROCESS.lock:
        previous, _PROCESS.client = _PROCESS.client, client
        _PROCESS.is_decided = True
    if client is not None:
        atexit.register(client.close)
        if client.settings.close_on_sigterm:
            close_on_sigterm(_close_current, client.settings.exit_timeout_s + 0.5)
    return previous


def _close_current() -> None:
    client = _PROCESS.client
    if client is not None:
        client.close()


def current() -> Client | None:
    """The client to record with, started from the environment at the first question; None: record nothing."""
    if _PROCESS.is_decided:
        return _PROCESS.client
    return _decide()


def _decide() -> Client | None:
    with _PROCESS.lock:
        if _PROCESS.is_decided:
            return _PROCESS.client
        _PROCESS.is_decided = True
    try:
        told = settings.read({})
        if settings.is_activated() and told.enabled:
            GUARD.strict = told.strict
            install(Client(told))
    except Exception as error:
        GUARD.report("start from the environment", error)
    return _PROCESS.client


def forget() -> None:
    """Back to the state before the first use: for tests."""
    with _PROCESS.lock:
        _PROCESS.client = None
        _PROCESS.is_decided = False
