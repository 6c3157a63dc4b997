/** What a comparison of two experiments says in words, and where its interval is drawn. No React, no server. */

import { formatDuration, formatMoney, formatScore } from "./format";

export interface Interval {
  difference: number;
  low: number | null;
  high: number | null;
}

export interface Marks {
  /** Places in 0…1 on the axis; the middle is no difference. */
  low: number;
  high: number;
  value: number;
}

/** The largest distance from zero that any of the intervals reaches, so that rows share one axis; never below `least`. */
export function axisOf(intervals: readonly Interval[], least = 0.01): number {
  const reach = intervals.flatMap(({ difference, low, high }) => [difference, low ?? 0, high ?? 0].map(Math.abs));
  return Math.max(least, ...reach) * 1.05;
}

export function marksOf({ difference, low, high }: Interval, axis: number): Marks | null {
  if (low === null || high === null) return null;
  const place = (value: number) => Math.min(1, Math.max(0, (value / axis + 1) / 2));
  return { low: place(low), high: place(high), value: place(difference) };
}

export const VERDICTS = {
  better: { label: "better", tone: "good" },
  worse: { label: "worse", tone: "error" },
  not_worse: { label: "not worse", tone: "plain" },
  cannot_tell: { label: "cannot tell", tone: "plain" },
} as const;

/** `+0.031`, `−0.20`: a difference with its sign, as many digits as a score has. */
export function signed(value: number): string {
  const digits = Math.abs(value) >= 10 ? 1 : 3;
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value > 0 ? "+" : "−"}${text}`;
}

/** A value of a metric, in its own unit where it is measured: `840 ms`, `$0.00042`, `0.78`. */
export function metricText(name: string, value: number | null): string {
  if (name === "duration_ms") return formatDuration(value);
  return name === "cost" ? formatMoney(value) : formatScore(value);
}

/** A difference of two values of a metric, with its sign. */
export function metricGap(name: string, gap: number): string {
  if (name !== "duration_ms" && name !== "cost") return signed(gap);
  const text = metricText(name, Math.abs(gap));
  return gap === 0 ? text : `${gap > 0 ? "+" : "−"}${text}`;
}

/** What would have to be done before it can be told. */
export function needed(count: number | null): string {
  if (count === null) return "";
  return `${count.toLocaleString("en")} more case${count === 1 ? "" : "s"} would tell`;
}
