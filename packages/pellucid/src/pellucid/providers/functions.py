"""Seams that are plain functions: Google's `models` and LiteLLM's module.

What lives here: recording one function whose keyword arguments are the request. What must not live here: what a
request means.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from pellucid.providers.facts import Shape
from pellucid.providers.recording import Recording


def recorded(function: Callable[..., Any], shape: Shape, provider: str, *, positional: tuple[str, ...] = ()) -> Callable[..., Any]:
    """The function, recorded; its answer may be an object, an iterator or an asynchronous iterator."""

    def request_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        return {**dict(zip(positional, args, strict=False)), **kwargs}

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            with Recording(shape, request_of(args, kwargs), provider) as recording:
                result = await function(*args, **kwargs)
            if hasattr(result, "__anext__"):
                return recording.listen_async(result)
            recording.answer(result)
            return result

        return call_async

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with Recording(shape, request_of(args, kwargs), provider) as recording:
            result = function(*args, **kwargs)
        if hasattr(result, "__next__"):
            return recording.listen(result)
        recording.answer(result)
        return result

    return call


class Recorded:
    """An object or module, some of whose functions are replaced; everything else is its own."""

    def __init__(self, inner: Any, replaced: dict[str, Any]) -> None:
        self.__dict__.update(replaced)
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
