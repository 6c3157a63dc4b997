/** How runs are read: their share done, what an item says in a line, and measures with their units. Pure. */

import { formatCount, formatDuration, formatMoney, formatScore } from "./format";

export interface Measure {
  measure: string;
  n: number;
  mean: number;
  baseline_mean: number;
  difference: number;
  low: number | null;
  high: number | null;
  verdict: "better" | "worse" | "not_worse" | "cannot_tell";
  needed: number | null;
  higher_is_better: boolean;
}

/** A measure of one column. */
export interface Mean {
  measure: string;
  mean: number;
  low: number | null;
  high: number | null;
  n: number;
  /** Cases without such a number. */
  missing: number;
}

export interface Counted {
  items: number;
  done: number;
  failed: number;
  skipped: number;
}

/** Share of the items that ended, whatever became of them. */
export function progressOf(run: Counted): number {
  return run.items === 0 ? 0 : (run.done + run.failed + run.skipped) / run.items;
}

const NAMES: Record<string, string> = {
  agreement: "Agreement",
  cost: "Cost a case",
  duration: "Duration",
  output_tokens: "Output tokens",
  refused: "Refused",
};

export function measureName(measure: string): string {
  return NAMES[measure] ?? measure.replace(/^score:/, "");
}

/** A number of a measure in its unit. */
export function measured(measure: string, value: number): string {
  if (measure === "cost") return formatMoney(value);
  if (measure === "duration") return formatDuration(value);
  if (measure === "output_tokens") return formatCount(Math.round(value));
  return measure === "refused" ? `${(100 * value).toFixed(1)} %` : formatScore(value);
}

/** The column of a table by its place: −1 is what was recorded. */
export function columnName(pane: number): string {
  return pane < 0 ? "Recorded" : `Pane ${pane + 1}`;
}

/** Every measure that any column has, in the order in which they come. */
export function measuresOf(columns: readonly { means?: readonly Mean[] }[]): string[] {
  return [...new Set(columns.flatMap((column) => (column.means ?? []).map((mean) => mean.measure)))];
}

/** The same of a difference, with its sign. */
export function moved(measure: string, value: number): string {
  return `${value < 0 ? "−" : "+"}${measured(measure, Math.abs(value))}`;
}

const STOPS: Record<string, string> = {
  whole: "replayed whole",
  tool_call_differs: "stopped: a tool was called otherwise",
  unchanged: "not touched by the change",
  too_many_turns: "stopped: too many turns",
};

export function stopText(stop: string): string {
  return STOPS[stop || "whole"] ?? stop;
}
