/** What to paste, for each way of sending spans. The address is the server's own. */

export interface Snippet {
  id: string;
  label: string;
  about: string;
  blocks: { title: string; code: (origin: string) => string }[];
}

const KEY_NOTE =
  "On this machine no key is needed; elsewhere make one under Settings, API keys, and set it where the snippet shows it.";

export const SNIPPETS: readonly [Snippet, ...Snippet[]] = [
  {
    id: "pellucid",
    label: "Python",
    about: `The light client: OpenTelemetry under it, two lines on top. ${KEY_NOTE}`,
    blocks: [
      { title: "Terminal", code: () => "pip install pellucid" },
      {
        title: "app.py",
        code: (origin) => `import pellucid

pellucid.init(url="${origin}")  # api_key="sk-…" where the server asks for one


@pellucid.observe()
def answer(question: str) -> str:
    ...`,
      },
    ],
  },
  {
    id: "openinference",
    label: "OpenInference",
    about: "Any OpenInference instrumentation, such as the one for the OpenAI client.",
    blocks: [
      {
        title: "Terminal",
        code: () =>
          "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http openinference-instrumentation-openai",
      },
      {
        title: "app.py",
        code: (origin) => `from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter("${origin}/v1/traces")))
OpenAIInstrumentor().instrument(tracer_provider=provider)`,
      },
    ],
  },
  {
    id: "otel",
    label: "OpenTelemetry",
    about: `Any language: set the exporter's environment and start your app as before. ${KEY_NOTE}`,
    blocks: [
      {
        title: "Environment",
        code: (origin) => `export OTEL_EXPORTER_OTLP_ENDPOINT="${origin}"
export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer sk-…"  # where the server asks for a key`,
      },
    ],
  },
  {
    id: "node",
    label: "Node.js",
    about: "Any OpenTelemetry instrumentation for Node.js, the Vercel AI SDK's among them.",
    blocks: [
      { title: "Terminal", code: () => "npm install @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto" },
      {
        title: "instrumentation.ts",
        code: (origin) => `import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

new NodeSDK({
  serviceName: "my-app",
  traceExporter: new OTLPTraceExporter({ url: "${origin}/v1/traces" }),
}).start();`,
      },
    ],
  },
  {
    id: "curl",
    label: "curl",
    about: "One span by hand, to see that the way is open.",
    blocks: [
      {
        title: "Terminal",
        code: (
          origin,
        ) => `curl -s ${origin}/v1/traces -H 'content-type: application/json' -d '{"resourceSpans":[{"scopeSpans":[{"spans":[{
  "traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'","name":"chat gpt-4o",
  "startTimeUnixNano":"'$(date +%s)000000000'","endTimeUnixNano":"'$(date +%s)900000000'",
  "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
                {"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"}},
                {"key":"gen_ai.usage.input_tokens","value":{"intValue":12}},
                {"key":"gen_ai.usage.output_tokens","value":{"intValue":34}}]}]}]}]}'`,
      },
    ],
  },
];
