/** The state of a data set in words. No React, no server. */

import { formatCount, formatShare, plural } from "./format";

export interface ShareLike {
  value: number;
  low: number | null;
  high: number | null;
  n: number;
}

/** `62 % (54 to 69 %, n = 180)`: never a share without its interval and n. */
export function shareWords({ value, low, high, n }: ShareLike): string {
  const bounds = low === null || high === null ? "" : `${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)} %, `;
  return `${formatShare(value, 1)} (${bounds}n = ${formatCount(n)})`;
}

export interface LeakLike {
  kind: "splits" | "answer";
  item_id: string;
  split: string;
  other_id: string;
  other_split: string;
}

/** What is wrong with a case. */
export function leakWords({ kind, item_id, split, other_id, other_split }: LeakLike): string {
  if (kind === "answer") return `${item_id} holds its own expected answer in its question`;
  return `${item_id} (${split || "no split"}) says the same as ${other_id} (${other_split || "no split"})`;
}

/** How a day of a deployment was drawn. */
export function dayWords({ answered, drawn }: { answered: number; drawn: number }): string {
  return `${formatCount(drawn)} of ${plural(answered, "trace")}`;
}
