"""Threads and thread pools inherit the context of whoever starts or submits to them.

What lives here: the two seams of the standard library where context would be lost. What must not live here: asyncio
(tasks copy the context by themselves) and processes (`inject` and `continue_trace`).

Only OpenTelemetry's context travels, not the application's own context variables.
"""

import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from opentelemetry.context import Context, attach, detach, get_current

P = ParamSpec("P")
T = TypeVar("T")

_MARK = "_pellucid_carries"


def carry(function: Callable[P, T]) -> Callable[P, T]:
    """The function, to be run anywhere with the context of here and now."""
    return _within(get_current(), function)


def _within(context: Context, function: Callable[P, T]) -> Callable[P, T]:
    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        token = attach(context)
        try:
            return function(*args, **kwargs)
        finally:
            detach(token)

    return run


def propagate_threads() -> None:
    """Make `Thread.start` and `ThreadPoolExecutor.submit` carry the context from now on; safe to call again."""
    if not hasattr(threading.Thread.start, _MARK):
        threading.Thread.start = _carrying_start(threading.Thread.start)  # type: ignore[method-assign,assignment]  # the purpose
    if not hasattr(ThreadPoolExecutor.submit, _MARK):
        ThreadPoolExecutor.submit = _carrying_submit(ThreadPoolExecutor.submit)  # type: ignore[method-assign]  # the purpose


def _carrying_start(original: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    @functools.wraps(original)
    def start(thread: threading.Thread) -> None:
        context = get_current()
        if context:
            thread.run = _within(context, thread.run)  # type: ignore[method-assign]  # one thread's own run
        original(thread)

    setattr(start, _MARK, True)
    return start


def _carrying_submit(original: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
    @functools.wraps(original)
    def submit(pool: ThreadPoolExecutor, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        context = get_current()
        return original(pool, _within(context, function) if context else function, *args, **kwargs)

    setattr(submit, _MARK, True)
    return submit
