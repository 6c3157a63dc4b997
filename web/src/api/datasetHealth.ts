/** The state of data sets, by what their cases are labelled, and how deployments do after their gates. */

import { queryOptions } from "@tanstack/react-query";
import type { Dimension } from "./annotations";
import { call } from "./client";
import type { GateVerdict } from "./gates";

export interface Share {
  value: number;
  low: number | null;
  high: number | null;
  n: number;
}

export interface Topic {
  words: string[];
  example: string;
  asked: Share;
  cases: number;
}

export interface Leak {
  kind: "splits" | "answer";
  item_id: string;
  split: string;
  other_id: string;
  other_split: string;
}

export interface Health {
  version: number;
  cases: number;
  /** Questions of production that were looked at. */
  asked: number;
  coverage: { covered: Share; topics: Topic[]; cases: number; strays: number } | null;
  freshness: { newest: string; median_days: number; old: Share; new_topics: number } | null;
  leaks: Leak[];
  leak_count: number;
}

export interface WatchMetric {
  name: string;
  verdict: GateVerdict;
  n: number;
  mean: number;
  baseline_n: number;
  baseline_mean: number;
  difference: number;
  low: number | null;
  high: number | null;
  margin: number;
  lower_is_better: boolean;
}

export interface Watch {
  version: number;
  deployed_time: string;
  baseline_id: string;
  days: { day: string; answered: number; drawn: number; fallen: string[]; run_ids: string[] }[];
  metrics: WatchMetric[];
}

const pathOf = (name: string, verb: string) => `datasets/${encodeURIComponent(name)}/${verb}`;

export function healthQuery(name: string, version: string | undefined) {
  return queryOptions({
    queryKey: ["dataset-health", name, version ?? ""],
    queryFn: ({ signal }) => call<Health>(pathOf(name, "health"), { params: { version }, signal }),
    staleTime: 60_000,
  });
}

export function dimensionsQuery(name: string) {
  return queryOptions({
    queryKey: ["dataset-dimensions", name],
    queryFn: ({ signal }) => call<{ dimensions: Dimension[] }>(pathOf(name, "dimensions"), { signal }),
    select: ({ dimensions }) => dimensions,
  });
}

export function putDimensions(name: string, dimensions: readonly Dimension[]): Promise<unknown> {
  return call(pathOf(name, "dimensions"), { method: "PUT", body: { dimensions } });
}

export function watchQuery(prompt: string, label: string) {
  return queryOptions({
    queryKey: ["gate-watch", prompt, label],
    queryFn: ({ signal }) =>
      call<Watch | null>(`prompt-watches/${prompt.split("/").map(encodeURIComponent).join("/")}`, {
        params: { label },
        signal,
      }),
  });
}
