/** Rows of a metrics query as series over time, gaps filled, the small ones joined as "other". Pure. */

import { parseTime } from "./format";
import { buckets, type Interval } from "./timeRange";

export type Row = Record<string, unknown>;
export type Points = [number, number | null][];

/** One series: the measure at each bucket; buckets without a row are `empty` (0 for counts, null for means). */
export function pointsOf(
  rows: readonly Row[],
  measure: string,
  range: { from: number; to: number },
  interval: Interval,
  empty: number | null,
): Points {
  const byTime = new Map<number, number>();
  for (const row of rows) {
    const value = row[measure];
    if (typeof value === "number")
      byTime.set(parseTime(String(row.time)), (byTime.get(parseTime(String(row.time))) ?? 0) + value);
  }
  return buckets(range.from, range.to, interval).map((start) => [start, byTime.get(start) ?? empty]);
}

export interface Named {
  name: string;
  total: number;
  rows: Row[];
}

/** Rows by the value of a dimension, largest sum of the measure first; beyond `most` they are "other". */
export function groupsOf(rows: readonly Row[], dimension: string, measure: string, most: number): Named[] {
  const groups = new Map<string, Named>();
  for (const row of rows) {
    const name = String(row[dimension] ?? "") || "not named";
    const group = groups.get(name) ?? { name, total: 0, rows: [] };
    group.rows.push(row);
    if (typeof row[measure] === "number") group.total += row[measure];
    groups.set(name, group);
  }
  const sorted = [...groups.values()].sort((a, b) => b.total - a.total || a.name.localeCompare(b.name));
  if (sorted.length <= most) return sorted;
  const rest = sorted.slice(most - 1);
  return [
    ...sorted.slice(0, most - 1),
    {
      name: "other",
      total: rest.reduce((sum, group) => sum + group.total, 0),
      rows: rest.flatMap((group) => group.rows),
    },
  ];
}

/** How much more or less, as a share of before; null where there was nothing before. */
export function changeOf(now: number | null | undefined, before: number | null | undefined): number | null {
  if (now === null || now === undefined || !before) return null;
  return (now - before) / before;
}

/** A change in words: `12 %`, `×14` where it is more than tenfold. */
export function changeText(change: number): string {
  const abs = Math.abs(change);
  if (abs >= 9) return `×${Math.round(change + 1)}`;
  return `${abs < 0.1 ? (100 * abs).toFixed(1) : Math.round(100 * abs)} %`;
}
