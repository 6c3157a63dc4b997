"""`@observe`: one decorator for functions, coroutines, generators and asynchronous generators.

What lives here: turning a call into a step. What must not live here: what a step is (`steps`). The decorated
function's own behaviour is untouched: its result, its exceptions, its signature, what a generator is sent and thrown.
"""

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, cast, overload

from opentelemetry.context import attach, detach, get_current

from pellucid.fields import Kind
from pellucid.guard import GUARD
from pellucid.runtime import Client, current
from pellucid.settings import Capture
from pellucid.steps import SILENT, Step, start

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])

MAX_KEPT_ITEMS = 10_000
"""Items of a generator that are kept for the output; the step goes on, the rest is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the decorator knows before any call."""

    name: str
    kind: str
    capture: Capture | None
    capture_input: bool
    capture_output: bool
    parameters: tuple[str, ...]
    """Names of the positional parameters."""
    skip: int
    """1 when the first argument is `self` or `cls`: it is not an input."""


@overload
def observe(function: F) -> F: ...


@overload
def observe(
    *,
    name: str | None = None,
    kind: Kind = "span",
    capture: Capture | None = None,
    capture_input: bool = True,
    capture_output: bool = True,
) -> Callable[[F], F]: ...


def observe(
    function: F | None = None,
    *,
    name: str | None = None,
    kind: Kind = "span",
    capture: Capture | None = None,
    capture_input: bool = True,
    capture_output: bool = True,
) -> F | Callable[[F], F]:
    """Record every call as a step: arguments as input, result as output, an exception as its error.

    Works bare (`@observe`) and with options (`@observe(kind="tool")`). For generators the output is the list of
    items (joined if all are text) and the first item sets the time to first token.
    """
    if function is not None:
        return _decorated(function, _plan(function, None, "span", None, True, True))

    def decorate(function: F) -> F:
        return _decorated(function, _plan(function, name, kind, capture, capture_input, capture_output))

    return decorate


def _plan(
    function: Callable[..., Any],
    name: str | None,
    kind: str,
    capture: Capture | None,
    capture_input: bool,
    capture_output: bool,
) -> Plan:
    try:
        parameters = tuple(
            parameter.name
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        )
    except (TypeError, ValueError):
        parameters = ()
    return Plan(
        name=name or getattr(function, "__qualname__", type(function).__name__).rsplit("<locals>.", 1)[-1],
        kind=kind,
        capture=capture,
        capture_input=capture_input,
        capture_output=capture_output,
        parameters=parameters,
        skip=1 if parameters[:1] in (("self",), ("cls",)) else 0,
    )


def _decorated(function: F, plan: Plan) -> F:
    if inspect.isasyncgenfunction(function):
        wrapper: Callable[..., Any] = _async_generator(function, plan)
    elif inspect.isgeneratorfunction(function):
        wrapper = _generator(function, plan)
    elif inspect.iscoroutinefunction(function):
        wrapper = _coroutine(function, plan)
    else:
        wrapper = _function(function, plan)
    return cast("F", wrapper)


def _begin(client: Client, plan: Plan, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Step:
    """Start the step of one call, with its arguments by name."""
    if not plan.capture_input:
        return start(client, plan.name, plan.kind, is_current=True, capture=plan.capture)
    try:
        given = dict(zip(plan.parameters[plan.skip :], args[plan.skip :], strict=False))
        if len(args) > len(plan.parameters):
            given["args"] = args[len(plan.parameters) :]
        if kwargs:
            given.update(kwargs)
    except Exception as error:
        GUARD.report("record the arguments", error)
        given = {}
    return start(client, plan.name, plan.kind, is_current=True, capture=plan.capture, arguments=given)


def _end(step: Step, plan: Plan, output: object) -> None:
    try:
        if plan.capture_output:
            step.finish(output)
        else:
            step.end()
    except Exception as error:
        step.end()
        GUARD.report("record the result", error)


def _function(function: Callable[P, R], plan: Plan) -> Callable[P, R]:
    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        client = current()
        if client is None:
            return function(*args, **kwargs)
        with _begin(client, plan, args, kwargs) as step:
            result = function(*args, **kwargs)
            _end(step, plan, result)
        return result

    return call


def _coroutine(function: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        client = current()
        if client is None:
            return await function(*args, **kwargs)
        with _begin(client, plan, args, kwargs) as step:
            result = await function(*args, **kwargs)
            _end(step, plan, result)
        return result

    return call


class _Stream:
    """The step of a running generator: current only while the generator itself runs, not while its consumer does."""

    def __init__(self, plan: Plan, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        client = current()
        self._plan = plan
        self._items: list[Any] = []
        self.step = SILENT if client is None else _begin(client, plan, args, kwargs)
        self._context = get_current()
        self.step.detach()

    def __enter__(self) -> None:
        self._token = attach(self._context)

    def __exit__(self, *_: object) -> None:
        detach(self._token)

    def add(self, item: Any) -> None:
        """Note an item that the generator gave."""
        if not self._items:
            self.step.first_token()
        if self._plan.capture_output and len(self._items) < MAX_KEPT_ITEMS:
            self._items.append(item)
        elif not self._items:
            self._items.append(None)

    def end(self) -> None:
        """The generator is through, or its consumer wants no more."""
        items = self._items
        all_text = bool(items) and all(isinstance(item, str) for item in items)
        _end(self.step, self._plan, "".join(items) if all_text else items)

    def fail(self, error: BaseException) -> None:
        """The generator raised."""
        self.step.fail(error)
        self.end()


def _generator(function: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        if current() is None:
            silent: Generator[Any, Any, Any] = function(*args, **kwargs)
            return (yield from silent)
        stream = _Stream(plan, args, kwargs)
        inner = function(*args, **kwargs)
        feed: Callable[[], Any] = functools.partial(next, inner)
        while True:
            try:
                with stream:
                    item = feed()
            except StopIteration as stop:
                stream.end()
                return stop.value
            except Exception as error:
                stream.fail(error)
                raise
            stream.add(item)
            try:
                sent = yield item
            except GeneratorExit:
                with stream:
                    inner.close()
                stream.end()
                raise
            except Exception as thrown:
                feed = functools.partial(inner.throw, thrown)
            else:
                feed = functools.partial(inner.send, sent)

    return call


def _async_generator(function: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        inner: AsyncGenerator[Any, Any] = function(*args, **kwargs)
        stream = _Stream(plan, args, kwargs)
        feed: Callable[[], Any] = functools.partial(inner.asend, None)
        while True:
            try:
                with stream:
                    item = await feed()
            except StopAsyncIteration:
                stream.end()
                return
            except Exception as error:
                stream.fail(error)
                raise
            stream.add(item)
            try:
                sent = yield item
            except GeneratorExit:
                with stream:
                    await inner.aclose()
                stream.end()
                raise
            except Exception as thrown:
                feed = functools.partial(inner.athrow, thrown)
            else:
                feed = functools.partial(inner.asend, sent)

    return call
