"""The decorator: what it records, and that the decorated function behaves as before."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Generator, Iterator
from typing import Any

import pytest

import pellucid


def test_records_arguments_by_name_and_the_result(server: Any, client: Any) -> None:
    @pellucid.observe(kind="tool", name="add")
    def add(left: int, right: int = 2, *more: int, **named: int) -> int:
        return left + right + sum(more) + sum(named.values())

    assert add(1, 2, 3, extra=4) == 10
    span = server.span("add")
    assert span.attributes["pellucid.kind"] == "tool"
    assert json.loads(span.attributes["pellucid.input"]) == {"left": 1, "right": 2, "args": [3], "extra": 4}
    assert span.attributes["pellucid.output"] == "10"
    assert span.attributes["pellucid.output.json"] is True
    assert span.end > span.start


def test_leaves_out_self_and_keeps_text_plain(server: Any, client: Any) -> None:
    class Bot:
        @pellucid.observe
        def answer(self, question: str) -> str:
            return f"about {question}"

    Bot().answer("rain")
    span = server.span("Bot.answer")
    assert json.loads(span.attributes["pellucid.input"]) == {"question": "rain"}
    assert span.attributes["pellucid.output"] == "about rain"
    assert "pellucid.output.json" not in span.attributes


def test_nests_and_shares_the_trace(server: Any, client: Any) -> None:
    @pellucid.observe(name="inner")
    def inner() -> None: ...

    @pellucid.observe(name="outer")
    def outer() -> None:
        inner()

    outer()
    assert server.span("inner").parent_id == server.span("outer").span_id
    assert server.span("inner").trace_id == server.span("outer").trace_id
    assert server.span("outer").parent_id == ""


def test_an_exception_is_recorded_and_goes_on(server: Any, client: Any) -> None:
    @pellucid.observe(name="fails")
    def fails() -> None:
        raise KeyError("missing thing")

    with pytest.raises(KeyError, match="missing thing"):
        fails()
    span = server.span("fails")
    assert span.status == 2
    assert span.message == "KeyError: 'missing thing'"
    assert span.attributes["error.type"] == "KeyError"
    [(name, event)] = span.events
    assert name == "exception"
    assert "missing thing" in event["exception.stacktrace"]


async def test_coroutines_keep_their_own_context(server: Any, client: Any) -> None:
    @pellucid.observe(name="leaf")
    async def leaf(number: int) -> int:
        await asyncio.sleep(0.01)
        return number

    @pellucid.observe(name="root")
    async def root() -> list[int]:
        return await asyncio.gather(*(leaf(number) for number in range(3)))

    assert await root() == [0, 1, 2]
    pellucid.flush()
    leaves = [span for span in server.spans() if span.name == "leaf"]
    assert {span.parent_id for span in leaves} == {server.span("root").span_id}
    assert inspect.iscoroutinefunction(root)


async def test_a_cancelled_coroutine_is_an_error_and_stays_cancelled(server: Any, client: Any) -> None:
    @pellucid.observe(name="slow")
    async def slow() -> None:
        await asyncio.sleep(10)

    task = asyncio.create_task(slow())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert server.span("slow").attributes["error.type"].endswith("CancelledError")


def test_a_generator_gives_output_and_time_to_first_token(server: Any, client: Any) -> None:
    @pellucid.observe(kind="generation", name="stream")
    def stream() -> Iterator[str]:
        yield "Good "
        yield "morning"

    assert list(stream()) == ["Good ", "morning"]
    span = server.span("stream")
    assert span.attributes["pellucid.output"] == "Good morning"
    assert 0 < span.attributes["gen_ai.response.time_to_first_chunk"] < 5
    assert span.start < span.attributes["pellucid.first_token_time"] <= span.end


def test_a_generator_is_current_only_while_it_runs(server: Any, client: Any) -> None:
    @pellucid.observe(name="inside")
    def inside() -> None: ...

    @pellucid.observe(name="outside")
    def outside() -> None: ...

    @pellucid.observe(name="stream")
    def stream() -> Iterator[int]:
        inside()
        yield 1

    for _ in stream():
        outside()
    assert server.span("inside").parent_id == server.span("stream").span_id
    assert server.span("outside").parent_id == ""


def test_a_generator_keeps_send_throw_and_return(client: Any) -> None:
    @pellucid.observe
    def echo() -> Generator[str, str, str]:
        heard = yield "ready"
        try:
            heard = yield heard
        except ValueError:
            yield "caught"
        return "done"

    talk = echo()
    assert next(talk) == "ready"
    assert talk.send("hello") == "hello"
    assert talk.throw(ValueError()) == "caught"
    with pytest.raises(StopIteration) as stop:
        next(talk)
    assert stop.value.value == "done"


def test_a_generator_that_is_left_early_ends_without_error(server: Any, client: Any) -> None:
    cleaned: list[bool] = []

    @pellucid.observe(name="endless")
    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            cleaned.append(True)

    numbers = endless()
    next(numbers)
    numbers.close()  # type: ignore[attr-defined]  # it is a generator
    assert cleaned == [True]
    span = server.span("endless")
    assert span.status != 2
    assert span.attributes["pellucid.output"] == "[1]"


async def test_an_async_generator_gives_its_items(server: Any, client: Any) -> None:
    @pellucid.observe(kind="generation", name="stream")
    async def stream(word: str) -> AsyncIterator[str]:
        yield word
        await asyncio.sleep(0)
        yield "!"

    assert [item async for item in stream("hey")] == ["hey", "!"]
    span = server.span("stream")
    assert span.attributes["pellucid.output"] == "hey!"
    assert "gen_ai.response.time_to_first_chunk" in span.attributes


async def test_an_async_generator_that_fails(server: Any, client: Any) -> None:
    @pellucid.observe(name="stream")
    async def stream() -> AsyncIterator[str]:
        yield "a"
        raise RuntimeError("cut off")

    items = stream()
    assert await anext(items) == "a"
    with pytest.raises(RuntimeError, match="cut off"):
        await anext(items)
    assert server.span("stream").status == 2


def test_input_and_output_can_be_left_out(server: Any, client: Any) -> None:
    @pellucid.observe(name="quiet", capture_input=False, capture_output=False)
    def quiet(secret: str) -> str:
        return secret

    quiet("hush")
    assert not {"pellucid.input", "pellucid.output"} & server.span("quiet").attributes.keys()


def test_without_a_client_the_function_is_only_called() -> None:
    @pellucid.observe
    def plain(number: int) -> int:
        return number

    assert plain(3) == 3
    assert list(pellucid.observe(lambda: iter("ab"))()) == ["a", "b"]


def test_keeps_name_doc_and_signature() -> None:
    @pellucid.observe
    def documented(number: int) -> int:
        """Doc."""
        return number

    assert documented.__name__ == "documented"
    assert documented.__doc__ == "Doc."
    assert str(inspect.signature(documented)) == "(number: int) -> int"


def test_values_that_resist_do_not_hurt(server: Any, client: Any) -> None:
    class Hostile:
        def __repr__(self) -> str:
            raise RuntimeError("no")

        def model_dump(self, **_: Any) -> Any:
            raise RuntimeError("no")

    circle: list[Any] = []
    circle.append(circle)

    @pellucid.observe(name="odd")
    def odd(*values: Any) -> Any:
        return {"bytes": b"\x00", ("a", 1): {1, 2}, "lone": "\ud800"}

    odd(Hostile(), circle, float("nan"))
    span = server.span("odd")
    assert "Hostile" in span.attributes["pellucid.input"]
    assert "bytes" in span.attributes["pellucid.output"]
