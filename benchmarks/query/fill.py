"""Fill an embedded store with synthetic spans, as columns, past the doors: `python benchmarks/query/fill.py DIR 1000000`.

Five spans a trace over 14 days up to now, in time order and batches of 20,000; a tenth of the narrow rows is written a second time, as
settling does. Texts are drawn from 20,000 words by Zipf's law: about 5 KB a payload, 2 KB of searched text, previews of 150 characters.
The word `needle` stands in one span of 20,000. A tenth of the traces carries a score.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pellucid_server.store.spans.columns import PAYLOADS, SCORES, SPANS, Table
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver, connect_embedded
from pellucid_server.store.spans.rows import arrow_schema
from pellucid_server.store.spans.schema import schema

PROJECT = "bench"
DAYS = 14
BATCH = 20_000
NEEDLE_EVERY = 20_000
DAY_US = 86_400_000_000
KINDS = np.array(["agent", "retriever", "generation", "tool", "generation"])
NAMES = np.array(["answer", "search_documents", "choose_tool", "lookup_order", "write_answer"])
MODELS = np.array(
    [
        f"{family}-{size}"
        for family in ("gpt-4o", "gpt-4.1", "claude-sonnet-4", "gemini-2.5", "mistral")
        for size in ("mini", "large")
    ]
)


def main(directory: str, spans: int) -> None:
    """Fill `directory` with `spans` spans."""
    Path(directory).mkdir(parents=True, exist_ok=True)
    driver = connect_embedded(directory)
    for statement in schema():
        driver.command(statement)
    rng = np.random.default_rng(7)
    words = np.array(
        [
            f"{syllable}{i:x}"
            for i, syllable in zip(range(20_000), rng.choice(["re", "or", "pol", "ship", "ac", "tion"], 20_000), strict=True)
        ]
    )
    now = time.time_ns() // 1000
    started = time.monotonic()
    for first in range(0, spans, BATCH):
        write(driver, rng, words, now - DAYS * DAY_US, first, min(BATCH, spans - first), spans)
        if first % 100_000 == 0:
            print(f"{first:>9} {first / max(1e-9, time.monotonic() - started):>8.0f}/s", flush=True)
    driver.close()
    print(f"{spans} spans in {time.monotonic() - started:.0f} s")


def write(driver: ClickHouseDriver, rng: np.random.Generator, words: Any, begin: int, first: int, count: int, total: int) -> None:
    """One batch of both tables, and a tenth of it once more."""
    narrow = narrow_columns(rng, begin, first, count, total)
    texts = [" ".join(words[np.minimum(rng.zipf(1.3, 300), 20_000) - 1].tolist()) for _ in range(count)]
    for i in range(-first % NEEDLE_EVERY, count, NEEDLE_EVERY):
        texts[i] += " needle"
    narrow["input_preview"] = [text[:150] for text in texts]
    narrow["output_preview"] = [text[-150:] for text in texts]
    insert(driver, SPANS, narrow, count)
    again = slice(0, count // 10)
    rewritten = {name: values[again] for name, values in narrow.items()} | {"version": [2] * (count // 10)}
    insert(driver, SPANS, rewritten, count // 10)
    key = {name: narrow[name] for name in ("project_id", "start_time", "trace_id", "span_id", "version")}
    insert(driver, PAYLOADS, key | {"payload": list(map(document, texts)), "search_text": texts}, count)
    insert(driver, SCORES, score_columns(rng, narrow, count), count // 50)


def narrow_columns(rng: np.random.Generator, begin: int, first: int, count: int, total: int) -> dict[str, Any]:
    """The columns of `spans` that vary."""
    number = np.arange(first, first + count)
    trace, step = number // 5, number % 5
    start = begin + (trace * (DAYS * DAY_US / (total / 5))).astype("int64") + step * 400_000
    duration = np.where(step == 0, 3_000, 350) * rng.lognormal(0, 0.4, count)
    model_call = KINDS[step] == "generation"
    user = trace * 7_919 % 5_000
    tokens_in, tokens_out = rng.integers(300, 4_000, count) * model_call, rng.integers(20, 600, count) * model_call
    cost = tokens_in * 2.5e-6 + tokens_out * 1e-5
    outcome = np.where(rng.random(count) < 0.02, "error", "success")
    return {
        "project_id": [PROJECT] * count,
        "start_time": start,
        "trace_id": [f"{value * 0x9E3779B97F4A7C15 % 2**64:016x}{value:016x}" for value in map(int, trace)],
        "span_id": [f"{value:016x}" for value in number],
        "parent_span_id": np.where(step == 0, "", [f"{value:016x}" for value in number - step]),
        "version": [1] * count,
        "received_at": start + 4_000_000,
        "name": NAMES[step],
        "kind": KINDS[step],
        "end_time": start + (duration * 1000).astype("int64"),
        "duration": duration,
        "ttft": pa.array(duration * 0.3, mask=~model_call),
        "outcome": outcome,
        "error_type": np.where(outcome == "error", "RateLimitError", ""),
        "model": np.where(model_call, MODELS[(trace + step) % len(MODELS)], ""),
        "provider": np.where(model_call, "openai", ""),
        "finish_reason": np.where(model_call, "stop", ""),
        "usage_input": pa.array(tokens_in, mask=~model_call),
        "usage_output": pa.array(tokens_out, mask=~model_call),
        "input_tokens": tokens_in,
        "output_tokens": tokens_out,
        "tokens": tokens_in + tokens_out,
        "cost": pa.array(cost, mask=~model_call),
        "cost_input": tokens_in * 2.5e-6,
        "cost_output": tokens_out * 1e-5,
        "user_id": [f"user-{value}" for value in user],
        "session_id": [f"session-{value}" for value in trace // 5],
        "user_tier": np.array(["free", "starter", "pro"])[user % 3],
        "feature": np.array(["chat", "search", "summaries", "mail"])[trace % 4],
        "environment": np.where(trace % 10 == 0, "staging", "production"),
        "release": [f"2026.{value}" for value in trace * 20 // (total // 5 + 1)],
        "service": ["support-bot"] * count,
        "prompt_name": np.where(model_call, "support/answer", ""),
        "prompt_version": np.where(model_call, (trace * 6 // (total // 5 + 1)).astype(str), ""),
        "is_root": (step == 0).astype("uint8"),
        "counted": model_call.astype("uint8"),
        "sample_probability": [1.0] * count,
        "payload_kept": [1] * count,
        "message_count": np.where(model_call, 3, 0),
    }


def score_columns(rng: np.random.Generator, narrow: dict[str, Any], count: int) -> dict[str, Any]:
    """A score for every tenth trace."""
    chosen = slice(0, count, 50)
    picked = count // 50
    return {
        "project_id": [PROJECT] * picked,
        "name": ["quality"] * picked,
        "time": narrow["start_time"][chosen] + 60_000_000,
        "id": [f"score-{value}" for value in narrow["trace_id"][chosen]],
        "target": ["trace"] * picked,
        "trace_id": narrow["trace_id"][chosen],
        "type": ["numeric"] * picked,
        "value": rng.random(picked),
        "status": ["valid"] * picked,
        "source": ["evaluator"] * picked,
        "received_at": narrow["start_time"][chosen] + 61_000_000,
    }


def document(text: str) -> str:
    """A payload as ingest writes it: messages, and the raw attributes with the same text."""
    half = len(text) // 2
    messages = {
        "messages_in": [{"role": "user", "parts": [{"type": "text", "text": text[:half]}]}],
        "messages_out": [{"role": "assistant", "parts": [{"type": "text", "text": text[half:]}]}],
    }
    raw = {
        "attributes": {"llm.input_messages.0.message.content": text[:half], "llm.output_messages.0.message.content": text[half:]}
    }
    return json.dumps({"span": messages, "raw": raw})


def insert(driver: ClickHouseDriver, table: Table, columns: dict[str, Any], count: int) -> None:
    """Append columns; those that are not named are empty."""
    fields = arrow_schema(table)
    arrays = [arrow(field, columns.get(field.name), count) for field in fields]
    driver.insert(table.name, pa.table(arrays, schema=fields))


def arrow(field: pa.Field, values: Any, count: int) -> pa.Array:
    """One column; where nothing is given, its type's empty value."""
    if values is not None:
        return values.cast(field.type) if isinstance(values, pa.Array) else pa.array(values).cast(field.type)
    if pa.types.is_list(field.type) or pa.types.is_map(field.type):
        return pa.array([[]] * count, field.type)
    if field.name in ("end_time", "duration", "ttft", "cost", "reported_cost", "value") or field.name.startswith("usage_"):
        return pa.nulls(count, field.type)
    return pa.array(
        [""] * count if pa.types.is_string(field.type) else [0] * count,
        pa.int64() if not pa.types.is_string(field.type) else field.type,
    ).cast(field.type)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
