"""Existing instrumentation packages switched on, and Google's client wrapped."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from google import genai
from google.genai import types
from openinference.instrumentation.openai import OpenAIInstrumentor

import pellucid
from pellucid import instruments
from pellucid.errors import MissingPackageError
from pellucid_demo.simulator import serve_in_thread

GEMINI = "/v1/models/gemini-2.5-flash"


@pytest.fixture
def simulator() -> Iterator[str]:
    url, stop = serve_in_thread(seed=2)
    yield url
    stop()


def test_an_instrumentor_records_into_the_clients_provider_and_inherits(server: Any, start: Any, simulator: str) -> None:
    client = start(instrument=["openai", "not-a-library"], strict=False)
    try:
        with (
            openai.OpenAI(base_url=f"{simulator}/v1", api_key="sk") as chat,
            pellucid.context(user_id="ann"),
            pellucid.span("turn"),
        ):
            chat.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Where are my invoices?"}])
    finally:
        OpenAIInstrumentor().uninstrument()
    assert client.settings.instrument == ("openai", "not-a-library")
    call = server.span("ChatCompletion")
    assert call.scope == "openinference.instrumentation.openai"
    assert call.parent_id == server.span("turn").span_id
    assert call.attributes["user.id"] == "ann"
    assert call.attributes["llm.token_count.prompt"] > 0


@pytest.mark.parametrize("library", [name for name in instruments.names() if name != "pydantic_ai"])
def test_a_missing_package_is_named_with_the_command_to_install_it(library: str) -> None:
    entry = instruments.BY_LIBRARY[library]
    try:
        is_there = importlib.util.find_spec(entry.module) is not None
    except ModuleNotFoundError:
        is_there = False
    if is_there:
        assert hasattr(importlib.import_module(entry.module), entry.attribute)
    else:
        with pytest.raises(MissingPackageError, match=f"pip install {entry.package}"):
            pellucid.instrument(library.replace("_", "-"))


def test_unknown_libraries_are_listed() -> None:
    with pytest.raises(MissingPackageError, match="unknown library; known are aiohttp_client, anthropic"):
        pellucid.instrument("nonsense")


def test_a_program_is_recorded_without_a_line_of_code(server: Any, simulator: str, tmp_path: Path) -> None:
    program = tmp_path / "shop.py"
    program.write_text(
        "import sys, openai\n"
        "client = openai.OpenAI(api_key='sk')\n"
        "client.chat.completions.create(model='gpt-4o', messages=[{'role': 'user', 'content': sys.argv[1]}])\n"
        "sys.exit(5)\n"
    )
    environment = {**os.environ, "PELLUCID_URL": server.url, "OPENAI_BASE_URL": f"{simulator}/v1"}
    for arguments in ([str(program)], ["-m", "shop"]):
        command = [sys.executable, "-m", "pellucid", "run", "--instrument", "openai", *arguments, "Where are my invoices?"]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 5, done.stderr
    assert [span.name for span in server.spans()] == ["ChatCompletion", "ChatCompletion"]
    assert all("invoices" in span.attributes["input.value"] for span in server.spans())


def answer(text: str, **more: Any) -> dict[str, Any]:
    content = {"role": "model", "parts": [{"text": "let me think", "thought": True}, {"text": text}]}
    return {
        "candidates": [{"content": content, "finishReason": "STOP", **more}],
        "usageMetadata": {"promptTokenCount": 20, "candidatesTokenCount": 5, "thoughtsTokenCount": 3, "cachedContentTokenCount": 8},
        "modelVersion": "gemini-2.5-flash-001",
        "responseId": "r-1",
    }


@pytest.fixture
def gemini(server: Any, client: Any) -> Iterator[genai.Client]:
    server.answer_json("POST", f"{GEMINI}:generateContent", answer("Hello there"))
    inner = genai.Client(api_key="none", http_options=types.HttpOptions(base_url=server.url))
    yield pellucid.wrap(inner)
    inner.close()


def only_span(server: Any) -> Any:
    pellucid.flush()
    [span] = server.spans()
    return span


def test_google_answers(server: Any, gemini: genai.Client) -> None:
    config = types.GenerateContentConfig(system_instruction="Be kind.", temperature=0.2)
    found = gemini.models.generate_content(model="gemini-2.5-flash", contents="hi", config=config)
    assert found.text == "Hello there"
    seen = only_span(server).attributes
    assert seen["gen_ai.provider.name"] == "gcp.gemini"
    assert seen["gen_ai.response.model"] == "gemini-2.5-flash-001"
    assert json.loads(seen["gen_ai.input.messages"]) == [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
    assert json.loads(seen["gen_ai.system_instructions"]) == [{"type": "text", "content": "Be kind."}]
    [message] = json.loads(seen["gen_ai.output.messages"])
    assert message["parts"] == [{"type": "reasoning", "content": "let me think"}, {"type": "text", "content": "Hello there"}]
    assert json.loads(seen["pellucid.usage_details"]) == {"input": 12, "cache_read": 8, "output": 5, "reasoning": 3}
    assert json.loads(seen["pellucid.model_parameters"])["temperature"] == 0.2
    assert seen["gen_ai.response.finish_reasons"] == ["STOP"]


def test_google_streams(server: Any, gemini: genai.Client, make_reply: Any) -> None:
    chunks = [answer("Hel"), answer("lo")]
    body = "".join(f"data: {json.dumps(chunk)}\r\n\r\n" for chunk in chunks).encode()
    server.routes["POST", f"{GEMINI}:streamGenerateContent"] = lambda _: make_reply(
        200, body, {"Content-Type": "text/event-stream"}
    )
    pieces = [chunk.text for chunk in gemini.models.generate_content_stream(model="gemini-2.5-flash", contents="hi")]
    assert pieces == ["Hel", "lo"]
    seen = only_span(server).attributes
    [message] = json.loads(seen["gen_ai.output.messages"])
    assert [part["content"] for part in message["parts"] if part["type"] == "text"] == ["Hel", "lo"]
    assert seen["gen_ai.response.time_to_first_chunk"] > 0


@pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")  # Google's, where aiohttp is there
async def test_google_asynchronous(server: Any, gemini: genai.Client) -> None:
    found = await gemini.aio.models.generate_content(model="gemini-2.5-flash", contents="hi")
    assert found.text == "Hello there"
    await gemini.aio.aclose()
    assert only_span(server).attributes["gen_ai.usage.output_tokens"] == 8


def test_google_refusals(server: Any, gemini: genai.Client) -> None:
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 4}}
    server.answer_json("POST", f"{GEMINI}:generateContent", blocked)
    gemini.models.generate_content(model="gemini-2.5-flash", contents="bad")
    assert only_span(server).attributes["pellucid.outcome"] == "refused"
