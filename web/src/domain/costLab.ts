/** The arithmetic of the cost lab: shares, the 80/20 line, spend per call. Unpriced calls are counted, never priced at zero. Pure. */

import type { Row } from "./dashboards";
import { anyOf, quote } from "./filterText";

export const VIEWS = [
  { id: "feature", label: "Feature", fields: ["feature"] },
  { id: "model", label: "Model", fields: ["model"] },
  { id: "tier", label: "Tier", fields: ["user_tier"] },
  { id: "user", label: "User", fields: ["user_id"] },
  { id: "experiment", label: "Experiment", fields: ["experiment"] },
  { id: "prompt", label: "Prompt version", fields: ["prompt_name", "prompt_version"] },
  { id: "fingerprint", label: "Prompt text", fields: ["prompt_fingerprint"] },
  { id: "environment", label: "Environment", fields: ["environment"] },
  { id: "tool", label: "Tool", fields: ["tool_name"] },
] as const;
export type ViewId = (typeof VIEWS)[number]["id"];

export const TOKEN_KINDS = ["input", "cache_read", "cache_write", "cache_write_1h", "output", "reasoning"] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

export interface Spend {
  values: (string | null)[];
  name: string;
  other: boolean;
  cost: number;
  /** Of the whole, 0 to 1. */
  share: number;
  /** Of this line and all above it. */
  cumulative: number;
  /** Priced and unpriced. */
  calls: number;
  unpriced: number;
  /** Of the priced calls; null where there is none. */
  perCall: number | null;
  tokens: Record<TokenKind, number>;
  total: number;
}

const number = (row: Row, key: string): number => (typeof row[key] === "number" ? (row[key] as number) : 0);

/** One line a value, the dearest first. */
export function spendOf(rows: readonly Row[], fields: readonly string[]): Spend[] {
  const whole = rows.reduce((sum, row) => sum + number(row, "cost_sum"), 0);
  const lines = rows
    .map((row) => lineOf(row, fields, whole))
    .filter((line) => line.calls > 0)
    .sort((a, b) => Number(a.other) - Number(b.other) || b.cost - a.cost || b.calls - a.calls);
  let sum = 0;
  return lines.map((line) => {
    sum += line.cost;
    return { ...line, cumulative: whole > 0 ? sum / whole : 0 };
  });
}

function lineOf(row: Row, fields: readonly string[], whole: number): Spend {
  const values = fields.map((field) => (row[field] as string | null) ?? null);
  const other = row.other === true;
  const cost = number(row, "cost_sum");
  const priced = number(row, "cost_count");
  const unpriced = number(row, "unpriced_count");
  return {
    values,
    other,
    name: other ? "all others" : values.map((value) => value || "not named").join(" · "),
    cost,
    share: whole > 0 ? cost / whole : 0,
    cumulative: 0,
    calls: priced + unpriced,
    unpriced,
    perCall: priced > 0 ? cost / priced : null,
    tokens: Object.fromEntries(TOKEN_KINDS.map((kind) => [kind, number(row, `usage_${kind}_sum`)])) as Spend["tokens"],
    total: number(row, "tokens_sum"),
  };
}

/** How many of the lines, from the top, make `part` of the spend. */
export function linesFor(lines: readonly Spend[], part = 0.8): number {
  const at = lines.findIndex((line) => line.cumulative >= part - 1e-12);
  return at < 0 ? lines.length : at + 1;
}

/** The filter on the traces behind a line. */
export function spendFilter(fields: readonly string[], line: Spend): string {
  if (line.other) return "";
  return fields
    .map((field, place) => {
      const value = line.values[place];
      return value ? `${field}:${quote(value)}` : `-has:${field}`;
    })
    .join(" ");
}

/** Share of the spend whose value of a field is one of `names`. */
export function shareOf(rows: readonly Row[], field: string, names: readonly string[]): number | null {
  const whole = rows.reduce((sum, row) => sum + number(row, "cost_sum"), 0);
  const part = rows.reduce((sum, row) => sum + (names.includes(String(row[field])) ? number(row, "cost_sum") : 0), 0);
  return whole > 0 ? part / whole : null;
}

/** What a budget of a value of a field is asked with. */
export function budgetFilter(field: string, value: string): string {
  return value.trim() ? `${field}:${anyOf([value.trim()])}` : "";
}
