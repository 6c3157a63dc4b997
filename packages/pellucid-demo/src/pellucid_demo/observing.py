"""How the demo is instrumented: a tracer provider, and OpenInference inside both SDKs."""

from openinference.instrumentation import get_attributes_from_context
from openinference.instrumentation.anthropic import AnthropicInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator

from pellucid import semconv
from pellucid_demo.bot.serving import link_in

SERVICE_NAME = "harbour-support-bot"
# The OpenTelemetry default of 128 attributes would cut the messages of long conversations.
_MAX_ATTRIBUTES = 8192
_PROVIDER_CALLS = "openinference.instrumentation"


class SharedAttributes(SpanProcessor):
    """Writes session, user, metadata and tags of the running request on every span, and the prompt on calls to providers.

    OpenInference writes them on its own spans only; the spans of the app and of SDKs that trace by themselves would have
    no metadata to be grouped by.
    """

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        span.set_attributes(dict(get_attributes_from_context()))
        scope = span.instrumentation_scope
        if scope is not None and scope.name.startswith(_PROVIDER_CALLS):
            span.set_attributes(dict(link_in(parent_context)))


def provide(processor: SpanProcessor, ids: IdGenerator | None = None) -> TracerProvider:
    """A tracer provider for the bot with the providers' SDKs instrumented against it."""
    provider = TracerProvider(
        resource=Resource.create({semconv.SERVICE: SERVICE_NAME}),
        id_generator=ids,
        span_limits=SpanLimits(max_span_attributes=_MAX_ATTRIBUTES),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(SharedAttributes())
    provider.add_span_processor(processor)
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    AnthropicInstrumentor().instrument(tracer_provider=provider)
    return provider


def make_global(provider: TracerProvider) -> None:
    """Let libraries that instrument themselves (Anthropic's SDK does) find the provider; once a process."""
    trace.set_tracer_provider(provider)


def withdraw() -> None:
    """Take the instrumentation out of the SDKs again."""
    OpenAIInstrumentor().uninstrument()
    AnthropicInstrumentor().uninstrument()
