/** What files of cases are called, and what became of them in words. No React, no server. */

import { formatCount, plural } from "./format";

export type FileFormat = "csv" | "jsonl" | "parquet";

/** By the ending of its name; null where that says nothing. */
export function formatOf(fileName: string): FileFormat | null {
  const ending = /\.([a-z]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? "";
  if (ending === "csv" || ending === "jsonl" || ending === "parquet") return ending;
  return ending === "ndjson" ? "jsonl" : ending === "pq" ? "parquet" : null;
}

export interface Outcome {
  version: number;
  lines: number;
  added: number;
  changed: number;
  unchanged: number;
  duplicates: number;
  fault_count: number;
}

/** `Version 3: 12 added, 1 changed.`: parts that are none are left out. */
export function importedWords(done: Outcome): string {
  const parts = [
    [done.added, "added"],
    [done.changed, "changed"],
    [done.unchanged, "unchanged"],
    [done.duplicates, "twice in the file"],
    [done.fault_count, "left out"],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`);
  const made = done.added + done.changed > 0;
  const head = made ? `Version ${done.version} of ${plural(done.lines, "line")}` : `No new version`;
  return `${head}: ${said.join(", ")}.`;
}

/** `0.4 %`, `100 %`: with which chance one of a stratum was taken. */
export function chanceWords(probability: number): string {
  const percent = probability * 100;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}
