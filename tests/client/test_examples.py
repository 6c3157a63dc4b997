"""The examples, each as its own process against the provider simulator, with the trace that they promise."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pellucid_demo.simulator import serve_in_thread

EXAMPLES = Path(__file__).parents[2] / "examples" / "client"


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    url, stop = serve_in_thread(seed=5)
    yield url
    stop()


@pytest.fixture
def environment(server: Any, simulator: str, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PELLUCID_URL": server.url,
        "OPENAI_BASE_URL": f"{simulator}/v1",
        "OPENAI_API_KEY": "sk-none",
        "OPENAI_AGENTS_DISABLE_TRACING": "0",
        "EXAMPLE_BROKER": str(tmp_path),
    }


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=EXAMPLES, env=environment, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def one_trace(server: Any) -> dict[str, Any]:
    """The spans of the only trace, by name (of several with one name, the last)."""
    spans = server.spans()
    assert len({span.trace_id for span in spans}) == 1, [(span.trace_id, span.name) for span in spans]
    return {span.name: span for span in spans}


def test_plain(server: Any, environment: dict[str, str], make_reply: Any) -> None:
    server.routes["GET", "/api/v1/prompts/support/answer"] = lambda _: make_reply(status=404)
    printed = run(environment, "plain.py")
    spans = one_trace(server)
    assert set(spans) == {"answer", "retrieve", "chat gpt-4o"}
    call = spans["chat gpt-4o"]
    assert call.parent_id == spans["answer"].span_id
    assert call.attributes["gen_ai.prompt.name"] == "support/answer"
    assert call.attributes["pellucid.prompt.fallback"] is True
    assert call.attributes["gen_ai.usage.output_tokens"] > 0
    assert spans["answer"].attributes["pellucid.output"] == printed.rstrip("\n")
    assert {span.attributes["user.id"] for span in spans.values()} == {"u-42"}
    [score] = [score for request in server.requests("/api/v1/scores") for score in request.json()]
    assert (score["name"], score["trace_id"]) == ("cites-a-document", call.trace_id)


def test_fastapi_stream(server: Any, environment: dict[str, str]) -> None:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "fastapi_stream:app", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(command, cwd=EXAMPLES, env=environment)
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                httpx.get(base)
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        with httpx.stream(
            "POST", f"{base}/chat", json={"question": "Where are my invoices?"}, headers={"user": "ann"}, timeout=30
        ) as answer:
            trace_id = answer.headers["x-trace-id"]
            text = "".join(answer.iter_text())
        httpx.post(f"{base}/feedback", json={"trace_id": trace_id, "helpful": True})
    finally:
        process.terminate()
        process.wait(20)
    spans = {span.name: span for span in server.spans() if span.trace_id == trace_id}
    assert {"turn", "chat gpt-4o"} <= set(spans)
    assert spans["turn"].parent_id in {span.span_id for span in spans.values() if span.name != "chat gpt-4o"}
    assert spans["chat gpt-4o"].parent_id == spans["turn"].span_id
    assert spans["turn"].attributes["pellucid.output"] == text
    assert spans["turn"].attributes["gen_ai.response.time_to_first_chunk"] > 0
    assert {spans[name].attributes["user.id"] for name in ("turn", "chat gpt-4o")} == {"ann"}
    [reaction] = [document for request in server.requests("/api/v1/feedback") for document in request.json()]
    assert (reaction["trace_id"], reaction["rating"]) == (trace_id, True)


def test_langchain(server: Any, environment: dict[str, str]) -> None:
    run(environment, "langchain_chain.py")
    spans = one_trace(server)
    assert {"question", "RunnableSequence", "ChatPromptTemplate", "ChatOpenAI", "StrOutputParser"} <= set(spans)
    assert spans["RunnableSequence"].parent_id == spans["question"].span_id
    assert spans["ChatOpenAI"].attributes["llm.token_count.completion"] > 0
    assert {span.attributes["session.id"] for span in spans.values()} == {"s-7"}


def test_openai_agents(server: Any, environment: dict[str, str]) -> None:
    printed = run(environment, "openai_agent.py")
    spans = one_trace(server)
    assert "get_weather" in spans
    assert spans["turn"].attributes["pellucid.output"] == printed.rstrip("\n")
    assert any(span.attributes.get("llm.token_count.completion", 0) > 0 for span in spans.values())
    assert {span.attributes["user.id"] for span in spans.values()} == {"u-42"}


def test_pydantic_ai(server: Any, environment: dict[str, str]) -> None:
    printed = run(environment, "pydantic_agent.py")
    spans = one_trace(server)
    assert spans["turn"].attributes["pellucid.output"] == printed.rstrip("\n")
    assert any("get_weather" in name for name in spans)
    assert any(span.attributes.get("gen_ai.usage.output_tokens", 0) > 0 for span in spans.values())
    assert {span.attributes["pellucid.feature"] for span in spans.values()} == {"agent"}


def test_celery(server: Any, environment: dict[str, str]) -> None:
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "celery_worker",
        "worker",
        "--pool",
        "prefork",
        "--concurrency",
        "2",
        "-l",
        "error",
    ]
    worker = subprocess.Popen(command, cwd=EXAMPLES, env={**environment, "C_FORCE_ROOT": "1"})
    try:
        printed = run(environment, "celery_worker.py", "ask")
    finally:
        worker.terminate()
        worker.wait(30)
    spans = one_trace(server)
    assert set(spans) == {"request", "summarise", "chat gpt-4o"}
    assert spans["summarise"].parent_id == spans["request"].span_id
    assert spans["chat gpt-4o"].attributes["user.id"] == "u-42"
    assert spans["request"].attributes["pellucid.output"] == printed.rstrip("\n")


def test_notebook(server: Any, environment: dict[str, str], tmp_path: Path) -> None:
    document = json.loads((EXAMPLES / "notebook.ipynb").read_text())
    program = tmp_path / "notebook.py"
    program.write_text("\n\n".join("".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"))
    printed = run(environment, str(program))
    assert "names_the_page: 1" in printed
    roots = [span for span in server.spans() if span.name == "experiment notebook"]
    assert len(roots) == 2
    assert all(cell["outputs"] == [] for cell in document["cells"] if cell["cell_type"] == "code")


def test_every_example_is_listed() -> None:
    listed = (EXAMPLES / "README.md").read_text()
    for file in EXAMPLES.iterdir():
        if file.suffix in (".py", ".ipynb"):
            assert f"({file.name})" in listed, file.name
