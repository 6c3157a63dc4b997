"""LiteLLM's module, wrapped, against the provider simulator.

In a process of its own: LiteLLM takes seconds to import, starts threads and event loops, and leaves them open.
"""

import json
import os
import subprocess
import sys
from typing import Any

from pellucid_demo.simulator import serve_in_thread

PROGRAM = """
import asyncio, json, warnings
warnings.simplefilter("ignore")
import litellm, pellucid

pellucid.init()
lite = pellucid.wrap(litellm)
ASK = [{"role": "user", "content": "How do I download my invoices as PDF?"}]
WEATHER = [{"role": "user", "content": "What is the weather in Brest?"}]
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "The weather", "parameters": PARAMETERS}}]
MODEL = "openai/gpt-4o"


def told(name, text, tokens=None):
    print(json.dumps({"name": name, "text": text, "tokens": tokens}))


whole = lite.completion(MODEL, ASK, temperature=0.1)
told("whole", whole.choices[0].message.content, whole.usage.prompt_tokens)
chunks = lite.completion(model=MODEL, messages=ASK, stream=True, stream_options={"include_usage": True})
told("streamed", "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices))
tool = lite.completion(model=MODEL, messages=WEATHER, tools=TOOLS)
told("tool", tool.choices[0].message.tool_calls[0].function.name)
lite.embedding(model="openai/text-embedding-3-small", input=["one", "two"])
told("embedding", "")
try:
    lite.completion(model=MODEL, messages=ASK, extra_headers={"x-simulate": "rate_limit"}, max_retries=0)
except lite.RateLimitError:
    told("refused", "")


async def asynchronously():
    whole = await lite.acompletion(model=MODEL, messages=ASK)
    told("async whole", whole.choices[0].message.content)
    stream = await lite.acompletion(model=MODEL, messages=ASK, stream=True)
    told("async streamed", "".join([chunk.choices[0].delta.content or "" async for chunk in stream]))


asyncio.run(asynchronously())
"""


def output_text(span: Any) -> str:
    messages = json.loads(span.attributes["gen_ai.output.messages"])
    return "".join(part.get("content") or "" for message in messages for part in message["parts"])


def test_litellm_in_all_its_ways(server: Any) -> None:
    simulator, stop = serve_in_thread(seed=7)
    environment = {
        **os.environ,
        "PELLUCID_URL": server.url,
        "OPENAI_API_BASE": f"{simulator}/v1",
        "OPENAI_API_KEY": "sk-none",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # no look at the internet
    }
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=240, check=False
        )
    finally:
        stop()
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"name"')]
    names = ["whole", "streamed", "tool", "embedding", "refused", "async whole", "async streamed"]
    assert [entry["name"] for entry in told] == names
    spans = dict(zip(names, sorted(server.spans(), key=lambda span: span.start), strict=True))
    for name, entry in zip(names, told, strict=True):
        if entry["text"] and name != "tool":
            assert output_text(spans[name]) == entry["text"], name
            assert spans[name].attributes["gen_ai.request.model"] == "openai/gpt-4o"
    assert spans["whole"].attributes["gen_ai.usage.input_tokens"] == told[0]["tokens"]
    assert json.loads(spans["whole"].attributes["pellucid.model_parameters"]) == {"temperature": 0.1}
    assert spans["streamed"].attributes["gen_ai.usage.output_tokens"] > 0
    assert spans["streamed"].attributes["gen_ai.response.time_to_first_chunk"] > 0
    assert spans["async streamed"].attributes["gen_ai.response.time_to_first_chunk"] > 0
    [message] = json.loads(spans["tool"].attributes["gen_ai.output.messages"])
    assert [part["name"] for part in message["parts"] if part["type"] == "tool_call"] == ["get_weather"]
    assert spans["embedding"].attributes["pellucid.kind"] == "embedding"
    assert spans["embedding"].attributes["gen_ai.usage.input_tokens"] > 0
    assert spans["refused"].status == 2
    assert spans["refused"].attributes["error.type"].endswith("RateLimitError")
