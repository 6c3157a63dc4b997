/** Evidence of rollouts in words and places: values by metric, how strong the evidence is, what a verdict is called. Pure. */

import { formatDuration, formatMoney, formatScore, formatShare } from "./format";

export interface Judged {
  metric: string;
  relative: boolean;
  margin: number;
  worse: "higher" | "lower";
  stops: boolean;
  e_value: number;
  limit: number;
  verdict: "worse" | "within" | "cannot_tell";
  difference: { value: number; low: number | null; high: number | null } | null;
}

const SHARES = new Set(["refusals", "errors", "feedback"]);
const NAMES: Record<string, string> = {
  refusals: "Refused",
  errors: "Errors",
  feedback: "Positive feedback",
  cost: "Cost a call",
  duration: "Duration",
};

export function metricName(metric: string): string {
  return NAMES[metric] ?? metric.replace(/^score:/, "");
}

/** A value of the metric on one arm. */
export function metricValue(metric: string, value: number | null): string {
  if (value === null) return "–";
  if (metric === "cost") return formatMoney(value);
  if (metric === "duration") return formatDuration(value);
  return SHARES.has(metric) ? formatShare(value, 1) : formatScore(value);
}

/** A difference: points of a share, percent of the old value, or units of the score; always with its sign. */
export function differenceText(finding: Pick<Judged, "metric" | "relative">, value: number): string {
  const sign = value > 0 ? "+" : value < 0 ? "−" : "±";
  const size = Math.abs(value);
  if (finding.relative) return `${sign}${(100 * size).toFixed(size < 0.1 ? 1 : 0)} %`;
  if (SHARES.has(finding.metric)) return `${sign}${(100 * size).toFixed(1)} pt`;
  return `${sign}${size.toFixed(3)}`;
}

/** A difference of two sides of a move: points of a share, else in the metric's own unit, always with its sign. */
export function moveText(metric: string, value: number): string {
  const sign = value > 0 ? "+" : value < 0 ? "−" : "±";
  if (SHARES.has(metric)) return differenceText({ metric, relative: false }, value);
  return `${sign}${metricValue(metric, Math.abs(value))}`;
}

/** The interval of a value: `(0.71 to 0.83)`; nothing where it is not known. */
export function estimateText(metric: string, { low, high }: { low: number | null; high: number | null }): string {
  if (low === null || high === null) return "";
  return `(${metricValue(metric, low)} to ${metricValue(metric, high)})`;
}

/** What is still accepted, signed the way it would worsen. */
export function marginText(finding: Pick<Judged, "metric" | "relative" | "margin" | "worse">): string {
  return differenceText(finding, finding.worse === "higher" || finding.relative ? finding.margin : -finding.margin);
}

/** How far the evidence has come to its limit, from 0 to 1, on the scale on which it grows with calls. */
export function evidenceShare(finding: Pick<Judged, "e_value" | "limit">): number {
  if (finding.e_value <= 1) return 0;
  return Math.min(1, Math.log(finding.e_value) / Math.log(finding.limit));
}

export function verdictText(finding: Pick<Judged, "verdict" | "stops">): string {
  if (finding.verdict === "worse") return finding.stops ? "broken" : "worse";
  return finding.verdict === "within" ? "within its margin" : "cannot tell";
}

/** The interval of a difference on a track that is `reach` wide on either side of zero; null where it is not known. */
export function place(
  difference: Judged["difference"],
  reach: number,
): { left: number; right: number; at: number } | null {
  if (!difference || difference.low === null || reach <= 0) return null;
  const high = difference.high ?? reach;
  const share = (value: number) => Math.min(1, Math.max(0, (value / reach + 1) / 2));
  return { left: share(difference.low), right: share(high), at: share(difference.value) };
}

/** Wide enough for the interval and the margin. */
export function reachOf(finding: Pick<Judged, "difference" | "margin">): number {
  const { difference, margin } = finding;
  const ends = difference ? [difference.value, difference.low ?? 0, difference.high ?? 0] : [];
  return 1.15 * Math.max(margin, ...ends.map(Math.abs), 1e-9);
}
