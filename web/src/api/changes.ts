/** One change: its slice of the traffic, how much of it that is, and what was before and after. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import type { Change } from "./monitors";

export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
  n: number;
}

export interface Reach {
  start: string;
  end: string;
  requests: number;
  total: number;
  share: Estimate | null;
}

export interface ChangeFile extends Change {
  before: unknown;
  after: unknown;
  /** Of the new traffic; null where no filter can name it. */
  filter: string | null;
  filter_before: string | null;
  reach: Reach | null;
  judging: Judging[];
}

/** What one evaluator judges more often because of the change. */
export interface Judging {
  evaluator_id: string;
  evaluator: string;
  state: "running" | "reached" | "expired" | "stopped";
  /** Why it does less than it should: a budget that is spent. */
  note: string;
  probability: number;
  start: string;
  until: string;
  ended_time: string | null;
  wanted: number;
  judged: number;
  effect: number;
  visible: number | null;
  base_mean: number;
  base_n: number;
}

export interface Effect {
  measure: string;
  better: "more" | "less";
  segment: string;
  before: Estimate | null;
  after: Estimate | null;
  difference: Estimate | null;
}

export interface Impact {
  before_start: string;
  time: string;
  after_end: string;
  dimension: string;
  confidence: number;
  data: Effect[];
}

const SOON = 30_000;

const pathOf = (id: string) => `events/${encodeURIComponent(id)}`;

export function changeQuery(id: string) {
  return queryOptions({
    queryKey: ["change", id],
    queryFn: ({ signal }) => call<ChangeFile>(pathOf(id), { signal }),
    staleTime: SOON,
    refetchInterval: ({ state }) => (state.data?.judging.some((one) => one.state === "running") ? SOON : false),
  });
}

export function impactQuery(id: string, hours: number, dimension: string) {
  return queryOptions({
    queryKey: ["change-impact", id, hours, dimension],
    queryFn: ({ signal }) => call<Impact>(`${pathOf(id)}/impact`, { params: { hours, dimension }, signal }),
    placeholderData: keepPreviousData,
    staleTime: SOON,
  });
}
