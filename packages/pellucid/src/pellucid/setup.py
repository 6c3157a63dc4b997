"""`init()` and its counterparts: the two lines that a team adds to its application.

What lives here: turning arguments into the process's client, flush and shutdown. What must not live here: what the
client does.
"""

from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from pellucid import settings
from pellucid.exporting.ledger import Stats
from pellucid.exporting.outbox import Item
from pellucid.guard import GUARD, guarded
from pellucid.instruments import turn_on
from pellucid.records import record_of
from pellucid.runtime import Client, current, install
from pellucid.settings import Capture, Mask

Emitter = Callable[[dict[str, Any]], object]


def init(
    url: str | None = None,
    api_key: str | None = None,
    *,
    enabled: bool | None = None,
    service: str | None = None,
    environment: str | None = None,
    release: str | None = None,
    capture: Capture | None = None,
    mask: Mask | Sequence[str] | None = None,
    sample_rate: float | None = None,
    emit: Emitter | None = None,
    provider: TracerProvider | None = None,
    max_queue_bytes: int | None = None,
    max_request_bytes: int | None = None,
    max_value_chars: int | None = None,
    compression: str | None = None,
    flush_interval_s: float | None = None,
    timeout_s: float | None = None,
    flush_timeout_s: float | None = None,
    exit_timeout_s: float | None = None,
    exit_stall_s: float | None = None,
    spill_dir: str | None = None,
    max_spill_bytes: int | None = None,
    close_on_sigterm: bool | None = None,
    propagate_threads: bool | None = None,
    set_global: bool | None = None,
    instrument: Sequence[str] | None = None,
    strict: bool | None = None,
    prompt_ttl_s: float | None = None,
    prompts_file: str | None = None,
) -> Client | None:
    """Start recording. Every argument has an environment variable, and none is needed.

    With `emit` and neither `url` nor PELLUCID_URL, nothing is sent: each ended span becomes a dict for the callable
    (a structlog logger's method, `print`, anything), called in the background. Called again, the newest settings
    count. Raises `SettingsError` for an impossible setting; None when `enabled` is false.
    """
    given = {
        "url": url,
        "api_key": api_key,
        "enabled": enabled,
        "service": service,
        "environment": environment,
        "release": release,
        "capture": capture,
        "mask": mask,
        "sample_rate": sample_rate,
        "max_queue_bytes": max_queue_bytes,
        "max_request_bytes": max_request_bytes,
        "max_value_chars": max_value_chars,
        "compression": compression,
        "flush_interval_s": flush_interval_s,
        "timeout_s": timeout_s,
        "flush_timeout_s": flush_timeout_s,
        "exit_timeout_s": exit_timeout_s,
        "exit_stall_s": exit_stall_s,
        "spill_dir": spill_dir,
        "max_spill_bytes": max_spill_bytes,
        "close_on_sigterm": close_on_sigterm,
        "propagate_threads": propagate_threads,
        "set_global": set_global,
        "instrument": instrument,
        "strict": strict,
        "prompt_ttl_s": prompt_ttl_s,
        "prompts_file": prompts_file,
    }
    told = settings.read(given)
    deliver = emit is None or url is not None or settings.is_activated()
    return start(told, deliver=deliver, emit=emit, provider=provider)


def start(
    told: settings.Settings,
    *,
    deliver: bool = True,
    emit: Emitter | None = None,
    provider: TracerProvider | None = None,
) -> Client | None:
    """Make the client that the settings describe the process's client."""
    GUARD.strict = told.strict
    if not told.enabled:
        previous = install(None)
    else:
        client = Client(told, deliver=deliver, emit=_emitting(emit), provider=provider)
        previous = install(client)
    if previous is not None:
        previous.close()  # after the new one took over, so that nothing falls between them
    return current()


def _emitting(emit: Emitter | None) -> Callable[[Item], None] | None:
    if emit is None:
        return None

    def emit_item(item: Item) -> None:
        emit(record_of(item))

    return emit_item


def instrument(*libraries: str) -> None:
    """Record calls of these libraries from now on, by the instrumentation package that exists for each.

    Raises `MissingPackageError` with the command to install what is missing: set-up code should fail early.
    """
    client = current()
    provider = trace.get_tracer_provider() if client is None else client.provider
    for library in libraries:
        turn_on(library, provider)


@guarded("flush", False)
def flush(timeout_s: float | None = None) -> bool:
    """Wait until everything that ended so far is sent; for the end of a serverless call or a job.

    Returns False when the deadline (default: PELLUCID_FLUSH_TIMEOUT_S, 5 s) came first.
    """
    client = current()
    return True if client is None else client.flush(timeout_s)


@guarded("shut down", False)
def shutdown() -> bool:
    """Send what is left, within the deadlines of process exit, and stop recording. Runs by itself at exit."""
    client = current()
    if client is None:
        return True
    done = client.close()
    install(None)
    return done


def stats() -> Stats | None:
    """What this process recorded, sent and lost so far; None when the client is off."""
    client = current()
    return None if client is None else client.stats()
