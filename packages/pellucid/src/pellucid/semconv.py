"""Names of the attributes that the client writes and the server reads: constants, and nothing else.

What lives here: the one spelling of every attribute key, event name and closed value that crosses the wire between
this package and the server. What must never live here: imports (the server's dialect imports this module and
nothing else of the package), functions, or a key that has a public convention already under another name.

A public convention is used wherever one exists (OpenTelemetry `gen_ai.*`, `user.*`, `session.*`, `deployment.*`,
`service.*`); a key under `pellucid.` exists only where none does.

Values are OTLP scalars or lists of scalars. "JSON" means a string that holds one JSON document. "TEXT|JSON" means:
a Python string is sent as it is, and everything else as JSON; the attribute `pellucid.input.json` (`.output.json`)
is true in the second case, so that the text `"42"` and the number `42` stay different.

| constant | key | type | on | meaning |
| --- | --- | --- | --- | --- |
| KIND | pellucid.kind | string | span | one of KINDS |
| INPUT / OUTPUT | pellucid.input / pellucid.output | TEXT|JSON | span | what the step was given / gave back |
| INPUT_IS_JSON / OUTPUT_IS_JSON | pellucid.input.json / pellucid.output.json | bool | span | see TEXT|JSON; absent is false |
| METADATA_PREFIX | pellucid.metadata.<key> | TEXT|JSON scalar | span, any | one metadata entry; strings plain, others as they are |
| TAGS | pellucid.tags | string[] | span | tags of the trace |
| FEATURE | pellucid.feature | string | span | product feature that the call serves |
| USER_TIER | pellucid.user_tier | string | span | tier or plan of the user |
| EXPERIMENT | pellucid.experiment | string | span | name of the online experiment (A/B) |
| EXPERIMENT_ID | pellucid.experiment.id | string | span | id of an offline experiment (a run over a dataset) |
| EXPERIMENT_ITEM_ID | pellucid.experiment.item_id | string | root span | dataset item of that run |
| ROLLOUT_ID | pellucid.rollout.id | string | span | id of the rollout that assigned the arm |
| ROLLOUT_ARM | pellucid.rollout.arm | string | span | arm that the rollout assigned (for a prompt: its version) |
| ROLLOUT_PROBABILITY | pellucid.rollout.probability | double | span | probability with which that arm is assigned, (0, 1] |
| USER_ID | user.id | string | span | end user |
| SESSION_ID | session.id | string | span | conversation or session |
| ENVIRONMENT | deployment.environment.name | string | span or resource | a span's value outranks the resource's |
| RELEASE | service.version | string | span or resource | a span's value outranks the resource's |
| SERVICE | service.name | string | resource | the application |
| TRACE_NAME | pellucid.trace.name | string | any span | name of the trace, where it is not the root span's |
| PROMPT_NAME | gen_ai.prompt.name | string | span | registered prompt |
| PROMPT_VERSION | pellucid.prompt.version | int | span | its version |
| PROMPT_LABEL | pellucid.prompt.label | string | span | label it was asked for by |
| PROMPT_HASH | pellucid.prompt.hash | string | span | content hash of the version |
| PROMPT_VARIABLE_PREFIX | gen_ai.prompt.variable.<name> | TEXT|JSON | span | one variable that compile() filled in |
| PROMPT_FALLBACK | pellucid.prompt.fallback | bool | span | the bundled fallback was used; no version is linked |
| MODEL_PARAMETERS | pellucid.model_parameters | JSON object | span | request parameters without messages, tools and model |
| USAGE_DETAILS | pellucid.usage_details | JSON object | span | usage by canonical key, disjoint parts; outranks gen_ai.usage.* |
| COST_DETAILS | pellucid.cost_details | JSON object | span | cost in USD that the caller states, by usage key or `total` |
| FINISH_REASON | gen_ai.response.finish_reasons | string[] | span | one per choice |
| OUTCOME | pellucid.outcome | string | span | one of OUTCOMES, where the caller knows; else it follows from the status |
| DOCUMENTS | gen_ai.retrieval.documents | JSON list | span | {id, content, score, class, used, metadata} a document |
| RETRIEVAL_INDEX | pellucid.retrieval.index | string | span | index that was asked |
| RETRIEVAL_VERSION | pellucid.retrieval.version | string | span | its version |
| RETRIEVAL_TOP_K | pellucid.retrieval.top_k | int | span | documents asked for |
| CACHE_HIT | pellucid.cache_hit | bool | span | the answer came from the application's own cache |
| GUARDRAIL_ACTION | pellucid.guardrail.action | string | span | what a guardrail decided: allow, block, redact … |
| FIRST_TOKEN_TIME | pellucid.first_token_time | int | span | Unix time of the first output item, nanoseconds |
| TIME_TO_FIRST_CHUNK | gen_ai.response.time_to_first_chunk | double | span | the same, in seconds since the span's start |
| SAMPLE_PROBABILITY | pellucid.sample_probability | double | span | probability with which this trace was kept, (0, 1]; absent is 1 |
| CAPTURE | pellucid.capture | string | span | `metadata` or `none` where content was left out on purpose |
| LINK | pellucid.link | string | link | why the link exists |
| CLIENT_ID | pellucid.client.id | string | resource | random id of one client process (new after a fork) |
| CLIENT_VERSION | pellucid.client.version | string | resource | version of this package |
| LOST_PREFIX | pellucid.lost.<reason> | int | resource | spans lost so far by CLIENT_ID, by reason of LOST_REASONS |

The lost-span counters are cumulative over the life of one CLIENT_ID, so a request that is sent twice counts once
(the server keeps the greatest value). They ride on a `ResourceSpans` of their own that holds a resource and no
spans; a server that ignores it loses nothing else.
"""

SCOPE = "pellucid"
"""Name of the instrumentation scope of the spans that this package makes."""

# Kind, input and output of a step.
KIND = "pellucid.kind"
INPUT = "pellucid.input"
OUTPUT = "pellucid.output"
INPUT_IS_JSON = "pellucid.input.json"
OUTPUT_IS_JSON = "pellucid.output.json"
OUTCOME = "pellucid.outcome"
CAPTURE = "pellucid.capture"
LINK = "pellucid.link"

KINDS = (
    "generation",
    "embedding",
    "retriever",
    "reranker",
    "tool",
    "agent",
    "chain",
    "guardrail",
    "evaluator",
    "event",
    "span",
)
OUTCOMES = ("success", "error", "refused")

# Who, where and for what: inherited by everything below.
USER_ID = "user.id"
SESSION_ID = "session.id"
ENVIRONMENT = "deployment.environment.name"
RELEASE = "service.version"
SERVICE = "service.name"
FEATURE = "pellucid.feature"
USER_TIER = "pellucid.user_tier"
EXPERIMENT = "pellucid.experiment"
EXPERIMENT_ID = "pellucid.experiment.id"
EXPERIMENT_ITEM_ID = "pellucid.experiment.item_id"
ROLLOUT_ID = "pellucid.rollout.id"
ROLLOUT_ARM = "pellucid.rollout.arm"
ROLLOUT_PROBABILITY = "pellucid.rollout.probability"
TAGS = "pellucid.tags"
METADATA_PREFIX = "pellucid.metadata."
TRACE_NAME = "pellucid.trace.name"

# Prompts.
PROMPT_NAME = "gen_ai.prompt.name"
PROMPT_VERSION = "pellucid.prompt.version"
PROMPT_LABEL = "pellucid.prompt.label"
PROMPT_HASH = "pellucid.prompt.hash"
PROMPT_VARIABLE_PREFIX = "gen_ai.prompt.variable."
PROMPT_FALLBACK = "pellucid.prompt.fallback"

# Model calls: OpenTelemetry's GenAI conventions, input tokens inclusive of cache reads and writes as they demand.
OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_STREAM = "gen_ai.request.stream"
RESPONSE_MODEL = "gen_ai.response.model"
RESPONSE_ID = "gen_ai.response.id"
FINISH_REASON = "gen_ai.response.finish_reasons"
SYSTEM_FINGERPRINT = "gen_ai.openai.response.system_fingerprint"
SERVICE_TIER = "gen_ai.openai.response.service_tier"
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"
SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions"
TOOL_DEFINITIONS = "gen_ai.tool.definitions"
MODEL_PARAMETERS = "pellucid.model_parameters"
USAGE_INPUT = "gen_ai.usage.input_tokens"
USAGE_OUTPUT = "gen_ai.usage.output_tokens"
USAGE_CACHE_READ = "gen_ai.usage.cache_read.input_tokens"
USAGE_CACHE_WRITE = "gen_ai.usage.cache_creation.input_tokens"
USAGE_REASONING = "gen_ai.usage.reasoning.output_tokens"
USAGE_DETAILS = "pellucid.usage_details"
COST_DETAILS = "pellucid.cost_details"
FIRST_TOKEN_TIME = "pellucid.first_token_time"
TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"

# Tools, agents, retrieval, guardrails.
TOOL_NAME = "gen_ai.tool.name"
TOOL_CALL_ID = "gen_ai.tool.call.id"
AGENT_NAME = "gen_ai.agent.name"
DOCUMENTS = "gen_ai.retrieval.documents"
RETRIEVAL_QUERY = "gen_ai.retrieval.query.text"
RETRIEVAL_INDEX = "pellucid.retrieval.index"
RETRIEVAL_VERSION = "pellucid.retrieval.version"
RETRIEVAL_TOP_K = "pellucid.retrieval.top_k"
CACHE_HIT = "pellucid.cache_hit"
GUARDRAIL_ACTION = "pellucid.guardrail.action"

# Errors, as OpenTelemetry names them.
ERROR_TYPE = "error.type"
EXCEPTION_EVENT = "exception"

# Honesty: what was not sent, and why.
SAMPLE_PROBABILITY = "pellucid.sample_probability"
CLIENT_ID = "pellucid.client.id"
CLIENT_VERSION = "pellucid.client.version"
LOST_PREFIX = "pellucid.lost."
LOST_REASONS = (
    "queue_full",  # the byte budget was used up
    "too_large",  # one span alone exceeds the largest request
    "rejected",  # the server refused it for good (4xx, or partial success)
    "expired",  # retries went on past the span's life
    "exit",  # the process ended before it could be sent
    "failed",  # it could not be encoded or masked
)
SAMPLED_OUT = "pellucid.sampled_out"
"""Resource counter like LOST_PREFIX: spans left out by sampling, which is not a loss."""

# W3C Baggage: keys by which a scope crosses process borders. The part after the prefix is the context field's name.
BAGGAGE_PREFIX = "pellucid."
