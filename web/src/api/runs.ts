/** Durable runs: work that goes on while people go on, and the actions on many traces that start one. */

import { queryOptions } from "@tanstack/react-query";
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

export function isActive(run: RunSummary): boolean {
  return run.state === "queued" || run.state === "running";
}

const BUSY_MS = 1_000;
const IDLE_MS = 20_000;
const RECENT = 8;

/** The newest runs: asked for often while one goes on. */
export function recentRunsQuery() {
  return queryOptions({
    queryKey: ["runs", "recent"],
    queryFn: ({ signal }) => call<Page<RunSummary>>("runs", { params: { limit: RECENT }, signal }),
    select: ({ data }) => data,
    refetchInterval: ({ state }) => (state.data?.data.some(isActive) ? BUSY_MS : IDLE_MS),
    retry: false,
  });
}

/** Which traces are meant: those that were chosen one by one, or all that a filter finds. */
export type Chosen = { trace_ids: readonly string[] } | { filter: string; from: string; to: string };

export type BulkAction =
  | { action: "score"; options: { name: string; value?: number; string_value?: string } }
  | { action: "dataset"; options: { dataset: string } };

export function startBulk(what: BulkAction, traces: Chosen): Promise<RunSummary> {
  const { from, to, ...named } = { from: "", to: "", ...traces };
  return call("bulk/traces", {
    method: "POST",
    body: { ...what, ...named, ...(from ? { from } : {}), ...(to ? { to } : {}) },
  });
}

export function cancelRun(id: string): Promise<RunSummary> {
  return call(`runs/${encodeURIComponent(id)}/cancel`, { method: "POST" });
}
