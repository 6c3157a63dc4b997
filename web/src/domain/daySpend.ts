/** Daily roll-ups of cost: days as rows of a chart, and values as lines of a table. They outlive the calls that they are of. Pure. */

import type { Row } from "./dashboards";

export interface CostDay {
  day: string;
  dimensions: Record<string, string>;
  calls: number;
  unpriced: number;
  input_tokens: number;
  output_tokens: number;
  cost: number;
  cost_input: number;
  cost_output: number;
  cost_fixed: number;
}

export const DAY_VIEWS = [
  { id: "feature", label: "Feature", fields: ["feature"] },
  { id: "model", label: "Model", fields: ["model"] },
  { id: "tier", label: "Tier", fields: ["user_tier"] },
  { id: "user", label: "User", fields: ["user_id"] },
  { id: "experiment", label: "Experiment", fields: ["experiment"] },
  { id: "prompt", label: "Prompt version", fields: ["prompt_name", "prompt_version"] },
  { id: "environment", label: "Environment", fields: ["environment"] },
  { id: "provider", label: "Provider", fields: ["provider"] },
  { id: "tool", label: "Tool", fields: ["tool_name"] },
] as const;

/** Values that a chart names; the rest are one. */
const SHOWN = 8;

export interface DayLine {
  values: string[];
  name: string;
  cost: number;
  /** Of the whole, 0 to 1. */
  share: number;
  calls: number;
  unpriced: number;
  tokens: number;
  /** How many days have calls of it. */
  days: number;
  last: string;
}

const valuesOf = (day: CostDay, fields: readonly string[]) => fields.map((field) => day.dimensions[field] ?? "");
const keyOf = (values: readonly string[]) => JSON.stringify(values);

/** A line a value, the dearest first. Days come in order. */
export function dayLines(days: readonly CostDay[], fields: readonly string[]): DayLine[] {
  const lines = new Map<string, DayLine>();
  const whole = days.reduce((sum, day) => sum + day.cost, 0);
  for (const day of days) {
    const values = valuesOf(day, fields);
    const known = lines.get(keyOf(values)) ?? {
      values,
      name: values.map((value) => value || "not named").join(" · "),
      cost: 0,
      share: 0,
      calls: 0,
      unpriced: 0,
      tokens: 0,
      days: 0,
      last: "",
    };
    const cost = known.cost + day.cost;
    lines.set(keyOf(values), {
      ...known,
      cost,
      share: whole > 0 ? cost / whole : 0,
      calls: known.calls + day.calls,
      unpriced: known.unpriced + day.unpriced,
      tokens: known.tokens + day.input_tokens + day.output_tokens,
      days: known.days + 1,
      last: day.day,
    });
  }
  return [...lines.values()].sort((a, b) => b.cost - a.cost || b.calls - a.calls || a.name.localeCompare(b.name));
}

/** Rows as charts take them: the dearest values by name, all others as one a day. */
export function dayRows(days: readonly CostDay[], fields: readonly string[]): Row[] {
  const lines = dayLines(days, fields);
  const shown = new Set(
    lines.slice(0, lines.length > SHOWN + 1 ? SHOWN : lines.length).map((line) => keyOf(line.values)),
  );
  const rows: Row[] = [];
  const others = new Map<string, number>();
  for (const day of days) {
    const values = valuesOf(day, fields);
    if (!shown.has(keyOf(values))) others.set(day.day, (others.get(day.day) ?? 0) + day.cost);
    else {
      const named = Object.fromEntries(fields.map((field, place) => [field, values[place] || null]));
      rows.push({ time: day.day, ...named, cost_sum: day.cost });
    }
  }
  for (const [time, cost] of others) rows.push({ time, other: true, cost_sum: cost });
  return rows;
}
