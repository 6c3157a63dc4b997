/**
 * The shapes of API v1 as the interface reads them, taken from the server's own OpenAPI document (`schema.d.ts`, made by
 * `npm run gen-api`). Only closed sets of words are narrowed here. No logic.
 */

import type { components } from "./schema";

type Shapes = components["schemas"];
type Narrow<T, N> = Omit<T, keyof N> & N;

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

interface Closed {
  kind: Kind;
  outcome: Outcome;
}

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

export type Usage = Shapes["UsageTotals"];
export type ScoreSummary = Shapes["ScoreSummary"];
export type Score = Shapes["ScoreAnswer"];
export type TraceRow = Narrow<Shapes["TraceRow"], Closed>;
export type SpanSummary = Narrow<Shapes["SpanSummary"], Closed>;
/** A span as a tree shows it. What the server leaves out, because it has its usual value, is filled in. */
export type BriefSpan = Narrow<
  Required<Shapes["BriefSpanAnswer"]>,
  Closed & { end_time: string | null; first_token_time: string | null }
>;
/** A trace with its spans in brief; each of them whole is a `SpanDetail`. */
export type TraceDetail = Narrow<
  Shapes["TraceTreeAnswer"],
  { trace: Narrow<Shapes["TraceWhole"], Closed>; spans: BriefSpan[] }
>;
export type WrittenSpan = Partial<Shapes["BriefSpanAnswer"]> & { span_id: string };
export type WrittenTrace = Narrow<TraceDetail, { spans: WrittenSpan[] }>;

export type Part = Shapes["Part"];
export type Message = Shapes["Message"];
export type Document = Shapes["Document"];
export type SpanDetail = Narrow<Shapes["SpanWhole"], Closed>;

export type OutcomeCounts = Shapes["OutcomeCounts"];
export type Conversations = Shapes["ConversationsAnswer"];
export type Interval = Shapes["IntervalAnswer"];
export type SessionRow = Shapes["SessionRow"];
export type Turn = Narrow<Shapes["Turn"], { outcome: Outcome }>;
export type SessionDetail = Narrow<Shapes["SessionAnswer"], { turns: Turn[] }>;
export type UserRow = Shapes["UserRow"];
export type UserDetail = Shapes["UserAnswer"];

export type Facet = Shapes["Facet"];
export type FieldInfo = Shapes["FieldAnswer"];
export type Me = Shapes["MeAnswer"];
export type SavedView = Narrow<Shapes["ViewAnswer"], { state: Record<string, string> }>;
export type Comment = Shapes["CommentAnswer"];
export type SearchHit = Narrow<Shapes["Hit"], { kind: Kind }>;
export type SearchPage = Narrow<Shapes["HitsAnswer"], { data: SearchHit[] }>;
export type MetricRow = Shapes["MetricsAnswer"]["data"][number];
