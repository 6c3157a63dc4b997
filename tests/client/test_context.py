"""What is inherited, by whom, and how it crosses threads, tasks and processes."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

import pellucid


def attributes(server: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = server.span(name).attributes
    return found


def test_everything_below_inherits_and_inner_wins(server: Any, client: Any) -> None:
    with pellucid.context(user_id="ann", session_id="s1", feature="chat", tags=["a"], metadata={"plan": "pro", "n": 1}):
        with pellucid.context(user_id="bob", tags=["b"], metadata={"n": 2}), pellucid.span("inner"):
            pass
        with pellucid.span("outer"):
            pass
    with pellucid.span("outside"):
        pass
    inner, outer, outside = (attributes(server, name) for name in ("inner", "outer", "outside"))
    assert inner["user.id"] == "bob"
    assert inner["session.id"] == "s1"
    assert inner["pellucid.tags"] == ["a", "b"]
    assert inner["pellucid.metadata.plan"] == "pro"
    assert inner["pellucid.metadata.n"] == 2
    assert outer["user.id"] == "ann"
    assert outer["pellucid.tags"] == ["a"]
    assert outer["pellucid.feature"] == "chat"
    assert "user.id" not in outside


def test_all_fields_have_their_key(server: Any, client: Any) -> None:
    with (
        pellucid.context(
            user_tier="free", experiment="greeting", environment="staging", release="1.2", rollout_arm="v7", rollout_probability=0.5
        ),
        pellucid.span("x"),
    ):
        pass
    seen = attributes(server, "x")
    assert seen["pellucid.user_tier"] == "free"
    assert seen["pellucid.experiment"] == "greeting"
    assert seen["deployment.environment.name"] == "staging"
    assert seen["service.version"] == "1.2"
    assert seen["pellucid.rollout.arm"] == "v7"
    assert seen["pellucid.rollout.probability"] == 0.5


def test_spans_of_other_instrumentations_inherit_too(server: Any, client: Any) -> None:
    foreign = client.provider.get_tracer("openinference.instrumentation.openai")
    with pellucid.context(user_id="ann", metadata={"plan": "pro"}), foreign.start_as_current_span("ChatCompletion"):
        pass
    seen = attributes(server, "ChatCompletion")
    assert seen["user.id"] == "ann"
    assert seen["pellucid.metadata.plan"] == "pro"


async def test_tasks_do_not_mix_users(server: Any, client: Any) -> None:
    async def serve(user: str) -> None:
        with pellucid.context(user_id=user):
            await asyncio.sleep(0.01)
            with pellucid.span(f"for {user}"):
                await asyncio.sleep(0.01)

    await asyncio.gather(*(serve(f"u{number}") for number in range(5)))
    for number in range(5):
        assert attributes(server, f"for u{number}")["user.id"] == f"u{number}"


def test_threads_and_pools_inherit(server: Any, client: Any) -> None:
    def work(name: str) -> None:
        with pellucid.span(name):
            pass

    pool = ThreadPoolExecutor(1)
    pool.submit(work, "before").result()
    with pellucid.context(user_id="ann"), pellucid.span("root"):
        thread = threading.Thread(target=work, args=("thread",))
        thread.start()
        thread.join()
        pool.submit(work, "pool").result()
    pool.submit(work, "after").result()
    pool.shutdown()
    root = server.span("root")
    for name in ("thread", "pool"):
        assert server.span(name).parent_id == root.span_id
        assert attributes(server, name)["user.id"] == "ann"
    for name in ("before", "after"):
        assert server.span(name).parent_id == ""
        assert "user.id" not in attributes(server, name)


def test_carry_takes_the_context_anywhere(server: Any, client: Any) -> None:
    def callback() -> None:
        with pellucid.span("callback"):
            pass

    with pellucid.span("root"):
        later = pellucid.carry(callback)
    later()
    assert server.span("callback").parent_id == server.span("root").span_id


def test_headers_carry_trace_and_context(server: Any, client: Any) -> None:
    with pellucid.context(user_id="zoë", session_id="s 1", tags=["a", "b"], metadata={"plan": "pro"}), pellucid.span("caller"):
        headers = pellucid.inject({})
    assert headers["traceparent"].split("-")[1] == server.span("caller").trace_id
    with pellucid.continue_trace({key.title(): value for key, value in headers.items()}), pellucid.span("callee"):
        pass
    with pellucid.span("unrelated"):
        pass
    callee = server.span("callee")
    assert callee.parent_id == server.span("caller").span_id
    assert callee.attributes["user.id"] == "zoë"
    assert callee.attributes["session.id"] == "s 1"
    assert callee.attributes["pellucid.tags"] == ["a", "b"]
    assert callee.attributes["pellucid.metadata.plan"] == "pro"
    assert server.span("unrelated").parent_id == ""


def test_forged_or_broken_headers_do_no_harm(server: Any, client: Any) -> None:
    headers = {"traceparent": "00-zz-zz-01", "baggage": "pellucid.unknown=1,user.id=%%%,other=x"}
    with pellucid.continue_trace(headers), pellucid.span("x"):
        pass
    assert "user.id" not in attributes(server, "x")


def test_baggage_is_left_alone_unless_asked(client: Any) -> None:
    from opentelemetry import baggage

    with pellucid.context(user_id="ann"):
        assert baggage.get_all() == {}
    with pellucid.context(user_id="ann", propagate=True):
        assert baggage.get_all() == {"pellucid.user.id": '"ann"'}


def test_update_trace_writes_to_the_outermost_step(server: Any, client: Any) -> None:
    with pellucid.span("root"), pellucid.span("leaf"):
        pellucid.update_trace(name="nice name", user_id="ann", output="the answer")
        pellucid.update_span(metadata={"leaf": True})
    root = attributes(server, "root")
    assert root["user.id"] == "ann"
    assert root["pellucid.trace.name"] == "nice name"
    assert root["pellucid.output"] == "the answer"
    assert attributes(server, "leaf") == {"pellucid.kind": "span", "pellucid.metadata.leaf": True}


def test_works_inside_the_applications_own_provider(server: Any, start: Any) -> None:
    own = TracerProvider()
    start(provider=own, environment="prod", release="9")
    tracer = own.get_tracer("web")
    with tracer.start_as_current_span("GET /chat") as request, pellucid.span("answer") as step:
        pellucid.update_trace(user_id="ann")
        assert step.trace_id == format(request.get_span_context().trace_id, "032x")
        assert pellucid.current_trace_id() == step.trace_id
        assert pellucid.current_span_id() == step.span_id
    assert server.span("answer").parent_id == server.span("GET /chat").span_id
    assert attributes(server, "answer")["deployment.environment.name"] == "prod"
    assert attributes(server, "answer")["service.version"] == "9"
    own.shutdown()


def test_update_span_reaches_spans_of_others(server: Any, client: Any) -> None:
    foreign = client.provider.get_tracer("other")
    with foreign.start_as_current_span("theirs"):
        pellucid.update_span(metadata={"seen": True})
    assert attributes(server, "theirs")["pellucid.metadata.seen"] is True
    with trace.use_span(trace.NonRecordingSpan(trace.INVALID_SPAN_CONTEXT)):
        pellucid.update_span(output="nowhere")
