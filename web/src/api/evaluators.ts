/** Evaluators, what their scores can be believed, and feedback as it comes. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { browserUrl, call } from "./client";
import type { RunState } from "./runs";
import type { Page, Score } from "./types";

export interface Definition {
  kind: "rule" | "code" | "judge";
  target: "span" | "trace" | "session";
  output: "boolean" | "numeric" | "categorical";
  score_name: string;
  variables: Record<string, string>;
  body: Record<string, unknown>;
}

export interface EvaluatorVersion {
  version: number;
  kind: Definition["kind"];
  target: Definition["target"];
  output: Definition["output"];
  score_name: string;
  definition: Definition;
  note: string;
  created_by: string;
  created_time: string;
}

export interface Sampling {
  default: number;
  strata: { name: string; filter: string; probability: number }[];
}

export interface Evaluator {
  id: string;
  name: string;
  description: string;
  enabled: boolean;
  filter: string;
  sampling: Sampling;
  daily_budget: number | null;
  spent_today: number | null;
  calls_today: number | null;
  state_note: string;
  watermark: string;
  created_time: string;
  updated_time: string;
  current: EvaluatorVersion;
}

export interface GalleryEntry {
  key: string;
  title: string;
  about: string;
  group: string;
  definition: Definition;
  filter: string;
  needs: string[];
}

export interface TriedVerdict {
  name: string;
  value: boolean | number | string | null;
  comment: string;
  status: "valid" | "invalid" | "refused";
  cost: number | null;
  judge_model: string;
  trace_id: string;
  metadata: Record<string, unknown>;
}

export interface Tried {
  trace_id: string;
  span_id: string;
  session_id: string;
  verdicts: TriedVerdict[];
  error: string;
  shown: Record<string, unknown>;
}

export interface Forecast {
  matching: number;
  by_stratum: Record<string, number>;
  sampled: number;
  cost_each: number | null;
  cost: number | null;
  budget: number | null;
  borne: number;
}

export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
  n: number;
}

export interface ProposedPlace {
  target: string;
  trace_id: string;
  span_id: string;
  session_id: string;
  reason?: string;
}

export interface Trust {
  state: "uncalibrated" | "trusted" | "suspect";
  binary: boolean;
  labels: number;
  needed: number;
  correlation: number | null;
  table: {
    true_positive: number;
    false_positive: number;
    false_negative: number;
    true_negative: number;
    sensitivity: Estimate | null;
    specificity: Estimate | null;
  } | null;
  kappa: Estimate | null;
  alpha: Estimate | null;
  rank: Estimate | null;
  length_bias: Estimate | null;
  kin_bias: Estimate | null;
  kin: number;
  proposed: ProposedPlace[];
}

export interface SegmentMean {
  segment: string;
  raw: Estimate | null;
  corrected: Estimate | null;
  missing: number;
}

export interface Analysis {
  name: string;
  trust: Trust;
  means: SegmentMean[];
  histogram: Record<string, number[]>;
  doubtful: ProposedPlace[];
  complete: boolean;
}

export type Probe = "repeats" | "longer" | "own_style" | "lean";

export interface BiasFinding {
  probe: Probe;
  estimate: Estimate | null;
  word: "fair" | "biased" | "cannot_tell";
  /** Cases where the probe came to nothing, and why one of them did. */
  without: number;
  reason: string;
}

export interface BiasTest {
  run_id: string;
  state: RunState;
  error: string;
  created_time: string;
  version: number;
  cases: number;
  items: number;
  findings: BiasFinding[];
}

export interface EvaluationRun {
  id: string;
  title: string;
  state: string;
  settings: { evaluator?: string; version?: number } | null;
  error: string;
  items: number;
  done: number;
  failed: number;
  interrupted: number;
  cost: number;
  created_time: string;
}

const one = (id: string, ...rest: string[]) => ["evaluators", id, ...rest].map(encodeURIComponent).join("/");

export function evaluatorsQuery() {
  return queryOptions({
    queryKey: ["evaluators"],
    queryFn: ({ signal }) => call<{ data: Evaluator[] }>("evaluators", { signal }),
    select: ({ data }) => data,
  });
}

export function evaluatorQuery(id: string) {
  return queryOptions({
    queryKey: ["evaluators", id],
    queryFn: ({ signal }) => call<Evaluator>(one(id), { signal }),
  });
}

export function versionsQuery(id: string) {
  return queryOptions({
    queryKey: ["evaluators", id, "versions"],
    queryFn: ({ signal }) => call<{ data: EvaluatorVersion[] }>(one(id, "versions"), { signal }),
    select: ({ data }) => data,
  });
}

export function galleryQuery() {
  return queryOptions({
    queryKey: ["evaluator-gallery"],
    queryFn: ({ signal }) => call<{ data: GalleryEntry[] }>("evaluator-gallery", { signal }),
    select: ({ data }) => data,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export interface RuleSetting {
  name: string;
  type: "texts" | "text" | "path" | "number" | "flag" | "word" | "json";
  needed: boolean;
  choices: string[];
  about: string;
}

export interface Rule {
  name: string;
  about: string;
  selects: boolean;
  settings: RuleSetting[];
}

export function rulesQuery() {
  return queryOptions({
    queryKey: ["evaluator-rules"],
    queryFn: ({ signal }) => call<{ data: Rule[] }>("evaluator-rules", { signal }),
    select: ({ data }) => data,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Whether a draft could be kept: an error says what is wrong. */
export function checkQuery(definition: Definition | null) {
  return queryOptions({
    queryKey: ["evaluator-check", definition],
    queryFn: async ({ signal }) => {
      await call<void>("evaluator-checks", { method: "POST", body: { definition }, signal });
      return true;
    },
    enabled: definition !== null,
    retry: false,
  });
}

export function analysisQuery(id: string, range: { from: string; to: string }, segment: string) {
  return queryOptions({
    queryKey: ["evaluators", id, "analysis", range, segment],
    queryFn: ({ signal }) => call<Analysis>(one(id, "analysis"), { params: { ...range, segment }, signal }),
    placeholderData: keepPreviousData,
  });
}

const TESTING_MS = 1_500;

export function biasTestQuery(id: string) {
  return queryOptions({
    queryKey: ["evaluators", id, "bias-test"],
    queryFn: ({ signal }) => call<{ newest: BiasTest | null }>(one(id, "bias-tests"), { signal }),
    select: ({ newest }) => newest,
    refetchInterval: ({ state }) => (goesOn(state.data?.newest) ? TESTING_MS : false),
  });
}

export function goesOn(test: BiasTest | null | undefined): boolean {
  return test?.state === "queued" || test?.state === "running";
}

export function startBiasTest(id: string, cases: number): Promise<EvaluationRun> {
  return call(one(id, "bias-tests"), { method: "POST", body: { cases } });
}

export function evaluationRunsQuery() {
  return queryOptions({
    queryKey: ["runs", "evaluation"],
    queryFn: ({ signal }) =>
      call<{ data: EvaluationRun[] }>("runs", { params: { kind: "evaluation", limit: 200 }, signal }),
    select: ({ data }) => data,
    refetchInterval: 5_000,
  });
}

export function feedbackQuery(range: { from: string; to: string }) {
  return queryOptions({
    queryKey: ["feedback", range],
    queryFn: ({ signal }) =>
      call<Page<Score>>("scores", { params: { ...range, filter: "source:feedback", limit: 200 }, signal }),
    placeholderData: keepPreviousData,
  });
}

/** Be told of every reaction as it is written; what is given back ends it. */
export function followFeedback(onFeedback: () => void): () => void {
  const source = new EventSource(browserUrl("feedback/stream", {}));
  source.addEventListener("feedback", onFeedback);
  return () => source.close();
}

export interface Plan {
  description?: string;
  enabled?: boolean;
  filter?: string;
  sampling?: Sampling;
  daily_budget?: number | null;
}

export function createEvaluator(made: Plan & { name: string; definition: Definition }): Promise<Evaluator> {
  return call("evaluators", { method: "POST", body: made });
}

export function planEvaluator(id: string, plan: Plan): Promise<Evaluator> {
  return call(one(id), { method: "PATCH", body: plan });
}

export function editEvaluator(id: string, definition: Definition): Promise<Evaluator> {
  return call(one(id, "versions"), { method: "POST", body: { definition } });
}

export function deleteEvaluator(id: string): Promise<void> {
  return call(one(id), { method: "DELETE" });
}

export function backfill(id: string, body: { limit: number }): Promise<EvaluationRun> {
  return call(`${one(id, "backfill")}?from=-24h`, { method: "POST", body });
}

export function preview(draft: { definition: Definition; filter: string; limit: number }): Promise<{ data: Tried[] }> {
  return call("evaluator-previews", { method: "POST", body: draft });
}

export function forecast(draft: {
  definition: Definition;
  filter: string;
  sampling: Sampling;
  daily_budget?: number;
  cost_each?: number;
}): Promise<Forecast> {
  return call("evaluator-forecasts", { method: "POST", body: draft });
}
