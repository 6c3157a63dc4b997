/** Queries of data sets and experiments. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call } from "./client";

export interface Dataset {
  id: string;
  name: string;
  description: string;
  version: number;
  items: number | null;
  created_by: string;
  created_time: string;
}

export interface DatasetItem {
  id: string;
  input: unknown;
  expected: unknown;
  metadata: Record<string, unknown>;
  split: string;
  trace_id: string;
  span_id: string;
  /** The version in which it became so. */
  since: number;
}

export interface Experiment {
  id: string;
  name: string;
  dataset_id: string;
  dataset_version: number;
  repetitions: number;
  metadata: Record<string, unknown>;
  created_by: string;
  created_time: string;
}

export interface ExperimentResult {
  item_id: string;
  repetition: number;
  output: unknown;
  error: string | null;
  trace_id: string;
  duration_ms: number | null;
  scores: {
    name: string;
    value: number | null;
    string_value: string | null;
    status: string;
    comment: string | null;
  }[];
}

export type Verdict = "better" | "worse" | "not_worse" | "cannot_tell";

export interface ComparedMetric {
  name: string;
  n: number;
  mean: number;
  baseline_mean: number;
  difference: number;
  low: number | null;
  high: number | null;
  confidence: number;
  verdict: Verdict;
  needed: number | null;
  /** The smallest difference that so many cases would tell. */
  detectable: number | null;
  lower_is_better: boolean;
}

export interface Comparison {
  experiment: { id: string; name: string };
  baseline: { id: string; name: string };
  items: number;
  errors: number;
  metrics: ComparedMetric[];
}

const ITEMS_A_PAGE = 200;
const path = (...parts: string[]) => parts.map(encodeURIComponent).join("/");

export function datasetsQuery() {
  return queryOptions({
    queryKey: ["datasets"],
    queryFn: ({ signal }) => call<{ data: Dataset[] }>("datasets", { signal }),
    select: ({ data }) => data,
  });
}

export function createDataset(dataset: { name: string; description: string }): Promise<Dataset> {
  return call("datasets", { method: "POST", body: dataset });
}

export function datasetQuery(name: string) {
  return queryOptions({
    queryKey: ["dataset", name],
    queryFn: ({ signal }) => call<Dataset>(path("datasets", name), { signal }),
  });
}

export function itemsQuery(name: string, version: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ["dataset-items", name, version ?? ""],
    queryFn: ({ pageParam, signal }) =>
      call<{ data: DatasetItem[]; version: number; next_cursor: string | null }>(path("datasets", name, "items"), {
        params: { version, limit: ITEMS_A_PAGE, cursor: pageParam },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

/** Traces that the cases of the newest version came from, each once. */
export function tracesOfQuery(name: string) {
  return queryOptions({
    queryKey: ["dataset-traces", name],
    queryFn: async ({ signal }) => {
      const found = new Set<string>();
      let cursor: string | null = "";
      while (cursor !== null) {
        const page: { data: DatasetItem[]; next_cursor: string | null } = await call(path("datasets", name, "items"), {
          params: { limit: 1000, cursor },
          signal,
        });
        for (const item of page.data) if (item.trace_id) found.add(item.trace_id);
        cursor = page.next_cursor;
      }
      return [...found];
    },
  });
}

export function experimentsQuery(dataset?: string) {
  return queryOptions({
    queryKey: ["experiments", dataset ?? ""],
    queryFn: ({ signal }) => call<{ data: Experiment[] }>("experiments", { params: { dataset }, signal }),
    select: ({ data }) => data,
  });
}

export function experimentQuery(id: string) {
  return queryOptions({
    queryKey: ["experiment", id],
    queryFn: ({ signal }) => call<Experiment>(path("experiments", id), { signal }),
  });
}

export function resultsQuery(id: string) {
  return queryOptions({
    queryKey: ["experiment-results", id],
    queryFn: async ({ signal }) => {
      const found: ExperimentResult[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const page: { data: ExperimentResult[]; next_cursor: string | null } = await call(
          path("experiments", id, "items"),
          { params: { limit: 1000, cursor }, signal },
        );
        found.push(...page.data);
        cursor = page.next_cursor;
      }
      return found;
    },
  });
}

/** `among`: how many experiments are compared with this baseline at once. */
export function comparisonQuery(id: string, baseline: string, among: number) {
  return queryOptions({
    queryKey: ["comparison", id, baseline, among],
    queryFn: ({ signal }) =>
      call<Comparison>(path("experiments", id, "compare"), { params: { baseline, among }, signal }),
    enabled: baseline !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** The durable run that does an experiment; empty for one that runs from code. */
export function runIdOf(experiment: Experiment): string {
  const id = experiment.metadata.run_id;
  return typeof id === "string" ? id : "";
}

/** A case as the experiment met it. */
export function caseQuery(experimentId: string, itemId: string) {
  return queryOptions({
    queryKey: ["experiment-case", experimentId, itemId],
    queryFn: ({ signal }) => call<DatasetItem>(path("experiments", experimentId, "cases", itemId), { signal }),
    retry: false,
  });
}
