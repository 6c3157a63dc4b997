/** Queries and calls of the playground: model connections, asking a pane, restoring one, tables and replays. */

import { queryOptions } from "@tanstack/react-query";
import type { Json, Pane } from "@/domain/panes";
import { ApiProblem, call, type ProblemDocument, stream } from "./client";
import type { Page } from "./types";

export const PROVIDERS = ["openai", "anthropic", "google", "openai-compatible"] as const;
export type Provider = (typeof PROVIDERS)[number];

export interface ModelConnection {
  id: string;
  name: string;
  provider: Provider;
  base_url: string;
  default_model: string;
  models: string[];
  has_key: boolean;
  key_hint: string;
  updated_time: string;
}

export interface ConnectionBody {
  name: string;
  provider: Provider;
  base_url: string;
  default_model: string;
  models: string[];
  /** Left out: the one that is kept. */
  key?: string;
}

export const connectionsQuery = () =>
  queryOptions({
    queryKey: ["settings", "model-connections"],
    queryFn: ({ signal }) => call<Page<ModelConnection>>("model-connections", { signal }),
    select: ({ data }) => data,
  });

export const createConnection = (body: ConnectionBody) =>
  call<ModelConnection>("model-connections", { method: "POST", body });
export const updateConnection = ({ id, body }: { id: string; body: ConnectionBody }) =>
  call<ModelConnection>(`model-connections/${encodeURIComponent(id)}`, { method: "PUT", body });
export const removeConnection = (id: string) =>
  call<void>(`model-connections/${encodeURIComponent(id)}`, { method: "DELETE" });

export interface Restored {
  pane: Pane;
  template: boolean;
  provider: string;
  model: string;
  prompt_name: string;
  prompt_version: string;
}

export const restoreQuery = (traceId: string, spanId: string) =>
  queryOptions({
    queryKey: ["restore", traceId, spanId],
    queryFn: ({ signal }) => call<Restored>(`playground/restore/${traceId}/${spanId}`, { signal }),
    enabled: traceId !== "" && spanId !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface Answer {
  text: string;
  model: string;
  finish_reason: string;
  outcome: "success" | "error" | "refused";
  cost_total: number | null;
  input_tokens: number;
  output_tokens: number;
  duration_ms: number;
  ttft_ms: number | null;
  trace_id: string;
  span_id: string;
  ignored: string[];
}

export interface Delta {
  text?: string;
  reasoning?: string;
  tool_call?: { id: string; name: string; arguments: Json };
}

/** Asks a pane: each delta as it comes, and the whole answer at the end. */
export async function askPane(pane: Pane, onDelta: (delta: Delta) => void, signal: AbortSignal): Promise<Answer> {
  for await (const event of stream("playground/ask", pane, signal)) {
    if (event.name === "delta") onDelta(event.data as Delta);
    if (event.name === "answer") return event.data as Answer;
    if (event.name === "problem") throw new ApiProblem(event.data as ProblemDocument);
  }
  throw new ApiProblem({ title: "The answer was cut off", status: 0, code: "bad_answer", detail: "Ask again." });
}

export const draftQuery = (id: string) =>
  queryOptions({
    queryKey: ["draft", id],
    queryFn: ({ signal }) => call<{ panes: Pane[] }>(`playground/drafts/${encodeURIComponent(id)}`, { signal }),
    enabled: id !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });

export const keepDraft = (panes: Pane[]) =>
  call<{ id: string }>("playground/drafts", { method: "POST", body: { panes } });

export interface TableBody {
  title: string;
  panes: Pane[];
  dataset?: string;
  filter?: string;
  from?: string;
  to?: string;
  limit?: number;
  evaluators: string[];
}

export const startTable = (body: TableBody) => call<{ run_id: string }>("playground/tables", { method: "POST", body });

export interface ReplayBody {
  title: string;
  change: Partial<Pane>;
  trace_ids?: string[];
  filter?: string;
  from?: string;
  to?: string;
  limit?: number;
}

export const startReplay = (body: ReplayBody) => call<{ run_id: string }>("replays", { method: "POST", body });
