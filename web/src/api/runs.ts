/** Durable runs: work that goes on while people go on, and the actions on many traces that start one. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Json } from "@/domain/panes";
import type { Mean, Measure } from "@/domain/runs";
import { call } from "./client";
import type { Page } from "./types";

export type RunState = "queued" | "running" | "paused" | "cancelled" | "finished" | "failed";

/** A run as every page needs it. */
export interface RunSummary {
  id: string;
  kind: string;
  title: string;
  state: RunState;
  error: string;
  items: number;
  done: number;
  failed: number;
  skipped: number;
}

/** A run as its own page shows it. */
export interface Run extends RunSummary {
  settings: { [key: string]: Json } | null;
  max_cost: number | null;
  result: RunResult | null;
  created_time: string;
  started_time: string | null;
  finished_time: string | null;
  waiting: number;
  running: number;
  calls: number;
  interrupted: number;
  cost: number;
  unpriced: number;
}

/** One column of a table. */
export interface PaneResult {
  pane: number;
  cases: number;
  means?: Mean[];
  measures: Measure[];
}

/** What a replay or a table found; other kinds have results of their own. */
export interface RunResult {
  compared?: number;
  stops?: Record<string, number>;
  agreement?: number | null;
  measures?: Measure[];
  /** Columns of a table; −1 is what was recorded. */
  panes?: PaneResult[];
  baseline?: number;
  [key: string]: unknown;
}

export type ItemState = "waiting" | "running" | "done" | "failed" | "skipped";

export interface RunItem {
  item_id: number;
  state: ItemState;
  input: Json;
  output: Json;
  error: string;
  attempts: number;
  interrupted: number;
}

export function isActive(run: RunSummary): boolean {
  return run.state === "queued" || run.state === "running";
}

/** Whether its numbers still change: a run that was cancelled ends a moment before its items do. */
export function isSettling(run: Run): boolean {
  return isActive(run) || (run.state === "cancelled" && run.waiting + run.running > 0);
}

const BUSY_MS = 1_000;
const IDLE_MS = 20_000;
const RECENT = 8;

/** The newest runs that somebody asked for; read often while one goes on. */
export function recentRunsQuery() {
  return queryOptions({
    queryKey: ["runs", "recent"],
    queryFn: ({ signal }) => call<Page<RunSummary>>("runs", { params: { asked_for: true, limit: RECENT }, signal }),
    select: ({ data }) => data,
    refetchInterval: ({ state }) => (state.data?.data.some(isActive) ? BUSY_MS : IDLE_MS),
    retry: false,
  });
}

/** Which traces are meant: those that were chosen one by one, or all that a filter finds. */
export type Chosen = { trace_ids: readonly string[] } | { filter: string; from: string; to: string };

export type BulkAction =
  | { action: "score"; options: { name: string; value?: number; string_value?: string } }
  | { action: "dataset"; options: { dataset: string } }
  | { action: "tag"; options: { add: string[]; remove: string[] } }
  | { action: "queue"; options: { queue: string } }
  | { action: "delete"; options: Record<string, never> };

export function startBulk(what: BulkAction, traces: Chosen): Promise<RunSummary> {
  const { from, to, ...named } = { from: "", to: "", ...traces };
  return call("bulk/traces", {
    method: "POST",
    body: { ...what, ...named, ...(from ? { from } : {}), ...(to ? { to } : {}) },
  });
}

export function cancelRun(id: string): Promise<RunSummary> {
  return call(`runs/${encodeURIComponent(id)}/cancel`, { method: "POST", body: {} });
}

export function resumeRun(id: string): Promise<RunSummary> {
  return call(`runs/${encodeURIComponent(id)}/resume`, { method: "POST", body: {} });
}

const LISTED = 200;
const MOST_ITEMS = 500;

export function runsQuery(askedFor: boolean) {
  return queryOptions({
    queryKey: ["runs", askedFor ? "asked" : "all"],
    queryFn: ({ signal }) => call<Page<Run>>("runs", { params: { asked_for: askedFor, limit: LISTED }, signal }),
    select: ({ data }) => data,
    refetchInterval: ({ state }) => (state.data?.data.some(isActive) ? BUSY_MS : IDLE_MS),
  });
}

export function runQuery(id: string) {
  return queryOptions({
    queryKey: ["runs", "one", id],
    queryFn: ({ signal }) => call<Run>(`runs/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state }) => (state.data && isSettling(state.data) ? BUSY_MS : false),
  });
}

/** The first items in a state; all states where it is empty. */
export function runItemsQuery(id: string, state: string, active: boolean) {
  return queryOptions({
    queryKey: ["runs", "one", id, "items", state, active],
    queryFn: ({ signal }) =>
      call<Page<RunItem>>(`runs/${encodeURIComponent(id)}/items`, { params: { state, limit: MOST_ITEMS }, signal }),
    select: ({ data }) => data,
    placeholderData: keepPreviousData,
    refetchInterval: active ? 2 * BUSY_MS : false,
  });
}
