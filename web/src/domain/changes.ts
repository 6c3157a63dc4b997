/** Changes in words: kinds, reach, measures, and what a difference says. Pure. */

import { formatCount, formatDuration, formatMoney, formatScore } from "./format";

export const CHANGE_KINDS = [
  ["deploy", "Deploys"],
  ["release", "Releases"],
  ["prompt_label", "Label moves"],
  ["prompt_version", "Prompt versions"],
  ["fingerprint", "System prompts"],
  ["model", "Models"],
  ["system_fingerprint", "Provider fingerprints"],
  ["behaviour", "Behaviour of models"],
  ["tool", "Tools"],
  ["tool_schema", "Tool schemas"],
  ["index_version", "Indexes"],
  ["feature_flag", "Feature flags"],
  ["sdk", "SDKs"],
  ["price", "Prices"],
  ["evaluator", "Evaluators"],
  ["gate", "Falls after gates"],
  ["note", "Notes"],
] as const;

/** What webhooks hear of beside the ledger's kinds: changes to prompts that move nothing by themselves. */
export const TOLD_KINDS = [
  ["prompt", "Prompts saved, archived"],
  ["prompt_proposal", "Proposals"],
  ["prompt_rule", "Protection, guardrails"],
  ...CHANGE_KINDS,
] as const;
export const PROMPT_KINDS = ["prompt_label", "prompt", "prompt_proposal", "prompt_rule"];

export interface Bounds {
  value: number;
  low: number | null;
  high: number | null;
  n: number;
}

const LABELS: Record<string, string> = {
  cost: "Cost of a request",
  duration: "Latency",
  refusals: "Refusals",
  errors: "Errors",
};

export function measureName(measure: string): string {
  return measure.startsWith("score:") ? measure.slice("score:".length) : (LABELS[measure] ?? measure);
}

export function measureValue(measure: string, value: number): string {
  if (measure === "cost") return formatMoney(value);
  if (measure === "duration") return formatDuration(value);
  return measure.startsWith("score:") ? formatScore(value) : percent(value);
}

/** A difference with its sign: `+1.2 points`, `−$0.0004`. */
export function measureDifference(measure: string, value: number): string {
  const size = Math.abs(value);
  const sign = value > 0 ? "+" : value < 0 ? "−" : "";
  if (measure === "refusals" || measure === "errors")
    return `${sign}${(size * 100).toFixed(size < 0.1 ? 1 : 0)} points`;
  return `${sign}${measureValue(measure, size)}`;
}

export type Told = "better" | "worse" | "cannot tell" | "too few";

/** What the interval of a difference says, where more or less is better. */
export function told(difference: Bounds | null, better: "more" | "less"): Told {
  if (!difference || difference.low === null || difference.high === null) return "too few";
  if (difference.low <= 0 && difference.high >= 0) return "cannot tell";
  return difference.low > 0 === (better === "more") ? "better" : "worse";
}

/** `34 % of 1,204 requests (31–37 %)`. */
export function reachWords(reach: { requests: number; total: number; share: Bounds | null }): string {
  if (!reach.share || reach.total === 0) return "no traffic since";
  const { value, low, high } = reach.share;
  const interval = low === null || high === null ? "" : ` (${percent(low)} – ${percent(high)})`;
  return `${percent(value)} of ${formatCount(reach.total)} requests${interval}`;
}

/** `judging 40 % until n = 380`, or what came of it. */
export function judgingWords(one: { state: string; probability: number; wanted: number; judged: number }): string {
  if (one.state === "running") return `judging ${percent(one.probability)} of it until n = ${formatCount(one.wanted)}`;
  return `${formatCount(one.judged)} judged of ${formatCount(one.wanted)}`;
}

export function percent(value: number): string {
  const points = value * 100;
  if (points !== 0 && points < 1) return `${points.toFixed(1)} %`;
  return `${points > 99 && points < 100 ? points.toFixed(1) : points.toFixed(0)} %`;
}

/** What stood there before or after, as one line; JSON where it is no text. */
export function stateWords(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
