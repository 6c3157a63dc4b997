/** The shapes of API v1 as the interface reads them. Names equal the server's names. No logic here. */

export const KINDS = [
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
] as const;
export type Kind = (typeof KINDS)[number];
export const OUTCOMES = ["success", "error", "refused"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

export interface Usage {
  input?: number | null;
  cache_read?: number | null;
  cache_write?: number | null;
  cache_write_1h?: number | null;
  output?: number | null;
  reasoning?: number | null;
  audio_in?: number | null;
  audio_out?: number | null;
  total?: number | null;
}

export interface ScoreSummary {
  name: string;
  type: string;
  mean: number | null;
  count: number;
  string_value: string | null;
}

export interface PromptRef {
  name: string | null;
  version: string | null;
  label?: string | null;
  hash?: string | null;
}

export interface TraceRow {
  trace_id: string;
  root_span_id: string;
  name: string;
  kind: Kind;
  start_time: string;
  end_time: string | null;
  duration: number | null;
  ttft: number | null;
  outcome: Outcome;
  error_count: number;
  span_count: number;
  folded_count: number;
  input_preview: string;
  output_preview: string;
  usage: Usage;
  cost: number | null;
  unpriced_count: number;
  models: string[];
  providers: string[];
  user_id: string;
  session_id: string;
  environment: string;
  release: string;
  feature: string;
  user_tier: string;
  tags: string[];
  prompts: PromptRef[];
  fingerprints: string[];
  service: string;
  scores: ScoreSummary[];
  flags: string[];
}

export interface SpanSummary {
  span_id: string;
  trace_id?: string;
  parent_span_id: string;
  display_parent_id: string;
  folded: boolean;
  counted: boolean;
  counted_in: string;
  is_root: boolean;
  name: string;
  kind: Kind;
  start_time: string;
  end_time: string | null;
  duration: number | null;
  ttft: number | null;
  first_token_time: string | null;
  outcome: Outcome;
  status_message: string;
  model: string;
  model_requested: string;
  provider: string;
  usage: Usage;
  cost: number | null;
  cost_detail: Record<string, number | string> | null;
  tool_name: string;
  agent_name: string;
  document_count: number;
  message_count: number;
  prompt: PromptRef | null;
  prompt_fingerprint: string;
  finish_reason: string;
  scope: string;
  service: string;
  dialect: string;
  flags: string[];
  input_preview: string;
  output_preview: string;
}

export interface Score {
  id: string;
  target: string;
  trace_id: string;
  span_id: string;
  session_id: string;
  name: string;
  type: string;
  value: number | null;
  string_value: string;
  comment: string;
  status: string;
  source: string;
  evaluator: string;
  evaluator_version: string;
  judge_model: string;
  annotator: string;
  metadata: Record<string, unknown>;
  time: string;
}

export interface TraceDetail {
  trace: TraceRow & { metadata?: Record<string, unknown> };
  spans: SpanSummary[];
  scores: Score[];
  comments_count?: number;
}

export type PartType = "text" | "reasoning" | "refusal" | "tool_call" | "tool_result" | "media" | "unknown";

export interface Part {
  type: PartType;
  text?: string | null;
  id?: string | null;
  name?: string | null;
  arguments?: unknown;
  result?: unknown;
  is_error?: boolean | null;
  modality?: string | null;
  mime_type?: string | null;
  uri?: string | null;
  raw?: unknown;
}

export interface Message {
  role: "system" | "user" | "assistant" | "tool";
  name?: string | null;
  finish_reason?: string | null;
  parts: Part[];
}

export interface Document {
  id?: string | null;
  content?: string | null;
  score?: number | null;
  doc_class?: string | null;
  used?: boolean | null;
  metadata?: Record<string, unknown>;
}

export interface SpanDetail extends SpanSummary {
  messages_in: Message[];
  messages_out: Message[];
  input: unknown;
  output: unknown;
  tools: { name: string; description?: string | null; parameters?: unknown }[];
  documents: Document[];
  retrieval: { index?: string | null; version?: string | null; top_k?: number | null; query?: string | null } | null;
  model_parameters: Record<string, unknown>;
  prompt_variables: Record<string, unknown>;
  metadata: Record<string, unknown>;
  tags: string[];
  links: { trace_id: string; span_id: string }[];
  events: { name: string; time: string; attributes: Record<string, unknown> }[];
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
  unmapped: string[];
  cost_explained?: { kind: string; tokens?: number | null; unit_price?: number | null; amount: number }[];
  price_source?: string;
  sdk: string;
  environment: string;
  release: string;
}

export interface SpanRow extends SpanSummary {
  trace_id: string;
  user_id: string;
  session_id: string;
  environment: string;
  release: string;
  feature: string;
}

export interface OutcomeCounts {
  success: number;
  error: number;
  refused: number;
}

export interface SessionRow {
  session_id: string;
  first_time: string;
  last_time: string;
  trace_count: number;
  turn_count: number;
  user_ids: string[];
  duration: number | null;
  usage: Usage;
  cost: number | null;
  outcomes: OutcomeCounts;
  models: string[];
  environments: string[];
  scores: ScoreSummary[];
}

export interface Turn {
  trace_id: string;
  root_span_id: string;
  start_time: string;
  duration: number | null;
  input: unknown;
  output: unknown;
  outcome: Outcome;
  cost: number | null;
  usage: Usage;
  model: string;
  prompt: PromptRef | null;
  scores: ScoreSummary[];
}

export interface SessionDetail extends SessionRow {
  turns: Turn[];
}

export interface UserRow {
  user_id: string;
  first_time: string;
  last_time: string;
  trace_count: number;
  session_count: number;
  usage: Usage;
  cost: number | null;
  error_count: number;
  refused_count: number;
  user_tier: string;
  features: string[];
  scores: ScoreSummary[];
}

export interface Facet {
  data: { value: string; count: number }[];
  other_count: number;
  missing_count: number;
}

export interface FieldInfo {
  name: string;
  type: "string" | "number" | "boolean" | "time" | "map" | "set";
  label: string;
  doc: string;
  operators: string[];
  values: string[];
  facet: boolean;
  group: string;
}

export interface Me {
  actor: string;
  name: string;
  email: string | null;
  role: string;
  local: boolean;
  organization: { id: string; name: string };
  project: { id: string; name: string };
  projects: { id: string; name: string; role: string }[];
  permissions: string[];
}

export interface SavedView {
  id: string;
  name: string;
  page: string;
  shared: boolean;
  owner: string;
  state: Record<string, string>;
}

export interface Comment {
  id: string;
  trace_id: string;
  span_id: string | null;
  author: string;
  body: string;
  time: string;
}

export interface SearchHit {
  trace_id: string;
  span_id: string;
  start_time: string;
  name: string;
  kind: Kind;
  snippets: { field: string; text: string; ranges: [number, number][] }[];
}

export interface SearchPage extends Page<SearchHit> {
  scanned: { spans: number; bytes: number; complete: boolean };
}

export type MetricRow = { time?: string } & Record<string, number | string | null>;
