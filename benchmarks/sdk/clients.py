"""How each client records one call, and how it is flushed. Runs in the client's own environment: standard library
only at the top, the client inside its function.

Every client records the same call: `answer(question)` with 2 KB of text in and 1 KB out, each text different.
"""

import json
import os
from collections.abc import Callable
from typing import Any

QUESTION = "What does the quarterly report say about churn in the starter tier, and why? " * 26
ANSWER = "Churn fell by two points after onboarding became a guided tour; see page four. " * 13

CALLS_LIMIT_S = 20.0
"""A client that needs longer for its calls is stopped there; the table says how many it made."""

Call = Callable[[str], str]
Flush = Callable[[], object]


def question(number: int) -> str:
    """2 KB that differ from call to call."""
    return f"{number:08d} {QUESTION}"[:2048]


def answer(question: str) -> str:
    """1 KB that differ from call to call."""
    return f"{question[:8]} {ANSWER}"[:1024]


def none(url: str) -> tuple[Call, Flush]:
    """The call alone."""
    return answer, lambda: None


def pellucid(url: str) -> tuple[Call, Flush]:
    """This client, with its defaults."""
    import pellucid as client

    client.init(url=url)
    return client.observe(answer), client.flush


def otel(url: str) -> tuple[Call, Flush]:
    """Plain OpenTelemetry with the same JSON encoding and the same attributes, and its batch processor's defaults."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces")))
    trace.set_tracer_provider(provider)
    tracer = trace.get_tracer("benchmark")

    def call(question: str) -> str:
        text = json.dumps({"question": question}, ensure_ascii=False, separators=(",", ":"))
        attributes: dict[str, str | bool] = {"pellucid.kind": "span", "pellucid.input": text, "pellucid.input.json": True}
        with tracer.start_as_current_span("answer", attributes=attributes) as span:
            result = answer(question)
            span.set_attribute("pellucid.output", result)
        return result

    return call, provider.force_flush


def langfuse(url: str) -> tuple[Call, Flush]:
    """Langfuse's decorator."""
    os.environ.update(LANGFUSE_PUBLIC_KEY="pk-lf-x", LANGFUSE_SECRET_KEY="sk-lf-x", LANGFUSE_HOST=url, LANGFUSE_BASE_URL=url)
    from langfuse import get_client, observe  # type: ignore[import-not-found]  # installed in its own environment

    return observe(answer), get_client().flush


def langsmith(url: str) -> tuple[Call, Flush]:
    """LangSmith's decorator."""
    os.environ.update(LANGSMITH_TRACING="true", LANGSMITH_API_KEY="ls-x", LANGSMITH_ENDPOINT=url, LANGCHAIN_ENDPOINT=url)
    from langsmith import Client, traceable

    client = Client(api_url=url, api_key="ls-x")
    return traceable(client=client)(answer), client.flush


def phoenix(url: str) -> tuple[Call, Flush]:
    """Phoenix's `register(batch=True)` and its tracer's decorator (without batch it blocks for every span)."""
    from phoenix.otel import register  # type: ignore[import-not-found]  # installed in its own environment

    provider = register(
        endpoint=f"{url}/v1/traces", protocol="http/protobuf", batch=True, verbose=False, set_global_tracer_provider=False
    )
    return provider.get_tracer("benchmark").chain(answer), provider.force_flush


def mlflow(url: str) -> tuple[Call, Flush]:
    """MLflow's decorator with a tracking server, in its light distribution."""
    os.environ.update(MLFLOW_MODEL_CATALOG_URI="", MLFLOW_DISABLE_TELEMETRY="true")
    import mlflow as client  # type: ignore[import-not-found]  # installed in its own environment
    from mlflow.entities.trace_location import MlflowExperimentLocation  # type: ignore[import-not-found]  # the same

    client.set_tracking_uri(url)
    client.tracing.set_destination(MlflowExperimentLocation(experiment_id="0"))  # else it records nothing, and says nothing
    return client.trace(answer), client.flush_trace_async_logging


def opik(url: str) -> tuple[Call, Flush]:
    """Opik's decorator; its own telemetry is off."""
    os.environ.update(OPIK_URL_OVERRIDE=url, OPIK_SENTRY_ENABLE="false", OPIK_ANALYTICS_ENABLE="false")
    import opik as client  # type: ignore[import-not-found]  # installed in its own environment

    return client.track(answer), client.flush_tracker


CLIENTS: dict[str, Callable[[str], tuple[Call, Flush]]] = {
    "none": none,
    "pellucid": pellucid,
    "otel": otel,
    "langfuse": langfuse,
    "langsmith": langsmith,
    "phoenix": phoenix,
    "mlflow": mlflow,
    "opik": opik,
}


def resident_bytes() -> int:
    """Memory of this process now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def import_of(name: str) -> str:
    """What an application imports to use the client."""
    modules: dict[str, str] = {
        "none": "pass",
        "pellucid": "import pellucid",
        "otel": "import opentelemetry.sdk.trace, opentelemetry.sdk.trace.export, opentelemetry.exporter.otlp.proto.http.trace_exporter",
        "langfuse": "from langfuse import observe, get_client",
        "langsmith": "from langsmith import traceable, Client",
        "phoenix": "from phoenix.otel import register",
        "mlflow": "import mlflow",
        "opik": "import opik",
    }
    return modules[name]


def percentile(values: list[int], share: float) -> float:
    """A percentile of nanoseconds, in microseconds."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] / 1000


def report(**figures: Any) -> None:
    """One line of JSON for the runner."""
    print(json.dumps(figures), flush=True)
