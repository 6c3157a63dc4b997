/** The report on drift. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call } from "./client";

export interface DriftPart {
  value: string;
  before: number;
  now: number;
}

export interface DriftSignal {
  key: string;
  label: string;
  kind: "number" | "category" | "text";
  severity: "error" | "warning" | "info";
  test: string;
  p: number | null;
  adjusted_p: number | null;
  effect: number | null;
  n_reference: number;
  n_current: number;
  drifted: boolean;
  before: number | null;
  now: number | null;
  /** Of a number that moved: `mix` where nothing is left of it in the same mix of features, else `rate`. */
  cause: "" | "mix" | "rate";
  mix: number | null;
  rate: number | null;
  parts: DriftPart[];
  words: DriftPart[];
}

export interface DriftReport {
  reference_start: string;
  reference_end: string;
  start: string;
  end: string;
  data: DriftSignal[];
}

export interface DriftAsk {
  from: string;
  to: string;
  filter: string;
  reference_from: string;
  reference_to: string;
}

export function driftQuery(ask: DriftAsk) {
  return queryOptions({
    queryKey: ["drift", ask],
    queryFn: ({ signal }) => call<DriftReport>("drift", { params: { ...ask }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export interface DriftRun {
  id: string;
  time: string;
  slice: string;
  reference_start: string;
  reference_end: string;
  start: string;
  end: string;
  tested: number;
  moved: DriftSignal[];
  pages: string[];
}

export function driftRunsQuery() {
  return queryOptions({
    queryKey: ["drift-runs"],
    queryFn: ({ signal }) => call<{ data: DriftRun[] }>("drift-runs", { params: { limit: 50 }, signal }),
    staleTime: 60_000,
  });
}
